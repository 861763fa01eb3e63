package io.broadside.embedded;

import org.jspecify.annotations.Nullable;

/** The broker or the registry could not start. The message is one sentence a person can act on. */
public final class EmbeddedStartException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    EmbeddedStartException(String message) {
        this(message, null);
    }

    EmbeddedStartException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
