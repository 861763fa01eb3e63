package io.broadside.publisher.budget;

import io.broadside.publisher.platform.Quotas.Documented;
import io.broadside.publisher.platform.Quotas.Reading.Count;
import io.broadside.publisher.platform.Quotas.Window;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * One limit counted in calls. For use under the lock of its {@link Budget}.
 *
 * <ol>
 *   <li>As long as an answer has told of a window that is not over, what the answer told holds, and calls under way count on
 *       top of it.
 *   <li>Without one, calls are counted here: so many in the limit's window.
 *   <li>What is under way and what is used never exceed what may be used, as far as both are known here.
 * </ol>
 */
final class Limit {

    /** Of a limit that was told of only, where no window is known to go on with. */
    private static final Window USUAL = new Window.Rolling(Duration.ofMinutes(15));

    /** Resets of one window that are told with a difference up to this are the same. */
    private static final Duration SAME_RESET = Duration.ofSeconds(5);

    private final String span;
    private final Window window;
    private long limit;

    /** End of the window that was told of; absent where the last one is over. */
    private Optional<Instant> reset = Optional.empty();

    /** Calls of the window: all that the platform counts, and those made here. */
    private long used;

    private long usedHere;

    /** When the calls were made that count while no window is known. */
    private final Deque<Instant> recent = new ArrayDeque<>();

    private Limit(String span, long limit, Window window) {
        this.span = span;
        this.limit = limit;
        this.window = window;
    }

    static Limit of(Documented documented) {
        return new Limit(documented.span(), documented.limit(), documented.window());
    }

    static Limit of(Count count) {
        return new Limit(count.span(), count.limit(), USUAL);
    }

    /** @param underWay calls that were let through and have not ended */
    Optional<Held> ask(Asking asking, long underWay, String platform, String what, Instant now) {
        roll(now);
        var mayUse = asking.mayUse(limit);
        // A step of more calls than are ever allowed at once must not wait for ever.
        var calls = Math.min(asking.calls(), mayUse);
        var over = inUse() + underWay + calls - mayUse;
        if (over > 0) {
            return Optional.of(new Held(
                    freeAt(over, now),
                    platform + " allows " + limit + " " + what + " in " + span
                            + (asking.isUrgent()
                                    ? ", and all of them are used"
                                    : "; " + (inUse() + underWay)
                                            + " are used, and the rest is kept for scheduled posts")));
        }
        var mayUseHere = asking.mayUseHere(limit);
        var overHere = inUseHere() + underWay + Math.min(calls, mayUseHere) - mayUseHere;
        return overHere <= 0
                ? Optional.empty()
                : Optional.of(new Held(
                        freeAt(overHere, now),
                        platform + " allows " + limit + " " + what + " in " + span
                                + ", and the share of this instance, " + mayUseHere + ", is used"));
    }

    /** A call was made, of which the platform said how the limit stands. */
    void counted(Count count, Instant now) {
        roll(now);
        var isOver = !count.reset().isAfter(now);
        var isOlder = reset.filter(known -> count.reset().isBefore(known.minus(SAME_RESET)))
                .isPresent();
        if (isOver || isOlder) {
            counted(now);
            return;
        }
        var usedByThat = Math.max(0, count.limit() - count.left());
        var isSame = limit == count.limit()
                && reset.filter(known -> !count.reset().isAfter(known.plus(SAME_RESET)))
                        .isPresent();
        // Answers may overtake one another: of those about one window the one that counts most is the latest.
        used = isSame ? Math.max(used, usedByThat) : usedByThat;
        usedHere = isSame ? usedHere + 1 : reset.isPresent() ? 1 : recent.size() + 1L;
        limit = count.limit();
        reset = Optional.of(count.reset());
        recent.clear();
    }

    /** A call was made, and nothing was said. */
    void counted(Instant now) {
        roll(now);
        if (reset.isPresent()) {
            used++;
            usedHere++;
        } else {
            recent.addLast(now);
        }
    }

    boolean isIdle(Instant now) {
        roll(now);
        return reset.isEmpty() && recent.isEmpty();
    }

    private void roll(Instant now) {
        if (reset.filter(end -> !end.isAfter(now)).isPresent()) {
            reset = Optional.empty();
            used = 0;
            usedHere = 0;
        }
        while (!recent.isEmpty() && !window.countsUntil(recent.getFirst()).isAfter(now)) {
            recent.removeFirst();
        }
    }

    private long inUse() {
        return reset.isPresent() ? used : recent.size();
    }

    private long inUseHere() {
        return reset.isPresent() ? usedHere : recent.size();
    }

    /** When so many calls more can be made than now. */
    private Instant freeAt(long calls, Instant now) {
        return reset.orElseGet(() -> recent.stream()
                .skip(calls - 1)
                .findFirst()
                .map(window::countsUntil)
                // It is those under way that fill it: they end soon, and count from then on.
                .orElseGet(() -> window.countsUntil(now)));
    }
}
