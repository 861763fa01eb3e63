package io.broadside.publisher.platform;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.broadside.runtime.config.Secret;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.Cipher;
import javax.crypto.KDF;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.HKDFParameterSpec;

/**
 * Seals what a checkpoint has to hold and nobody may read, such as the address of an upload that admits whoever knows it. The
 * key comes from the account's own access token: who can open the seal could have had its content from the platform as well.
 *
 * <p>Once the token was renewed the seal no longer opens. So it is for what can be had anew, at the price of some work.
 *
 * <p>AES-256-GCM, key by HKDF-SHA256 (RFC 5869), a random nonce of 96 bits before the ciphertext, Base64.
 */
public final class TokenSeal {

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final String PURPOSE = "broadside checkpoint v1";
    private static final int NONCE_BYTES = 12;
    private static final int KEY_BYTES = 32;
    private static final int TAG_BITS = 128;

    private TokenSeal() {}

    /**
     * Seals a text.
     *
     * @param belongsTo what it is for, for instance the id of a command; needed to open it
     */
    public static String seal(Secret token, String belongsTo, String text) {
        try {
            var nonce = new byte[NONCE_BYTES];
            RANDOM.nextBytes(nonce);
            var cipher = cipher(Cipher.ENCRYPT_MODE, token, belongsTo, nonce);
            var sealed = cipher.doFinal(text.getBytes(UTF_8));
            var whole = Arrays.copyOf(nonce, NONCE_BYTES + sealed.length);
            System.arraycopy(sealed, 0, whole, NONCE_BYTES, sealed.length);
            return Base64.getEncoder().encodeToString(whole);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-GCM and HKDF belong to every JDK", e);
        }
    }

    /** What was sealed; empty if it was so with another token, for something else, or was changed. */
    public static Optional<String> open(Secret token, String belongsTo, String sealed) {
        try {
            var whole = Base64.getDecoder().decode(sealed);
            if (whole.length < NONCE_BYTES) {
                return Optional.empty();
            }
            var nonce = Arrays.copyOf(whole, NONCE_BYTES);
            var cipher = cipher(Cipher.DECRYPT_MODE, token, belongsTo, nonce);
            return Optional.of(new String(cipher.doFinal(whole, NONCE_BYTES, whole.length - NONCE_BYTES), UTF_8));
        } catch (GeneralSecurityException | IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    private static Cipher cipher(int mode, Secret token, String belongsTo, byte[] nonce)
            throws GeneralSecurityException {
        var cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, key(token), new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(belongsTo.getBytes(UTF_8));
        return cipher;
    }

    private static SecretKey key(Secret token) throws GeneralSecurityException {
        var parameters = HKDFParameterSpec.ofExtract()
                .addIKM(token.reveal().getBytes(UTF_8))
                .thenExpand(PURPOSE.getBytes(UTF_8), KEY_BYTES);
        return KDF.getInstance("HKDF-SHA256").deriveKey("AES", parameters);
    }
}
