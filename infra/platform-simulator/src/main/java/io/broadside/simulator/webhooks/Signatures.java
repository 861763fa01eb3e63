package io.broadside.simulator.webhooks;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** HMAC-SHA256 as the networks write it, over the bytes of a delivery exactly as they are sent. */
public final class Signatures {
    private Signatures() {}

    /** In small hexadecimal digits, without a prefix. */
    public static String hex(String secret, byte[] bytes) {
        return HexFormat.of().formatHex(hmac(secret, bytes));
    }

    /** In Base64, without a prefix. */
    public static String base64(String secret, byte[] bytes) {
        return Base64.getEncoder().encodeToString(hmac(secret, bytes));
    }

    /** {@code signed_request}: the signature covers the encoded payload. https://developers.facebook.com/docs/facebook-login/guides/advanced/manual-flow */
    public static String signedRequest(String appSecret, byte[] payload) {
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
