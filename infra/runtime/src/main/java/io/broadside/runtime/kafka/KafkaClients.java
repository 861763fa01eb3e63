package io.broadside.runtime.kafka;

import io.broadside.schemas.EventSerdes;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.processor.WallclockTimestampExtractor;

/**
 * Makes every Kafka client of a service, so that what matters for our promises is set in one place: acknowledged by all
 * replicas, idempotent, only committed records read. Whoever asks for a client closes it.
 */
public final class KafkaClients implements AutoCloseable {

    /** Between tries of a request. The default of 100 ms would be the price of every transaction in a row. */
    private static final int RETRY_BACKOFF_MS = 2;

    private static final int RETRY_BACKOFF_MAX_MS = 500;
    private static final int MAX_BLOCK_MS = 10_000;
    private static final int REQUEST_TIMEOUT_MS = 10_000;
    private static final int DELIVERY_TIMEOUT_MS = 20_000;

    private static final int SINGLE_RECORD_BYTES = 4 << 10;

    private static final int BULK_LINGER_MS = 1;
    private static final int BULK_BATCH_BYTES = 128 << 10;

    private static final int BEST_EFFORT_BLOCK_MS = 50;
    private static final int BEST_EFFORT_BUFFER_BYTES = 8 << 20;

    private final KafkaConfig config;
    private final String service;
    private final EventSerdes serdes;

    /** @param service prefix of client ids and transactional ids */
    public KafkaClients(KafkaConfig config, String service) {
        this.config = config;
        this.service = service;
        var registrySettings = new HashMap<String, Object>();
        // Settings of a secured registry are given among those of the clients, by Confluent's names.
        config.extra().forEach((name, value) -> {
            if (name.startsWith("schema.registry.")
                    || name.startsWith("basic.auth.")
                    || name.startsWith("bearer.auth.")) {
                registrySettings.put(name, value);
            }
        });
        registrySettings.put("schema.registry.url", config.registry().toString());
        registrySettings.put("auto.register.schemas", config.registersSchemas());
        this.serdes = new EventSerdes(registrySettings);
    }

    public EventSerdes serdes() {
        return serdes;
    }

    public KafkaConfig config() {
        return config;
    }

    /** A consumer of a group, that commits nothing by itself and reads only what is committed. */
    public Consumer<byte[], byte[]> groupConsumer(String group) {
        var settings = consumerSettings(group);
        settings.put(ConsumerConfig.GROUP_ID_CONFIG, group);
        settings.put(ConsumerConfig.GROUP_PROTOCOL_CONFIG, config.groupProtocol());
        if (config.groupProtocol().equals("classic")) {
            if (config.keepsId()) {
                // Not with the new protocol: there a member that was killed keeps its name until its session ends, and
                // whoever comes back under it is refused.
                settings.put(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG, config.instanceId());
            }
            settings.put(
                    ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG, CooperativeStickyAssignor.class.getName());
            settings.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, (int)
                    config.sessionTimeout().toMillis());
        }
        return new KafkaConsumer<>(settings);
    }

    /** A consumer without a group, for partitions it is told. */
    public Consumer<byte[], byte[]> tableConsumer(String name) {
        return new KafkaConsumer<>(consumerSettings(name));
    }

    /** A consumer without a group that is to read single records: it fetches little more than the batch that holds one. */
    public Consumer<byte[], byte[]> recordConsumer(String name) {
        var settings = consumerSettings(name);
        settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 1);
        settings.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, SINGLE_RECORD_BYTES);
        settings.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, SINGLE_RECORD_BYTES);
        return new KafkaConsumer<>(settings);
    }

    /** A producer for transactions; the id is unique among the instances of the service. */
    public Producer<byte[], byte[]> transactionalProducer(String name) {
        var settings = producerSettings(name);
        settings.put(
                ProducerConfig.TRANSACTIONAL_ID_CONFIG,
                "broadside-" + service + "-" + name + "-" + config.instanceId());
        settings.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, (int)
                config.transactionTimeout().toMillis());
        return new KafkaProducer<>(settings);
    }

    /** An idempotent producer without transactions: a record is there when its future says so. */
    public Producer<byte[], byte[]> producer(String name) {
        return new KafkaProducer<>(producerSettings(name));
    }

    /**
     * As {@link #producer}, for many records a second of which no two belong together: it gathers them for a moment, and where
     * they go is decided by how busy partitions are and not by their keys.
     */
    public Producer<byte[], byte[]> bulkProducer(String name) {
        var settings = producerSettings(name);
        settings.put(ProducerConfig.LINGER_MS_CONFIG, BULK_LINGER_MS);
        settings.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
        // What comes while a batch is on its way waits for it and is the next one: batches grow with the load, and
        // with few records nothing waits.
        settings.put(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, 1);
        settings.put(ProducerConfig.BATCH_SIZE_CONFIG, BULK_BATCH_BYTES);
        settings.put(ProducerConfig.PARTITIONER_IGNORE_KEYS_CONFIG, true);
        return new KafkaProducer<>(settings);
    }

    /** A producer for what may be lost: it never holds its caller up for longer than a moment. */
    public Producer<byte[], byte[]> bestEffortProducer(String name) {
        var settings = producerSettings(name);
        settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, BEST_EFFORT_BLOCK_MS);
        settings.put(ProducerConfig.BUFFER_MEMORY_CONFIG, BEST_EFFORT_BUFFER_BYTES);
        settings.put(ProducerConfig.LINGER_MS_CONFIG, 20);
        return new KafkaProducer<>(settings);
    }

    public Admin admin() {
        var settings = common("admin");
        settings.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 30_000);
        return Admin.create(settings);
    }

    /** Settings of a topology: exactly-once, small commit interval, fast transactions. */
    public Properties streams(String applicationId) {
        var settings = new Properties();
        settings.putAll(config.extra());
        settings.put(StreamsConfig.APPLICATION_ID_CONFIG, applicationId);
        settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, config.bootstrapServers());
        settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        settings.put(
                StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, config.commitInterval().toMillis());
        settings.put(StreamsConfig.STATE_DIR_CONFIG, config.stateDirectory().toString());
        settings.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, (int) config.replication());
        settings.put(StreamsConfig.DEFAULT_KEY_SERDE_CLASS_CONFIG, Serdes.StringSerde.class);
        settings.put(StreamsConfig.DEFAULT_VALUE_SERDE_CLASS_CONFIG, Serdes.ByteArraySerde.class);
        // Whatever time a sender wrote on a record must not stop a topology, nor make its outputs look old.
        settings.put(StreamsConfig.DEFAULT_TIMESTAMP_EXTRACTOR_CLASS_CONFIG, WallclockTimestampExtractor.class);
        // Records are few and small beside the calls they cause: held back, they would only be late.
        settings.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 0);
        settings.put(StreamsConfig.POLL_MS_CONFIG, 20);
        settings.put(StreamsConfig.producerPrefix(ProducerConfig.RETRY_BACKOFF_MS_CONFIG), RETRY_BACKOFF_MS);
        settings.put(StreamsConfig.producerPrefix(ProducerConfig.RETRY_BACKOFF_MAX_MS_CONFIG), RETRY_BACKOFF_MAX_MS);
        settings.put(StreamsConfig.producerPrefix(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG), (int)
                config.transactionTimeout().toMillis());
        settings.put(StreamsConfig.consumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG), "earliest");
        settings.put(StreamsConfig.mainConsumerPrefix(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG), (int)
                config.sessionTimeout().toMillis());
        settings.put(StreamsConfig.ENABLE_METRICS_PUSH_CONFIG, false);
        if (config.keepsId()) {
            settings.put(
                    StreamsConfig.mainConsumerPrefix(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG), config.instanceId());
        }
        return settings;
    }

    private Map<String, Object> consumerSettings(String name) {
        var settings = common(name);
        settings.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        settings.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 1000);
        settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        return settings;
    }

    private Map<String, Object> producerSettings(String name) {
        var settings = common(name);
        settings.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        settings.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        settings.put(ProducerConfig.ACKS_CONFIG, "all");
        settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        settings.put(ProducerConfig.LINGER_MS_CONFIG, 0);
        // Most batches are a record or two, as soon as there are any: a compressor would find little in them, and lz4
        // clears 128 KB for each. That was four tenths of all that publisher-service allocated.
        settings.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "none");
        settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, MAX_BLOCK_MS);
        settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, DELIVERY_TIMEOUT_MS);
        return settings;
    }

    private Map<String, Object> common(String name) {
        var settings = new HashMap<String, Object>(config.extra());
        settings.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, config.bootstrapServers());
        settings.put(CommonClientConfigs.CLIENT_ID_CONFIG, "broadside-" + service + "-" + name);
        settings.put(CommonClientConfigs.RETRY_BACKOFF_MS_CONFIG, RETRY_BACKOFF_MS);
        settings.put(CommonClientConfigs.RETRY_BACKOFF_MAX_MS_CONFIG, RETRY_BACKOFF_MAX_MS);
        settings.put(CommonClientConfigs.REQUEST_TIMEOUT_MS_CONFIG, REQUEST_TIMEOUT_MS);
        settings.put(CommonClientConfigs.ENABLE_METRICS_PUSH_CONFIG, false);
        return settings;
    }

    @Override
    public void close() {
        serdes.close();
    }
}
