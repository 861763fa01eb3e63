package io.broadside.token.health.notice;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.broadside.runtime.config.ConfigException;
import io.broadside.runtime.config.Secret;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A secret of the Standard Webhooks scheme, and the signatures made with it.
 *
 * <p>https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 *
 * @param key {@code whsec_} and the key in Base64
 */
record WebhookSecret(Secret key) {

    private static final String PREFIX = "whsec_";
    private static final String ALGORITHM = "HmacSHA256";
    private static final int FEWEST_BYTES = 24;
    private static final int MOST_BYTES = 64;

    WebhookSecret {
        var length = bytes(key).length;
        if (length < FEWEST_BYTES || length > MOST_BYTES) {
            throw wrong();
        }
    }

    /** One secret, or two with a comma between them: the new one and the one that is being replaced. */
    static List<WebhookSecret> listOf(Secret text) {
        return Stream.of(text.reveal().split(",", -1))
                .map(String::strip)
                .map(Secret::of)
                .map(WebhookSecret::new)
                .toList();
    }

    /** What webhook-signature holds: a signature for each secret, so that either may be used to verify. */
    static String sign(List<WebhookSecret> secrets, String id, long timestamp, String body) {
        var signed = (id + "." + timestamp + "." + body).getBytes(UTF_8);
        return secrets.stream().map(secret -> "v1," + secret.signature(signed)).collect(Collectors.joining(" "));
    }

    private String signature(byte[] signed) {
        try {
            var mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(bytes(key), ALGORITHM));
            return Base64.getEncoder().encodeToString(mac.doFinal(signed));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java has " + ALGORITHM, e);
        }
    }

    private static byte[] bytes(Secret key) {
        if (!key.reveal().startsWith(PREFIX)) {
            throw wrong();
        }
        try {
            return Base64.getDecoder().decode(key.reveal().substring(PREFIX.length()));
        } catch (IllegalArgumentException _) {
            throw wrong();
        }
    }

    /** Without its cause, which might quote the secret. */
    private static ConfigException wrong() {
        return new ConfigException("TOKEN_NOTICE_WEBHOOK_SECRET: whsec_ and " + FEWEST_BYTES + " to " + MOST_BYTES
                + " random bytes in Base64 needed, was something else");
    }
}
