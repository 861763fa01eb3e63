package io.broadside.webhook.platform.linkedin;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.broadside.events.RawDelivery;
import io.broadside.webhook.platform.Credentials;
import io.broadside.webhook.platform.Handshake;
import io.broadside.webhook.platform.HmacSha256;
import io.broadside.webhook.platform.Json;
import io.broadside.webhook.platform.Normalised;
import io.broadside.webhook.platform.RawBody;
import io.broadside.webhook.platform.Traits;
import io.broadside.webhook.platform.Verdict;
import io.broadside.webhook.platform.WebhookPlatform;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Webhooks of LinkedIn: what members do with an organization's posts. The secret is the app's client secret.
 *
 * <p>What is signed of a delivery is {@code hmacsha256=} followed by the body, of a challenge the code alone. Anybody may ask
 * for a challenge to be signed; as a code has no equals sign, no answer to one is the signature of a delivery.
 *
 * @see <a href="https://learn.microsoft.com/en-us/linkedin/shared/api-guide/webhook-validation">Webhook validation</a>
 */
public final class LinkedInWebhooks implements WebhookPlatform {

    private static final String SIGNATURE = "x-li-signature";

    /** Members' activity may be kept for 48 hours; what is stored is gone 44 hours later. */
    private static final Traits TRAITS =
            Traits.of("linkedin", SIGNATURE, Duration.ofHours(8)).withBodiesKeptFor(Duration.ofHours(4));

    private static final String PREFIX = "hmacsha256=";
    private static final byte[] SIGNED_BEFORE_THE_BODY = PREFIX.getBytes(UTF_8);

    /** With this begin the names of what is added: {@code decoratedSourcePost}, {@code decoratedGeneratedActivity}. */
    private static final String DECORATED = "decorated";

    /** LinkedIn sends a UUID. */
    private static final Pattern CODE = Pattern.compile("[A-Za-z0-9-]{1,128}");

    @Override
    public Traits traits() {
        return TRAITS;
    }

    /** The code, and the code signed. Asked when the address is entered, and every two hours. */
    @Override
    public Handshake handshake(Map<String, String> query, Credentials credentials) {
        var code = query.getOrDefault("challengeCode", "");
        if (!CODE.matcher(code).matches()) {
            return new Handshake.Refused("challengeCode is missing, or not like those LinkedIn sends");
        }
        var signature = written(HmacSha256.sign(credentials.secrets().getFirst(), code.getBytes(UTF_8)));
        return new Handshake.Answer(
                "application/json", "{\"challengeCode\":\"" + code + "\",\"challengeResponse\":\"" + signature + "\"}");
    }

    @Override
    public Verdict verify(RawDelivery delivery, Credentials credentials) {
        var header = delivery.getHeaders().getOrDefault(SIGNATURE, "");
        if (header.isEmpty()) {
            return new Verdict.Missing("There is no header X-LI-Signature.");
        }
        // Documented as the digits alone; some have seen them with the prefix that is signed.
        var isPrefixed = header.regionMatches(true, 0, PREFIX, 0, PREFIX.length());
        var signature = isPrefixed ? header.substring(PREFIX.length()) : header;
        return HmacSha256.fits(
                        signature,
                        credentials.secrets(),
                        asIn(signature)::formatHex,
                        SIGNED_BEFORE_THE_BODY,
                        RawBody.of(delivery))
                ? new Verdict.Valid()
                : new Verdict.Mismatch("None of the app's secrets makes the signature in X-LI-Signature.");
    }

    /**
     * Without what LinkedIn adds to its ids: a post or a comment as it stands there, and whose it is. Members' activity may be kept
     * for 48 hours, which is longer than deliveries are, but what is of their profiles for 24 only.
     */
    @Override
    public RawDelivery kept(RawDelivery delivery) {
        return Json.parse(RawBody.of(delivery))
                .filter(LinkedInWebhooks::takeOutDecorations)
                .map(Json::canonical)
                .map(body -> RawDelivery.newBuilder(delivery)
                        .setBody(ByteBuffer.wrap(body.getBytes(UTF_8)))
                        .build())
                .orElse(delivery);
    }

    /** Takes the decorations out of a body; gives whether there were any. */
    private static boolean takeOutDecorations(JsonNode body) {
        var isAny = false;
        for (var notification : body.path("notifications")) {
            if (notification instanceof ObjectNode object) {
                var all = object.size();
                object.remove(object.properties().stream()
                        .map(Map.Entry::getKey)
                        .filter(name -> name.startsWith(DECORATED))
                        .toList());
                isAny |= object.size() < all;
            }
        }
        return isAny;
    }

    @Override
    public Normalised normalise(RawDelivery delivery) {
        return LinkedInEvents.of(delivery);
    }

    /**
     * Small letters, as LinkedIn's are; or capitals throughout, which say the same. Both in one signature are of nobody: so a flipped
     * bit is found. What was given decides, and nothing that is secret.
     */
    private static HexFormat asIn(String given) {
        return given.equals(given.toUpperCase(Locale.ROOT)) ? HexFormat.of().withUpperCase() : HexFormat.of();
    }

    private static String written(byte[] signature) {
        return HexFormat.of().formatHex(signature);
    }
}
