package io.broadside.webhook.platform;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Ids of inbound events: made of what tells one happening from another, so that every delivery of it has the same. */
public final class EventId {

    /** 128 bits: among a billion events a day, no two meet by chance. */
    private static final int HEX_DIGITS = 32;

    private EventId() {}

    /**
     * The id of one happening.
     *
     * @param parts what tells the happening from all others of the platform, always in the same order
     */
    public static String of(String platform, String... parts) {
        var digest = sha256();
        for (var part : parts) {
            // The length makes the list unambiguous: ("ab", "c") is not ("a", "bc").
            digest.update((part.length() + ":" + part).getBytes(UTF_8));
        }
        return platform + "-" + HexFormat.of().formatHex(digest.digest()).substring(0, HEX_DIGITS);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }
}
