package io.broadside.retry.account;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import org.apache.kafka.common.utils.Bytes;

/** The keys of the account's store: a letter for what the entry is, then what it is found by. */
final class AccountKeys {

    /** What an entry is. */
    enum Kind {
        /** Open targets, by platform and by since when their age counts. */
        AGE('a'),
        /** Open targets, by when something is to be heard of them. */
        DUE('d'),
        /** Requests that were answered before they came here, as topics are read side by side. */
        KNOWN('k'),
        /** Requests that were not answered yet. */
        REQUEST('q'),
        /** Sums, by platform. */
        SUM('s'),
        /** Targets. */
        TARGET('t');

        private final byte letter;

        Kind(char letter) {
            this.letter = (byte) letter;
        }

        /** What all keys of the kind begin with. */
        Bytes prefix() {
            return Bytes.wrap(new byte[] {letter});
        }

        /** Behind all keys of the kind, and not before any of another. */
        Bytes end() {
            return Bytes.wrap(new byte[] {(byte) (letter + 1)});
        }

        Bytes key(String text) {
            var bytes = text.getBytes(UTF_8);
            return Bytes.wrap(
                    ByteBuffer.allocate(1 + bytes.length).put(letter).put(bytes).array());
        }

        boolean isOf(Bytes key) {
            return key.get()[0] == letter;
        }
    }

    private AccountKeys() {}

    /** What all open targets of a platform begin with. */
    static Bytes age(String platform) {
        return Kind.AGE.key(platform + '\0');
    }

    /** Behind all of them. */
    static Bytes ageEnd(String platform) {
        return Kind.AGE.key(platform + '\1');
    }

    static Bytes age(Target target, String key) {
        return numbered(age(target.platform()), target.anchor(), key);
    }

    static Bytes due(Target target, String key) {
        return numbered(Kind.DUE.prefix(), target.due(), key);
    }

    /** The target of a key that has its age: behind the kind, the platform with its end, and a time. */
    static String targetIn(Bytes age) {
        var bytes = ByteBuffer.wrap(age.get());
        while (bytes.get() != 0) {
            // The platform.
        }
        bytes.getLong();
        return UTF_8.decode(bytes).toString();
    }

    /** The number in a key, behind the prefix. */
    static long numberIn(Bytes key, Bytes prefix) {
        return ByteBuffer.wrap(key.get(), prefix.get().length, Long.BYTES).getLong();
    }

    /** The text of a key, behind the kind. */
    static String textIn(Bytes key) {
        return new String(key.get(), 1, key.get().length - 1, UTF_8);
    }

    private static Bytes numbered(Bytes prefix, long number, String key) {
        var text = key.getBytes(UTF_8);
        return Bytes.wrap(ByteBuffer.allocate(prefix.get().length + Long.BYTES + text.length)
                .put(prefix.get())
                .putLong(Math.max(0, number))
                .put(text)
                .array());
    }
}
