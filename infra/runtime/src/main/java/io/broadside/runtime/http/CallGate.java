package io.broadside.runtime.http;

import java.time.Duration;
import java.util.Optional;

/**
 * The last word on whether a call may still start. Asked once per call, on the caller's thread, when a connection is there
 * and all that is left to do is to send.
 */
@FunctionalInterface
public interface CallGate {

    /** Empty if the call must not start any more; else the longest it may take from now on. */
    Optional<Duration> admit();

    /** A gate that lets everything through, for as long as the call's own time limit allows. */
    static CallGate open() {
        return () -> Optional.of(Duration.ofNanos(Long.MAX_VALUE));
    }
}
