package io.broadside.retry.account;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.Optional;

/** The key under which a command that waits is kept in the waiting room: the account looks for it in the room's changelog. */
public final class HeldKey {

    private static final byte KIND = 'h';

    private HeldKey() {}

    /** With an empty commandId, what all keys of a connection begin with. */
    public static byte[] of(String connectionId, String commandId) {
        var connection = connectionId.getBytes(UTF_8);
        var command = commandId.getBytes(UTF_8);
        return ByteBuffer.allocate(1 + Integer.BYTES + connection.length + command.length)
                .put(KIND)
                .putInt(connection.length)
                .put(connection)
                .put(command)
                .array();
    }

    /** The command of such a key; empty for a key of another kind. */
    static Optional<String> commandOf(byte[] key) {
        if (key.length < 1 + Integer.BYTES || key[0] != KIND) {
            return Optional.empty();
        }
        var begin = 1 + Integer.BYTES + ByteBuffer.wrap(key).getInt(1);
        return Optional.of(new String(key, begin, key.length - begin, UTF_8));
    }
}
