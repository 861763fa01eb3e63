package io.broadside.runtime.vault;

/** The vault cannot do what was asked. The message says which keyset and why, and nothing of what is sealed. */
public final class VaultException extends RuntimeException {

    VaultException(String message) {
        super(message);
    }

    VaultException(String message, Throwable cause) {
        super(message, cause);
    }
}
