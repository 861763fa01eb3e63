package io.broadside.runtime.dispatch;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.broadside.events.Content;
import io.broadside.events.PublishCommand;
import io.broadside.events.RefreshReason;
import io.broadside.events.RefreshRequest;
import io.broadside.runtime.config.Settings;
import io.broadside.runtime.kafka.KafkaClients;
import io.broadside.runtime.kafka.KafkaConfig;
import io.broadside.schemas.Topic;
import io.broadside.testkit.KafkaExtension;
import io.broadside.testkit.KafkaForTest;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;

/** A dispatcher on topics of its own, on the broker of the test run; what its tests share. */
@ExtendWith(KafkaExtension.class)
abstract class DispatcherCase {

    static final Duration LONG = Duration.ofMinutes(2);
    static final DispatchConfig CONFIG = new DispatchConfig(
            500,
            500,
            3500,
            5000,
            64 << 20,
            Duration.ofSeconds(2),
            Duration.ofSeconds(3),
            Duration.ZERO,
            Duration.ofSeconds(2),
            Duration.ofSeconds(5));

    final KafkaForTest kafka;
    private final List<Dispatcher<PublishCommand>> started = new ArrayList<>();
    Topic<PublishCommand> commands;
    Topic<RefreshRequest> outcomes;
    String group;
    KafkaClients clients;

    @SuppressWarnings("NullAway.Init")
    DispatcherCase(KafkaForTest kafka) {
        this.kafka = kafka;
    }

    @BeforeEach
    void createTopics() {
        commands = topic(kafka.uniqueName("commands"), PublishCommand.class);
        outcomes = topic(kafka.uniqueName("outcomes"), RefreshRequest.class);
        group = kafka.uniqueName("group");
        kafka.createTopics(3, commands.name(), outcomes.name());
        clients = clients("classic");
    }

    @AfterEach
    void stop() {
        started.forEach(Dispatcher::close);
        clients.close();
    }

    Dispatcher<PublishCommand> start(RecordingHandler handler, KafkaClients with) {
        return start(handler, with, List.of(commands));
    }

    Dispatcher<PublishCommand> start(RecordingHandler handler, KafkaClients with, List<Topic<PublishCommand>> topics) {
        return start(handler, with, topics, CONFIG, new SimpleMeterRegistry());
    }

    Dispatcher<PublishCommand> start(
            RecordingHandler handler,
            KafkaClients with,
            List<Topic<PublishCommand>> topics,
            DispatchConfig config,
            MeterRegistry meters) {
        var dispatcher = new Dispatcher<>(group, topics, config, with, handler, meters, Clock.systemUTC());
        started.add(dispatcher);
        Thread.ofPlatform().daemon().uncaughtExceptionHandler((_, _) -> {}).start(dispatcher);
        return dispatcher;
    }

    List<Integer> outcomes() {
        return kafka.readAll(outcomes.name()).stream()
                .map(record -> clients.serdes().read(outcomes, record.value()).getAttempt())
                .toList();
    }

    void produce(int count, int keys) {
        produce(0, count, keys);
    }

    void produce(int from, int count, int keys) {
        IntStream.range(from, from + count)
                .forEach(number -> send("key-" + number % keys, clients.serdes().write(commands, command(number))));
    }

    void send(String key, byte @Nullable [] value) {
        send(commands, key, value);
        producer().flush();
    }

    /** Without waiting for the broker. */
    void send(Topic<PublishCommand> topic, String key, byte @Nullable [] value) {
        var _ = producer().send(new ProducerRecord<>(topic.name(), key.getBytes(UTF_8), value), (_, failure) -> {
            if (failure != null) {
                throw new IllegalStateException(failure);
            }
        });
    }

    Producer<byte[], byte[]> producer() {
        return SharedProducer.of(kafka, clients);
    }

    TopicPartition partitionOf(String key) {
        var record = kafka.readAll(commands.name()).stream()
                .filter(found -> new String(found.key(), UTF_8).equals(key))
                .findFirst()
                .orElseThrow();
        return new TopicPartition(commands.name(), record.partition());
    }

    void commit(TopicPartition partition, long offset, Ledger ledger) {
        commitText(partition, offset, ledger.encoded());
    }

    void commitText(TopicPartition partition, String metadata) {
        commitText(partition, 0, metadata);
    }

    void commitText(TopicPartition partition, long offset, String metadata) {
        try {
            kafka.admin()
                    .alterConsumerGroupOffsets(group, Map.of(partition, new OffsetAndMetadata(offset, metadata)))
                    .all()
                    .get();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    static PublishCommand command(int number) {
        return PublishCommand.newBuilder()
                .setCommandId("command-" + number)
                .setRequestId("request-" + number)
                .setTargetIndex(number)
                .setConnectionId("connection")
                .setPlatform("x")
                .setProfileId("profile")
                .setAccountId("account")
                .setContent(Content.newBuilder().setText("text").build())
                .setAcceptedAt(Instant.EPOCH)
                .build();
    }

    KafkaClients clients(String groupProtocol) {
        return clients(groupProtocol, kafka.registryUrl());
    }

    KafkaClients clients(String groupProtocol, String registry) {
        return new KafkaClients(
                KafkaConfig.from(Settings.from(Map.of(
                        "KAFKA_BOOTSTRAP_SERVERS", kafka.bootstrapServers(),
                        "SCHEMA_REGISTRY_URL", registry,
                        "KAFKA_GROUP_PROTOCOL", groupProtocol))),
                "test");
    }

    static <V extends SpecificRecord> Topic<V> topic(String name, Class<V> type) {
        return new Topic<>(name, Topic.Owner.PUBLISHER_SERVICE, type, "key", Topic.Cleanup.DELETE, Duration.ofDays(1));
    }

    /** An outcome in these tests is a refresh request whose attempt is the number of the command. */
    static RefreshRequest outcome(int number) {
        return RefreshRequest.newBuilder()
                .setConnectionId("connection")
                .setPlatform("x")
                .setTokenVersion(1)
                .setReason(RefreshReason.MANUAL)
                .setRequestedAt(Instant.EPOCH)
                .setAttempt(number)
                .build();
    }
}
