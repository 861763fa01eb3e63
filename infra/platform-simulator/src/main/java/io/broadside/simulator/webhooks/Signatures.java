package io.broadside.simulator.webhooks;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Signatures over the bytes of a delivery exactly as they are sent. */
final class Signatures {
    private Signatures() {}

    /** {@code X-Hub-Signature-256}: https://developers.facebook.com/docs/graph-api/webhooks/getting-started */
    static String facebook(String appSecret, byte[] body) {
        return "sha256=" + HexFormat.of().formatHex(hmac(appSecret, body));
    }

    /** {@code x-twitter-webhooks-signature}, and with a CRC token the answer to it: https://docs.x.com/x-api/webhooks/quickstart */
    static String x(String consumerSecret, byte[] body) {
        return "sha256=" + Base64.getEncoder().encodeToString(hmac(consumerSecret, body));
    }

    /** {@code signed_request}: the signature covers the encoded payload. https://developers.facebook.com/docs/facebook-login/guides/advanced/manual-flow */
    static String signedRequest(String appSecret, byte[] payload) {
        var encoder = Base64.getUrlEncoder().withoutPadding();
        var encoded = encoder.encodeToString(payload);
        var signature = hmac(appSecret, encoded.getBytes(StandardCharsets.US_ASCII));
        return encoder.encodeToString(signature) + "." + encoded;
    }

    private static byte[] hmac(String secret, byte[] bytes) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            return mac.doFinal(bytes);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has HmacSHA256", e);
        }
    }
}
