package io.broadside.publisher.platform.graph;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.broadside.runtime.config.Secret;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The proof that a call comes from the app that a token is for. Apps can be set to refuse calls without it.
 *
 * <p>https://developers.facebook.com/docs/graph-api/guides/secure-requests
 */
public final class AppSecretProof {

    private static final String ALGORITHM = "HmacSHA256";

    private AppSecretProof() {}

    /** The address with the proof; it tells neither the secret nor the token. */
    public static String on(String pathAndQuery, Secret appSecret, Secret token) {
        return pathAndQuery + (pathAndQuery.contains("?") ? "&" : "?") + "appsecret_proof=" + of(appSecret, token);
    }

    static String of(Secret appSecret, Secret token) {
        try {
            var mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(appSecret.reveal().getBytes(UTF_8), ALGORITHM));
            return HexFormat.of().formatHex(mac.doFinal(token.reveal().getBytes(UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java platform has " + ALGORITHM, e);
        }
    }
}
