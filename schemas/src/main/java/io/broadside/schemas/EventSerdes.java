package io.broadside.schemas;

import io.confluent.kafka.schemaregistry.ParsedSchema;
import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.avro.AvroSchemaUtils;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import io.confluent.kafka.serializers.KafkaAvroDeserializer;
import io.confluent.kafka.serializers.KafkaAvroSerializer;
import java.io.IOException;
import java.net.URI;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificData;
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

    private static final int MOST_SCHEMAS = 1000;
    private static final int HEADER_BYTES = 5;
    private static final byte MAGIC = 0;
    private static final String NOT_AVRO = "The record is not in Confluent's Avro format.";

    private final SchemaRegistryClient registry;
    private final boolean registersSchemas;
    private final KafkaAvroSerializer serializer;
    private final KafkaAvroDeserializer deserializer;

    /** What the registry has told once need not be asked again; its own cache is slow to ask, since it orders all by use. */
    private final Set<KnownSchema> known = ConcurrentHashMap.newKeySet();

    private record KnownSchema(String topic, int id) {

        /** @param bytes at least {@link #HEADER_BYTES} */
        static KnownSchema namedBy(String topic, byte[] bytes) {
            return new KnownSchema(topic, ByteBuffer.wrap(bytes).getInt(1));
        }
    }

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
        // Who only reads may load no event class before Avro asks whether to trust it.
        EventClasses.trust();
        var settings = new HashMap<String, Object>();
        settings.put("specific.avro.reader", true);
        // The contract is for every language: what Java's strings are is nobody else's business.
        settings.put("avro.remove.java.properties", true);
        settings.put("avro.use.logical.type.converters", true);
        // The client's own tries again would hold a caller up for seconds.
        settings.put("schema.registry.retries.wait.ms", 50);
        settings.put("schema.registry.retries.max.wait.ms", 200);
        // A minute each, otherwise: so long a dispatcher's only thread would hang on a registry that is frozen.
        settings.put("http.connect.timeout.ms", 2_000);
        settings.put("http.read.timeout.ms", 5_000);
        settings.putAll(config);
        registersSchemas = Boolean.parseBoolean(String.valueOf(settings.getOrDefault("auto.register.schemas", true)));
        registry = new RememberingRegistry(String.valueOf(settings.get("schema.registry.url")), MOST_SCHEMAS, settings);
        serializer = new KafkaAvroSerializer(registry);
        serializer.configure(settings, false);
        deserializer = new KafkaAvroDeserializer(registry);
        deserializer.configure(settings, false);
    }

    /**
     * Learns the ids of everything that will be written to these topics, so that no later {@link #write} needs the registry:
     * what came of a call that cannot be repeated must not depend on it.
     *
     * @throws RegistryUnavailableException if the registry does not answer
     * @throws SerializationException if it refuses a schema: its subject holds an incompatible one, or it does not have this
     *     one and may not be given it
     */
    public void prepare(Collection<? extends Topic<?>> topics) {
        for (var topic : topics) {
            patiently(() -> idOf(topic));
        }
    }

    private int idOf(Topic<?> topic) {
        try {
            // The same call, with the same arguments, that the serializer makes: it is answered from the client's cache
            // then.
            var schema = new AvroSchema(AvroSchemaUtils.getSchema(
                    SpecificData.getForClass(topic.type()).newRecord(null, schemaOf(topic)), false, false, true));
            return registersSchemas
                    ? registry.registerWithResponse(topic.subject(), schema, false, false)
                            .getId()
                    : registry.getId(topic.subject(), schema, false);
        } catch (IOException | RestClientException e) {
            throw new SerializationException(
                    "The schema of " + topic + " is not in the registry and cannot be put there: " + e.getMessage(), e);
        }
    }

    private static Schema schemaOf(Topic<?> topic) {
        return SpecificData.get().getSchema(topic.type());
    }

    /** The serde of one topic's values. Its deserializer throws {@link SerializationException} for what it cannot read. */
    public <V extends SpecificRecord> Serde<V> of(Topic<V> topic) {
        return Serdes.serdeFrom(writer(), reader(topic.type()));
    }

    /**
     * The bytes of a value as they stand on the topic.
     *
     * @throws RegistryUnavailableException if the registry is needed and does not answer
     */
    public <V extends SpecificRecord> byte[] write(Topic<V> topic, V value) {
        return patiently(() -> serializer.serialize(topic.name(), value));
    }

    /**
     * Reads a value of a topic.
     *
     * @throws SerializationException if the bytes are not an Avro record of the topic's type, or name a schema that the
     *     registry does not have
     * @throws RegistryUnavailableException if the registry is needed and does not answer
     */
    public <V extends SpecificRecord> V read(Topic<V> topic, byte @Nullable [] bytes) {
        if (bytes == null || bytes.length == 0) {
            throw new SerializationException("The record has no value; a "
                    + topic.type().getSimpleName() + " in Confluent's Avro format is needed.");
        }
        learnSchema(topic.name(), bytes);
        try {
            return cast(topic.type(), deserializer.deserialize(topic.name(), bytes));
        } catch (AvroRuntimeException | BufferUnderflowException e) {
            throw new SerializationException(NOT_AVRO, e);
        }
    }

    /** Whether {@link #read} needs no registry for this record: it names a schema that is known, or none. */
    public boolean knowsSchemaOf(String topic, byte @Nullable [] bytes) {
        return bytes == null
                || bytes.length < HEADER_BYTES
                || bytes[0] != MAGIC
                || known.contains(KnownSchema.namedBy(topic, bytes));
    }

    /**
     * Learns the schema that a record names. Whatever goes wrong after that is the fault of the record's bytes, even if Avro
     * calls it a failure of input.
     */
    private void learnSchema(String topic, byte[] bytes) {
        if (bytes.length < HEADER_BYTES || bytes[0] != MAGIC) {
            throw new SerializationException(NOT_AVRO);
        }
        var schema = KnownSchema.namedBy(topic, bytes);
        if (!known.contains(schema)) {
            patiently(() -> ask(schema));
            known.add(schema);
        }
    }

    private ParsedSchema ask(KnownSchema schema) {
        try {
            return registry.getSchemaBySubjectAndId(schema.topic() + "-value", schema.id());
        } catch (IOException | RestClientException e) {
            throw new SerializationException(
                    "The record names a schema that cannot be had from the registry: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        serializer.close();
        deserializer.close();
    }

    private <V extends SpecificRecord> Serializer<V> writer() {
        return (topic, value) -> patiently(() -> serializer.serialize(topic, value));
    }

    private <V extends SpecificRecord> Deserializer<V> reader(Class<V> type) {
        return new Deserializer<>() {
            @Override
            @SuppressWarnings("NullAway") // Kafka's contract: no bytes, no value (a tombstone).
            public V deserialize(String topic, byte[] bytes) {
                if (bytes == null) {
                    return null;
                }
                learnSchema(topic, bytes);
                return cast(type, deserializer.deserialize(topic, bytes));
            }
        };
    }

    /** A connection that was kept open may be closed at the moment it is used: once more, then it is the registry's fault. */
    private static <R> R patiently(Supplier<R> call) {
        try {
            return call.get();
        } catch (SerializationException first) {
            if (!isOfTheRegistry(first)) {
                throw first;
            }
            try {
                return call.get();
            } catch (SerializationException second) {
                throw isOfTheRegistry(second) ? new RegistryUnavailableException(second) : second;
            }
        }
    }

    /** Not found (40401 to 40403), incompatible, invalid: said of a schema. Anything else is said of the registry or of us. */
    private static boolean isRefusal(RestClientException answer) {
        return switch (answer.getStatus()) {
            case 404 -> answer.getErrorCode() >= 40401 && answer.getErrorCode() <= 40403;
            case 409, 422 -> true;
            default -> false;
        };
    }

    private static boolean isOfTheRegistry(SerializationException failure) {
        for (@Nullable Throwable cause = failure.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof RestClientException answer) {
                return !isRefusal(answer);
            }
            if (cause instanceof IOException) {
                return true;
            }
        }
        return false;
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
