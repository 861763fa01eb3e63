package io.broadside.runtime.dispatch;

import org.jspecify.annotations.Nullable;

/**
 * What was done with the records of a partition is not known or could not be kept: nothing of it may be started. The message goes on
 * from "partition X waits: ".
 */
final class LedgerException extends RuntimeException {

    private LedgerException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /** @param message what is wrong and what a person can do */
    static LedgerException of(String message) {
        return new LedgerException(message, null);
    }

    /** The metadata of an offset commit is not a ledger that can be read here. */
    static LedgerException unreadable(String reason) {
        return unreadable(reason, null);
    }

    /** As {@link #unreadable(String)}. */
    static LedgerException unreadable(String reason, @Nullable Throwable cause) {
        return new LedgerException(
                "its ledger cannot be read: " + reason
                        + ". It may have been written by another version of Broadside; run that one, and nothing is lost. See"
                        + " 'A ledger that cannot be read' in docs/operations.md.",
                cause);
    }
}
