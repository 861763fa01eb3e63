package io.broadside.publisher.platform.bluesky;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.broadside.publisher.platform.WebAddress;
import java.net.IDN;
import java.net.URI;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Links as people write them, as addresses in ASCII. Browsers take more than {@link URI} does: names of any script, names with an
 * underscore, and paths with characters that have to be encoded.
 */
final class LinkAddress {

    private static final Pattern PARTS =
            Pattern.compile("(https?)://([^/?#:]+)(:[0-9]{1,5})?([/?#].*)?", Pattern.DOTALL | Pattern.CASE_INSENSITIVE);

    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]{0,252}");

    /** Java knows the older rules for names, by which those with one of these are other names. */
    private static final Pattern OF_THE_NEWER_RULES = Pattern.compile("[\u00df\u1e9e\u03c2\u200c\u200d]");

    private static final String KEPT = "-._~:/?@!$&'()*+,;=";

    private LinkAddress() {}

    /** The address; empty if a link to it would lead nowhere, elsewhere, or give away credentials. */
    static Optional<String> of(String url) {
        return WebAddress.of(url).map(URI::toString).or(() -> mended(url));
    }

    private static Optional<String> mended(String url) {
        var parts = PARTS.matcher(url);
        if (!parts.matches()) {
            return Optional.empty();
        }
        var scheme = parts.group(1).toLowerCase(Locale.ROOT);
        var port = Objects.requireNonNullElse(parts.group(3), "");
        var rest = Objects.requireNonNullElse(parts.group(4), "");
        return host(parts.group(2))
                .filter(_ -> port.isEmpty() || Integer.parseInt(port.substring(1)) <= 65_535)
                .map(host -> scheme + "://" + host + port + encoded(rest));
    }

    private static Optional<String> host(String name) {
        if (OF_THE_NEWER_RULES.matcher(name).find()) {
            return Optional.empty();
        }
        try {
            return Optional.of(IDN.toASCII(name, IDN.ALLOW_UNASSIGNED))
                    .filter(host -> HOST.matcher(host).matches());
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    /** What may stand there as it is, and the UTF-8 of everything else. What is encoded already stays so. */
    private static String encoded(String rest) {
        var encoded = new StringBuilder();
        var bytes = rest.getBytes(UTF_8);
        var hasFragment = false;
        for (var i = 0; i < bytes.length; i++) {
            var it = (char) (bytes[i] & 0xff);
            var isFragment = it == '#' && !hasFragment;
            hasFragment |= isFragment;
            if (isFragment || isKept(it) || (it == '%' && isHex(bytes, i + 1) && isHex(bytes, i + 2))) {
                encoded.append(it);
            } else {
                encoded.append(String.format(Locale.ROOT, "%%%02X", (int) it));
            }
        }
        return encoded.toString();
    }

    private static boolean isKept(char it) {
        return (it >= 'a' && it <= 'z')
                || (it >= 'A' && it <= 'Z')
                || (it >= '0' && it <= '9')
                || KEPT.indexOf(it) >= 0;
    }

    private static boolean isHex(byte[] bytes, int at) {
        return at < bytes.length && Character.digit(bytes[at], 16) >= 0;
    }
}
