package io.broadside.retry;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.broadside.retry.Keys.Kind;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * The store of one partition: what waits, found by its connection and command, and in the order of time; which token of each
 * connection was seen last; and, in {@link Remembered}, what is known of what has left. For the thread of its task alone.
 *
 * <p>What a look at the time costs depends on what is due, not on what waits: the earliest due time is kept in memory, and
 * the scan starts there, past all that was deleted before it.
 */
final class WaitingRoom {

    static final String STORE = "waiting-room";

    private static final long MOST_DUE_BYTES = 16L << 20;
    private static final Bytes NEVER = Keys.due(Place.NEVER, Place.NEVER, "");

    private final KeyValueStore<Bytes, byte[]> store;
    private final Remembered remembered;
    private final AccountOrder order;
    private long count;
    private long inTurn;

    private Consumer<Waiting> changes = _ -> {};

    /** No entry is due before this one; the beginning of time until the first look. */
    private Bytes earliest = Keys.due(0, 0, "");

    WaitingRoom(KeyValueStore<Bytes, byte[]> store) {
        this.store = store;
        this.remembered = new Remembered(store);
        this.order = new AccountOrder(store);
        var stored = get(Keys.count());
        this.count = stored == null ? 0 : ByteBuffer.wrap(stored).getLong();
        try (var entries = scan(Kind.TURN.prefix())) {
            entries.forEachRemaining(_ -> inTurn++);
        }
    }

    /** What is remembered of what does not wait, or not any more. */
    Remembered remembered() {
        return remembered;
    }

    /** Which posts of an account go out before which. */
    AccountOrder order() {
        return order;
    }

    /** The command; empty if it does not wait. */
    Optional<Waiting> find(String connectionId, String commandId) {
        return Optional.ofNullable(get(Keys.held(connectionId, commandId))).map(Waiting::decoded);
    }

    /** What of a connection waits and is meant. */
    List<Waiting> ofConnection(String connectionId, Predicate<Waiting> isMeant) {
        var found = new ArrayList<Waiting>();
        try (var entries = scan(Keys.held(connectionId, ""))) {
            entries.forEachRemaining(entry -> {
                var waiting = Waiting.decoded(entry.value);
                if (isMeant.test(waiting)) {
                    found.add(waiting);
                }
            });
        }
        return found;
    }

    /**
     * Reads entries of a connection, so many at most.
     *
     * @param from the key to begin with; {@link Keys#held} without a command for the first of them
     * @return the key to go on from; empty if there are no more
     */
    Optional<Bytes> read(String connectionId, Bytes from, int most, Consumer<byte[]> hearing) {
        var end = Keys.behind(Keys.held(connectionId, ""));
        var read = 0;
        try (var entries = store.range(from, end)) {
            while (entries.hasNext()) {
                var entry = entries.next();
                if (entry.key.equals(end)) {
                    break;
                }
                if (read++ == most) {
                    return Optional.of(entry.key);
                }
                hearing.accept(entry.value);
            }
        }
        return Optional.empty();
    }

    /** From now on this one hears of whatever comes, goes, or is put in the place of something else. */
    void tellChanges(Consumer<Waiting> hearing) {
        changes = hearing;
    }

    void hold(Waiting waiting) {
        put(Keys.held(waiting.connectionId(), waiting.commandId()), waiting.encoded());
        index(waiting);
        count(1);
        changes.accept(waiting);
    }

    void remove(Waiting waiting) {
        put(Keys.held(waiting.connectionId(), waiting.commandId()), null);
        removeFromIndex(waiting);
        count(-1);
        changes.accept(waiting);
    }

    /** Puts another state of a command that waits in the place of the one that is there. */
    void replace(Waiting before, Waiting after) {
        put(Keys.held(after.connectionId(), after.commandId()), after.encoded());
        removeFromIndex(before);
        index(after);
        changes.accept(before);
        changes.accept(after);
    }

    private void index(Waiting waiting) {
        if (waiting.place().isInTurn()) {
            inTurn++;
            put(Keys.turn(waiting), connection(waiting));
        }
        if (waiting.place().nextLook() < Place.NEVER) {
            var key = due(waiting);
            put(key, connection(waiting));
            earliest = key.compareTo(earliest) < 0 ? key : earliest;
        }
    }

    private void removeFromIndex(Waiting waiting) {
        if (waiting.place().isInTurn()) {
            inTurn--;
            put(Keys.turn(waiting), null);
        }
        if (waiting.place().nextLook() < Place.NEVER) {
            put(due(waiting), null);
        }
    }

    private static Bytes due(Waiting waiting) {
        return Keys.due(waiting.place().nextLook(), waiting.place().position(), waiting.commandId());
    }

    /**
     * Commands to look at by now, oldest first: those that are due, and those of which the deadline passes while they wait for
     * their turn. No more than the limit, nor more than fits in memory many times. The caller removes or replaces each of them
     * before it asks again.
     */
    List<Waiting> due(long now, int limit) {
        if (earliest() > now) {
            return List.of();
        }
        var found = new ArrayList<Waiting>();
        var bytes = 0L;
        try (var entries = store.range(earliest, NEVER)) {
            while (entries.hasNext()) {
                var entry = entries.next();
                if (Keys.timeOf(entry.key) > now || found.size() == limit || bytes > MOST_DUE_BYTES) {
                    earliest = entry.key;
                    return found;
                }
                var commandId = Keys.rest(entry.key, Kind.DUE.prefix(), 2);
                var waiting = find(new String(entry.value, UTF_8), commandId).orElseThrow();
                bytes += waiting.original().get().length;
                found.add(waiting);
            }
        }
        earliest = NEVER;
        return found;
    }

    /** The earliest time at which something is due, or an earlier one; in milliseconds of the epoch. */
    long earliest() {
        return Keys.timeOf(earliest);
    }

    /** Hears of every profile of which something waits for its turn: platform, profile. */
    void profilesInTurn(BiConsumer<String, String> hearing) {
        var from = Kind.TURN.prefix();
        var end = Keys.behind(from);
        while (true) {
            try (var entries = store.range(from, end)) {
                if (!entries.hasNext()) {
                    return;
                }
                var entry = entries.next();
                if (!Kind.TURN.isOf(entry.key)) {
                    return;
                }
                var key = ByteBuffer.wrap(entry.key.get(), 1, entry.key.get().length - 1);
                var platform = Keys.text(key);
                var profile = Keys.text(key);
                hearing.accept(platform, profile);
                from = Keys.behind(Keys.turns(platform, profile));
            }
        }
    }

    /**
     * What is next of a profile that waits for its turn.
     *
     * @param from the key before which there is nothing any more
     */
    Optional<Waiting> nextInTurn(String platform, String profileId, Bytes from) {
        var prefix = Keys.turns(platform, profileId);
        try (var entries = store.range(from, Keys.behind(prefix))) {
            if (!entries.hasNext()) {
                return Optional.empty();
            }
            var entry = entries.next();
            if (!entry.key.equals(Keys.behind(prefix))) {
                return Optional.of(find(new String(entry.value, UTF_8), Keys.rest(entry.key, prefix, 2))
                        .orElseThrow());
            }
            return Optional.empty();
        }
    }

    /** How many commands wait. */
    long size() {
        return count;
    }

    /** How many of them are due and wait for their turn. */
    long sizeInTurn() {
        return inTurn;
    }

    /** Written with every change: whatever commits, commits the number that fits it. */
    private void count(int change) {
        count += change;
        put(Keys.count(), number(count));
    }

    void tokenSeen(String connectionId, long version) {
        put(Keys.token(connectionId), number(version));
    }

    void tokenGone(String connectionId) {
        put(Keys.token(connectionId), null);
    }

    OptionalLong knownToken(String connectionId) {
        var version = get(Keys.token(connectionId));
        return version == null
                ? OptionalLong.empty()
                : OptionalLong.of(ByteBuffer.wrap(version).getLong());
    }

    /** Notes that nothing but a person helps a connection: why, and the version of the token that is no good. */
    void needsPerson(String connectionId, NeedsPerson why) {
        put(Keys.person(connectionId), why.encoded());
    }

    /** Notes that it fares well again. Returns whether that is news. */
    boolean needsNobody(String connectionId) {
        var isNews = get(Keys.person(connectionId)) != null;
        if (isNews) {
            put(Keys.person(connectionId), null);
        }
        return isNews;
    }

    Optional<NeedsPerson> neededPerson(String connectionId) {
        return Optional.ofNullable(get(Keys.person(connectionId))).map(NeedsPerson::decoded);
    }

    /** Hears of everything that waits. For tests and for a count anew. */
    void all(Consumer<Waiting> hearing) {
        try (var entries = scan(Kind.HELD.prefix())) {
            entries.forEachRemaining(entry -> hearing.accept(Waiting.decoded(entry.value)));
        }
    }

    private KeyValueIterator<Bytes, byte[]> scan(Bytes prefix) {
        return store.prefixScan(prefix, Serdes.Bytes().serializer());
    }

    @SuppressWarnings("NullAway") // Kafka Streams' contract: null where there is nothing.
    private byte @Nullable [] get(Bytes key) {
        return store.get(key);
    }

    @SuppressWarnings("NullAway") // Kafka Streams' contract: null deletes.
    private void put(Bytes key, byte @Nullable [] value) {
        store.put(key, value);
    }

    private static byte[] connection(Waiting waiting) {
        return waiting.connectionId().getBytes(UTF_8);
    }

    private static byte[] number(long number) {
        return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
    }
}
