package io.broadside.token.refresh;

import java.time.Duration;

/** Waiting, which tests do not want to. */
@FunctionalInterface
public interface Pause {

    /** Waits this long, or less when the service is closing. */
    void await(Duration length);
}
