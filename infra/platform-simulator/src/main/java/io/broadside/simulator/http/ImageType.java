package io.broadside.simulator.http;

import io.vertx.core.buffer.Buffer;
import java.util.HexFormat;
import java.util.Optional;

/** The kinds of images, told apart by their first bytes as the networks do, not by what the sender says. */
public enum ImageType {
    JPEG("image/jpeg", "ffd8ff", 0),
    PNG("image/png", "89504e470d0a1a0a", 0),
    GIF("image/gif", "47494638", 0),
    WEBP("image/webp", "57454250", 8);

    private final String contentType;
    private final String magic;
    private final int offset;

    ImageType(String contentType, String magic, int offset) {
        this.contentType = contentType;
        this.magic = magic;
        this.offset = offset;
    }

    public String contentType() {
        return contentType;
    }

    /** Empty when it is not an image of these kinds. */
    public static Optional<ImageType> of(Buffer bytes) {
        for (var type : values()) {
            int end = type.offset + type.magic.length() / 2;
            if (bytes.length() >= end
                    && HexFormat.of()
                            .formatHex(bytes.getBytes(type.offset, end))
                            .equals(type.magic)) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }
}
