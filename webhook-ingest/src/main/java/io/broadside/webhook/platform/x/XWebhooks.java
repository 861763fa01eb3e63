package io.broadside.webhook.platform.x;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.broadside.events.RawDelivery;
import io.broadside.webhook.platform.Credentials;
import io.broadside.webhook.platform.Handshake;
import io.broadside.webhook.platform.HmacSha256;
import io.broadside.webhook.platform.Normalised;
import io.broadside.webhook.platform.RawBody;
import io.broadside.webhook.platform.Traits;
import io.broadside.webhook.platform.Verdict;
import io.broadside.webhook.platform.WebhookPlatform;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Webhooks of X. The secret is the app's API secret (consumer secret), not the OAuth 2.0 client secret.
 *
 * <p>Handshake (CRC) and deliveries are signed with one key in one way, and anybody may ask for a handshake: whoever had a
 * body signed as a {@code crc_token} could send it as a delivery. So what may be a token and what may be a body have nothing in
 * common: a token is made of few characters, and a body made of these alone is refused even with its signature right.
 *
 * @see <a href="https://docs.x.com/x-api/webhooks/quickstart">Webhooks quickstart</a>
 */
public final class XWebhooks implements WebhookPlatform {

    private static final String SIGNATURE = "x-twitter-webhooks-signature";

    /** Nothing is documented of repeats by the activity API; what was missed can be had again for a day. */
    private static final Traits TRAITS = Traits.of("x", SIGNATURE, Duration.ofDays(1));

    private static final int LONGEST_TOKEN = 512;

    /** No braces, brackets, quotes or blanks: no JSON object or array is made of these. */
    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9+/=_.~-]{1,512}");

    @Override
    public Traits traits() {
        return TRAITS;
    }

    /** CRC: the token, signed. */
    @Override
    public Handshake handshake(Map<String, String> query, Credentials credentials) {
        var token = query.getOrDefault("crc_token", "");
        if (!TOKEN.matcher(token).matches()) {
            return new Handshake.Refused("crc_token is missing, or not like those X sends");
        }
        var signature = written(HmacSha256.sign(credentials.secrets().getFirst(), token.getBytes(UTF_8)));
        return new Handshake.Answer("application/json", "{\"response_token\":\"" + signature + "\"}");
    }

    @Override
    public Verdict verify(RawDelivery delivery, Credentials credentials) {
        var signature = delivery.getHeaders().getOrDefault(SIGNATURE, "");
        if (signature.isEmpty()) {
            return new Verdict.Missing("There is no header x-twitter-webhooks-signature.");
        }
        var body = RawBody.of(delivery);
        var fits = HmacSha256.fits(signature, credentials.secrets(), XWebhooks::written, body);
        var isToken = body.length <= LONGEST_TOKEN
                && TOKEN.matcher(new String(body, ISO_8859_1)).matches();
        if (body.length == 0 || isToken) {
            return new Verdict.Mismatch("The body could be the token of a handshake, so its signature proves nothing.");
        }
        return fits
                ? new Verdict.Valid()
                : new Verdict.Mismatch(
                        "None of the app's secrets makes the signature in x-twitter-webhooks-signature.");
    }

    @Override
    public Normalised normalise(RawDelivery delivery) {
        return XEvents.of(delivery);
    }

    private static String written(byte[] signature) {
        return "sha256=" + Base64.getEncoder().encodeToString(signature);
    }
}
