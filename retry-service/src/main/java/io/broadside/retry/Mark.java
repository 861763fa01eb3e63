package io.broadside.retry;

import java.nio.ByteBuffer;

/**
 * How far a topic was read. Kept with everything else, and not forgotten when the offsets of the group are: what they bring again
 * is known.
 *
 * @param offset of the last record
 * @param youngest when the last wait of all records so far began, in milliseconds of the epoch
 */
record Mark(long offset, long youngest) {

    static final Mark NONE = new Mark(-1, Long.MIN_VALUE);

    /** Whether a record was read before. On a topic that was made anew offsets begin anew, but what is on it is younger. */
    boolean covers(long otherOffset, long since) {
        return otherOffset <= offset && since <= youngest;
    }

    Mark after(long newOffset, long since) {
        return new Mark(newOffset, Math.max(youngest, since));
    }

    byte[] encoded() {
        return ByteBuffer.allocate(2 * Long.BYTES)
                .putLong(offset)
                .putLong(youngest)
                .array();
    }

    static Mark decoded(byte[] bytes) {
        var buffer = ByteBuffer.wrap(bytes);
        return new Mark(buffer.getLong(), buffer.getLong());
    }
}
