package io.broadside.publisher.platform.bluesky;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.broadside.events.PublishCommand;
import java.net.URI;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;

/**
 * The key under which a post is put, chosen by us: a timestamp identifier of the protocol. It follows from the command alone, so it
 * is the same whenever and wherever the post is put, and putting it twice is putting it once.
 *
 * <p>Its time is that at which the command was accepted, in milliseconds, and one more for each part. Below that is what tells apart
 * commands of the same millisecond: 3 digits of microseconds and 10 bits of the clock, out of a hash of the command's id. Two
 * commands of one account in one millisecond meet in one of a million cases; then the second is refused, and not lost.
 *
 * <p>https://atproto.com/specs/tid
 */
final class RecordKey {

    static final String COLLECTION = "app.bsky.feed.post";

    private static final String DIGITS = "234567abcdefghijklmnopqrstuvwxyz";
    private static final int LENGTH = 13;
    private static final int CLOCK_BITS = 10;

    private RecordKey() {}

    static String of(PublishCommand command, int part) {
        var hash = sha256(command.getCommandId());
        var below = Byte.toUnsignedInt(hash[0]) << 24
                | Byte.toUnsignedInt(hash[1]) << 16
                | Byte.toUnsignedInt(hash[2]) << 8
                | Byte.toUnsignedInt(hash[3]);
        var micros = (command.getAcceptedAt().toEpochMilli() + part) * 1_000 + Integer.remainderUnsigned(below, 1_000);
        var clock = Integer.remainderUnsigned(Integer.divideUnsigned(below, 1_000), 1 << CLOCK_BITS);
        return encoded(micros << CLOCK_BITS | clock);
    }

    /** The whole address of a part. */
    static String uri(PublishCommand command, int part) {
        return "at://" + command.getAccountId() + "/" + COLLECTION + "/" + of(command, part);
    }

    /** Leads to the post whatever the account is called. */
    static URI permalink(PublishCommand command, int part) {
        return URI.create("https://bsky.app/profile/" + command.getAccountId() + "/post/" + of(command, part));
    }

    /** When a part says it was written: a thread is read in this order. */
    static String time(Instant writtenAt, int part) {
        // Always with three digits of milliseconds: the same time is then the same text.
        var time = writtenAt.plusMillis(part).toString();
        return time.length() == "2026-01-01T00:00:00Z".length() ? time.replace("Z", ".000Z") : time;
    }

    private static String encoded(long number) {
        var text = new StringBuilder();
        for (var shift = (LENGTH - 1) * 5; shift >= 0; shift -= 5) {
            text.append(DIGITS.charAt((int) (number >>> shift) & 31));
        }
        return text.toString();
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 belongs to every JDK", e);
        }
    }
}
