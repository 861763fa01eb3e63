package io.broadside.runtime.vault;

/** The two keysets. A service that has only the first cannot read what the second sealed. */
public enum KeysetName {
    /** Seals access tokens: held by token-service and publisher-service. */
    ACCESS,
    /** Seals refresh tokens and other lasting credentials: held by token-service alone. */
    REFRESH
}
