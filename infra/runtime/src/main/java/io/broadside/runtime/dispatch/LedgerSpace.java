package io.broadside.runtime.dispatch;

/**
 * How far beyond its first unfinished record a partition may be worked on, so that its ledger fits whatever happens next.
 *
 * <p>What may still happen to records that were started is known: each stays as it is or becomes DONE. So a span is safe
 * if its longest possible ledger fits, and one of two bounds shows it:
 *
 * <ul>
 *   <li>as a table it takes two bits for each record, whatever their states;
 *   <li>as runs it takes at most a byte for each unfinished record, and the bytes of one run of finished records before,
 *       between and behind them.
 * </ul>
 *
 * The first one lets thousands of records end in any order; the second one lets a partition go on far beyond a single
 * record that takes its time.
 *
 * @param characters the longest metadata of an offset commit that may be written
 * @param brokersLimit the longest that the broker takes
 */
record LedgerSpace(int characters, int brokersLimit) {

    /** What is needed for a window that is worth having, and what no broker is known to refuse. */
    static final int LEAST_CHARACTERS = 256;

    /** Runs of up to this many finished records take two bytes; beyond it one more, and one more again. */
    private static final int RUN_OF_TWO_BYTES = (1 << 14) / 4 - 1;

    private static final int RUN_OF_THREE_BYTES = (1 << 21) / 4 - 1;

    LedgerSpace {
        if (brokersLimit < LEAST_CHARACTERS) {
            throw new IllegalStateException(
                    "The broker takes " + brokersLimit + " bytes of metadata with an offset; set its"
                            + " offset.metadata.max.bytes to " + LEAST_CHARACTERS + " or more, best to 4096.");
        }
        characters = Math.min(characters, brokersLimit);
    }

    /**
     * Makes sure that a ledger that was found can be committed again, whatever becomes of its records.
     *
     * @throws LedgerException if the broker would not take it, as when its limit was lowered since
     */
    void require(Ledger found) {
        var most = new LedgerSpace(brokersLimit, brokersLimit);
        var states = found.states();
        if (found.encoded().length() > brokersLimit || !most.fits(states.length(), states.unfinished())) {
            throw LedgerException.of(
                    "its ledger may grow beyond the " + brokersLimit + " characters that the broker now takes with an"
                            + " offset; set its offset.metadata.max.bytes to what it was, at least until what is under way is done.");
        }
    }

    /**
     * Whether a ledger fits, now and whatever becomes of its records.
     *
     * @param span how many offsets it describes, counted from the first unfinished one
     * @param unfinished how many records among them are not DONE
     */
    boolean fits(long span, int unfinished) {
        return span <= Ledger.MAX_SPAN && (span <= tableSpan() || runBytes(span, unfinished) <= bytes());
    }

    /** How many records can be described whatever their states. */
    int tableSpan() {
        return (bytes() - Ledger.MAX_VARINT_BYTES) * Ledger.STATES_PER_BYTE;
    }

    private int bytes() {
        return characters / 4 * 3 - Ledger.HEADER_BYTES;
    }

    private static long runBytes(long span, int unfinished) {
        return unfinished + 2L * (unfinished + 1L) + span / RUN_OF_TWO_BYTES + span / RUN_OF_THREE_BYTES;
    }
}
