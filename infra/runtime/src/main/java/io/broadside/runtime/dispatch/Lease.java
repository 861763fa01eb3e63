package io.broadside.runtime.dispatch;

import io.broadside.runtime.http.CallGate;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Permission to call the outside world for one record, limited in time so that a later owner of the record knows when
 * the last call can have ended.
 *
 * <p>The first call must leave before the intent is older than {@link DispatchConfig#intentMaxAge}; no call may last
 * beyond {@link DispatchConfig#callLimit} from then on. Time is that of the monotonic clock: it goes on while a
 * process is stopped, but not while its machine is suspended. Safe for use by several threads.
 */
public final class Lease implements CallGate {

    private final LongSupplier nanoClock;
    private final long firstCallBefore;
    private final long endsAt;
    private volatile boolean isUsed;

    private Lease(LongSupplier nanoClock, long firstCallBefore, long endsAt) {
        this.nanoClock = nanoClock;
        this.firstCallBefore = firstCallBefore;
        this.endsAt = endsAt;
    }

    /**
     * A lease that begins with an intent.
     *
     * @param nanoClock a monotonic clock in nanoseconds
     * @param from the time, by that clock, before which the intent cannot have become durable
     */
    public static Lease of(LongSupplier nanoClock, long from, Duration intentMaxAge, Duration callLimit) {
        var firstCallBefore = from + intentMaxAge.toNanos();
        return new Lease(nanoClock, firstCallBefore, firstCallBefore + callLimit.toNanos());
    }

    /** A lease to look for what a call came to that another process may have made: something may have happened already. */
    static Lease forReconciliation(LongSupplier nanoClock, Duration intentMaxAge, Duration callLimit) {
        var lease = of(nanoClock, nanoClock.getAsLong(), intentMaxAge, callLimit);
        lease.isUsed = true;
        return lease;
    }

    /** A lease that permits nothing: that of a record whose intent is not durable. */
    static Lease none() {
        return new Lease(() -> 1, 0, 0);
    }

    @Override
    public Optional<Duration> admit() {
        var now = nanoClock.getAsLong();
        if (!isUsed && now - firstCallBefore >= 0) {
            return Optional.empty();
        }
        var left = endsAt - now;
        if (left <= 0) {
            return Optional.empty();
        }
        isUsed = true;
        return Optional.of(Duration.ofNanos(left));
    }

    /** Whether a first call could still be made; asking uses nothing up. */
    boolean isFresh() {
        return nanoClock.getAsLong() - firstCallBefore < 0;
    }

    /** Whether any call may have been made, here or by a former owner: if not, nothing can have happened. */
    public boolean isUsed() {
        return isUsed;
    }
}
