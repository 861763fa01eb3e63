package io.broadside.webhook.platform;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.events.RawDelivery;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for the signatures of every platform. */
class SignatureTest {

    private static final int MUTATIONS = 50_000;

    @ParameterizedTest
    @MethodSource("io.broadside.webhook.platform.Vectors#all")
    void acceptsWhatThePlatformSigned(Vector vector) {
        assertThat(vector.verify()).isEqualTo(new Verdict.Valid());
    }

    @ParameterizedTest
    @MethodSource("io.broadside.webhook.platform.Vectors#all")
    void refusesABodyWithAnyBitFlipped(Vector vector) {
        for (var bit = 0; bit < vector.bytes().length * 8; bit++) {
            assertThat(vector.verify(flipped(vector.bytes(), bit), vector.signature(), vector.secret()))
                    .as("bit %d", bit)
                    .isNotInstanceOf(Verdict.Valid.class);
        }
    }

    @ParameterizedTest
    @MethodSource("io.broadside.webhook.platform.Vectors#all")
    void refusesASignatureWithAnyBitFlipped(Vector vector) {
        vector.signature().ifPresent(signature -> {
            for (var bit = 0; bit < signature.length() * 8; bit++) {
                var other = new String(flipped(signature.getBytes(ISO_8859_1), bit), ISO_8859_1);
                assertThat(vector.verify(vector.bytes(), Optional.of(other), vector.secret()))
                        .as("bit %d", bit)
                        .isNotInstanceOf(Verdict.Valid.class);
            }
        });
    }

    @ParameterizedTest
    @MethodSource("io.broadside.webhook.platform.Vectors#all")
    void refusesASecretWithAnyBitFlipped(Vector vector) {
        for (var bit = 0; bit < vector.secret().length() * 8; bit++) {
            var other = new String(flipped(vector.secret().getBytes(ISO_8859_1), bit), ISO_8859_1);
            assertThat(vector.verify(vector.bytes(), vector.signature(), other))
                    .as("bit %d", bit)
                    .isNotInstanceOf(Verdict.Valid.class);
        }
    }

    @ParameterizedTest
    @MethodSource("io.broadside.webhook.platform.Vectors#all")
    void acceptsAnyOfTheSecretsWhileTheyAreRotated(Vector vector) {
        assertThat(vector.verify(vector.bytes(), vector.signature(), "the-new-one", vector.secret()))
                .isEqualTo(new Verdict.Valid());
        assertThat(vector.verify(vector.bytes(), vector.signature(), vector.secret(), "the-old-one"))
                .isEqualTo(new Verdict.Valid());
        assertThat(vector.verify(vector.bytes(), vector.signature(), "the-new-one", "the-old-one"))
                .isInstanceOf(Verdict.Mismatch.class);
    }

    @ParameterizedTest
    @MethodSource("io.broadside.webhook.platform.Vectors#all")
    void sayingNothingIsMissingAndNotMismatch(Vector vector) {
        var body = vector.signature().isPresent() ? vector.bytes() : "user_id=2000000002".getBytes(UTF_8);
        assertThat(vector.verify(body, Optional.empty(), vector.secret())).isInstanceOf(Verdict.Missing.class);
    }

    @Test
    void acceptsNoneOfManyMutationsAndBreaksOnNone() {
        // Given
        var random = new Random(20261121);
        var accepted = 0;
        var vectors = Vectors.all();
        // When
        for (var i = 0; i < MUTATIONS; i++) {
            var vector = vectors.get(i % vectors.size());
            var body = vector.bytes();
            var signature = vector.signature();
            if (signature.isEmpty() || random.nextInt(3) > 0) {
                body = mutated(body, random);
            } else {
                signature = signature.map(text -> new String(mutated(text.getBytes(ISO_8859_1), random), ISO_8859_1));
            }
            if (!Arrays.equals(body, vector.bytes()) || !signature.equals(vector.signature())) {
                accepted += vector.verify(body, signature, vector.secret()) instanceof Verdict.Valid ? 1 : 0;
                // Should such a body be signed one day, reading it must not break either.
                vector.platform().normalise(delivery(vector, body));
            }
        }
        // Then
        assertThat(accepted).isZero();
    }

    private static RawDelivery delivery(Vector vector, byte[] body) {
        return RawDelivery.newBuilder()
                .setDeliveryId("d-1")
                .setPlatform(vector.platform().id())
                .setApp("demo")
                .setReceivedAt(Instant.parse("2026-11-20T12:00:00Z"))
                .setHeaders(vector.headers(vector.signature()))
                .setBody(ByteBuffer.wrap(body))
                .build();
    }

    private static byte[] flipped(byte[] bytes, int bit) {
        var flipped = bytes.clone();
        flipped[bit / 8] ^= (byte) (1 << (bit % 8));
        return flipped;
    }

    /** One to four changes: a byte replaced, inserted or taken out, a piece doubled, the end cut off. */
    private static byte[] mutated(byte[] original, Random random) {
        var bytes = original;
        for (var changes = 1 + random.nextInt(4); changes > 0 && bytes.length > 0; changes--) {
            var at = random.nextInt(bytes.length);
            bytes = switch (random.nextInt(5)) {
                case 0 -> spliced(bytes, at, at + 1, new byte[] {(byte) random.nextInt(256)});
                case 1 -> spliced(bytes, at, at, new byte[] {(byte) random.nextInt(256)});
                case 2 -> spliced(bytes, at, at + 1, new byte[0]);
                case 3 -> spliced(bytes, at, at, Arrays.copyOfRange(bytes, at, at + random.nextInt(bytes.length - at)));
                default -> Arrays.copyOf(bytes, at);
            };
        }
        return bytes;
    }

    private static byte[] spliced(byte[] bytes, int from, int to, byte[] between) {
        return ByteBuffer.allocate(from + between.length + bytes.length - to)
                .put(bytes, 0, from)
                .put(between)
                .put(bytes, to, bytes.length - to)
                .array();
    }
}
