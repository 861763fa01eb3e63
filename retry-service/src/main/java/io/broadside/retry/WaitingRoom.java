package io.broadside.retry;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.broadside.events.DelayCause;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.ProcessingContext;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;
import org.apache.kafka.streams.state.WindowStore;

/**
 * The stores of one partition: what waits, ordered by due time; where each command of a connection is in that order; which
 * commands have left; which token of each connection was seen last. For the thread of its task alone.
 *
 * <p>What a look at the time costs depends on what is due, not on what waits: the earliest due time is kept in memory, and
 * the scan starts there, past all that was deleted before it.
 */
final class WaitingRoom {

    static final String BY_DUE_TIME = "waiting-by-due-time";
    static final String BY_CONNECTION = "waiting-by-connection";
    static final String LEFT = "commands-left";
    static final String TOKENS = "tokens-seen";

    /**
     * How long a command is remembered after it has left, and a withdrawal that found nothing. It covers the time a command
     * can be under way elsewhere while its withdrawal, or a duplicate of it, is here already.
     */
    static final Duration REMEMBERED = Duration.ofDays(2);

    /** Entries are deleted as soon as they are due, so that much of the log is garbage soon: clean it while it is small. */
    private static final Map<String, String> CHANGELOG =
            Map.of("segment.bytes", "67108864", "min.cleanable.dirty.ratio", "0.2", "delete.retention.ms", "3600000");

    /**
     * Where a waiting command is.
     *
     * @param due milliseconds of the epoch
     * @param round the command's round when it came
     * @param releasedBy version of the token that releases it; {@link Verdict#NO_TOKEN} if none does
     * @param isWithdrawn whether somebody wants it back; set where that must wait until it is known whether it is out
     */
    record Place(long due, int round, long releasedBy, boolean isWithdrawn) {

        private static final int BYTES = 2 * Long.BYTES + Integer.BYTES + 1;

        private byte[] encoded() {
            return ByteBuffer.allocate(BYTES)
                    .putLong(due)
                    .putInt(round)
                    .putLong(releasedBy)
                    .put((byte) (isWithdrawn ? 1 : 0))
                    .array();
        }

        private static Place decoded(byte[] bytes) {
            var buffer = ByteBuffer.wrap(bytes);
            return new Place(buffer.getLong(), buffer.getInt(), buffer.getLong(), buffer.get() == 1);
        }
    }

    /**
     * What is remembered of a command that waits no more.
     *
     * @param round its round when it came last; -1 if it never did
     * @param waitedFor why it waited last
     */
    record Departure(int round, boolean isWithdrawn, Optional<DelayCause> waitedFor) {

        private byte[] encoded() {
            var cause = waitedFor.map(DelayCause::name).orElse("").getBytes(UTF_8);
            return ByteBuffer.allocate(Integer.BYTES + 1 + cause.length)
                    .putInt(round)
                    .put((byte) (isWithdrawn ? 1 : 0))
                    .put(cause)
                    .array();
        }

        private static Departure decoded(byte[] bytes) {
            var buffer = ByteBuffer.wrap(bytes);
            var round = buffer.getInt();
            var isWithdrawn = buffer.get() == 1;
            var cause = UTF_8.decode(buffer).toString();
            return new Departure(
                    round,
                    isWithdrawn,
                    Arrays.stream(DelayCause.values())
                            .filter(known -> known.name().equals(cause))
                            .findFirst());
        }
    }

    /** An entry whose time has come. */
    record Due(String commandId, long due, HeldCommand held) {}

    private final KeyValueStore<Bytes, byte[]> byDueTime;
    private final KeyValueStore<Bytes, byte[]> byConnection;
    private final WindowStore<String, byte[]> left;
    private final KeyValueStore<String, Long> tokens;

    /** No entry is due before this; zero until the first look. */
    private long earliest;

    WaitingRoom(ProcessingContext context) {
        this.byDueTime = context.getStateStore(BY_DUE_TIME);
        this.byConnection = context.getStateStore(BY_CONNECTION);
        this.left = context.getStateStore(LEFT);
        this.tokens = context.getStateStore(TOKENS);
    }

    static List<StoreBuilder<?>> stores() {
        return List.of(
                Stores.keyValueStoreBuilder(
                                Stores.persistentKeyValueStore(BY_DUE_TIME), Serdes.Bytes(), Serdes.ByteArray())
                        .withLoggingEnabled(CHANGELOG),
                Stores.keyValueStoreBuilder(
                                Stores.persistentKeyValueStore(BY_CONNECTION), Serdes.Bytes(), Serdes.ByteArray())
                        .withLoggingEnabled(CHANGELOG),
                Stores.windowStoreBuilder(
                        Stores.persistentWindowStore(LEFT, REMEMBERED, Duration.ofMillis(1), false),
                        Serdes.String(),
                        Serdes.ByteArray()),
                Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore(TOKENS), Serdes.String(), Serdes.Long()));
    }

    /** Where the command waits; empty if it does not. */
    Optional<Place> find(String connectionId, String commandId) {
        return Optional.ofNullable(byConnection.get(connectionKey(connectionId, commandId)))
                .map(Place::decoded);
    }

    /** The entry at that place. */
    Optional<HeldCommand> read(String commandId, Place place) {
        return Optional.ofNullable(byDueTime.get(dueKey(place.due(), commandId)))
                .map(HeldCommand::decoded);
    }

    void hold(String commandId, Place place, HeldCommand held) {
        byDueTime.put(dueKey(place.due(), commandId), held.encoded());
        byConnection.put(connectionKey(held.connectionId(), commandId), place.encoded());
        earliest = Math.min(earliest, place.due());
    }

    void remove(String connectionId, String commandId, Place place) {
        byDueTime.delete(dueKey(place.due(), commandId));
        byConnection.delete(connectionKey(connectionId, commandId));
    }

    /** Puts the command elsewhere in the order, or changes what is noted of it there. */
    void move(String connectionId, String commandId, Place from, Place to) {
        if (from.due() != to.due()) {
            var key = dueKey(from.due(), commandId);
            var entry = byDueTime.get(key);
            byDueTime.delete(key);
            byDueTime.put(dueKey(to.due(), commandId), entry);
            earliest = Math.min(earliest, to.due());
        }
        byConnection.put(connectionKey(connectionId, commandId), to.encoded());
    }

    /**
     * Entries due by now, oldest first, no more than the limit. The caller removes or moves each of them before it asks
     * again.
     */
    List<Due> due(long now, int limit) {
        if (earliest > now) {
            return List.of();
        }
        var found = new ArrayList<Due>();
        try (var entries = byDueTime.range(dueKey(earliest, ""), null)) {
            while (entries.hasNext()) {
                var entry = entries.next();
                var key = ByteBuffer.wrap(entry.key.get());
                var time = key.getLong();
                if (time > now || found.size() == limit) {
                    earliest = time;
                    return found;
                }
                var commandId = UTF_8.decode(key).toString();
                found.add(new Due(commandId, time, HeldCommand.decoded(entry.value)));
            }
        }
        earliest = Long.MAX_VALUE;
        return found;
    }

    /** The earliest time at which something is due, or an earlier one; in milliseconds of the epoch. */
    long earliest() {
        return earliest;
    }

    /** How many commands wait, roughly. */
    long size() {
        return byConnection.approximateNumEntries();
    }

    /** Notes the newest token of a connection and makes due at once what waited for it. Returns how many that were. */
    int tokenSeen(String connectionId, long version, long now) {
        tokens.put(connectionId, version);
        var released = new ArrayList<Map.Entry<String, Place>>();
        var prefix = connectionKey(connectionId, "");
        try (var places = byConnection.prefixScan(prefix, Serdes.Bytes().serializer())) {
            while (places.hasNext()) {
                var entry = places.next();
                var place = Place.decoded(entry.value);
                if (place.releasedBy() <= version) {
                    var key = entry.key.get();
                    var commandId = new String(key, prefix.get().length, key.length - prefix.get().length, UTF_8);
                    released.add(Map.entry(commandId, place));
                }
            }
        }
        released.forEach(entry -> {
            var from = entry.getValue();
            var to = new Place(Math.min(from.due(), now), from.round(), Verdict.NO_TOKEN, from.isWithdrawn());
            move(connectionId, entry.getKey(), from, to);
        });
        return released.size();
    }

    /** Makes due at once those commands of a connection that are concerned. Returns how many that were. */
    int makeDue(String connectionId, Predicate<HeldCommand> isConcerned, long now) {
        var concerned = new ArrayList<Map.Entry<String, Place>>();
        var prefix = connectionKey(connectionId, "");
        try (var places = byConnection.prefixScan(prefix, Serdes.Bytes().serializer())) {
            while (places.hasNext()) {
                var entry = places.next();
                var place = Place.decoded(entry.value);
                var key = entry.key.get();
                var commandId = new String(key, prefix.get().length, key.length - prefix.get().length, UTF_8);
                if (place.due() > now
                        && read(commandId, place).filter(isConcerned).isPresent()) {
                    concerned.add(Map.entry(commandId, place));
                }
            }
        }
        concerned.forEach(entry -> {
            var from = entry.getValue();
            var to = new Place(now, from.round(), from.releasedBy(), from.isWithdrawn());
            move(connectionId, entry.getKey(), from, to);
        });
        return concerned.size();
    }

    /** Notes that a connection has no token. */
    void tokenGone(String connectionId) {
        tokens.delete(connectionId);
    }

    OptionalLong knownToken(String connectionId) {
        var version = tokens.get(connectionId);
        return version == null ? OptionalLong.empty() : OptionalLong.of(version);
    }

    /** What is remembered of a command that has left; empty if nothing is. */
    Optional<Departure> departure(String commandId, long now) {
        var earliestKept = Instant.ofEpochMilli(now).minus(REMEMBERED);
        try (var found = left.backwardFetch(commandId, earliestKept, Instant.ofEpochMilli(now))) {
            return found.hasNext() ? Optional.of(Departure.decoded(found.next().value)) : Optional.empty();
        }
    }

    void remember(String commandId, Departure departure, long now) {
        left.put(commandId, departure.encoded(), now);
    }

    private static Bytes dueKey(long due, String commandId) {
        var id = commandId.getBytes(UTF_8);
        return Bytes.wrap(
                ByteBuffer.allocate(Long.BYTES + id.length).putLong(due).put(id).array());
    }

    /** The length in front keeps apart connections of which one's id begins with the other's. */
    private static Bytes connectionKey(String connectionId, String commandId) {
        var connection = connectionId.getBytes(UTF_8);
        var command = commandId.getBytes(UTF_8);
        return Bytes.wrap(ByteBuffer.allocate(Integer.BYTES + connection.length + command.length)
                .putInt(connection.length)
                .put(connection)
                .put(command)
                .array());
    }
}
