package io.broadside.runtime.dispatch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.broadside.events.Content;
import io.broadside.events.PublishCommand;
import io.broadside.events.RefreshReason;
import io.broadside.events.RefreshRequest;
import io.broadside.runtime.config.Settings;
import io.broadside.runtime.dispatch.Ledger.State;
import io.broadside.runtime.kafka.KafkaClients;
import io.broadside.runtime.kafka.KafkaConfig;
import io.broadside.schemas.Topic;
import io.broadside.testkit.KafkaExtension;
import io.broadside.testkit.KafkaForTest;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(KafkaExtension.class)
class DispatcherIT {

    private static final Duration LONG = Duration.ofSeconds(30);
    private static final DispatchConfig CONFIG = new DispatchConfig(
            500,
            500,
            4000,
            2000,
            Duration.ofSeconds(2),
            Duration.ofSeconds(3),
            Duration.ZERO,
            Duration.ofSeconds(2),
            Duration.ofSeconds(5));

    private final KafkaForTest kafka;
    private final List<Dispatcher<PublishCommand>> started = new ArrayList<>();
    private Topic<PublishCommand> commands;
    private Topic<RefreshRequest> outcomes;
    private String group;
    private KafkaClients clients;

    @SuppressWarnings("NullAway.Init")
    DispatcherIT(KafkaForTest kafka) {
        this.kafka = kafka;
    }

    @BeforeEach
    void createTopics() {
        commands = topic(kafka.uniqueName("commands"), PublishCommand.class);
        outcomes = topic(kafka.uniqueName("outcomes"), RefreshRequest.class);
        group = kafka.uniqueName("group");
        kafka.createTopics(3, commands.name(), outcomes.name());
        clients = clients("consumer");
    }

    @AfterEach
    void stop() {
        started.forEach(Dispatcher::close);
        clients.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"consumer", "classic"})
    void everyRecordRunsOnceAndItsOutcomeIsWritten(String groupProtocol) {
        // Given
        var handler = new RecordingHandler(outcomes, clients.serdes());
        produce(200, 20);
        // When
        start(handler, clients(groupProtocol));
        // Then
        await().atMost(LONG).until(() -> kafka.readAll(outcomes.name()).size() >= 200);
        assertThat(handler.ran()).hasSize(200).doesNotHaveDuplicates();
        assertThat(outcomes()).hasSize(200).doesNotHaveDuplicates();
    }

    @Test
    void recordsOfOneKeyRunOneAfterAnotherAndKeysAtTheSameTime() {
        // Given
        var handler = new RecordingHandler(outcomes, clients.serdes()).taking(Duration.ofMillis(20));
        produce(200, 50);
        // When
        start(handler, clients);
        // Then
        await().atMost(LONG).until(() -> handler.ran().size() >= 200);
        assertThat(handler.mostAtOnceOfOneKey()).isEqualTo(1);
        assertThat(handler.mostAtOnce()).isGreaterThan(10);
        handler.ranByKey().forEach((_, ran) -> assertThat(ran).isSorted());
    }

    @Test
    void aSlowKeyDoesNotDelayTheOthers() {
        // Given
        var release = new CompletableFuture<Void>();
        var handler = new RecordingHandler(outcomes, clients.serdes()).holding("key-0", release);
        produce(100, 10);
        // When
        start(handler, clients);
        // Then
        await().atMost(LONG).until(() -> outcomes().size() == 90);
        release.complete(null);
        await().atMost(LONG).until(() -> outcomes().size() == 100);
    }

    @Test
    void anAttemptedRecordOfAFormerOwnerIsLookedForAndNeverRun() {
        // Given
        produce(1, 1);
        var partition = partitionOf("key-0");
        var states = new Ledger.States();
        states.append(0, State.ATTEMPTED);
        commit(partition, 0, new Ledger(Instant.now(), states));
        var handler = new RecordingHandler(outcomes, clients.serdes());
        var begin = System.nanoTime();
        // When
        start(handler, clients);
        // Then
        await().atMost(LONG).until(() -> !outcomes().isEmpty());
        assertThat(handler.ran()).isEmpty();
        assertThat(handler.reconciled()).containsExactly(0);
        assertThat(Duration.ofNanos(System.nanoTime() - begin))
                .as("what the former owner started may last for the age of an intent and the limit of a call")
                .isGreaterThan(CONFIG.timeToSettle().minusMillis(500));
    }

    @Test
    void aRecordThatIsDoneBeyondTheCommittedOffsetIsNotRunAgain() {
        // Given
        IntStream.range(0, 3).forEach(number -> send("key-0", clients.serdes().write(commands, command(number))));
        var states = new Ledger.States();
        states.append(0, State.NEW);
        states.append(1, State.DONE);
        commit(partitionOf("key-0"), 0, new Ledger(Instant.now(), states));
        var handler = new RecordingHandler(outcomes, clients.serdes());
        // When
        start(handler, clients);
        // Then
        await().atMost(LONG).until(() -> outcomes().size() == 2);
        assertThat(handler.ran()).containsExactly(0, 2);
    }

    @Test
    void aRecordThatCannotBeReadGoesAsideAndThePartitionGoesOn() {
        // Given
        var handler = new RecordingHandler(outcomes, clients.serdes());
        send("key-0", "not Avro at all".getBytes(UTF_8));
        send("key-0", new byte[] {0, 0, 0, 0, 99, 1, 2, 3});
        send("key-0", null);
        send("key-0", clients.serdes().write(commands, command(4)));
        // When
        start(handler, clients);
        // Then
        await().atMost(LONG).until(() -> outcomes().size() == 4);
        assertThat(handler.unreadableOffsets()).containsExactly(0L, 1L, 2L);
        assertThat(handler.ran()).containsExactly(4);
    }

    @Test
    void aHandlerThatThrowsEndsItsRecordAndNoOther() {
        // Given
        var handler = new RecordingHandler(outcomes, clients.serdes()).throwingAt(Set.of(1, 3));
        produce(5, 1);
        // When
        start(handler, clients);
        // Then
        await().atMost(LONG).until(() -> outcomes().size() == 5);
        assertThat(handler.failed()).containsExactlyInAnyOrder(1, 3);
        assertThat(handler.ran()).containsExactly(0, 1, 2, 3, 4);
    }

    @Test
    void anOutcomeTooLargeToBeWrittenEndsItsRecordAndNoOther() {
        // Given
        var handler = new RecordingHandler(outcomes, clients.serdes()).answeringTooMuchAt(Set.of(1));
        produce(3, 1);
        // When
        start(handler, clients);
        // Then
        await().atMost(LONG).until(() -> outcomes().size() == 3);
        assertThat(handler.failed()).containsExactly(1);
    }

    @Test
    void severalInstancesThatComeAndGoRunEveryRecordOnce() {
        // Given
        var handler = new RecordingHandler(outcomes, clients.serdes()).taking(Duration.ofMillis(5));
        var first = start(handler, clients("consumer"));
        produce(300, 60);
        await().atMost(LONG).until(() -> handler.ran().size() > 30);
        // When
        start(handler, clients("consumer"));
        produce(300, 300, 60);
        await().atMost(LONG).until(() -> handler.ran().size() > 330);
        first.close();
        produce(600, 300, 60);
        // Then
        await().atMost(LONG).until(() -> outcomes().size() >= 900);
        assertThat(handler.ran()).doesNotHaveDuplicates();
        assertThat(outcomes()).hasSize(900).doesNotHaveDuplicates();
    }

    @Test
    void everythingEndsOnceAlthoughTheBrokerRestartsInBetween() {
        Assumptions.assumeTrue(kafka.canRestart(), "this broker cannot be restarted by a test");
        // Given
        var handler = new RecordingHandler(outcomes, clients.serdes()).taking(Duration.ofMillis(5));
        produce(500, 50);
        var dispatcher = start(handler, clients);
        await().atMost(LONG).until(() -> handler.ran().size() > 50);
        // When
        kafka.restartBroker();
        // Then
        await().atMost(Duration.ofSeconds(60)).until(() -> outcomes().size() >= 500);
        assertThat(handler.ran()).doesNotHaveDuplicates();
        assertThat(outcomes()).hasSize(500).doesNotHaveDuplicates();
        assertThat(dispatcher.check().isOk()).isTrue();
    }

    @Test
    void aLedgerThatCannotBeReadStopsTheDispatcherInsteadOfRunningAnything() {
        // Given
        produce(1, 1);
        commitText(partitionOf("key-0"), "from the future");
        var handler = new RecordingHandler(outcomes, clients.serdes());
        // When
        var dispatcher = start(handler, clients);
        // Then
        await().atMost(LONG).until(() -> dispatcher.check().detail().contains("ledger"));
        assertThat(handler.ran()).isEmpty();
    }

    private Dispatcher<PublishCommand> start(RecordingHandler handler, KafkaClients with) {
        var dispatcher = new Dispatcher<>(
                group, List.of(commands), CONFIG, with, handler, new SimpleMeterRegistry(), Clock.systemUTC());
        started.add(dispatcher);
        Thread.ofPlatform().daemon().uncaughtExceptionHandler((_, _) -> {}).start(dispatcher);
        return dispatcher;
    }

    private List<Integer> outcomes() {
        return kafka.readAll(outcomes.name()).stream()
                .map(record -> clients.serdes().read(outcomes, record.value()).getAttempt())
                .toList();
    }

    private void produce(int count, int keys) {
        produce(0, count, keys);
    }

    private void produce(int from, int count, int keys) {
        IntStream.range(from, from + count)
                .forEach(number -> send("key-" + number % keys, clients.serdes().write(commands, command(number))));
    }

    private void send(String key, byte @Nullable [] value) {
        var _ = producer().send(new ProducerRecord<>(commands.name(), key.getBytes(UTF_8), value), (_, failure) -> {
            if (failure != null) {
                throw new IllegalStateException(failure);
            }
        });
        producer().flush();
    }

    private Producer<byte[], byte[]> producer() {
        return SharedProducer.of(kafka, clients);
    }

    private TopicPartition partitionOf(String key) {
        var record = kafka.readAll(commands.name()).stream()
                .filter(found -> new String(found.key(), UTF_8).equals(key))
                .findFirst()
                .orElseThrow();
        return new TopicPartition(commands.name(), record.partition());
    }

    private void commit(TopicPartition partition, long offset, Ledger ledger) {
        commitText(partition, offset, ledger.encoded());
    }

    private void commitText(TopicPartition partition, String metadata) {
        commitText(partition, 0, metadata);
    }

    private void commitText(TopicPartition partition, long offset, String metadata) {
        try {
            kafka.admin()
                    .alterConsumerGroupOffsets(group, Map.of(partition, new OffsetAndMetadata(offset, metadata)))
                    .all()
                    .get();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static PublishCommand command(int number) {
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

    private KafkaClients clients(String groupProtocol) {
        return new KafkaClients(
                KafkaConfig.from(Settings.from(Map.of(
                        "KAFKA_BOOTSTRAP_SERVERS", kafka.bootstrapServers(),
                        "SCHEMA_REGISTRY_URL", kafka.registryUrl(),
                        "KAFKA_GROUP_PROTOCOL", groupProtocol))),
                "test");
    }

    private static <V extends SpecificRecord> Topic<V> topic(String name, Class<V> type) {
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
