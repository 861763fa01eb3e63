package io.broadside.webhook.platform.tiktok;

import static java.nio.charset.StandardCharsets.US_ASCII;

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
import java.time.Instant;
import java.util.HexFormat;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Webhooks of TikTok. The secret is the app's client secret; what is signed is the time, a dot and the body. There is no
 * handshake.
 *
 * <p>TikTok asks to refuse old signatures and says neither how old that is, nor whether a delivery that it repeats for three days
 * is signed anew. So by default a signature is good for as long as TikTok repeats, and what somebody else repeats meanwhile is
 * known again, because events are remembered for longer.
 *
 * @see <a href="https://developers.tiktok.com/doc/webhooks-verification">Webhook verification</a>
 */
public final class TikTokWebhooks implements WebhookPlatform {

    private static final String SIGNATURE = "tiktok-signature";

    private static final Traits TRAITS =
            Traits.of("tiktok", SIGNATURE, Duration.ofDays(3)).withTimedSignatures();

    private static final Pattern TIME_AND_SIGNATURE =
            Pattern.compile("t=(?<time>[0-9]{1,12}),s=(?<signature>[0-9a-f]{64})");

    /** By how much TikTok's clock may be ahead of ours. */
    private static final Duration AHEAD = Duration.ofMinutes(5);

    @Override
    public Traits traits() {
        return TRAITS;
    }

    @Override
    public Handshake handshake(Map<String, String> query, Credentials credentials) {
        return new Handshake.Refused("TikTok has no handshake");
    }

    @Override
    public Verdict verify(RawDelivery delivery, Credentials credentials) {
        var header = delivery.getHeaders().getOrDefault(SIGNATURE, "");
        if (header.isEmpty()) {
            return new Verdict.Missing("There is no header TikTok-Signature.");
        }
        var parts = TIME_AND_SIGNATURE.matcher(header);
        if (!parts.matches()) {
            return new Verdict.Mismatch("TikTok-Signature is not of the form t=...,s=...");
        }
        var time = parts.group("time");
        var fits = HmacSha256.fits(
                parts.group("signature"),
                credentials.secrets(),
                TikTokWebhooks::written,
                (time + ".").getBytes(US_ASCII),
                RawBody.of(delivery));
        if (!fits) {
            return new Verdict.Mismatch("None of the app's secrets makes the signature in TikTok-Signature.");
        }
        var age = Duration.between(Instant.ofEpochSecond(Long.parseLong(time)), delivery.getReceivedAt());
        if (age.compareTo(credentials.tolerance()) > 0 || age.negated().compareTo(AHEAD) > 0) {
            return new Verdict.OutOfTime("The time that TikTok-Signature names is too far from that of its arrival.");
        }
        return new Verdict.Valid();
    }

    @Override
    public Normalised normalise(RawDelivery delivery) {
        return TikTokEvents.of(delivery);
    }

    private static String written(byte[] signature) {
        return HexFormat.of().formatHex(signature);
    }
}
