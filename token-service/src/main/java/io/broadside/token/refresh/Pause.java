package io.broadside.token.refresh;

import java.time.Duration;

/** Waiting, which tests do not want to. */
@FunctionalInterface
public interface Pause {

    /** Waits this long, or less when the service is closing. */
    void await(Duration length);

    /** How long to wait after an attempt in vain, from 1. */
    static Duration after(int attempt) {
        return switch (attempt) {
            case 0, 1 -> Duration.ofSeconds(2);
            case 2 -> Duration.ofSeconds(5);
            default -> Duration.ofSeconds(10);
        };
    }
}
