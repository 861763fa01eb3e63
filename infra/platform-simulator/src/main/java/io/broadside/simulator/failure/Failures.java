package io.broadside.simulator.failure;

import io.broadside.simulator.account.Platform;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/** The failures still to come. They are not remembered beyond the process. */
public final class Failures {
    private final List<Armed> armed = new CopyOnWriteArrayList<>();
    private final AtomicLong ids = new AtomicLong();

    public ActiveFailure inject(Failure failure) {
        var added = new Armed(ids.incrementAndGet(), failure);
        armed.add(added);
        return added.describe();
    }

    public List<ActiveFailure> active() {
        return armed.stream().map(Armed::describe).toList();
    }

    public void clear() {
        armed.clear();
    }

    /** The failure this call meets, the oldest first; it is used up by that. */
    public Optional<Failure> next(Platform platform, String endpoint, Optional<String> account) {
        var struck = armed.stream()
                .filter(candidate -> candidate.failure.matches(platform, endpoint, account) && candidate.strikes())
                .findFirst();
        struck.filter(Armed::isUsedUp).ifPresent(armed::remove);
        return struck.map(candidate -> candidate.failure);
    }

    /**
     * A failure and what is left of it.
     *
     * @param remaining calls that will still fail; -1 without end
     * @param struck calls that failed
     */
    public record ActiveFailure(long id, Failure failure, int remaining, long struck) {}

    private static final class Armed {
        private final long id;
        private final Failure failure;
        private final Random dice;
        private int remaining;
        private long struck;

        Armed(long id, Failure failure) {
            this.id = id;
            this.failure = failure;
            this.dice = new Random(failure.seed());
            this.remaining = failure.times();
        }

        synchronized boolean strikes() {
            if (remaining == 0 || (failure.probability() < 1 && dice.nextDouble() >= failure.probability())) {
                return false;
            }
            if (remaining > 0) {
                remaining--;
            }
            struck++;
            return true;
        }

        synchronized boolean isUsedUp() {
            return remaining == 0;
        }

        synchronized ActiveFailure describe() {
            return new ActiveFailure(id, failure, remaining, struck);
        }
    }
}
