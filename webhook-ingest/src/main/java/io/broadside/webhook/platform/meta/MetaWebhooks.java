package io.broadside.webhook.platform.meta;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.broadside.events.RawDelivery;
import io.broadside.runtime.config.Secret;
import io.broadside.webhook.platform.Callback;
import io.broadside.webhook.platform.Credentials;
import io.broadside.webhook.platform.Handshake;
import io.broadside.webhook.platform.HmacSha256;
import io.broadside.webhook.platform.Normalised;
import io.broadside.webhook.platform.RawBody;
import io.broadside.webhook.platform.Traits;
import io.broadside.webhook.platform.Verdict;
import io.broadside.webhook.platform.WebhookPlatform;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Webhooks of Facebook Pages, Instagram and Threads, and the callbacks for people who take the app's permission away or want
 * their data deleted.
 *
 * <p>A webhook is JSON, signed in a header. The callbacks get a form with one field, {@code signed_request}, that carries its
 * own signature. A deauthorisation that comes to the address of the webhooks is one all the same: its beginning tells. What it
 * calls itself in its head does not, for nobody signs that.
 *
 * <p>What signs depends on the product: Facebook Pages and Instagram with Facebook Login use the secret of the Meta app,
 * Instagram with Instagram Login that of the Instagram app, Threads its own. An app here has a list of secrets, so both of
 * Instagram's logins can come to one address.
 *
 * @see <a href="https://developers.facebook.com/docs/graph-api/webhooks/getting-started">Webhooks</a>
 */
public final class MetaWebhooks implements WebhookPlatform {

    private static final String SIGNATURE = "x-hub-signature-256";
    private static final byte[] FORM = "signed_request=".getBytes(US_ASCII);
    private static final Pattern CHALLENGE = Pattern.compile("[A-Za-z0-9]{1,256}");

    private final Traits traits;

    private MetaWebhooks(String id) {
        this.traits = Traits.of(id, SIGNATURE, Duration.ofHours(36))
                .withVerifyToken()
                .withCallbacks(Set.of(Callback.WEBHOOK, Callback.DEAUTHORIZE, Callback.DATA_DELETION));
    }

    public static MetaWebhooks facebook() {
        return new MetaWebhooks("facebook");
    }

    public static MetaWebhooks instagram() {
        return new MetaWebhooks("instagram");
    }

    public static MetaWebhooks threads() {
        return new MetaWebhooks("threads");
    }

    @Override
    public Traits traits() {
        return traits;
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
    public Verdict verify(RawDelivery delivery, Credentials credentials) {
        var body = RawBody.of(delivery);
        if (isForm(body)) {
            return SignedRequest.verify(body, credentials.secrets(), delivery.getReceivedAt());
        }
        if (!delivery.getCallback().equals(Callback.WEBHOOK.id())) {
            return new Verdict.Missing("This address takes forms with a signed_request, and no other content.");
        }
        var signature = delivery.getHeaders().getOrDefault(SIGNATURE, "");
        if (signature.isEmpty()) {
            return new Verdict.Missing("There is no header X-Hub-Signature-256.");
        }
        return HmacSha256.fits(signature, credentials.secrets(), MetaWebhooks::written, body)
                ? new Verdict.Valid()
                : new Verdict.Mismatch("None of the app's secrets makes the signature in X-Hub-Signature-256.");
    }

    @Override
    public Normalised normalise(RawDelivery delivery) {
        return isForm(RawBody.of(delivery)) ? SignedRequest.normalise(delivery) : MetaEvents.of(delivery);
    }

    private static boolean isForm(byte[] body) {
        return body.length >= FORM.length && Arrays.mismatch(body, 0, FORM.length, FORM, 0, FORM.length) < 0;
    }

    private static String written(byte[] signature) {
        return "sha256=" + HexFormat.of().formatHex(signature);
    }
}
