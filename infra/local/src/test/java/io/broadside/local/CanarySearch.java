package io.broadside.local;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLEncoder;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Looks for secrets in whatever is shown to it: in clear, percent-encoded, in hexadecimal digits, as UTF-16 and in both alphabets of
 * Base64, also amid something longer that was encoded as a whole, as {@code Basic} does with id and secret.
 */
final class CanarySearch {

    /** Shorter ones might be there by chance. */
    private static final int SHORTEST = 8;

    private final Map<String, String> needles = new LinkedHashMap<>();
    private final List<String> hits = new ArrayList<>();
    private long searched;

    CanarySearch(Collection<String> secrets) {
        for (var secret : secrets) {
            if (secret.length() < SHORTEST) {
                throw new IllegalArgumentException("too short to be looked for: " + secret);
            }
            var bytes = secret.getBytes(UTF_8);
            needle(secret, secret, "in clear");
            needle(URLEncoder.encode(secret, UTF_8), secret, "percent-encoded");
            needle(HexFormat.of().formatHex(bytes), secret, "hexadecimal");
            needle(HexFormat.of().withUpperCase().formatHex(bytes), secret, "hexadecimal");
            needle(new String(secret.getBytes(UTF_16LE), ISO_8859_1), secret, "UTF-16");
            for (int before = 0; before < 3; before++) {
                needle(amid(Base64.getEncoder(), bytes, before), secret, "Base64");
                needle(amid(Base64.getUrlEncoder(), bytes, before), secret, "Base64 for URLs");
            }
        }
    }

    /** What a secret becomes at this place of a text encoded as a whole: the signs that depend on it alone. */
    private static String amid(Base64.Encoder encoder, byte[] secret, int before) {
        var padded = new byte[before + secret.length];
        System.arraycopy(secret, 0, padded, before, secret.length);
        var encoded = encoder.withoutPadding().encodeToString(padded);
        var from = (before * 8 + 5) / 6;
        var to = padded.length * 8 / 6;
        return encoded.substring(from, to);
    }

    private void needle(String needle, String secret, String how) {
        needles.putIfAbsent(needle, how + " of " + secret);
    }

    /** Searches something; {@link #hits} tells what was found. */
    void in(String where, byte[] bytes) {
        searched += bytes.length;
        var text = new String(bytes, ISO_8859_1);
        needles.forEach((needle, what) -> {
            if (text.contains(needle)) {
                hits.add(where + ": " + what);
            }
        });
    }

    void in(String where, String text) {
        in(where, text.getBytes(UTF_8));
    }

    List<String> hits() {
        return hits;
    }

    /** Bytes looked at. */
    long searched() {
        return searched;
    }
}
