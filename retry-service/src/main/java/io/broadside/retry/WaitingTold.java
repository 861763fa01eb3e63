package io.broadside.retry;

import io.broadside.events.DelayCause;
import io.broadside.events.WaitingPosts;
import io.broadside.retry.Keys.Kind;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.function.Supplier;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * Tells how many posts wait on each connection for a token or a person. They are counted anew, from what waits, so that no
 * count can drift; what was told of which connections stands in the store of what waits. For the thread of its task alone.
 *
 * <ol>
 *   <li>A connection is counted in the next look after such a wait has come, gone or changed; where nothing changes, nothing
 *       is read.
 *   <li>Every few minutes, and first of all after a start, every connection is counted on which something waits or that was
 *       told of: what a killed process had not told yet is told then.
 *   <li>A look reads so many entries at most, whatever waits; the next one goes on from there. A connection with very many
 *       delays what is told of others, and holds up nothing else.
 *   <li>What has not changed is not told again.
 * </ol>
 */
final class WaitingTold {

    static final Duration EVERY = Duration.ofSeconds(1);

    /** How long after the end of a round over all connections the next one begins. */
    static final Duration THOROUGHLY = Duration.ofMinutes(5);

    /** Entries in a look. Beginning with a connection counts for one as well. */
    static final int MOST_CHANGED = 2000;

    /** Entries on top of that while all are counted: those in which something has changed do not wait for the others. */
    static final int MOST_THOROUGHLY = 500;

    private final ProcessorContext<String, SpecificRecord> context;
    private final KeyValueStore<Bytes, byte[]> store;
    private final WaitingRoom room;

    /** Connections to be counted. If they are lost with the process, the round over all of them finds the same. */
    private final SequencedSet<String> changed = new LinkedHashSet<>();

    private final Counting ofChanged = new Counting(this::nextChanged, MOST_CHANGED);
    private final Counting thorough = new Counting(this::nextOfAll, MOST_THOROUGHLY);
    private Bytes next = Kind.TOLD.prefix();
    private long nextRound;

    WaitingTold(
            ProcessorContext<String, SpecificRecord> context, KeyValueStore<Bytes, byte[]> store, WaitingRoom room) {
        this.context = context;
        this.store = store;
        this.room = room;
        room.tellChanges(this::changed);
    }

    /**
     * How many wait.
     *
     * @param oldestSince in milliseconds of the epoch; 0 if none does
     */
    private record Count(int posts, long oldestSince) {

        static final Count NONE = new Count(0, 0);

        Count with(long since) {
            return new Count(posts + 1, posts == 0 ? since : Math.min(oldestSince, since));
        }

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

    /** Counts one connection after another, a part of them in each look. */
    private final class Counting {

        private final Supplier<Optional<String>> connections;
        private final int most;
        private Optional<Walk> underWay = Optional.empty();

        Counting(Supplier<Optional<String>> connections, int most) {
            this.connections = connections;
            this.most = most;
        }

        void goOn() {
            for (var left = most; left > 0; ) {
                var walk = underWay.or(() -> connections.get().map(Walk::new));
                if (walk.isEmpty()) {
                    return;
                }
                left -= walk.get().goOn(left);
                underWay = walk.filter(one -> !one.isDone());
                walk.filter(Walk::isDone).ifPresent(WaitingTold.this::settle);
            }
        }

        /** It is counted by another. */
        void leaveOut(String connectionId) {
            underWay = underWay.filter(walk -> !walk.connectionId.equals(connectionId));
        }
    }

    /** Over what of one connection waits, whatever for. */
    private final class Walk {

        private final String connectionId;
        private Optional<Bytes> from;
        private Count count = Count.NONE;
        private int read;

        Walk(String connectionId) {
            this.connectionId = connectionId;
            this.from = Optional.of(Keys.held(connectionId, ""));
        }

        /** Reads so many entries at most. Returns what that has cost. */
        int goOn(int most) {
            read = 1;
            from = from.flatMap(key -> room.read(connectionId, key, most, this::see));
            return read;
        }

        private void see(byte[] entry) {
            read++;
            var glance = Waiting.glanceAt(entry);
            if (isForSomebody(glance.cause())) {
                count = count.with(glance.since());
            }
        }

        boolean isDone() {
            return from.isEmpty();
        }
    }

    private void changed(Waiting waiting) {
        var id = waiting.connectionId();
        if (!isForSomebody(waiting.cause())) {
            return;
        }
        // What has been counted there is out of date, and must not be told after what is counted from now on.
        thorough.leaveOut(id);
        if (changed.add(id) && get(Keys.told(id)) == null) {
            put(Keys.told(id), Count.NONE.encoded());
        }
    }

    /** Counts on, and tells what has changed. */
    void look() {
        ofChanged.goOn();
        if (context.currentSystemTimeMs() >= nextRound) {
            thorough.goOn();
        }
    }

    private Optional<String> nextChanged() {
        return changed.isEmpty() ? Optional.empty() : Optional.of(changed.removeFirst());
    }

    /** Of the connections of which something was told, the next; empty once in a round, after the last of them. */
    private Optional<String> nextOfAll() {
        try (var entries = store.range(next, Keys.behind(Kind.TOLD.prefix()))) {
            if (entries.hasNext()) {
                var key = entries.next().key;
                if (Kind.TOLD.isOf(key)) {
                    next = Keys.after(key);
                    return Optional.of(Keys.rest(key, Kind.TOLD.prefix(), 0));
                }
            }
        }
        next = Kind.TOLD.prefix();
        nextRound = context.currentSystemTimeMs() + THOROUGHLY.toMillis();
        return Optional.empty();
    }

    private void settle(Walk walk) {
        var key = Keys.told(walk.connectionId);
        var stored = get(key);
        var told = stored == null ? Count.NONE : Count.decoded(stored);
        if (walk.count.posts() == 0 && changed.contains(walk.connectionId)) {
            // Something came where this walk had passed already: if the process ends now, its entry tells of it.
            return;
        }
        if (!walk.count.equals(told)) {
            tell(walk.connectionId, walk.count);
            put(key, walk.count.encoded());
        }
        if (walk.count.posts() == 0) {
            put(key, null);
        }
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
}
