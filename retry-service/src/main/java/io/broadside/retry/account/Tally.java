package io.broadside.retry.account;

import java.nio.ByteBuffer;

/**
 * Counts of the targets of one platform.
 *
 * @param accepted targets that became a command
 * @param open those of them that have not ended
 * @param secondEnds ends of targets that had ended already: there must be none
 */
record Tally(long accepted, long published, long failed, long cancelled, long unconfirmed, long open, long secondEnds) {

    static final Tally NONE = new Tally(0, 0, 0, 0, 0, 0, 0);

    private static final int NUMBERS = 7;

    /** What is neither ended nor open: there must be nothing. */
    long difference() {
        return accepted - published - failed - cancelled - unconfirmed - open;
    }

    Tally plus(Tally other) {
        return new Tally(
                accepted + other.accepted,
                published + other.published,
                failed + other.failed,
                cancelled + other.cancelled,
                unconfirmed + other.unconfirmed,
                open + other.open,
                secondEnds + other.secondEnds);
    }

    byte[] encoded() {
        return ByteBuffer.allocate(NUMBERS * Long.BYTES)
                .putLong(accepted)
                .putLong(published)
                .putLong(failed)
                .putLong(cancelled)
                .putLong(unconfirmed)
                .putLong(open)
                .putLong(secondEnds)
                .array();
    }

    static Tally decoded(byte[] bytes) {
        var numbers = ByteBuffer.wrap(bytes).asLongBuffer();
        return new Tally(
                numbers.get(),
                numbers.get(),
                numbers.get(),
                numbers.get(),
                numbers.get(),
                numbers.get(),
                numbers.get());
    }
}
