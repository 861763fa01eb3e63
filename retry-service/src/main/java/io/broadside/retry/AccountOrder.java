package io.broadside.retry;

import io.broadside.events.PublishCommand;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * Posts of each account that keep their order and have not ended. For the thread of its task alone.
 *
 * <ol>
 *   <li>They stand by when they were accepted, or are scheduled for if that is later; within a millisecond by when they came here.
 *   <li>A newcomer that is not scheduled stands behind all of those that are here already, whatever the clock said where it was
 *       accepted: whoever waits for ACCEPTED of one post before sending the next has them in that order.
 *   <li>A post keeps its place, also while it is away, until it has ended or is given another time.
 * </ol>
 */
final class AccountOrder {

    private static final byte[] NOTHING = {};

    /**
     * Where a post stands.
     *
     * @param wanted where it would stand by its own times
     * @param position where it does
     * @param number its place among those of the same position
     */
    private record Rank(long wanted, long position, long number, boolean isScheduled) {

        private static final int VERSION = 1;

        byte[] encoded() {
            return ByteBuffer.allocate(1 + 3 * Long.BYTES + 1)
                    .put((byte) VERSION)
                    .putLong(wanted)
                    .putLong(position)
                    .putLong(number)
                    .put((byte) (isScheduled ? 1 : 0))
                    .array();
        }

        static Rank decoded(byte[] bytes) {
            var buffer = ByteBuffer.wrap(bytes);
            Versions.check(buffer.get(), VERSION, "a post's place in the order");
            return new Rank(buffer.getLong(), buffer.getLong(), buffer.getLong(), buffer.get() == 1);
        }
    }

    /**
     * The posts of an account that are not scheduled.
     *
     * @param position none of them stands behind it
     * @param count how many there are
     */
    private record Youngest(long position, int count) {

        static final Youngest NONE = new Youngest(Long.MIN_VALUE, 0);

        private static final int VERSION = 1;

        byte[] encoded() {
            return ByteBuffer.allocate(1 + Long.BYTES + Integer.BYTES)
                    .put((byte) VERSION)
                    .putLong(position)
                    .putInt(count)
                    .array();
        }

        static Youngest decoded(byte[] bytes) {
            var buffer = ByteBuffer.wrap(bytes);
            Versions.check(buffer.get(), VERSION, "an account's order");
            return new Youngest(buffer.getLong(), buffer.getInt());
        }
    }

    private final KeyValueStore<Bytes, byte[]> store;
    private long arrivals;

    AccountOrder(KeyValueStore<Bytes, byte[]> store) {
        this.store = store;
        var stored = get(Keys.arrivals());
        this.arrivals = stored == null ? 0 : ByteBuffer.wrap(stored).getLong();
    }

    /** Gives a post its place; one that has it keeps it, unless it was given another time since. */
    void enter(PublishCommand command) {
        var account = command.getConnectionId();
        var id = command.getCommandId();
        var wanted = Positions.of(command);
        var isScheduled = Positions.isScheduled(command);
        var before = rank(id);
        if (before.filter(rank -> rank.wanted() == wanted).isPresent()) {
            return;
        }
        before.ifPresent(rank -> remove(account, id, rank));
        // One that is given another time stands there, wherever that is.
        var position = isScheduled || before.isPresent()
                ? wanted
                : Math.max(wanted, youngest(account).position());
        put(Keys.arrivals(), number(++arrivals));
        add(account, id, new Rank(wanted, position, arrivals, isScheduled));
    }

    /** A post has ended. Returns whether it stood in an order. */
    boolean leave(String connectionId, String commandId) {
        var rank = rank(commandId);
        rank.ifPresent(found -> remove(connectionId, commandId, found));
        return rank.isPresent();
    }

    /** Whether a post has a place in an order, here or while it is away. */
    boolean has(String commandId) {
        return rank(commandId).isPresent();
    }

    /** The first post of an account. */
    Optional<String> first(String connectionId) {
        var prefix = Keys.inOrder(connectionId);
        try (var entries = store.prefixScan(prefix, Serdes.Bytes().serializer())) {
            return entries.hasNext() ? Optional.of(Keys.rest(entries.next().key, prefix, 2)) : Optional.empty();
        }
    }

    /** Whether it keeps the order, and one before it has not ended. */
    boolean isBehindAnother(Waiting waiting) {
        return waiting.isInOrder()
                && first(waiting.connectionId())
                        .filter(first -> !first.equals(waiting.commandId()))
                        .isPresent();
    }

    private void add(String account, String commandId, Rank rank) {
        put(Keys.rank(commandId), rank.encoded());
        put(Keys.inOrder(account, rank.position(), rank.number(), commandId), NOTHING);
        if (!rank.isScheduled()) {
            var before = youngest(account);
            youngest(account, new Youngest(Math.max(before.position(), rank.position()), before.count() + 1));
        }
    }

    private void remove(String account, String commandId, Rank rank) {
        put(Keys.rank(commandId), null);
        put(Keys.inOrder(account, rank.position(), rank.number(), commandId), null);
        if (!rank.isScheduled()) {
            var before = youngest(account);
            youngest(account, new Youngest(before.position(), before.count() - 1));
        }
    }

    private Optional<Rank> rank(String commandId) {
        return Optional.ofNullable(get(Keys.rank(commandId))).map(Rank::decoded);
    }

    private Youngest youngest(String account) {
        return Optional.ofNullable(get(Keys.youngest(account)))
                .map(Youngest::decoded)
                .orElse(Youngest.NONE);
    }

    /** Forgotten with the last of them: a clock that was far ahead is of no effect any more. */
    private void youngest(String account, Youngest youngest) {
        put(Keys.youngest(account), youngest.count() > 0 ? youngest.encoded() : null);
    }

    @SuppressWarnings("NullAway") // Kafka Streams' contract: null where there is nothing.
    private byte @Nullable [] get(Bytes key) {
        return store.get(key);
    }

    @SuppressWarnings("NullAway") // Kafka Streams' contract: null deletes.
    private void put(Bytes key, byte @Nullable [] value) {
        store.put(key, value);
    }

    private static byte[] number(long number) {
        return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
    }
}
