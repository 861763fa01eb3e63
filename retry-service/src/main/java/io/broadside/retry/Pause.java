package io.broadside.retry;

import java.time.Duration;
import java.util.List;

/** How long a command waits where nobody has named a time. */
sealed interface Pause {

    /**
     * Doubles with every failure from {@code base} up to {@code cap}; what is waited is chosen at random between
     * {@code least} and that (full jitter), so that many commands that failed together do not come back together.
     */
    record Exponential(Duration least, Duration base, Duration cap) implements Pause {
        public Exponential {
            if (base.toMillis() < 1) {
                throw new IllegalArgumentException("a base of 1 ms or more needed");
            }
            if (least.isNegative() || base.compareTo(least) < 0 || cap.compareTo(base) < 0) {
                throw new IllegalArgumentException(
                        "least <= base <= cap needed, were " + least + ", " + base + ", " + cap);
            }
        }
    }

    /** One time span per look in vain so far; after the last of them it is given up. */
    record Steps(List<Duration> spans) implements Pause {
        public Steps {
            spans = List.copyOf(spans);
        }
    }

    /** Always the same. */
    record Fixed(Duration span) implements Pause {}

    /** Until a newer token is there. The publisher is asked again now and then all the same, should the news be lost. */
    record UntilToken(Duration poll) implements Pause {}

    /** Until a person has brought a newer token, however long that takes; the deadline of the post bounds it. */
    record UntilPerson() implements Pause {}
}
