package io.broadside.retry;

/**
 * Where a waiting command stands.
 *
 * @param due when it is sent back, in milliseconds of the epoch; {@link #NEVER} if only something else can release it
 * @param position when it was accepted, or is scheduled for: who goes first of those that are due in the same millisecond. The
 *     order of an account's posts is {@link AccountOrder}'s
 * @param round the command's round when it came
 * @param releasedBy version of the token that releases it; {@link Verdict#NO_TOKEN} if none does
 * @param isWithdrawn whether somebody wants it back; set where that must wait until it is known whether it is out
 * @param isBehind whether it waits for an earlier post of its account
 * @param isInTurn whether it is due and waits for its turn
 * @param turnEnds when that ends because nobody wants it any more; {@link #NEVER} if it does not
 */
record Place(
        long due,
        long position,
        int round,
        long releasedBy,
        boolean isWithdrawn,
        boolean isBehind,
        boolean isInTurn,
        long turnEnds) {

    static final long NEVER = Long.MAX_VALUE;

    static Place at(long due, long position, int round) {
        return new Place(Math.max(0, due), Math.max(0, position), round, Verdict.NO_TOKEN, false, false, false, NEVER);
    }

    /** When the timer has to look at it. */
    long nextLook() {
        return isInTurn ? turnEnds : due;
    }

    /** Due then, for whatever reason it waited. */
    Place dueAt(long time) {
        return new Place(Math.max(0, time), position, round, Verdict.NO_TOKEN, isWithdrawn, false, false, NEVER);
    }

    Place withPosition(long other) {
        return new Place(due, Math.max(0, other), round, releasedBy, isWithdrawn, isBehind, isInTurn, turnEnds);
    }

    Place withdrawn(boolean wanted) {
        return new Place(due, position, round, releasedBy, wanted, isBehind, isInTurn, turnEnds);
    }

    Place until(long time, long token) {
        return new Place(Math.max(0, time), position, round, token, isWithdrawn, false, false, NEVER);
    }

    /** It waits for the same, but no longer than to that time. */
    Place noLongerThan(long time) {
        return isInTurn
                ? inTurn(time)
                : new Place(Math.min(due, time), position, round, releasedBy, isWithdrawn, isBehind, false, NEVER);
    }

    /** Behind an earlier post; the time is its deadline, if it has one. */
    Place behindAnother(long deadline) {
        return new Place(deadline, position, round, Verdict.NO_TOKEN, isWithdrawn, true, false, NEVER);
    }

    /** Due, and waiting for its turn. */
    Place inTurn(long ends) {
        return new Place(due, position, round, releasedBy, isWithdrawn, isBehind, true, ends);
    }
}
