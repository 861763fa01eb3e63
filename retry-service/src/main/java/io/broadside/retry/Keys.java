package io.broadside.retry;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.broadside.retry.account.HeldKey;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.apache.kafka.common.utils.Bytes;

/** The keys of the store: a letter for what the entry is, then what it is found by. Texts that others follow have their length in front. */
final class Keys {

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
                .put((byte) 'd')
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
        return key('f', platform, sized(profileId));
    }

    /** What is remembered of a command that waits no more. */
    static Bytes departure(String commandId) {
        return key('l', commandId);
    }

    static Bytes token(String connectionId) {
        return key('t', connectionId);
    }

    /** A connection that needs a person. */
    static Bytes person(String connectionId) {
        return key('c', connectionId);
    }

    /** Posts of a connection that keep their order and have not ended. */
    static Bytes inOrder(String connectionId, long position, String commandId) {
        var id = commandId.getBytes(UTF_8);
        var prefix = key('o', connectionId, "").get();
        return Bytes.wrap(ByteBuffer.allocate(prefix.length + Long.BYTES + id.length)
                .put(prefix)
                .putLong(position)
                .put(id)
                .array());
    }

    static Bytes inOrder(String connectionId) {
        return key('o', connectionId, "");
    }

    /** Where a post stands in that order. */
    static Bytes position(String commandId) {
        return key('p', commandId);
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
        return key('a', commandId, "");
    }

    /** The number at the end of a key. */
    static long numberOf(Bytes key) {
        return ByteBuffer.wrap(key.get(), key.get().length - Long.BYTES, Long.BYTES)
                .getLong();
    }

    /** How far a topic was read. */
    static Bytes mark(String topic) {
        return key('m', topic);
    }

    /** How often a command was redriven. */
    static Bytes redrives(String commandId) {
        return key('x', commandId);
    }

    /** How many commands wait. */
    static Bytes count() {
        return Bytes.wrap(new byte[] {'n'});
    }

    /** The part of a key behind the prefix, as text. */
    static String rest(Bytes key, Bytes prefix) {
        return new String(key.get(), prefix.get().length, key.get().length - prefix.get().length, UTF_8);
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

    private static Bytes key(char kind, String text) {
        var bytes = text.getBytes(UTF_8);
        return Bytes.wrap(ByteBuffer.allocate(KIND + bytes.length)
                .put((byte) kind)
                .put(bytes)
                .array());
    }

    private static Bytes key(char kind, String first, String second) {
        return key(kind, first, second.getBytes(UTF_8));
    }

    /** The length in front keeps apart texts of which one begins with the other. */
    private static Bytes key(char kind, String first, byte[] second) {
        var front = sized(first);
        return Bytes.wrap(ByteBuffer.allocate(KIND + front.length + second.length)
                .put((byte) kind)
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
