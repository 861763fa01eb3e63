package io.broadside.webhook.platform.facebook;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.broadside.events.RawDelivery;
import io.broadside.runtime.config.Secret;
import io.broadside.webhook.platform.Credentials;
import io.broadside.webhook.platform.Handshake;
import io.broadside.webhook.platform.HmacSha256;
import io.broadside.webhook.platform.Normalised;
import io.broadside.webhook.platform.Verdict;
import io.broadside.webhook.platform.WebhookPlatform;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Webhooks of Facebook Pages, and the callback for people who take the app's permission away.
 *
 * <p>A webhook is JSON, signed in a header. A deauthorisation is a form with one field, {@code signed_request}, that carries
 * its own signature; both come to the same path, and the content type tells them apart.
 *
 * @see <a href="https://developers.facebook.com/docs/graph-api/webhooks/getting-started">Webhooks</a>
 */
public final class FacebookWebhooks implements WebhookPlatform {

    private static final String SIGNATURE = "x-hub-signature-256";
    private static final String CONTENT_TYPE = "content-type";
    private static final Pattern CHALLENGE = Pattern.compile("[A-Za-z0-9]{1,256}");

    @Override
    public String id() {
        return "facebook";
    }

    @Override
    public boolean needsVerifyToken() {
        return true;
    }

    @Override
    public Set<String> keptHeaders() {
        return Set.of(SIGNATURE, CONTENT_TYPE);
    }

    /** {@code hub.challenge} back as plain text, to whoever knows the verify token. Nothing that could be markup is echoed. */
    @Override
    public Handshake handshake(Map<String, String> query, Credentials credentials) {
        if (!query.getOrDefault("hub.mode", "").equals("subscribe")) {
            return new Handshake.Refused("hub.mode is not subscribe");
        }
        var shown = query.getOrDefault("hub.verify_token", "").getBytes(UTF_8);
        var isKnown = credentials
                .verifyToken()
                .map(Secret::reveal)
                .filter(token -> MessageDigest.isEqual(token.getBytes(UTF_8), shown))
                .isPresent();
        if (!isKnown) {
            return new Handshake.Refused("hub.verify_token is not the one agreed upon");
        }
        var challenge = query.getOrDefault("hub.challenge", "");
        return CHALLENGE.matcher(challenge).matches()
                ? new Handshake.Answer("text/plain; charset=utf-8", challenge)
                : new Handshake.Refused("hub.challenge is not made of letters and digits");
    }

    @Override
    public Verdict verify(Map<String, String> headers, byte[] body, Credentials credentials, Instant now) {
        if (isForm(headers)) {
            return SignedRequest.verify(body, credentials.secrets(), now);
        }
        var signature = headers.getOrDefault(SIGNATURE, "");
        if (signature.isEmpty()) {
            return new Verdict.Missing("There is no header X-Hub-Signature-256.");
        }
        return HmacSha256.fits(signature, body, credentials.secrets(), FacebookWebhooks::written)
                ? new Verdict.Valid()
                : new Verdict.Mismatch("None of the app's secrets makes the signature in X-Hub-Signature-256.");
    }

    @Override
    public Normalised normalise(RawDelivery delivery) {
        return isForm(delivery.getHeaders()) ? SignedRequest.normalise(delivery) : FacebookEvents.of(delivery);
    }

    private static boolean isForm(Map<String, String> headers) {
        return headers.getOrDefault(CONTENT_TYPE, "")
                .toLowerCase(Locale.ROOT)
                .startsWith("application/x-www-form-urlencoded");
    }

    private static String written(byte[] signature) {
        return "sha256=" + HexFormat.of().formatHex(signature);
    }
}
