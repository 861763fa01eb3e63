package io.broadside.simulator.instagram;

import io.vertx.core.buffer.Buffer;
import java.util.Optional;

/** How large a JPEG is, by the header of its frame: ITU-T T.81, B.2.2. */
record JpegSize(int width, int height) {
    /** Empty when the header is not within the given bytes. */
    static Optional<JpegSize> of(Buffer head) {
        int position = 2;
        while (position + 9 < head.length() && head.getUnsignedByte(position) == 0xff) {
            int marker = head.getUnsignedByte(position + 1);
            boolean isFrame = marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
            if (isFrame) {
                return Optional.of(
                        new JpegSize(head.getUnsignedShort(position + 7), head.getUnsignedShort(position + 5)));
            }
            position += 2 + head.getUnsignedShort(position + 2);
        }
        return Optional.empty();
    }

    /** Between 4:5 and 1.91:1, as the feed has it. */
    boolean isForTheFeed() {
        return 5L * width >= 4L * height && 100L * width <= 191L * height;
    }
}
