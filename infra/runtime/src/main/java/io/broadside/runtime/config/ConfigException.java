package io.broadside.runtime.config;

/**
 * A service was told something it cannot work with. The message is one sentence for the person who starts the service:
 * {@code NAME: rule, was VALUE}. It never holds the value of a secret.
 */
public final class ConfigException extends RuntimeException {

    public ConfigException(String message) {
        super(message);
    }

    public ConfigException(String message, Throwable cause) {
        super(message, cause);
    }
}
