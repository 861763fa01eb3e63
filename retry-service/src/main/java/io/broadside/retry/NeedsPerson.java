package io.broadside.retry;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;

/**
 * Why a connection needs a person.
 *
 * @param tokenVersion version of the token that is no good
 * @param code as one of Broadside's error codes
 */
record NeedsPerson(long tokenVersion, String code) {

    byte[] encoded() {
        var text = code.getBytes(UTF_8);
        return ByteBuffer.allocate(Long.BYTES + text.length)
                .putLong(tokenVersion)
                .put(text)
                .array();
    }

    static NeedsPerson decoded(byte[] bytes) {
        var buffer = ByteBuffer.wrap(bytes);
        return new NeedsPerson(buffer.getLong(), UTF_8.decode(buffer).toString());
    }
}
