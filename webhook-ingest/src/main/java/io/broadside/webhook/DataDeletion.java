package io.broadside.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.broadside.events.RawDelivery;
import io.broadside.runtime.config.Secret;
import io.broadside.webhook.platform.HmacSha256;
import java.net.URI;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a person is told who asked for the deletion of their data: a confirmation code, and a page that says how far it is.
 *
 * <p>The code carries the time of the request and proves itself, so that every instance can answer for it and nothing has to be
 * kept about who asked. It is made with a key of its own, or one made of the app's secret: no code is part of a signature of a
 * delivery.
 */
final class DataDeletion {

    /** The longest time for which any topic keeps records of an account, once its connection has no token any more. */
    private static final Duration KEPT_AT_MOST = Duration.ofDays(60);

    private static final byte[] PURPOSE = "broadside: confirmation code of a data deletion".getBytes(UTF_8);
    private static final Pattern CODE = Pattern.compile("([0-9a-f]{8})([0-9a-f]{16})([0-9a-f]{32})");
    private static final int HEX_DIGITS_OF_PROOF = 32;
    private static final DateTimeFormatter DAY =
            DateTimeFormatter.ofPattern("d MMMM uuuu", Locale.ENGLISH).withZone(ZoneOffset.UTC);

    private final URI publicUri;
    private final Optional<Secret> key;
    private final Clock clock;

    /**
     * @param publicUri where the world reaches the service, without a slash at its end
     * @param key what codes are made with; without it they are made with the app's secret, and are not known any longer than that
     */
    DataDeletion(URI publicUri, Optional<Secret> key, Clock clock) {
        this.publicUri = publicUri;
        this.key = key;
        this.clock = clock;
    }

    /** The answer to a request that is durable, as Meta wants it. */
    String confirmation(Endpoint endpoint, RawDelivery delivery) {
        var time = HexFormat.of().toHexDigits((int) delivery.getReceivedAt().getEpochSecond());
        var digest = HmacSha256.sign(Secret.of(delivery.getDeliveryId()), PURPOSE);
        var request = time + HexFormat.of().formatHex(digest).substring(0, 16);
        var code = request + proof(endpoint, request, keys(endpoint).getFirst());
        return "{\"url\":\"" + publicUri + endpoint.path() + "?code=" + code + "\",\"confirmation_code\":\"" + code
                + "\"}";
    }

    /** The page about that request; empty for a code that was never given. */
    Optional<String> page(Endpoint endpoint, String code) {
        var parts = CODE.matcher(code);
        if (!parts.matches()) {
            return Optional.empty();
        }
        var request = parts.group(1) + parts.group(2);
        var isOurs = false;
        for (var secret : keys(endpoint)) {
            isOurs |= MessageDigest.isEqual(
                    proof(endpoint, request, secret).getBytes(UTF_8),
                    parts.group(3).getBytes(UTF_8));
        }
        return isOurs
                ? Optional.of(page(Instant.ofEpochSecond(HexFormat.fromHexDigitsToLong(parts.group(1)))))
                : Optional.empty();
    }

    private String page(Instant askedAt) {
        var end = askedAt.plus(KEPT_AT_MOST);
        var state = clock.instant().isBefore(end)
                ? "In progress. Your accounts are disconnected at once, and what was kept to act for them is deleted: "
                        + "tokens, names and the connections themselves, the last copies within two days. Records of what was "
                        + "published and received for your accounts are deleted one by one as they get old, the last by "
                        + DAY.format(end) + "."
                : "Complete. All records were deleted by " + DAY.format(end) + ".";
        return "<!DOCTYPE html><html lang=\"en\"><meta charset=\"utf-8\"><title>Data deletion</title>"
                + "<h1>Data deletion</h1><p>Your request was received on " + DAY.format(askedAt) + ".</p><p>" + state
                + "</p></html>";
    }

    /** The first makes codes; those made with any are known. */
    private List<Secret> keys(Endpoint endpoint) {
        return Stream.concat(key.stream(), endpoint.credentials().secrets().stream())
                .toList();
    }

    private static String proof(Endpoint endpoint, String request, Secret secret) {
        var key = Secret.of(HexFormat.of().formatHex(HmacSha256.sign(secret, PURPOSE)));
        var proof = HmacSha256.sign(key, (endpoint.label() + " " + request).getBytes(UTF_8));
        return HexFormat.of().formatHex(Arrays.copyOf(proof, HEX_DIGITS_OF_PROOF / 2));
    }
}
