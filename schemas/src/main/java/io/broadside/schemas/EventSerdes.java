package io.broadside.schemas;

import io.confluent.kafka.serializers.KafkaAvroDeserializer;
import io.confluent.kafka.serializers.KafkaAvroSerializer;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/**
 * Serdes for the values of our topics: Confluent's Avro wire format, read and written by Confluent's own classes.
 *
 * <p>One instance serves a whole service; it shares one cache of schemas. Instances and the serdes they give are safe for
 * use by several threads.
 */
public final class EventSerdes implements AutoCloseable {

    private final KafkaAvroSerializer serializer = new KafkaAvroSerializer();
    private final KafkaAvroDeserializer deserializer = new KafkaAvroDeserializer();

    /**
     * @param registry base URL of the schema registry
     * @param registersSchemas whether a schema the registry does not know is registered; without it, producing fails
     *     until somebody with the right to do so has registered it
     */
    public EventSerdes(URI registry, boolean registersSchemas) {
        this(Map.of("schema.registry.url", registry.toString(), "auto.register.schemas", registersSchemas));
    }

    /** @param config settings by Confluent's names, {@code schema.registry.url} among them; ours are laid below them */
    public EventSerdes(Map<String, ?> config) {
        var settings = new HashMap<String, Object>();
        settings.put("specific.avro.reader", true);
        // The contract is for every language: what Java's strings are is nobody else's business.
        settings.put("avro.remove.java.properties", true);
        settings.put("avro.use.logical.type.converters", true);
        settings.putAll(config);
        serializer.configure(settings, false);
        deserializer.configure(settings, false);
    }

    /** The serde of one topic's values. Its deserializer throws {@link SerializationException} for what it cannot read. */
    public <V extends SpecificRecord> Serde<V> of(Topic<V> topic) {
        return Serdes.serdeFrom(writer(), reader(topic.type()));
    }

    /** The bytes of a value as they stand on the topic. */
    public <V extends SpecificRecord> byte[] write(Topic<V> topic, V value) {
        return serializer.serialize(topic.name(), value);
    }

    /**
     * Reads a value of a topic.
     *
     * @throws SerializationException if the bytes are not an Avro record of the topic's type, or name a schema that the
     *     registry does not have
     */
    public <V extends SpecificRecord> V read(Topic<V> topic, byte @Nullable [] bytes) {
        if (bytes == null || bytes.length == 0) {
            throw new SerializationException("The record has no value; a " + topic.type().getSimpleName()
                    + " in Confluent's Avro format is needed.");
        }
        return cast(topic.type(), deserializer.deserialize(topic.name(), bytes));
    }

    @Override
    public void close() {
        serializer.close();
        deserializer.close();
    }

    private <V extends SpecificRecord> Serializer<V> writer() {
        return (topic, value) -> serializer.serialize(topic, value);
    }

    private <V extends SpecificRecord> Deserializer<V> reader(Class<V> type) {
        return new Deserializer<>() {
            @Override
            @SuppressWarnings("NullAway") // Kafka's contract: no bytes, no value (a tombstone).
            public V deserialize(String topic, byte[] bytes) {
                return bytes == null ? null : cast(type, deserializer.deserialize(topic, bytes));
            }
        };
    }

    private static <V> V cast(Class<V> type, @Nullable Object value) {
        if (!type.isInstance(value)) {
            var found = value == null ? "nothing" : value.getClass().getSimpleName();
            throw new SerializationException(
                    "The record holds a " + found + ", but a " + type.getSimpleName() + " is needed.");
        }
        return type.cast(value);
    }
}
