package io.broadside.retry;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.kafka.common.utils.Bytes;

/**
 * A waiting command as it is stored.
 *
 * @param connectionId its connection, readable even if the rest is not
 * @param traceparent the trace its record belonged to, as W3C writes it
 * @param original the DelayedCommand as it stood on its topic, in Confluent's Avro format
 */
record HeldCommand(String connectionId, String traceparent, Bytes original) {

    /** The first byte of every entry, so that a later release can tell what it finds. */
    private static final int VERSION = 1;

    byte[] encoded() {
        var bytes = new ByteArrayOutputStream(original.get().length + connectionId.length() + 64);
        try (var out = new DataOutputStream(bytes)) {
            out.writeByte(VERSION);
            write(out, connectionId);
            write(out, traceparent);
            out.write(original.get());
        } catch (IOException e) {
            throw new UncheckedIOException("Memory cannot fail to be written", e);
        }
        return bytes.toByteArray();
    }

    static HeldCommand decoded(byte[] bytes) {
        try (var in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            var version = in.readByte();
            if (version != VERSION) {
                throw new IllegalStateException("The store holds an entry of version " + version
                        + ", written by a newer retry-service; this one reads version " + VERSION
                        + ". Start the newer one again.");
            }
            return new HeldCommand(read(in), read(in), Bytes.wrap(in.readAllBytes()));
        } catch (IOException e) {
            throw new IllegalStateException("An entry of the store is cut short.", e);
        }
    }

    private static void write(DataOutputStream out, String text) throws IOException {
        var bytes = text.getBytes(UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static String read(DataInputStream in) throws IOException {
        return new String(in.readNBytes(in.readInt()), UTF_8);
    }
}
