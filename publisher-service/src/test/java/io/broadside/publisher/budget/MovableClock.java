package io.broadside.publisher.budget;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicLong;

/** A clock that a test moves. */
final class MovableClock extends Clock {

    private final AtomicLong now;

    MovableClock(Instant start) {
        this.now = new AtomicLong(start.toEpochMilli());
    }

    void advance(Duration span) {
        now.addAndGet(span.toMillis());
    }

    void set(Instant time) {
        now.set(time.toEpochMilli());
    }

    @Override
    public Instant instant() {
        return Instant.ofEpochMilli(now.get());
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        throw new UnsupportedOperationException("Only UTC");
    }
}
