package io.broadside.webhook.platform;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;

/** Deliveries that were signed once and have been tampered with, in their signature, their body or both. */
public final class Mutations {

    private final Random random;

    public Mutations(long seed) {
        this.random = new Random(seed);
    }

    /** What has become of a delivery. */
    @SuppressWarnings("ArrayRecordComponent") // lives for one verification, and is never compared
    public record Mutation(byte[] body, Optional<String> signature) {}

    /** A change that makes the delivery another one. */
    public Mutation of(Vector vector) {
        while (true) {
            var body = vector.bytes();
            var signature = vector.signature();
            var what = random.nextInt(5);
            if (signature.isEmpty() || what > 1) {
                body = mutated(body);
            }
            if (what < 3) {
                signature = signature
                        .map(text -> new String(mutated(text.getBytes(ISO_8859_1)), ISO_8859_1))
                        .filter(text -> !text.isEmpty());
            }
            if (!Arrays.equals(body, vector.bytes()) || !signature.equals(vector.signature())) {
                return new Mutation(body, signature);
            }
        }
    }

    /** One to four changes: a bit turned, a byte replaced, inserted or taken out, a piece doubled, the end cut off. */
    private byte[] mutated(byte[] original) {
        var bytes = original;
        for (var changes = 1 + random.nextInt(4); changes > 0 && bytes.length > 0; changes--) {
            var at = random.nextInt(bytes.length);
            bytes = switch (random.nextInt(7)) {
                case 0 -> spliced(bytes, at, at + 1, new byte[] {(byte) random.nextInt(256)});
                case 1 -> spliced(bytes, at, at, new byte[] {(byte) random.nextInt(256)});
                case 2 -> spliced(bytes, at, at + 1, new byte[0]);
                case 3 -> spliced(bytes, at, at, Arrays.copyOfRange(bytes, at, at + random.nextInt(bytes.length - at)));
                case 4 -> spliced(bytes, at, at + 1, new byte[] {(byte) (bytes[at] ^ (1 << random.nextInt(8)))});
                case 5 -> spliced(bytes, bytes.length, bytes.length, new byte[] {(byte) random.nextInt(256)});
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
