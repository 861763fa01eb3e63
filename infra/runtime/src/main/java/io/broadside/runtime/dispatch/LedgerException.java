package io.broadside.runtime.dispatch;

import org.jspecify.annotations.Nullable;

/** The metadata of an offset commit is not a ledger that can be read here. */
public final class LedgerException extends RuntimeException {

    LedgerException(String reason) {
        this(reason, null);
    }

    LedgerException(String reason, @Nullable Throwable cause) {
        super(
                "The ledger of a partition cannot be read: " + reason
                        + ". It may have been written by a newer version of Broadside; run that one, and nothing is lost.",
                cause);
    }
}
