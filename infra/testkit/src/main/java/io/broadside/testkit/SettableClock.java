package io.broadside.testkit;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** A clock that stands still until it is moved. For any thread. */
public final class SettableClock extends Clock {

    /** Where a clock stands that was not told otherwise. */
    public static final Instant START = Instant.parse("2026-11-21T12:00:00Z");

    private volatile Instant now;

    /** Stands at {@link #START}. */
    public SettableClock() {
        this(START);
    }

    /** Stands at {@code start}. */
    public SettableClock(Instant start) {
        this.now = start;
    }

    /** Moves it on, or back by a negative span. */
    public synchronized void advance(Duration by) {
        now = now.plus(by);
    }

    /** Moves it to {@code time}. */
    public synchronized void set(Instant time) {
        now = time;
    }

    @Override
    public Instant instant() {
        return now;
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        throw new UnsupportedOperationException("UTC is the only zone");
    }
}
