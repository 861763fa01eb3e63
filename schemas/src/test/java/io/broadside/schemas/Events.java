package io.broadside.schemas;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Random;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificRecord;

/** Events with something in every field, made up from their schemas. */
final class Events {

    private Events() {}

    static <V extends SpecificRecord> V some(Class<V> type, Random random) {
        var model = SpecificData.getForClass(type);
        var schema = model.getSchema(type);
        var bytes = new ByteArrayOutputStream();
        try {
            var encoder = EncoderFactory.get().binaryEncoder(bytes, null);
            new GenericDatumWriter<>(schema).write(value(schema, random), encoder);
            encoder.flush();
            var decoder = DecoderFactory.get().binaryDecoder(bytes.toByteArray(), null);
            return new SpecificDatumReader<V>(schema, schema, model).read(null, decoder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Object value(Schema schema, Random random) {
        return switch (schema.getType()) {
            case RECORD -> {
                var record = new GenericData.Record(schema);
                schema.getFields().forEach(field -> record.put(field.pos(), value(field.schema(), random)));
                yield record;
            }
            case UNION -> value(schema.getTypes().getLast(), random);
            case ENUM ->
                new GenericData.EnumSymbol(
                        schema,
                        schema.getEnumSymbols()
                                .get(random.nextInt(schema.getEnumSymbols().size())));
            case ARRAY -> {
                var list = new ArrayList<Object>();
                list.add(value(schema.getElementType(), random));
                list.add(value(schema.getElementType(), random));
                yield list;
            }
            case MAP -> {
                var map = new HashMap<String, Object>();
                map.put("key", value(schema.getValueType(), random));
                yield map;
            }
            case STRING -> "text ü " + random.nextInt(1000);
            case BYTES -> ByteBuffer.wrap(new byte[] {1, 2, (byte) random.nextInt()});
            case INT -> random.nextInt(1_000_000);
            // Long before the end of what an Instant holds.
            case LONG -> random.nextLong(4_000_000_000_000L);
            case BOOLEAN -> random.nextBoolean();
            case FLOAT -> random.nextFloat();
            case DOUBLE -> random.nextDouble();
            case FIXED, NULL -> throw new IllegalArgumentException("No event has a field of type " + schema);
        };
    }
}
