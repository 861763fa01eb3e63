package io.broadside.publisher.platform.media;

import java.time.Duration;
import java.util.function.LongSupplier;

/** The time that one call of a publication may spend on uploading. */
public final class Slice {

    private final LongSupplier nanoClock;
    private final long endsAt;

    private Slice(LongSupplier nanoClock, long endsAt) {
        this.nanoClock = nanoClock;
        this.endsAt = endsAt;
    }

    /** A slice that begins now, by a monotonic clock in nanoseconds. */
    public static Slice of(LongSupplier nanoClock, Duration length) {
        return new Slice(nanoClock, nanoClock.getAsLong() + length.toNanos());
    }

    public boolean isOver() {
        return nanoClock.getAsLong() - endsAt >= 0;
    }
}
