package io.broadside.retry;

import static io.broadside.retry.Fixtures.START;
import static io.broadside.retry.Fixtures.aCommand;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.broadside.events.DelayCause;
import io.broadside.runtime.config.ConfigException;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.state.KeyValueStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The small parts. */
class PartsTest {

    private static final Clock CLOCK = Clock.fixed(START, ZoneOffset.UTC);
    private static final TaskId TASK = new TaskId(0, 3);

    private final AtomicLong nanoTime = new AtomicLong(-5);

    @Test
    void everySettingHasADefault() {
        // When
        var config = RetryConfig.from(Map.of());

        // Then
        assertThat(config.platforms()).containsExactly("bluesky", "facebook", "instagram", "linkedin", "tiktok", "x");
        assertThat(config.port()).isEqualTo(8084);
        assertThat(config.tick()).isEqualTo(Duration.ofMillis(50));
        assertThat(config.batch()).isEqualTo(5000);
        assertThat(config.threads()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({
        "RETRY_TICK, 11s",
        "RETRY_TICK, 0ms",
        "RETRY_PORT, 70000",
        "RETRY_BATCH, 0",
        "RETRY_THREADS, many",
        "RETRY_POLICY, UNAVAILABLE.cap=soon",
        "RETRY_POLICY, NOTHING.cap=1s",
        "RETRY_POLICY, UNAVAILABLE.span=1s",
        "RETRY_POLICY, UNAVAILABLE.cap=1ms",
        "RETRY_POLICY, 'UNAVAILABLE.least=0s,UNAVAILABLE.base=0s'",
        "RETRY_POLICY, PROCESSING.span=0s",
        "RETRY_POLICY, TOKEN.span=0s",
        "RETRY_POLICY, TOKEN.age=1d",
        "RETRY_POLICY, PERSON.age=1d",
        "RETRY_POLICY, PERSON.attempts=3",
        "RETRY_POLICY, UNCONFIRMED.steps=1s/0s",
        "RETRY_MOST_PER_SECOND, x=0",
        "RETRY_MOST_PER_SECOND, x",
        "RETRY_AUDIT_EVERY, 10ms",
        "RETRY_API_KEY_SHA256, not-a-hash",
        "BROADSIDE_PLATFORMS, Face book",
        "BROADSIDE_PLATFORMS, 'x,x'",
        "BROADSIDE_PLATFORMS, ','"
    })
    void aSettingThatBreaksItsRuleIsNamed(String name, String value) {
        assertThatThrownBy(() -> RetryConfig.from(Map.of(name, value)))
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith(name + ": ");
    }

    @Test
    void anEntryOfTheStoreIsReadAsItWasWritten() {
        // Given
        var waiting = aWaiting();

        // Then
        assertThat(Waiting.decoded(waiting.encoded())).isEqualTo(waiting);
        assertThat(Waiting.glanceAt(waiting.encoded())).isEqualTo(new Waiting.Glance(17, DelayCause.TOKEN));
    }

    @Test
    void anEntryOfANewerReleaseIsRefused() {
        // Given
        var entry = aWaiting().encoded();
        entry[0] = 5;

        // Then
        assertThatThrownBy(() -> Waiting.decoded(entry)).hasMessageContaining("version 4");
    }

    @Test
    void placesInTheOrderThatAnotherBuildWroteAreRefused() {
        // Given
        var store = MemoryStore.open();
        var command = aCommand().build();
        new AccountOrder(store).enter(command);
        var order = new AccountOrder(store);

        // When: without a version, as an earlier build wrote them, and of a later one
        unversioned(store, Keys.rank(command.getCommandId()));
        var youngest = store.get(Keys.youngest(command.getConnectionId()));
        youngest[0]++;
        store.put(Keys.youngest(command.getConnectionId()), youngest);

        // Then
        assertThatThrownBy(() -> order.has(command.getCommandId())).hasMessageContaining("version 0");
        assertThatThrownBy(() -> order.enter(
                        aCommand("request-2", command.getConnectionId()).build()))
                .hasMessageContaining("version 2");
    }

    private static void unversioned(KeyValueStore<Bytes, byte[]> store, Bytes key) {
        var entry = store.get(key);
        store.put(key, Arrays.copyOfRange(entry, 1, entry.length));
    }

    @Test
    void whatIsRememberedOfADepartureIsReadAsItWasWritten() {
        // Given
        var whole = new Departure(
                17, 3, true, Optional.of(DelayCause.BUDGET), Optional.of(new Run(DelayCause.UNAVAILABLE, 5, 7)));
        var bare = new Departure(17, -1, false, Optional.empty(), Optional.empty());

        // Then
        assertThat(Departure.decoded(whole.encoded())).isEqualTo(whole);
        assertThat(Departure.decoded(bare.encoded())).isEqualTo(bare);
        assertThat(Departure.atOf(whole.encoded())).isEqualTo(17);
    }

    @Test
    void whatOffsetsThatWereLostBringAgainIsKnownAndWhatIsOnATopicMadeAnewIsNot() {
        // Given
        var mark = Mark.NONE.after(8, 1000).after(9, 900);

        // Then
        assertThat(Mark.NONE.covers(0, 0)).isFalse();
        assertThat(mark.covers(9, 900)).isTrue();
        assertThat(mark.covers(3, 1000)).isTrue();
        assertThat(mark.covers(10, 900)).isFalse();
        assertThat(mark.covers(3, 1001)).isFalse();
        assertThat(mark.after(3, 1001).covers(8, 1000)).isFalse();
        assertThat(Mark.decoded(mark.encoded())).isEqualTo(mark);
    }

    private static Waiting aWaiting() {
        return new Waiting(
                "command",
                "connection-ü",
                "request",
                "x",
                "profile",
                new Place(1, 2, 3, 4, true, false, true, 5),
                DelayCause.TOKEN,
                17,
                new Run(DelayCause.UNAVAILABLE, 5, 6),
                true,
                "00-ab-cd-01",
                Bytes.wrap(new byte[] {0, 0, 0, 0, 1, 99}));
    }

    @Test
    void thePolicyAsksForNoPostInProcessingLongerThanTheAccountBearsItsSilence() {
        // Then: Target.PROCESSING of the account
        assertThat(RetryPolicy.table())
                .filteredOn(row -> row.cause() == DelayCause.PROCESSING)
                .isNotEmpty()
                .allSatisfy(
                        row -> assertThat(row.rule().age().orElseThrow()).isLessThanOrEqualTo(Duration.ofHours(24)));
    }

    @Test
    void aTimerThatGoesIsWell() {
        // Given
        var ticks = new Ticks(CLOCK, nanoTime::get);

        // When
        ticks.tick(TASK, START.minusSeconds(3).toEpochMilli(), 17, 2);
        nanoTime.addAndGet(Duration.ofSeconds(9).toNanos());

        // Then
        assertThat(ticks.check().isOk()).isTrue();
        assertThat(ticks.waiting()).isEqualTo(17);
        assertThat(ticks.heldBack()).isEqualTo(2);
        assertThat(ticks.overdueSeconds()).isEqualTo(3);
    }

    @Test
    void aTimerThatIsSilentFailsTheCheckUntilItsPartitionIsGone() {
        // Given
        var ticks = new Ticks(CLOCK, nanoTime::get);
        ticks.begin(TASK);
        nanoTime.addAndGet(Duration.ofSeconds(11).toNanos());

        // When
        var silent = ticks.check();
        ticks.end(TASK);

        // Then
        assertThat(silent.isOk()).isFalse();
        assertThat(silent.detail()).contains("11000 ms");
        assertThat(ticks.check().isOk()).isTrue();
        assertThat(ticks.overdueSeconds()).isZero();
    }
}
