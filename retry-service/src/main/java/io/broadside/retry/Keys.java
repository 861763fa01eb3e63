package io.broadside.retry;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.broadside.retry.account.HeldKey;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.apache.kafka.common.utils.Bytes;

/**
 * The keys of the store: a letter for what the entry is, then what it is found by. Texts that others follow have their length in
 * front.
 */
final class Keys {

    /** What an entry is. */
    enum Kind {
        AMENDMENT('a'),
        PERSON('c'),
        DUE('d'),
        TURN('f'),
        HELD('h'),
        DEPARTURE('l'),
        MARK('m'),
        COUNT('n'),
        IN_ORDER('o'),
        RANK('p'),
        YOUNGEST('r'),
        ARRIVALS('s'),
        TOKEN('t'),
        TOLD('w'),
        REDRIVES('x');

        private final byte letter;

        Kind(char letter) {
            this.letter = (byte) letter;
        }

        /** What all keys of the kind begin with. */
        Bytes prefix() {
            return Bytes.wrap(new byte[] {letter});
        }

        boolean isOf(Bytes key) {
            return key.get()[0] == letter;
        }
    }

    private static final int KIND = 1;

    private Keys() {}

    /** The commands of a connection that wait. */
    static Bytes held(String connectionId, String commandId) {
        return Bytes.wrap(HeldKey.of(connectionId, commandId));
    }

    /** What is due, in the order of time; within a millisecond in the order of the posts. */
    static Bytes due(long due, long position, String commandId) {
        var id = commandId.getBytes(UTF_8);
        return Bytes.wrap(ByteBuffer.allocate(KIND + 2 * Long.BYTES + id.length)
                .put(Kind.DUE.letter)
                .putLong(due)
                .putLong(position)
                .put(id)
                .array());
    }

    /** The time in the key of what is due. */
    static long timeOf(Bytes due) {
        return ByteBuffer.wrap(due.get(), KIND, Long.BYTES).getLong();
    }

    /** What is due and waits for its turn, by platform and profile, the oldest first. */
    private static Bytes turn(String platform, String profileId, long due, long position, String commandId) {
        var id = commandId.getBytes(UTF_8);
        var prefix = turns(platform, profileId).get();
        return Bytes.wrap(ByteBuffer.allocate(prefix.length + 2 * Long.BYTES + id.length)
                .put(prefix)
                .putLong(due)
                .putLong(position)
                .put(id)
                .array());
    }

    /** Of a command that waits for its turn. */
    static Bytes turn(Waiting waiting) {
        var place = waiting.place();
        return turn(waiting.platform(), waiting.profileId(), place.due(), place.position(), waiting.commandId());
    }

    static Bytes turns(String platform, String profileId) {
        return key(Kind.TURN, platform, sized(profileId));
    }

    /** What is remembered of a command that waits no more. */
    static Bytes departure(String commandId) {
        return key(Kind.DEPARTURE, commandId);
    }

    static Bytes token(String connectionId) {
        return key(Kind.TOKEN, connectionId);
    }

    /** A connection that needs a person. */
    static Bytes person(String connectionId) {
        return key(Kind.PERSON, connectionId);
    }

    /** What was told of the waits of a connection. */
    static Bytes told(String connectionId) {
        return key(Kind.TOLD, connectionId);
    }

    /** Posts of a connection that keep their order and have not ended. */
    static Bytes inOrder(String connectionId, long position, long number, String commandId) {
        var id = commandId.getBytes(UTF_8);
        var prefix = inOrder(connectionId).get();
        return Bytes.wrap(ByteBuffer.allocate(prefix.length + 2 * Long.BYTES + id.length)
                .put(prefix)
                .putLong(position)
                .putLong(number)
                .put(id)
                .array());
    }

    static Bytes inOrder(String connectionId) {
        return key(Kind.IN_ORDER, connectionId, "");
    }

    /** The youngest of those that are not scheduled. */
    static Bytes youngest(String connectionId) {
        return key(Kind.YOUNGEST, connectionId);
    }

    /** How many have come to keep their order, of all connections. */
    static Bytes arrivals() {
        return Kind.ARRIVALS.prefix();
    }

    /** Where a post stands in that order. */
    static Bytes rank(String commandId) {
        return key(Kind.RANK, commandId);
    }

    /** A change that came while its command was elsewhere. */
    static Bytes amendment(String commandId, long number) {
        var prefix = amendments(commandId).get();
        return Bytes.wrap(ByteBuffer.allocate(prefix.length + Long.BYTES)
                .put(prefix)
                .putLong(number)
                .array());
    }

    /** The command of such a key. */
    static String amendedBy(Bytes key) {
        return text(ByteBuffer.wrap(key.get(), KIND, key.get().length - KIND));
    }

    /** A text with its length in front. */
    static String text(ByteBuffer key) {
        var bytes = new byte[key.getInt()];
        key.get(bytes);
        return new String(bytes, UTF_8);
    }

    static Bytes amendments(String commandId) {
        return key(Kind.AMENDMENT, commandId, "");
    }

    /** The number at the end of a key. */
    static long numberOf(Bytes key) {
        return ByteBuffer.wrap(key.get(), key.get().length - Long.BYTES, Long.BYTES)
                .getLong();
    }

    /** How far a topic was read. */
    static Bytes mark(String topic) {
        return key(Kind.MARK, topic);
    }

    /** How often a command was redriven. */
    static Bytes redrives(String commandId) {
        return key(Kind.REDRIVES, commandId);
    }

    /** How many commands wait. */
    static Bytes count() {
        return Kind.COUNT.prefix();
    }

    /** The command id at the end of a key, behind the prefix and so many numbers. */
    static String rest(Bytes key, Bytes prefix, int numbers) {
        var start = prefix.get().length + numbers * Long.BYTES;
        return new String(key.get(), start, key.get().length - start, UTF_8);
    }

    /** The first key behind all that begin with the prefix. */
    static Bytes behind(Bytes prefix) {
        var bytes = Arrays.copyOf(prefix.get(), prefix.get().length);
        for (var i = bytes.length - 1; i >= 0; i--) {
            if (bytes[i] != (byte) 0xFF) {
                bytes[i]++;
                return Bytes.wrap(Arrays.copyOf(bytes, i + 1));
            }
        }
        throw new IllegalArgumentException("Every key begins with a letter");
    }

    /** The first key that can come after this one. */
    static Bytes after(Bytes key) {
        return Bytes.wrap(Arrays.copyOf(key.get(), key.get().length + 1));
    }

    private static Bytes key(Kind kind, String text) {
        var bytes = text.getBytes(UTF_8);
        return Bytes.wrap(ByteBuffer.allocate(KIND + bytes.length)
                .put(kind.letter)
                .put(bytes)
                .array());
    }

    private static Bytes key(Kind kind, String first, String second) {
        return key(kind, first, second.getBytes(UTF_8));
    }

    /** The length in front keeps apart texts of which one begins with the other. */
    private static Bytes key(Kind kind, String first, byte[] second) {
        var front = sized(first);
        return Bytes.wrap(ByteBuffer.allocate(KIND + front.length + second.length)
                .put(kind.letter)
                .put(front)
                .put(second)
                .array());
    }

    private static byte[] sized(String text) {
        var bytes = text.getBytes(UTF_8);
        return ByteBuffer.allocate(Integer.BYTES + bytes.length)
                .putInt(bytes.length)
                .put(bytes)
                .array();
    }
}
