package io.broadside.retry;

import org.apache.kafka.common.utils.Bytes;

/**
 * How large what waits may be. A record or an entry that Kafka refuses kills the thread, which reads the same again: so nothing
 * is kept or passed on that might be refused.
 */
final class Sizes {

    /**
     * Kafka takes 1 MiB. A publisher writes less than this, and what comes on top of a command (ids, headers, the sentence of a
     * dead letter) fits between.
     */
    static final int MOST_BYTES = 1_020_000;

    private Sizes() {}

    static boolean fits(Bytes record) {
        return record.get().length <= MOST_BYTES;
    }

    /** An entry is larger than its command by some ids and times; ids are part of the command, so it is not three times as large. */
    static boolean fits(Waiting waiting) {
        return waiting.original().get().length <= MOST_BYTES / 3 || waiting.encoded().length <= MOST_BYTES;
    }

    /** What people are told. */
    static String tooLarge(int bytes) {
        return "With everything that belongs to it the post has " + bytes + " bytes; at most " + MOST_BYTES
                + " can be kept while it waits. Make it smaller; media are given by URL.";
    }
}
