package io.broadside.simulator.media;

import io.vertx.core.buffer.Buffer;
import java.util.SplittableRandom;

/** Something to be loaded, in whatever parts. */
sealed interface Sample {
    String contentType();

    long length();

    /** Bytes from an offset on: at least one of them, and as many as are at hand. */
    Buffer from(long offset);

    /** Small enough to be held. */
    record Small(String contentType, Buffer bytes) implements Sample {
        @Override
        public long length() {
            return bytes.length();
        }

        @Override
        public Buffer from(long offset) {
            return bytes.slice((int) offset, bytes.length());
        }
    }

    /**
     * A file that is as long as wished: a head, and a block that repeats itself. The same seed gives the same bytes.
     *
     * @param block not empty
     */
    record Padded(String contentType, Buffer head, Buffer block, long length) implements Sample {
        private static final int BLOCK = 64 * 1024;

        static Padded of(String contentType, byte[] head, long length, long seed) {
            var block = new byte[BLOCK];
            new SplittableRandom(seed).nextBytes(block);
            return new Padded(contentType, Buffer.buffer(head), Buffer.buffer(block), length);
        }

        @Override
        public Buffer from(long offset) {
            if (offset < head.length()) {
                return head.slice((int) offset, head.length());
            }
            int start = (int) ((offset - head.length()) % block.length());
            return block.slice(start, block.length());
        }
    }
}
