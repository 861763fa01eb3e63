package io.broadside.retry;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.broadside.events.DelayCause;
import io.broadside.events.DelayedCommand;
import io.broadside.events.WaitingPosts;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * Tells how many posts wait on each connection for a token or a person. It is counted anew in every look, from what waits, so that no
 * way in or out can be forgotten; which connections to look at, and what was told of them, stands in the store of what waits. For the
 * thread of its task alone.
 *
 * <ol>
 *   <li>A connection is looked at from the first such wait on, until none is left.
 *   <li>What is told is as old as a round of looks: a second, for every two hundred connections of a partition on which something
 *       waits.
 *   <li>What has not changed is not told again.
 * </ol>
 */
final class WaitingTold {

    static final Duration EVERY = Duration.ofSeconds(1);

    private static final int MOST_IN_A_LOOK = 200;
    private static final Bytes FIRST = Bytes.wrap(new byte[] {'w'});
    private static final Bytes END = Bytes.wrap(new byte[] {'w' + 1});

    private final ProcessorContext<String, SpecificRecord> context;
    private final KeyValueStore<Bytes, byte[]> store;
    private final WaitingRoom room;
    private Bytes next = FIRST;

    /**
     * How many wait.
     *
     * @param oldestSince in milliseconds of the epoch; 0 if none does
     */
    private record Count(int posts, long oldestSince) {

        static final Count NONE = new Count(0, 0);

        byte[] encoded() {
            return ByteBuffer.allocate(Integer.BYTES + Long.BYTES)
                    .putInt(posts)
                    .putLong(oldestSince)
                    .array();
        }

        static Count decoded(byte[] bytes) {
            var buffer = ByteBuffer.wrap(bytes);
            return new Count(buffer.getInt(), buffer.getLong());
        }
    }

    /** A connection that is looked at, and what was told of it last. */
    private record Told(Bytes key, Count count) {

        String connectionId() {
            return new String(key.get(), 1, key.get().length - 1, UTF_8);
        }
    }

    WaitingTold(
            ProcessorContext<String, SpecificRecord> context, KeyValueStore<Bytes, byte[]> store, WaitingRoom room) {
        this.context = context;
        this.store = store;
        this.room = room;
    }

    /** A command has come to wait. */
    void taken(DelayedCommand delayed) {
        if (isForSomebody(delayed.getCause())) {
            var key = key(delayed.getCommand().getConnectionId());
            if (get(key) == null) {
                store.put(key, Count.NONE.encoded());
            }
        }
    }

    /** Looks at the next connections. */
    void look() {
        var found = nextOnes();
        next = found.size() < MOST_IN_A_LOOK ? FIRST : behind(found.getLast().key());
        for (var told : found) {
            var count = count(told.connectionId());
            if (!count.equals(told.count())) {
                tell(told.connectionId(), count);
            }
            if (count.posts() == 0) {
                put(told.key(), null);
            } else if (!count.equals(told.count())) {
                put(told.key(), count.encoded());
            }
        }
    }

    private List<Told> nextOnes() {
        var found = new ArrayList<Told>();
        try (var entries = store.range(next, END)) {
            while (entries.hasNext() && found.size() < MOST_IN_A_LOOK) {
                var entry = entries.next();
                if (entry.key.compareTo(END) < 0) {
                    found.add(new Told(entry.key, Count.decoded(entry.value)));
                }
            }
        }
        return found;
    }

    private Count count(String connectionId) {
        var waiting = room.ofConnection(connectionId, one -> isForSomebody(one.cause()));
        return new Count(
                waiting.size(),
                waiting.stream().mapToLong(one -> one.run().since()).min().orElse(0));
    }

    private void tell(String connectionId, Count count) {
        var value = Optional.of(count)
                .filter(some -> some.posts() > 0)
                .map(some -> WaitingPosts.newBuilder()
                        .setConnectionId(connectionId)
                        .setCount(some.posts())
                        .setOldestSince(Instant.ofEpochMilli(some.oldestSince()))
                        .build());
        forward(connectionId, value.orElse(null));
    }

    @SuppressWarnings("NullAway") // A tombstone.
    private void forward(String connectionId, @Nullable WaitingPosts value) {
        context.forward(new Record<>(connectionId, value, context.currentSystemTimeMs()), RetryTopology.WAITING_POSTS);
    }

    private static boolean isForSomebody(DelayCause cause) {
        return cause == DelayCause.TOKEN || cause == DelayCause.PERSON;
    }

    @SuppressWarnings("NullAway") // Kafka Streams' contract: null where there is nothing.
    private byte @Nullable [] get(Bytes key) {
        return store.get(key);
    }

    @SuppressWarnings("NullAway") // Kafka Streams' contract: null deletes.
    private void put(Bytes key, byte @Nullable [] value) {
        store.put(key, value);
    }

    private static Bytes key(String connectionId) {
        var id = connectionId.getBytes(UTF_8);
        return Bytes.wrap(
                ByteBuffer.allocate(1 + id.length).put((byte) 'w').put(id).array());
    }

    /** The first key after this one. */
    private static Bytes behind(Bytes key) {
        return Bytes.wrap(
                ByteBuffer.allocate(key.get().length + 1).put(key.get()).array());
    }
}
