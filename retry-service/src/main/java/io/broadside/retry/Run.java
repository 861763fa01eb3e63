package io.broadside.retry;

import io.broadside.events.DelayCause;
import io.broadside.events.DelayedCommand;
import java.util.Optional;

/**
 * An unbroken run of one kind of trouble, as far as it is remembered here: a command's own history is bounded, and an outage
 * may be long.
 *
 * @param cause of its last wait
 * @param since when it began, in milliseconds of the epoch
 * @param failures waits of this cause, one after another; of rate limits those that named no time
 */
record Run(DelayCause cause, long since, int failures) {

    /**
     * The run this wait belongs to. Waits that are no attempt leave it as it was; only one for a person ends it, who changes what
     * it was about, and a redrive.
     */
    static Run of(Optional<Run> before, DelayedCommand delayed) {
        var cause = delayed.getCause();
        var since = delayed.getSince().toEpochMilli();
        if (before.isEmpty()) {
            return new Run(cause, since, counted(delayed));
        }
        var last = before.get();
        return switch (cause) {
            case BUDGET, BREAKER_OPEN, ORDER, TOKEN, SCHEDULED, UNKNOWN -> last;
            case RATE_LIMITED, UNAVAILABLE, UNCONFIRMED, PROCESSING -> {
                var goesOn = last.cause() == cause || (isTrouble(cause) && isTrouble(last.cause()));
                var failures = last.cause() == cause ? last.failures() : 0;
                yield new Run(cause, goesOn ? last.since() : since, failures + counted(delayed));
            }
            case PERSON, REDRIVEN -> new Run(cause, since, 1);
        };
    }

    /** A limit that names its end is kept, and is none that may go on for ever. */
    private static int counted(DelayedCommand delayed) {
        return delayed.getCause() == DelayCause.RATE_LIMITED
                        && delayed.getNotBefore().isPresent()
                ? 0
                : 1;
    }

    private static boolean isTrouble(DelayCause cause) {
        return cause == DelayCause.RATE_LIMITED || cause == DelayCause.UNAVAILABLE || cause == DelayCause.UNCONFIRMED;
    }
}
