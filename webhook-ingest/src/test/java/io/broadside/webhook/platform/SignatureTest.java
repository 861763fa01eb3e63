package io.broadside.webhook.platform;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for the signatures of every platform. */
class SignatureTest {

    /** {@code -Dwebhook.mutations=1000000} for the long run: half a minute where nothing else runs. */
    private static final int MUTATIONS = Integer.getInteger("webhook.mutations", 100_000);

    private static final int WORKERS = 8;

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
        // When
        var accepted = IntStream.range(0, WORKERS)
                .parallel()
                .mapToLong(worker -> accepted(new Mutations(worker), MUTATIONS / WORKERS))
                .sum();
        // Then
        assertThat(accepted).isZero();
    }

    private static long accepted(Mutations mutations, int count) {
        var vectors = Vectors.all();
        var accepted = 0;
        for (var i = 0; i < count; i++) {
            var vector = vectors.get(i % vectors.size());
            var mutation = mutations.of(vector);
            var delivery = vector.delivery(mutation.body(), mutation.signature());
            accepted += vector.platform().verify(delivery, Vector.credentials(vector.secret())) instanceof Verdict.Valid
                    ? 1
                    : 0;
            // Should such a body be signed one day, reading it must not break either.
            vector.platform().normalise(delivery);
        }
        return accepted;
    }

    private static byte[] flipped(byte[] bytes, int bit) {
        var flipped = bytes.clone();
        flipped[bit / 8] ^= (byte) (1 << (bit % 8));
        return flipped;
    }
}
