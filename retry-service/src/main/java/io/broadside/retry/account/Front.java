package io.broadside.retry.account;

import java.util.Optional;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * The first entry of an index from which entries go mostly at the front. What was deleted there stays in the store for a while and
 * would be walked through at every look; so it is remembered before which key nothing is. For the thread of one task.
 */
final class Front {

    private final Bytes prefix;
    private final Bytes end;
    private Bytes from;

    /**
     * @param prefix what all keys of the index begin with
     * @param end behind all of them
     */
    Front(Bytes prefix, Bytes end) {
        this.prefix = prefix;
        this.end = end;
        this.from = prefix;
    }

    /** What all keys of the index begin with. */
    Bytes prefix() {
        return prefix;
    }

    /** A key of the index was put. */
    void put(Bytes key) {
        if (key.compareTo(from) < 0) {
            from = key;
        }
    }

    /** The first key; empty if there is none. */
    Optional<Bytes> first(KeyValueStore<Bytes, byte[]> store) {
        try (var entries = entries(store)) {
            var first = entries.hasNext() ? entries.next().key : end;
            // A store's ranges have their last key in them.
            from = first;
            return first.equals(end) ? Optional.empty() : Optional.of(first);
        }
    }

    /** All entries in their order, to be closed; perhaps one at the very end of the range, which is none of the index. */
    KeyValueIterator<Bytes, byte[]> entries(KeyValueStore<Bytes, byte[]> store) {
        return store.range(from, end);
    }
}
