package io.broadside.runtime.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.broadside.events.PublishCommand;
import io.broadside.runtime.dispatch.Ledger.State;
import io.broadside.testkit.KafkaForTest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DispatcherIT extends DispatcherCase {

    DispatcherIT(KafkaForTest kafka) {
        super(kafka);
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
    void aKeyThatTakesItsTimeDelaysNoOtherHoweverManyComeAfterIt() {
        // Given
        var release = new CompletableFuture<Void>();
        var handler = new RecordingHandler(outcomes, clients.serdes()).holding("key-0", release);
        send("key-0", clients.serdes().write(commands, command(0)));
        start(handler, clients);
        // When: more than a table of all their states would have space for
        var others = 3 * 12_000;
        IntStream.rangeClosed(1, others)
                .forEach(number -> send(
                        commands, "key-" + (1 + number % 500), clients.serdes().write(commands, command(number))));
        // Then
        await().atMost(Duration.ofSeconds(90)).until(() -> handler.ran().size() == others + 1);
        await().atMost(LONG).until(() -> outcomes().size() == others);
        release.complete(null);
        await().atMost(LONG).until(() -> outcomes().size() == others + 1);
    }

    @Test
    void aPlatformThatDoesNotAnswerLeavesRoomForTheOthers() {
        // Given
        var silent = topic(kafka.uniqueName("silent"), PublishCommand.class);
        kafka.createTopics(3, silent.name());
        var release = new CompletableFuture<Void>();
        var handler = new RecordingHandler(outcomes, clients.serdes()).holdingTopics(silent.name()::equals, release);
        IntStream.range(0, 2 * CONFIG.maxInFlight())
                .forEach(number ->
                        send(silent, "silent-" + number, clients.serdes().write(commands, command(10_000 + number))));
        start(handler, clients, List.of(silent, commands));
        await().atMost(LONG).until(() -> handler.ran().size() > CONFIG.maxInFlight() / 2);
        // When
        produce(300, 50);
        // Then
        await().atMost(LONG).until(() -> outcomes().size() == 300);
        release.complete(null);
        await().atMost(LONG).until(() -> outcomes().size() == 300 + 2 * CONFIG.maxInFlight());
    }

    @Test
    void closedItLetsCallsEndAndLeavesNothingInDoubt() {
        // Given
        var handler = new RecordingHandler(outcomes, clients.serdes()).taking(Duration.ofMillis(200));
        produce(300, 300);
        var first = start(handler, clients);
        await().atMost(LONG).until(() -> handler.ran().size() > 50);
        // When
        first.close();
        // Then
        assertThat(outcomes()).hasSameSizeAs(handler.ran());
        start(handler, clients("classic"));
        await().atMost(LONG).until(() -> outcomes().size() == 300);
        assertThat(handler.ran()).hasSize(300).doesNotHaveDuplicates();
        assertThat(handler.reconciled()).isEmpty();
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

    @ParameterizedTest
    @ValueSource(strings = {"consumer", "classic"})
    void severalInstancesThatComeAndGoRunEveryRecordOnce(String groupProtocol) {
        // Given
        var handler = new RecordingHandler(outcomes, clients.serdes()).taking(Duration.ofMillis(5));
        var first = start(handler, clients(groupProtocol));
        produce(300, 60);
        await().atMost(LONG).until(() -> handler.ran().size() > 30);
        // When
        start(handler, clients(groupProtocol));
        produce(300, 300, 60);
        await().atMost(LONG).until(() -> handler.ran().size() > 330);
        first.close();
        produce(600, 300, 60);
        // Then
        await().atMost(LONG).until(() -> outcomes().size() >= 900);
        assertThat(handler.ran()).doesNotHaveDuplicates();
        assertThat(outcomes()).hasSize(900).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @ValueSource(strings = {"consumer", "classic"})
    void instancesAreToldWhichPartOfATopicIsTheirs(String groupProtocol) {
        // Given
        var all = 3;
        var one = new RecordingHandler(outcomes, clients.serdes());
        var other = new RecordingHandler(outcomes, clients.serdes());
        var first = start(one, clients(groupProtocol));
        await().atMost(LONG).until(() -> one.owned(commands) == all);
        // When
        start(other, clients(groupProtocol));
        // Then
        await().atMost(LONG)
                .until(() -> other.owned(commands) > 0 && one.owned(commands) + other.owned(commands) == all);
        first.close();
        await().atMost(LONG).until(() -> other.owned(commands) == all);
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
}
