package io.broadside.runtime.dispatch;

import java.util.function.LongPredicate;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;

/** What of a partition is left to do, as the commit of a dispatcher tells to whoever wants to know. */
public final class Unfinished {

    private Unfinished() {}

    /** Tells of offsets whether nothing is durable yet of what came of them. Where a ledger cannot be read, nothing is known to be. */
    public static LongPredicate of(OffsetAndMetadata committed) {
        var begin = committed.offset();
        var states = states(committed.metadata());
        return offset -> offset >= begin && states.at(offset - begin) != Ledger.State.DONE;
    }

    private static Ledger.States states(String metadata) {
        try {
            return Ledger.decoded(metadata).states();
        } catch (LedgerException _) {
            return Ledger.empty().states();
        }
    }
}
