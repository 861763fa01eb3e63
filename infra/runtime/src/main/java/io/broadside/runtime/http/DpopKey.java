package io.broadside.runtime.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.broadside.runtime.config.Secret;
import java.math.BigInteger;
import java.net.URI;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPrivateKeySpec;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.UUID;

/**
 * The key that a token is bound to: whoever uses the token proves with each call that he has the key (RFC 9449). ES256, which is
 * P-256; stored as a JSON Web Key with its private part.
 */
public final class DpopKey {

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final int COORDINATE_BYTES = 32;

    private final ECPrivateKey key;
    private final String x;
    private final String y;
    private final String d;

    private DpopKey(ECPrivateKey key, String x, String y, String d) {
        this.key = key;
        this.x = x;
        this.y = y;
        this.d = d;
    }

    public static DpopKey generate() {
        try {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            var pair = generator.generateKeyPair();
            var point = ((ECPublicKey) pair.getPublic()).getW();
            var privateKey = (ECPrivateKey) pair.getPrivate();
            return new DpopKey(
                    privateKey, encoded(point.getAffineX()), encoded(point.getAffineY()), encoded(privateKey.getS()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("P-256 belongs to every JDK", e);
        }
    }

    /** A key as {@link #toJwk} wrote it; empty if it is none. */
    public static Optional<DpopKey> of(JsonNode jwk) {
        var x = jwk.path("x").asText();
        var y = jwk.path("y").asText();
        var d = jwk.path("d").asText();
        if (x.isEmpty() || y.isEmpty() || d.isEmpty()) {
            return Optional.empty();
        }
        try {
            var curve = AlgorithmParameters.getInstance("EC");
            curve.init(new ECGenParameterSpec("secp256r1"));
            var number = new BigInteger(1, Base64.getUrlDecoder().decode(d));
            var spec = new ECPrivateKeySpec(number, curve.getParameterSpec(ECParameterSpec.class));
            var key = (ECPrivateKey) KeyFactory.getInstance("EC").generatePrivate(spec);
            return Optional.of(new DpopKey(key, x, y, d));
        } catch (GeneralSecurityException | IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    /** The key with its private part, to be sealed and kept beside the token. */
    public JsonNode toJwk() {
        return JSON.createObjectNode()
                .put("kty", "EC")
                .put("crv", "P-256")
                .put("x", x)
                .put("y", y)
                .put("d", d);
    }

    /**
     * The proof for one call, which a server takes once.
     *
     * @param nonce what the server last asked to have in it
     * @param token the token that is used with it; absent where one is only asked for
     */
    Secret proof(HttpMethod method, URI uri, Optional<String> nonce, Optional<Secret> token, Instant now) {
        var header = JSON.createObjectNode().put("typ", "dpop+jwt").put("alg", "ES256");
        header.putObject("jwk").put("crv", "P-256").put("kty", "EC").put("x", x).put("y", y);
        var claims = JSON.createObjectNode()
                .put("jti", UUID.randomUUID().toString())
                .put("htm", method.name())
                .put("htu", withoutQuery(uri))
                .put("iat", now.getEpochSecond());
        nonce.ifPresent(it -> claims.put("nonce", it));
        token.ifPresent(it -> claims.put("ath", encoded(sha256(it.reveal()))));
        try {
            var signed = encoded(JSON.writeValueAsBytes(header)) + "." + encoded(JSON.writeValueAsBytes(claims));
            var signature = Signature.getInstance("SHA256withECDSAinP1363Format");
            signature.initSign(key);
            signature.update(signed.getBytes(UTF_8));
            return Secret.of(signed + "." + encoded(signature.sign()));
        } catch (GeneralSecurityException | JsonProcessingException e) {
            throw new IllegalStateException("ES256 belongs to every JDK", e);
        }
    }

    private static String withoutQuery(URI uri) {
        var text = uri.toString();
        var end = text.indexOf('?');
        return end < 0 ? text : text.substring(0, end);
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("SHA-256 belongs to every JDK", e);
        }
    }

    /** As many bytes as a coordinate has, however small the number is. */
    private static String encoded(BigInteger number) {
        var bytes = number.toByteArray();
        var fixed = new byte[COORDINATE_BYTES];
        var from = Math.max(0, bytes.length - COORDINATE_BYTES);
        var kept = Arrays.copyOfRange(bytes, from, bytes.length);
        System.arraycopy(kept, 0, fixed, COORDINATE_BYTES - kept.length, kept.length);
        return encoded(fixed);
    }

    private static String encoded(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    @Override
    public String toString() {
        return "DpopKey[hidden]";
    }
}
