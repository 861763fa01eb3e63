package io.broadside.publisher;

import static io.broadside.publisher.Fixtures.NOW;
import static io.broadside.publisher.Fixtures.aCommand;
import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.embedded.RegistryConfig;
import io.broadside.embedded.SchemaRegistry;
import io.broadside.events.Checkpoint;
import io.broadside.events.DelayCause;
import io.broadside.events.Doubt;
import io.broadside.events.PublishCommand;
import io.broadside.events.RecordPosition;
import io.broadside.events.ResultStatus;
import io.broadside.publisher.budget.BudgetConfig;
import io.broadside.publisher.budget.Budgets;
import io.broadside.publisher.platform.Cause;
import io.broadside.publisher.platform.Doubts;
import io.broadside.publisher.platform.Found;
import io.broadside.publisher.platform.Outcome;
import io.broadside.publisher.platform.Outcome.Scope;
import io.broadside.runtime.dispatch.Lease;
import io.broadside.runtime.dispatch.Outputs;
import io.broadside.runtime.dispatch.Work;
import io.broadside.runtime.tracing.Trace;
import io.broadside.schemas.ErrorCode;
import io.broadside.schemas.EventSerdes;
import io.broadside.schemas.Topic;
import io.broadside.schemas.Topics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A look that saw nothing is evidence; one that did not go through is none, and is waited out with the doubt kept. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class AfterLookTest {

    private static final long VERSION = 7;
    private static final Instant STARTED = NOW.minusSeconds(1);

    private SchemaRegistry registry;
    private EventSerdes serdes;
    private Budgets budgets;
    private AfterLook afterLook;

    @BeforeAll
    void startRegistry() {
        registry = SchemaRegistry.start(RegistryConfig.inMemory());
        serdes = new EventSerdes(registry.uri(), true);
    }

    @AfterAll
    void stopRegistry() {
        serdes.close();
        registry.close();
    }

    @BeforeEach
    void make() {
        budgets = new Budgets(
                new BudgetConfig(80),
                List.of(),
                _ -> Optional.empty(),
                new SimpleMeterRegistry(),
                Clock.fixed(NOW, ZoneOffset.UTC));
        afterLook = new AfterLook(new CommandOutputs(serdes), budgets);
    }

    @Test
    void onlyLooksThatWentThroughSayThatItIsNotThere() {
        // Given
        var command = aDoubtedCommand().build();
        var fault = Doubts.cannotTell(new Outcome.Unavailable(Cause.of(ErrorCode.SERVER_ERROR)));
        // When
        var once = only(Topics.BACKOFF_UNCONFIRMED, look(command, fault)).getCommand();
        var twice = only(Topics.BACKOFF_UNCONFIRMED, look(once, fault)).getCommand();
        var seen = only(Topics.BACKOFF_UNCONFIRMED, look(twice, Doubts.notSeen("Not there.")))
                .getCommand();
        // Then
        assertThat(Doubts.looks(twice)).isZero();
        assertThat(Doubts.lookedSince(twice)).isEmpty();
        assertThat(Doubts.looks(seen)).isEqualTo(1);
        assertThat(Doubts.lookedSince(seen)).contains(STARTED);
        assertThat(seen.getHistory()).hasSize(3);
    }

    @Test
    void aPlatformThatIsDownUsesUpNoLooksAndBacksOff() {
        // When
        var delayed = only(
                Topics.BACKOFF_UNCONFIRMED,
                look(
                        aDoubtedCommand().build(),
                        Doubts.cannotTell(new Outcome.Unavailable(Cause.of(ErrorCode.SERVER_ERROR)))));
        // Then
        assertThat(delayed.getCause()).isEqualTo(DelayCause.UNAVAILABLE);
        assertThat(delayed.getCommand().getDoubt().orElseThrow().getLooks()).isZero();
    }

    @Test
    void aLookThatIsRefusedForGoodUsesUpALookAndIsNoEvidence() {
        // When
        var delayed = only(
                Topics.BACKOFF_UNCONFIRMED,
                look(
                        aDoubtedCommand().build(),
                        Doubts.cannotTell(new Outcome.Rejected(Cause.of(ErrorCode.PERMISSION_MISSING)))));
        // Then
        assertThat(delayed.getCause()).isEqualTo(DelayCause.UNCONFIRMED);
        assertThat(delayed.getCommand().getDoubt().orElseThrow().getLooks()).isEqualTo(1);
        assertThat(Doubts.looks(delayed.getCommand())).isZero();
    }

    @Test
    void aLookWhoseTokenExpiredAsksForANewOneAndKeepsTheDoubt() {
        // When
        var out = look(
                aDoubtedCommand().build(),
                Doubts.cannotTell(new Outcome.TokenExpired(Cause.of(ErrorCode.TOKEN_EXPIRED))));
        // Then
        assertThat(only(Topics.REFRESH_REQUESTS, out).getTokenVersion()).isEqualTo(VERSION);
        var delayed = only(Topics.WAITING, out);
        assertThat(delayed.getCause()).isEqualTo(DelayCause.TOKEN);
        assertThat(delayed.getNeedsTokenVersion()).contains(VERSION + 1);
        assertThat(delayed.getCommand().getDoubt().orElseThrow().getLooks()).isZero();
    }

    @Test
    void aLookWhoseTokenIsRevokedWaitsForAPersonAndKeepsTheDoubt() {
        // When
        var delayed = only(
                Topics.WAITING,
                look(
                        aDoubtedCommand().build(),
                        Doubts.cannotTell(new Outcome.TokenRevoked(Cause.of(ErrorCode.TOKEN_REVOKED)))));
        // Then
        assertThat(delayed.getCause()).isEqualTo(DelayCause.PERSON);
        assertThat(delayed.getCommand().getDoubt()).isPresent();
    }

    @Test
    void aRevokedTokenEndsTheSearchForWhatBelongsToAPostThatIsOut() {
        // Given
        var out = Checkpoint.newBuilder()
                .setStep("comment")
                .setAt(NOW)
                .setRemoteId("post-1")
                .build();
        // When
        var result = only(
                Topics.RESULTS,
                look(
                        aDoubtedCommand().setCheckpoint(out).build(),
                        Doubts.cannotTell(new Outcome.TokenRevoked(Cause.of(ErrorCode.TOKEN_REVOKED)))));
        // Then
        assertThat(result.getStatus()).isEqualTo(ResultStatus.PUBLISHED);
        assertThat(result.getError().orElseThrow().getCode()).isEqualTo("INCOMPLETE");
    }

    @ParameterizedTest
    @EnumSource(
            value = ErrorCode.class,
            names = {"RATE_LIMITED", "CREDITS_DEPLETED", "APP_REFUSED"})
    void aLookThatIsLimitedWaitsUntilTheTimeThePlatformNamesAndHoldsTheOthers(ErrorCode code) {
        // Given
        var until = NOW.plusSeconds(3_600);
        var limited = new Outcome.RateLimited(Scope.ACCOUNT, Optional.of(until), Cause.of(code));
        // When
        var delayed = only(Topics.WAITING, look(aDoubtedCommand().build(), Doubts.cannotTell(limited)));
        // Then
        assertThat(delayed.getCause()).isEqualTo(DelayCause.BUDGET);
        assertThat(delayed.getNotBefore()).contains(until);
        assertThat(delayed.getCommand().getDoubt().orElseThrow().getLooks()).isZero();
        assertThat(budgets.hold(aCommand().build()).orElseThrow().until()).isEqualTo(until);
    }

    @Test
    void aLimitOfTheEndpointThatIsLookedAtHoldsNoPublishing() {
        // Given
        var limited = new Outcome.RateLimited(
                Scope.ENDPOINT, Optional.of(NOW.plusSeconds(900)), Cause.of(ErrorCode.RATE_LIMITED));
        // When
        var delayed = only(Topics.WAITING, look(aDoubtedCommand().build(), Doubts.cannotTell(limited)));
        // Then
        assertThat(delayed.getNotBefore()).contains(NOW.plusSeconds(900));
        assertThat(budgets.hold(aCommand().build())).isEmpty();
    }

    @Test
    void aLookThatIsLimitedForAWeekIsUsedUp() {
        // Given
        var longAgo = aDoubtedCommand(NOW.minus(Duration.ofDays(8)), ErrorCode.TIMED_OUT)
                .build();
        var limited = new Outcome.RateLimited(Scope.ACCOUNT, Optional.empty(), Cause.of(ErrorCode.RATE_LIMITED));
        // When
        var delayed = only(Topics.BACKOFF_UNCONFIRMED, look(longAgo, Doubts.cannotTell(limited)));
        // Then
        assertThat(delayed.getCommand().getDoubt().orElseThrow().getLooks()).isEqualTo(1);
        assertThat(Doubts.looks(delayed.getCommand())).isZero();
    }

    @Test
    void whatThePlatformCalledADuplicateIsNeverFoundAbsent() {
        // Given
        var duplicate = aDoubtedCommand(NOW, ErrorCode.DUPLICATE_REFUSED).build();
        // When
        var delayed = only(Topics.BACKOFF_UNCONFIRMED, look(duplicate, new Found.Absent()));
        // Then
        assertThat(delayed.getCause()).isEqualTo(DelayCause.UNCONFIRMED);
        assertThat(delayed.getErrorCode()).contains("DUPLICATE_REFUSED");
        assertThat(delayed.getCommand().getDoubt().orElseThrow().getLooks()).isEqualTo(1);
    }

    @Test
    void aDoubtForAReasonThatANewerVersionKnowsIsSettledAllTheSame() {
        // Given
        var strange = aCommand()
                .setDoubt(Doubt.newBuilder()
                        .setSince(NOW)
                        .setStep("publish")
                        .setCause("OF_TOMORROW")
                        .build())
                .build();
        // When
        var delayed = only(Topics.BACKOFF_5XX, look(strange, new Found.Absent()));
        // Then
        assertThat(delayed.getCommand().getDoubt()).isEmpty();
    }

    private Outputs look(PublishCommand command, Found found) {
        var work = new Work<>(
                command.getConnectionId(),
                command,
                new RecordPosition("publish.commands.fake", 0, 1L),
                Instant.EPOCH,
                Trace.root(),
                Lease.of(System::nanoTime, System.nanoTime(), Duration.ofMinutes(1), Duration.ofMinutes(1)));
        return afterLook.of(work, command, found, VERSION, STARTED, NOW);
    }

    private static PublishCommand.Builder aDoubtedCommand() {
        return aDoubtedCommand(NOW, ErrorCode.TIMED_OUT);
    }

    private static PublishCommand.Builder aDoubtedCommand(Instant since, ErrorCode cause) {
        return aCommand()
                .setDoubt(Doubt.newBuilder()
                        .setSince(since)
                        .setStep("publish")
                        .setCause(cause.name())
                        .build());
    }

    private <V extends SpecificRecord> V only(Topic<V> topic, Outputs outputs) {
        List<V> values = outputs.records().stream()
                .filter(record -> record.topic().equals(topic.name()))
                .map(record -> serdes.read(topic, record.value()))
                .toList();
        assertThat(values).as(topic.name()).hasSize(1);
        return values.getFirst();
    }
}
