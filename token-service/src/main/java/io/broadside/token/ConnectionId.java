package io.broadside.token;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.UUID;

/**
 * Ids of connections: UUIDs of version 5 (RFC 9562, section 5.5). The same account connected again for the same profile is
 * the same connection, whoever works it out.
 */
public final class ConnectionId {

    /** Our namespace. Changing it would make every connection a new one. */
    private static final UUID NAMESPACE = UUID.fromString("0b7c2a4e-7a0e-4f0c-9a3c-1d7b5a90c6e1");

    private static final int BYTES_OF_A_UUID = 16;

    private ConnectionId() {}

    /** The id of this account of this profile: the same everywhere, for ever. */
    public static String of(String profileId, String platform, String accountId) {
        // The lengths make the three unambiguous: ("ab", "c") is not ("a", "bc").
        return version5(profileId.length() + ":" + profileId + platform.length() + ":" + platform + accountId)
                .toString();
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
