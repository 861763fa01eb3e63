package io.broadside.webhook.platform;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.broadside.runtime.config.Secret;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.function.Function;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** HMAC with SHA-256 (RFC 2104), the signature of nearly every platform; they differ in how they write it down. */
public final class HmacSha256 {

    private static final String ALGORITHM = "HmacSHA256";

    /** Looking for one among the providers takes as long as a short delivery does. It is given its key at every use. */
    private static final ThreadLocal<Mac> MAC = ThreadLocal.withInitial(HmacSha256::newMac);

    private HmacSha256() {}

    /** The 32 bytes of the signature of these contents, one after another. */
    public static byte[] sign(Secret secret, byte[]... contents) {
        try {
            var mac = MAC.get();
            mac.init(new SecretKeySpec(secret.reveal().getBytes(UTF_8), ALGORITHM));
            for (var content : contents) {
                mac.update(content);
            }
            return mac.doFinal();
        } catch (InvalidKeyException e) {
            throw new IllegalStateException("HmacSHA256 takes any key", e);
        }
    }

    private static Mac newMac() {
        try {
            return Mac.getInstance(ALGORITHM);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has HmacSHA256", e);
        }
    }

    /**
     * Whether any of the secrets makes this signature of these contents, one after another.
     *
     * <p>What is compared is the signature as it is written, not as it is decoded: base64 with other spare bits, or hex in
     * capitals where the platform writes small letters, is not what it sends. All secrets are tried, whichever fits.
     *
     * @param given the signature as it came
     * @param written how the platform writes a signature down
     */
    public static boolean fits(
            String given, List<Secret> secrets, Function<byte[], String> written, byte[]... contents) {
        var givenBytes = given.getBytes(UTF_8);
        var fits = false;
        for (var secret : secrets) {
            fits |= MessageDigest.isEqual(written.apply(sign(secret, contents)).getBytes(UTF_8), givenBytes);
        }
        return fits;
    }
}
