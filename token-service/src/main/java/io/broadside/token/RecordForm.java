package io.broadside.token;

import io.broadside.runtime.kafka.PackedMap;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.function.ToLongFunction;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.Encoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecord;

/**
 * Records as Avro writes them, without the id that they begin with, since that is their key already. In front stands whether it was
 * left out: nothing keeps a record from having another key.
 */
final class RecordForm<T extends SpecificRecord> implements PackedMap.Form<T> {

    private static final byte WHOLE = 0;
    private static final byte WITHOUT_ID = 1;

    /** What begins like this is not found by what comes after the id. */
    static final byte[] OTHERS = {WHOLE};

    private final SpecificDatumWriter<T> writer;
    private final SpecificDatumReader<T> reader;
    private final ToLongFunction<T> rank;

    /** @param type whose first field is the id */
    RecordForm(Class<T> type, ToLongFunction<T> rank) {
        this.writer = new SpecificDatumWriter<>(type);
        this.reader = new SpecificDatumReader<>(type);
        this.rank = rank;
    }

    /** How those begin whose first field after the id is this text. */
    static byte[] startOf(String secondField) {
        var text = text(secondField);
        var start = new byte[1 + text.length];
        start[0] = WITHOUT_ID;
        System.arraycopy(text, 0, start, 1, text.length);
        return start;
    }

    @Override
    public byte[] write(String key, T value) {
        var whole = written(encoder -> writer.write(value, encoder));
        var id = text(key);
        var isIdInFront = whole.length >= id.length && Arrays.equals(whole, 0, id.length, id, 0, id.length);
        var from = isIdInFront ? id.length : 0;
        var bytes = new byte[1 + whole.length - from];
        bytes[0] = isIdInFront ? WITHOUT_ID : WHOLE;
        System.arraycopy(whole, from, bytes, 1, whole.length - from);
        return bytes;
    }

    @Override
    public T read(String key, byte[] bytes) {
        var id = bytes[0] == WITHOUT_ID ? text(key) : new byte[0];
        var whole = new byte[id.length + bytes.length - 1];
        System.arraycopy(id, 0, whole, 0, id.length);
        System.arraycopy(bytes, 1, whole, id.length, bytes.length - 1);
        try {
            return reader.read(null, DecoderFactory.get().binaryDecoder(whole, null));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public long rank(T value) {
        return rank.applyAsLong(value);
    }

    private static byte[] text(String text) {
        return written(encoder -> encoder.writeString(text));
    }

    private interface Writing {
        void to(Encoder encoder) throws IOException;
    }

    private static byte[] written(Writing writing) {
        var bytes = new ByteArrayOutputStream();
        try {
            var encoder = EncoderFactory.get().directBinaryEncoder(bytes, null);
            writing.to(encoder);
            encoder.flush();
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
