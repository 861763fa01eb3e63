package io.broadside.retry;

import io.broadside.retry.Keys.Kind;
import io.broadside.runtime.store.Rounds;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * What is remembered in the store of one partition, for a while: commands that have left, withdrawals and changes whose command is
 * elsewhere, redrives, and how far topics were read. For the thread of its task alone.
 */
final class Remembered {

    /**
     * How long a command is remembered after it has left, and a withdrawal or change that found nothing. It covers the time a
     * command can be under way elsewhere while its withdrawal, or a duplicate of it, is here already.
     */
    static final Duration REMEMBERED = Duration.ofDays(2);

    /** How long a withdrawal is: its command may lie on a topic for as long as records are kept there. */
    static final Duration WITHDRAWALS_REMEMBERED = Duration.ofDays(8);

    /** How long a redrive is remembered: for longer than dead letters are kept, so that none is redriven twice. */
    static final Duration REDRIVES_REMEMBERED = Duration.ofDays(40);

    private static final Duration THOROUGHLY = Duration.ofHours(1);

    private final KeyValueStore<Bytes, byte[]> store;
    private final Rounds rounds = new Rounds();
    private Bytes forgottenUpTo = Kind.DEPARTURE.prefix();
    private long thoroughlyForgotten;

    /** Commands for which changes are kept: few, and asked for with every command that comes. */
    private final Set<String> amended = new HashSet<>();

    Remembered(KeyValueStore<Bytes, byte[]> store) {
        this.store = store;
        eachAmendment(key -> amended.add(Keys.amendedBy(key)));
    }

    /** What is remembered of a command that has left; empty if nothing is. */
    Optional<Departure> departure(String commandId, long now) {
        return Optional.ofNullable(get(Keys.departure(commandId)))
                .filter(found -> !isForgotten(found, now))
                .map(Departure::decoded);
    }

    void remember(String commandId, Departure departure) {
        put(Keys.departure(commandId), departure.encoded());
    }

    /** Keeps a change, in case its command comes. */
    void keepAmendment(String commandId, long at, byte[] amendment) {
        var number = at;
        while (get(Keys.amendment(commandId, number)) != null) {
            number++;
        }
        put(Keys.amendment(commandId, number), amendment);
        amended.add(commandId);
    }

    /**
     * Takes the changes of a command that were kept, the oldest first.
     *
     * @param since those that came before are forgotten; in milliseconds of the epoch
     */
    List<byte[]> takeAmendments(String commandId, long since) {
        if (!amended.remove(commandId)) {
            return List.of();
        }
        var found = new ArrayList<byte[]>();
        var keys = new ArrayList<Bytes>();
        try (var entries = scan(Keys.amendments(commandId))) {
            entries.forEachRemaining(entry -> {
                keys.add(entry.key);
                if (Keys.numberOf(entry.key) >= since) {
                    found.add(entry.value);
                }
            });
        }
        keys.forEach(key -> put(key, null));
        return found;
    }

    /** Notes how far a topic was read. Returns whether this record was read before; see {@link Mark}. */
    boolean wasRead(String topic, long offset, long since) {
        var known = get(Keys.mark(topic));
        var mark = known == null ? Mark.NONE : Mark.decoded(known);
        if (mark.covers(offset, since)) {
            return true;
        }
        put(Keys.mark(topic), mark.after(offset, since).encoded());
        return false;
    }

    /** Notes a redrive; false if it, or a later one, was here before. */
    boolean redrive(String commandId, int redrives, long now) {
        var known = get(Keys.redrives(commandId));
        if (known != null && ByteBuffer.wrap(known).getInt(Long.BYTES) >= redrives) {
            return false;
        }
        put(
                Keys.redrives(commandId),
                ByteBuffer.allocate(Long.BYTES + Integer.BYTES)
                        .putLong(now)
                        .putInt(redrives)
                        .array());
        return true;
    }

    /**
     * Looks at the next so many of those that have left, and forgets the ones that were remembered for long enough: all of
     * them are looked at in turn, a few at a time. The few redrives and changes are looked at as a whole, now and then.
     */
    void forget(long now, int most) {
        if (!forgottenUpTo.equals(Kind.DEPARTURE.prefix()) || rounds.mayBegin(now)) {
            forgottenUpTo = forget(Kind.DEPARTURE, forgottenUpTo, most, value -> isForgotten(value, now));
        }
        if (now - thoroughlyForgotten > THOROUGHLY.toMillis()) {
            thoroughlyForgotten = now;
            forget(
                    Kind.REDRIVES,
                    Kind.REDRIVES.prefix(),
                    Integer.MAX_VALUE,
                    value -> ByteBuffer.wrap(value).getLong() + REDRIVES_REMEMBERED.toMillis() < now);
            forgetAmendments(now);
        }
    }

    private static boolean isForgotten(byte[] departure, long now) {
        var remembered = Departure.isWithdrawnOf(departure) ? WITHDRAWALS_REMEMBERED : REMEMBERED;
        return Departure.atOf(departure) + remembered.toMillis() < now;
    }

    private void forgetAmendments(long now) {
        var old = new ArrayList<Bytes>();
        eachAmendment(key -> {
            if (Keys.numberOf(key) + REMEMBERED.toMillis() < now) {
                old.add(key);
            }
        });
        old.forEach(key -> put(key, null));
        amended.clear();
        eachAmendment(key -> amended.add(Keys.amendedBy(key)));
    }

    private void eachAmendment(Consumer<Bytes> hearing) {
        try (var entries = scan(Kind.AMENDMENT.prefix())) {
            entries.forEachRemaining(entry -> hearing.accept(entry.key));
        }
    }

    private Bytes forget(Kind kind, Bytes from, int most, Predicate<byte[]> isOld) {
        var old = new ArrayList<Bytes>();
        var next = kind.prefix();
        var seen = 0;
        try (var entries = store.range(from, Keys.behind(kind.prefix()))) {
            while (entries.hasNext()) {
                var entry = entries.next();
                if (!kind.isOf(entry.key)) {
                    break;
                }
                if (seen++ == most) {
                    next = entry.key;
                    break;
                }
                if (isOld.test(entry.value)) {
                    old.add(entry.key);
                }
            }
        }
        old.forEach(key -> put(key, null));
        return next;
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
}
