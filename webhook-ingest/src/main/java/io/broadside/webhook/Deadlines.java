package io.broadside.webhook;

import java.util.ArrayDeque;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Things that must have happened after one and the same time, or else. A timer for each would cost more than most of what they
 * guard: as all have the same time, those that began first end first, and a look now and then finds what is over.
 *
 * <p>For one thread.
 */
final class Deadlines {

    /** One thing that is waited for. */
    static final class Deadline {

        private final long endsAt;
        private @Nullable Runnable orElse;

        private Deadline(long endsAt, Runnable orElse) {
            this.endsAt = endsAt;
            this.orElse = orElse;
        }

        /** It has happened. */
        void met() {
            orElse = null;
        }
    }

    private final long limitNanos;
    private final LongSupplier nanoTime;
    private final ArrayDeque<Deadline> open = new ArrayDeque<>();

    Deadlines(long limitNanos, LongSupplier nanoTime) {
        this.limitNanos = limitNanos;
        this.nanoTime = nanoTime;
    }

    /** Begins to wait. */
    Deadline begin(Runnable orElse) {
        var deadline = new Deadline(nanoTime.getAsLong() + limitNanos, orElse);
        open.add(deadline);
        return deadline;
    }

    /** Does what was to be done of all that is over. */
    void look() {
        var now = nanoTime.getAsLong();
        for (var first = open.peek(); first != null; first = open.peek()) {
            var orElse = first.orElse;
            if (orElse != null && first.endsAt - now > 0) {
                return;
            }
            open.remove();
            if (orElse != null) {
                first.met();
                orElse.run();
            }
        }
    }
}
