package io.broadside.token.signin;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What this instance has seen used, for as long as it could be used again. */
final class UsedOnce {

    private final Clock clock;
    private final Duration remembered;
    private final Map<String, Instant> used = new ConcurrentHashMap<>();

    UsedOnce(Clock clock, Duration remembered) {
        this.clock = clock;
        this.remembered = remembered;
    }

    /** Whether this is the first time. */
    boolean use(String name) {
        var now = clock.instant();
        used.values().removeIf(until -> !now.isBefore(until));
        return used.putIfAbsent(name, now.plus(remembered)) == null;
    }
}
