package io.broadside.runtime.dispatch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.broadside.embedded.RegistryConfig;
import io.broadside.embedded.SchemaRegistry;
import io.broadside.events.DeadLetter;
import io.broadside.events.PublishCommand;
import io.broadside.events.RefreshRequest;
import io.broadside.runtime.dispatch.Ledger.State;
import io.broadside.schemas.ErrorCode;
import io.broadside.schemas.Topics;
import io.broadside.testkit.KafkaForTest;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOError;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.ServiceConfigurationError;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Records, handlers, topics and brokers that are not as they should be. */
class DispatcherFaultsIT extends DispatcherCase {

    DispatcherFaultsIT(KafkaForTest kafka) {
        super(kafka);
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

    @ParameterizedTest
    @MethodSource
    void whateverAHandlerThrowsEndsItsRecordAndNoOther(Throwable whenDeciding, Throwable whenRunning) {
        // Given
        var handler = new RecordingHandler(outcomes, clients.serdes())
                .throwingWhenDeciding(1, whenDeciding)
                .throwingWhenRunning(3, whenRunning);
        produce(5, 1);
        // When
        start(handler, clients);
        // Then
        await().atMost(LONG).until(() -> outcomes().size() == 5);
        assertThat(handler.failed()).containsExactlyInAnyOrder(1, 3);
        assertThat(handler.ran()).containsExactly(0, 2, 3, 4);
        assertThat(handler.reconciled()).isEmpty();
    }

    static Stream<Arguments> whateverAHandlerThrowsEndsItsRecordAndNoOther() {
        return Stream.of(
                Arguments.of(new Error("of its own kind"), new ServiceConfigurationError("no such service")),
                Arguments.of(new IOException("declared nowhere"), new IOError(new IOException("a disk"))));
    }

    @Test
    void aFaultThatNobodyDeclaresEndsASessionAndNotTheDispatcher() {
        // Given
        produce(10, 10);
        var handler =
                new RecordingHandler(outcomes, clients.serdes()).failingToAdmit(1, new IOException("declared nowhere"));
        // When
        start(handler, clients);
        // Then
        await().atMost(LONG).until(() -> outcomes().size() == 10);
        assertThat(handler.ran()).hasSize(10).doesNotHaveDuplicates();
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
    void aHandlerThatCannotEvenSayThatItFailedEndsItsRecordWithADeadLetterOfTheDispatchers() {
        // Given
        createDeadLetters();
        var handler = new RecordingHandler(outcomes, clients.serdes()).throwingTwiceAt(Set.of(1));
        produce(3, 1);
        // When
        start(handler, clients);
        // Then
        await().atMost(LONG).until(() -> outcomes().size() == 2);
        assertThat(handler.ran()).containsExactly(0, 1, 2);
        assertThat(deadLetters())
                .filteredOn(letter -> letter.getSource().getTopic().equals(commands.name()))
                .singleElement()
                .satisfies(letter -> {
                    assertThat(letter.getCode()).isEqualTo(ErrorCode.INTERNAL.name());
                    assertThat(letter.getCause()).hasValue(IllegalStateException.class.getName());
                });
    }

    @Test
    void anOutcomeThatTheBrokerRefusesEndsItsRecordAndNoOther() {
        // Given
        var strict = topic(kafka.uniqueName("strict"), RefreshRequest.class);
        kafka.createTopics(1, Map.of("max.message.bytes", "2000"), strict.name());
        var noise = new byte[4000];
        new Random(1).nextBytes(noise);
        var handler = new RecordingHandler(outcomes, clients.serdes())
                .writingTo(strict, 1)
                .answeringAt(1, HexFormat.of().formatHex(noise));
        produce(200, 50);
        // When
        start(handler, clients);
        // Then
        await().atMost(LONG).until(() -> outcomes().size() == 200);
        assertThat(handler.failed()).containsExactly(1);
        assertThat(handler.ran()).hasSize(200).doesNotHaveDuplicates();
    }

    @Test
    void anOutcomeForATopicThatIsMissingWaitsForItAndSaysSo() {
        // Given
        var missing = topic(kafka.uniqueName("missing"), RefreshRequest.class);
        var handler = new RecordingHandler(outcomes, clients.serdes()).writingTo(missing, 5);
        produce(10, 10);
        // When
        var dispatcher = start(handler, clients);
        // Then
        await().atMost(LONG).until(() -> dispatcher.check().detail().contains(missing.name()));
        assertThat(dispatcher.check().isOk()).isFalse();
        await().atMost(LONG).until(() -> outcomes().size() == 9);
        // When
        kafka.createTopics(1, missing.name());
        // Then
        await().atMost(Duration.ofSeconds(60))
                .until(() ->
                        outcomes().size() == 9 && kafka.readAll(missing.name()).size() == 1);
        assertThat(handler.ran()).hasSize(10).doesNotHaveDuplicates();
        assertThat(handler.failed()).isEmpty();
        await().atMost(LONG).until(() -> dispatcher.check().isOk());
    }

    @Test
    void aCallThatCannotBeAnnouncedIsNotMadeUntilItCan() {
        // Given
        var missing = topic(kafka.uniqueName("missing"), RefreshRequest.class);
        var handler = new RecordingHandler(outcomes, clients.serdes()).announcingOn(missing);
        produce(10, 10);
        var dispatcher = start(handler, clients);
        await().atMost(LONG).until(() -> dispatcher.check().detail().contains(missing.name()));
        // When
        kafka.createTopics(1, missing.name());
        // Then
        await().atMost(LONG).until(() -> outcomes().size() == 10);
        assertThat(handler.ran()).hasSize(10).doesNotHaveDuplicates();
        assertThat(kafka.readAll(missing.name())).hasSize(10);
        await().atMost(LONG).until(() -> dispatcher.check().isOk());
    }

    @Test
    void aPartitionThatHasLostRecordsStartsNothingAndTheOthersGoOn() {
        // Given
        produce(60, 20);
        var lost = partitionOf("key-0");
        commit(lost, 100, Ledger.empty());
        var inLost = recordsIn(lost);
        var handler = new RecordingHandler(outcomes, clients.serdes());
        // When
        var dispatcher = start(handler, clients);
        // Then
        await().atMost(LONG).until(() -> outcomes().size() == 60 - inLost.size());
        await().atMost(LONG).until(() -> dispatcher.check().detail().contains("--reset-offsets"));
        assertThat(handler.ran()).doesNotContainAnyElementsOf(inLost);
    }

    @Test
    void aCallWhoseOutcomeCannotBeWrittenWithoutTheRegistryIsLookedForLater() {
        // Given
        var handler = new RecordingHandler(outcomes, clients.serdes()).withoutRegistryAt(1);
        produce(3, 1);
        // When
        start(handler, clients);
        // Then
        await().atMost(LONG).until(() -> outcomes().size() == 3);
        assertThat(handler.ran()).containsExactly(0, 1, 2);
        assertThat(handler.reconciled()).containsExactly(1);
        assertThat(handler.failed()).isEmpty();
    }

    @Test
    void aProcessWhoseClassesAreBrokenEndsNoRecord() {
        // Given
        var handler = new RecordingHandler(outcomes, clients.serdes()).brokenAt(1);
        produce(3, 1);
        // When
        var dispatcher = start(handler, clients);
        // Then
        await().atMost(LONG).until(() -> dispatcher.check().detail().startsWith("starts again after"));
        assertThat(handler.failed()).isEmpty();
        assertThat(outcomes()).isEqualTo(List.of(0));
    }

    @Test
    void aRecordOfAnUnknownSchemaWaitsForTheRegistryAndDelaysNoOther(@TempDir Path directory) {
        // Given
        var other = topic(kafka.uniqueName("other"), PublishCommand.class);
        kafka.createTopics(1, other.name());
        var registry = SchemaRegistry.start(RegistryConfig.in(directory));
        clients.close();
        clients = clients("classic", registry.uri().toString());
        try (var writer = clients("classic", registry.uri().toString())) {
            for (int i = 0; i < 10; i++) {
                send(commands, "key-" + i, writer.serdes().write(commands, command(i)));
                send(other, "key-" + i, writer.serdes().write(other, command(100 + i)));
            }
            producer().flush();
            clients.serdes().read(commands, writer.serdes().write(commands, command(0)));
        }
        clients.serdes().prepare(List.of(outcomes));
        registry.close();
        var handler = new RecordingHandler(outcomes, clients.serdes());
        // When
        var dispatcher = start(handler, clients, List.of(other, commands));
        // Then
        await().atMost(LONG).until(() -> handler.ran().size() == 10);
        await().atMost(LONG).until(() -> dispatcher.check().detail().contains("schema registry"));
        assertThat(handler.ran()).allMatch(number -> number < 100);
        // When
        try (var _ = SchemaRegistry.start(
                RegistryConfig.in(directory).withPort(registry.uri().getPort()))) {
            // Then
            await().atMost(LONG).until(() -> handler.ran().size() == 20);
        }
    }

    @Test
    void aPartitionWhoseLedgerCannotBeReadStartsNothingAndTheOthersGoOn() {
        // Given
        produce(60, 20);
        var broken = partitionOf("key-0");
        commitText(broken, "from the future");
        var inBroken = recordsIn(broken);
        var handler = new RecordingHandler(outcomes, clients.serdes());
        // When
        var dispatcher = start(handler, clients);
        // Then
        await().atMost(LONG).until(() -> outcomes().size() == 60 - inBroken.size());
        assertThat(dispatcher.check().detail()).contains(broken.toString(), "ledger");
        assertThat(handler.ran()).doesNotContainAnyElementsOf(inBroken);
    }

    @ParameterizedTest
    @ValueSource(strings = {"classic", "consumer"})
    void aPartitionWhoseOffsetsATransactionHoldsStartsNothingUntilItEndsAndTheOthersGoOn(String protocol) {
        // Given
        produce(60, 20);
        var undecided = partitionOf("key-0");
        var inUndecided = recordsIn(undecided);
        var handler = new RecordingHandler(outcomes, clients.serdes());
        try (var with = clients(protocol);
                var nobody = clients.groupConsumer(group);
                var open = openTransaction()) {
            open.sendOffsetsToTransaction(
                    Map.of(undecided, new OffsetAndMetadata(0, Ledger.empty().encoded())), nobody.groupMetadata());
            // When
            var dispatcher = start(handler, with);
            // Then
            await().atMost(LONG).until(() -> outcomes().size() == 60 - inUndecided.size());
            assertThat(handler.ran()).doesNotContainAnyElementsOf(inUndecided);
            open.abortTransaction();
            await().atMost(LONG).until(() -> outcomes().size() == 60);
            dispatcher.close();
        }
        assertThat(handler.ran()).hasSize(60).doesNotHaveDuplicates();
    }

    @Test
    void onceItsLedgerIsMendedAPartitionIsWorkedOnFromTheNextStart() {
        // Given
        produce(1, 1);
        commitText(partitionOf("key-0"), "from the future");
        var handler = new RecordingHandler(outcomes, clients.serdes());
        var former = start(handler, clients);
        await().atMost(LONG).until(() -> former.check().detail().contains("ledger"));
        former.close();
        commitText(partitionOf("key-0"), "");
        // When
        var dispatcher = start(handler, clients);
        // Then
        await().atMost(LONG).until(() -> handler.ran().equals(List.of(0)));
        await().atMost(LONG).until(() -> dispatcher.check().isOk());
    }

    @Test
    void callsWhoseIntentsAreTooOldAreCountedAndNotMade() {
        // Given: no commit is as fast as that
        var config = new DispatchConfig(
                500,
                500,
                3500,
                5000,
                64 << 20,
                Duration.ofNanos(1),
                CONFIG.callLimit(),
                Duration.ZERO,
                CONFIG.revokeLimit(),
                CONFIG.closeLimit());
        var meters = new SimpleMeterRegistry();
        var handler = new RecordingHandler(outcomes, clients.serdes());
        produce(3, 3);
        // When
        start(handler, clients, List.of(commands), config, meters);
        // Then
        await().atMost(LONG)
                .until(() -> meters.find("broadside.dispatch.too.late").counters().stream()
                        .anyMatch(counter -> counter.count() > 3));
        assertThat(handler.ran()).isEmpty();
    }

    @Test
    void afterAFaultOfTheDispatcherItselfANewSessionGoesOn() {
        // Given
        produce(10, 10);
        var handler = new RecordingHandler(outcomes, clients.serdes()).failingToAdmit(2);
        // When
        start(handler, clients);
        // Then
        await().atMost(LONG).until(() -> outcomes().size() == 10);
        assertThat(handler.ran()).hasSize(10).doesNotHaveDuplicates();
    }

    @Test
    void ofTwoTransactionsTheLaterLedgerStaysWhateverTheOrderOfTheirMarkers() {
        Assumptions.assumeTrue(kafka.canRestart(), "this broker cannot be restarted by a test");
        // Given: two producers in turn, of which the later one is committed first
        produce(1, 1);
        var partition = partitionOf("key-0");
        var earlier = clients.transactionalProducer(group + "-0");
        var later = clients.transactionalProducer(group + "-1");
        try (var outsider = clients.groupConsumer(group);
                earlier;
                later) {
            Stream.of(earlier, later).forEach(Producer::initTransactions);
            commitIn(earlier, outsider.groupMetadata(), partition, State.NEW);
            commitIn(later, outsider.groupMetadata(), partition, State.ATTEMPTED);
            // When
            later.commitTransaction();
            earlier.commitTransaction();
        }
        // Then
        assertThat(committedState(partition)).isEqualTo(State.ATTEMPTED);
        // When
        kafka.restartBroker();
        // Then
        assertThat(committedState(partition)).isEqualTo(State.ATTEMPTED);
    }

    private static void commitIn(
            Producer<byte[], byte[]> producer, ConsumerGroupMetadata metadata, TopicPartition partition, State state) {
        var states = new Ledger.States();
        states.append(0, state);
        producer.beginTransaction();
        producer.sendOffsetsToTransaction(
                Map.of(partition, new OffsetAndMetadata(0, new Ledger(Instant.EPOCH, states).encoded())), metadata);
        producer.flush();
    }

    private State committedState(TopicPartition partition) {
        return await().atMost(LONG)
                .ignoreExceptions()
                .until(
                        () -> {
                            try (var consumer = clients.groupConsumer(group)) {
                                var found = consumer.committed(Set.of(partition), LONG)
                                        .get(partition);
                                return Ledger.decoded(
                                                Objects.requireNonNull(found).metadata())
                                        .states()
                                        .at(0);
                            }
                        },
                        Objects::nonNull);
    }

    /** Numbers of the commands in a partition. */
    private List<Integer> recordsIn(TopicPartition partition) {
        return kafka.readAll(partition.topic()).stream()
                .filter(record -> record.partition() == partition.partition())
                .map(record -> clients.serdes().read(commands, record.value()).getTargetIndex())
                .toList();
    }

    private void createDeadLetters() {
        try {
            kafka.createTopics(1, Topics.DEAD_LETTERS.name());
        } catch (KafkaException e) {
            if (!(e.getCause() instanceof TopicExistsException)) {
                throw e;
            }
        }
    }

    private List<DeadLetter> deadLetters() {
        return kafka.readAll(Topics.DEAD_LETTERS.name()).stream()
                .map(record -> clients.serdes().read(Topics.DEAD_LETTERS, record.value()))
                .toList();
    }

    /** Of somebody who does not end it, and longer than this takes. */
    private Producer<byte[], byte[]> openTransaction() {
        var producer = new KafkaProducer<>(
                Map.of(
                        "bootstrap.servers", kafka.bootstrapServers(),
                        "transactional.id", kafka.uniqueName("open"),
                        "transaction.timeout.ms", (int) LONG.multipliedBy(3).toMillis()),
                new ByteArraySerializer(),
                new ByteArraySerializer());
        producer.initTransactions();
        producer.beginTransaction();
        return producer;
    }
}
