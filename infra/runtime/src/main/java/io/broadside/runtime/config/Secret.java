package io.broadside.runtime.config;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/**
 * A value that is for nobody's eyes: a token, a password, a key.
 *
 * <p>It shows itself only to {@link #reveal()}, is compared in a time that does not depend on where two secrets of the same
 * length differ, and cannot be serialized.
 */
public final class Secret {

    private final String value;

    private Secret(String value) {
        this.value = value;
    }

    public static Secret of(String value) {
        return new Secret(value);
    }

    /** The value itself: for the one call that needs it, never to be kept. */
    public String reveal() {
        return value;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Secret secret
                && MessageDigest.isEqual(value.getBytes(UTF_8), secret.value.getBytes(UTF_8));
    }

    /** The same for all: equal secrets must hash alike, and any other hash would tell something of the value. */
    @Override
    public int hashCode() {
        return 0;
    }

    @Override
    public String toString() {
        return "Secret[hidden]";
    }
}
