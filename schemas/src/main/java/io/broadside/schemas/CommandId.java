package io.broadside.schemas;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.UUID;

/** Ids of commands: UUIDs of version 5 (RFC 9562, section 5.5), so that everybody arrives at the same one. */
public final class CommandId {

    /** Our namespace. Changing it would make every command a new one. */
    private static final UUID NAMESPACE = UUID.fromString("5f6e1c52-43a5-4d0f-9d57-2a6f3a1b7c90");

    private static final int BYTES_OF_A_UUID = 16;

    private CommandId() {}

    /** The id of the command that publishes this request through this connection: the same everywhere, for ever. */
    public static String of(String requestId, String connectionId) {
        // The length makes the pair unambiguous: ("ab", "c") is not ("a", "bc").
        return version5(requestId.length() + ":" + requestId + connectionId).toString();
    }

    private static UUID version5(String name) {
        var sha1 = sha1();
        sha1.update(ByteBuffer.allocate(BYTES_OF_A_UUID)
                .putLong(NAMESPACE.getMostSignificantBits())
                .putLong(NAMESPACE.getLeastSignificantBits())
                .flip());
        var hash = ByteBuffer.wrap(sha1.digest(name.getBytes(UTF_8)));
        var high = (hash.getLong() & ~0xF000L) | 0x5000L;
        var low = (hash.getLong() & 0x3FFF_FFFF_FFFF_FFFFL) | 0x8000_0000_0000_0000L;
        return new UUID(high, low);
    }

    private static MessageDigest sha1() {
        try {
            return MessageDigest.getInstance("SHA-1");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-1", e);
        }
    }
}
