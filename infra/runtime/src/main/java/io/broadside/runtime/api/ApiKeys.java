package io.broadside.runtime.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.broadside.runtime.config.ConfigException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Who may use the API: whoever has a key of which the hash is known here. The keys themselves are not. */
public final class ApiKeys {

    private static final Pattern SHA_256 = Pattern.compile("[0-9a-fA-F]{64}");
    private static final String SCHEME = "Bearer ";

    private final List<byte[]> hashes;

    private ApiKeys(List<byte[]> hashes) {
        this.hashes = hashes;
    }

    /**
     * Takes hashes of keys.
     *
     * @param setting where they come from, for the error
     * @param hashes SHA-256 hashes of keys, in hex; none for an open API
     */
    public static ApiKeys of(String setting, List<String> hashes) {
        for (var hash : hashes) {
            if (!SHA_256.matcher(hash).matches()) {
                // What stands there may be a key by mistake, so it is not shown.
                throw new ConfigException(setting + ": SHA-256 hashes of keys in hex (64 digits each), comma separated,"
                        + " needed; one of them is not. Make one with: printf %s KEY | sha256sum");
            }
        }
        return new ApiKeys(hashes.stream().map(HexFormat.of()::parseHex).toList());
    }

    /** Whether anybody may use the API. */
    public boolean isOpen() {
        return hashes.isEmpty();
    }

    /** Whether this Authorization header holds a key. All hashes are compared, each in constant time. */
    public boolean admits(@Nullable String authorization) {
        if (isOpen()) {
            return true;
        }
        if (authorization == null || !authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            return false;
        }
        return isKnown(sha256(authorization.substring(SCHEME.length()).strip()));
    }

    /** What stands for a key where it was shown once: whether it still counts is seen by {@link #isKnown(String)}. */
    public static String hashOf(String key) {
        return HexFormat.of().formatHex(sha256(key));
    }

    /** Whether the key with this hash, in hex, may use the API now. */
    public boolean isKnown(String hash) {
        return isOpen()
                || (SHA_256.matcher(hash).matches() && isKnown(HexFormat.of().parseHex(hash)));
    }

    private boolean isKnown(byte[] given) {
        var isKnown = false;
        for (var hash : hashes) {
            isKnown |= MessageDigest.isEqual(hash, given);
        }
        return isKnown;
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }
}
