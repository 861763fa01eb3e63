package io.broadside.token.health;

import static io.broadside.token.health.Connections.ID;
import static io.broadside.token.health.Connections.START;
import static io.broadside.token.health.Connections.day;
import static io.broadside.token.health.Connections.on;
import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.embedded.RegistryConfig;
import io.broadside.embedded.SchemaRegistry;
import io.broadside.events.Connection;
import io.broadside.events.ConnectionEventKind;
import io.broadside.events.ConnectionStatus;
import io.broadside.events.Credential;
import io.broadside.events.RecordPosition;
import io.broadside.events.RefreshReason;
import io.broadside.events.RefreshRequest;
import io.broadside.runtime.config.Secret;
import io.broadside.runtime.dispatch.Decision;
import io.broadside.runtime.dispatch.EffectHandler;
import io.broadside.runtime.dispatch.Lease;
import io.broadside.runtime.dispatch.Outputs;
import io.broadside.runtime.dispatch.Reconciled;
import io.broadside.runtime.dispatch.Unreadable;
import io.broadside.runtime.dispatch.Work;
import io.broadside.runtime.tracing.Trace;
import io.broadside.runtime.vault.KeysetName;
import io.broadside.runtime.vault.Vault;
import io.broadside.runtime.vault.VaultConfig;
import io.broadside.schemas.ErrorCode;
import io.broadside.schemas.EventSerdes;
import io.broadside.schemas.Topic;
import io.broadside.schemas.Topics;
import io.broadside.testkit.SettableClock;
import io.broadside.token.Doubts;
import io.broadside.token.FakeConnections;
import io.broadside.token.Quiet;
import io.broadside.token.platform.Account;
import io.broadside.token.platform.Inspection;
import io.broadside.token.platform.TokenPlatforms;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One test or more for each promise of {@link HealthHandler}. */
class HealthHandlerTest {

    private static final SchemaRegistry REGISTRY = SchemaRegistry.start(RegistryConfig.inMemory());
    private static final List<String> SCOPES =
            List.of("pages_show_list", "pages_read_engagement", "pages_manage_posts");

    @TempDir
    private static Path keys;

    private final SettableClock clock = new SettableClock();
    private final FakeConnections connections = new FakeConnections();
    private final FakeTokenPlatform facebook = FakeTokenPlatform.facebook();
    private final FakeTokenPlatform instagram = FakeTokenPlatform.instagram();
    private final List<RefreshRequest> renewed = new ArrayList<>();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final EventSerdes serdes = new EventSerdes(REGISTRY.uri(), true);
    private final Vault vault = Vault.open(
            new VaultConfig(Optional.of(keys.resolve("access.json")), Optional.of(keys.resolve("refresh.json")), true));
    private final HealthHandler handler = new HealthHandler(
            new Renewing(),
            connections,
            TokenPlatforms.of(List.of(facebook, instagram)),
            (id, _) -> Optional.of(ByteBuffer.wrap(vault.seal(KeysetName.ACCESS, Secret.of("access-1"), id))),
            vault,
            serdes,
            new HealthMetrics(meters),
            clock);

    @AfterAll
    static void stopTheRegistry() {
        REGISTRY.close();
    }

    @Test
    void whatIsNotAboutHealthIsLeftToTheHandlerThatRenews() {
        // Given
        put(on(facebook).build());
        // When
        handle(request(RefreshReason.REFUSED));
        // Then
        assertThat(renewed).hasSize(1);
        assertThat(facebook.inspected()).isEmpty();
    }

    @Nested
    class AWarningIsGivenOnce {

        @Test
        void itsEventAndTheNoteThatItWasGivenAreOneOutput() {
            // Given
            put(on(facebook).setDataAccessExpiresAt(day(7)).build());
            // When
            var outputs = handle(inspection());
            // Then
            assertThat(only(Topics.CONNECTION_EVENTS, outputs).getKind()).isEqualTo(ConnectionEventKind.EXPIRING);
            assertThat(only(Topics.CONNECTIONS, outputs).getWarnedDays()).isEqualTo(7);
            assertThat(only(Topics.CONNECTIONS, outputs).getStatus()).isEqualTo(ConnectionStatus.EXPIRING);
            assertThat(meters.get("broadside.connection.warnings")
                            .tags("platform", "facebook", "days", "7")
                            .counter()
                            .count())
                    .isEqualTo(1);
        }

        @Test
        void theSameRequestAgainFindsNothingToDo() {
            // Given
            put(on(facebook).setDataAccessExpiresAt(day(7)).build());
            connections.write(handle(inspection()), serdes);
            // When
            var again = handle(inspection());
            // Then
            assertThat(again.records()).isEmpty();
        }

        @Test
        void whatAFormerOwnerHasWrittenIsReadFirst() {
            // Given: the tables here do not know yet
            put(on(facebook).setDataAccessExpiresAt(day(7)).build());
            connections.write(handle(inspection()), serdes);
            // When: it was decided on what the tables had
            var again = handler.run(work(inspection()));
            // Then
            assertThat(again.records()).isEmpty();
        }

        @Test
        void ofAProcessThatIsGoneNothingIsAssumed() {
            // Given
            put(on(facebook).setDataAccessExpiresAt(day(7)).build());
            // When
            var reconciled = handler.reconcile(work(inspection()));
            // Then: whether it was written is seen by whoever is asked next
            assertThat(reconciled.verdict()).isEqualTo(Reconciled.Verdict.CANNOT_TELL);
            assertThat(reconciled.outputs().records()).isEmpty();
            assertThat(handle(inspection()).records()).hasSize(2);
        }

        @Test
        void nothingIsWrittenWhileTheTablesAreBehind() {
            // Given
            put(on(facebook).setDataAccessExpiresAt(day(7)).build());
            connections.goAway();
            // Then
            assertThat(handle(inspection()).records()).isEmpty();
        }
    }

    @Nested
    class WhatAnInspectionFinds {

        @Test
        void aWithdrawnScopeIsStatusAndEventInOneOutput() {
            // Given
            dueForInspection(on(facebook).setScopes(SCOPES).build());
            facebook.inspects(found(SCOPES.subList(0, 2)));
            // When
            var outputs = handle(inspection());
            // Then
            assertThat(facebook.inspected()).containsExactly("access-1");
            assertThat(only(Topics.CONNECTIONS, outputs).getStatus()).isEqualTo(ConnectionStatus.NEEDS_REAUTH);
            var event = only(Topics.CONNECTION_EVENTS, outputs);
            assertThat(event.getKind()).isEqualTo(ConnectionEventKind.NEEDS_REAUTH);
            assertThat(event.getReason()).contains("PERMISSION_MISSING");
        }

        @Test
        void aTokenThatIsRefusedNeedsAPersonWhereNothingRenewsIt() {
            // Given
            dueForInspection(on(facebook).build());
            facebook.inspects(new Inspection.Refused(ErrorCode.TOKEN_REVOKED, "The password was changed."));
            // When
            var outputs = handle(inspection());
            // Then
            assertThat(only(Topics.CONNECTION_EVENTS, outputs).getDetail().orElseThrow())
                    .contains("The password was changed.");
            assertThat(only(Topics.CONNECTIONS, outputs).getStatusReason()).contains("TOKEN_REVOKED");
        }

        @Test
        void andMayBeTakenAnewWhereItCameByThePersons() {
            // Given
            dueForInspection(on(facebook).build());
            connections.put(
                    on(facebook).build(),
                    Credential.newBuilder()
                            .setConnectionId(ID)
                            .setPlatform("facebook")
                            .setVersion(1)
                            .setSealedUserToken(
                                    ByteBuffer.wrap(vault.seal(KeysetName.REFRESH, Secret.of("person"), ID)))
                            .setStoredAt(START)
                            .build());
            facebook.inspects(new Inspection.Refused(ErrorCode.TOKEN_REVOKED, "It was withdrawn."));
            // When
            var outputs = handle(inspection());
            // Then
            assertThat(only(Topics.REFRESH_REQUESTS, outputs).getReason()).isEqualTo(RefreshReason.REFUSED);
            assertThat(outputs.records()).hasSize(1);
        }

        @Test
        void andIsRenewedWhereSomethingDoes() {
            // Given
            dueForInspection(on(instagram)
                    .setIsRenewable(true)
                    .setAccessExpiresAt(day(60))
                    .build());
            instagram.inspects(new Inspection.Refused(ErrorCode.TOKEN_EXPIRED, "It has expired."));
            // When
            var outputs = handle(inspection());
            // Then
            var request = only(Topics.REFRESH_REQUESTS, outputs);
            assertThat(request.getReason()).isEqualTo(RefreshReason.REFUSED);
            assertThat(request.getTokenVersion()).isEqualTo(1);
            assertThat(outputs.records()).hasSize(1);
        }

        @Test
        void isDroppedWhenThereIsANewerTokenByThen() {
            // Given
            dueForInspection(on(facebook).setScopes(SCOPES).build());
            facebook.inspects(new Inspection.Refused(ErrorCode.TOKEN_REVOKED, "No."));
            facebook.meanwhile(() -> put(on(facebook).setTokenVersion(2).build()));
            // Then
            assertThat(handle(inspection()).records()).isEmpty();
        }

        @Test
        void onceADayIsEnough() {
            // Given
            dueForInspection(on(facebook).build());
            facebook.inspects(found(SCOPES));
            connections.write(handle(inspection()), serdes);
            connections.catchUp();
            // When
            handle(inspection());
            // Then
            assertThat(facebook.inspected()).hasSize(1);
        }

        @Test
        void refusalsWithoutEndSayMoreOfTheAppThanOfTokens() {
            // Given
            facebook.inspects(new Inspection.Refused(ErrorCode.TOKEN_REVOKED, "Of another app."));
            clock.advance(Duration.ofDays(2));
            // When
            var told = 0;
            for (int i = 0; i < 3 * Doubts.BELIEVED; i++) {
                var id = "connection-" + i;
                put(on(facebook)
                        .setConnectionId(id)
                        .setAccountId("account-" + i)
                        .build());
                told += handle(RefreshRequest.newBuilder(inspection())
                                        .setConnectionId(id)
                                        .build())
                                .records()
                                .isEmpty()
                        ? 0
                        : 1;
            }
            // Then
            assertThat(told).isEqualTo(Doubts.BELIEVED);
        }

        @Test
        void allTokensOfOnePersonAreOneRefusal() {
            // Given: an agency's person, who granted very many Pages, is gone
            facebook.inspects(new Inspection.Refused(ErrorCode.TOKEN_REVOKED, "Of somebody who left."));
            // Then
            assertThat(toldOf(3 * Doubts.BELIEVED, "person-1")).isEqualTo(3 * Doubts.BELIEVED);
        }

        @Test
        void whatThePlatformSaysThePersonDidIsBelievedHoweverOften() {
            // Given
            facebook.inspects(new Inspection.Withdrawn("The person changed the password."));
            // Then
            assertThat(toldOf(3 * Doubts.BELIEVED, null)).isEqualTo(3 * Doubts.BELIEVED);
        }

        /** Of how many connections a person is told, if all of them are shown. */
        private int toldOf(int count, @Nullable String grantedBy) {
            clock.advance(Duration.ofDays(2));
            var told = 0;
            for (int i = 0; i < count; i++) {
                var id = "connection-" + i;
                put(on(facebook)
                        .setConnectionId(id)
                        .setAccountId("account-" + i)
                        .setGrantedBy(grantedBy)
                        .build());
                var request = RefreshRequest.newBuilder(inspection())
                        .setConnectionId(id)
                        .build();
                told += handle(request).records().isEmpty() ? 0 : 1;
            }
            return told;
        }

        @Test
        void aPlatformThatWantsQuietIsNotAsked() {
            // Given
            dueForInspection(on(facebook).build());
            facebook.inspects(new Inspection.Unavailable(
                    ErrorCode.RATE_LIMITED, "Too many.", Optional.of(Duration.ofMinutes(20))));
            handle(inspection());
            // When
            handle(inspection());
            var during = facebook.inspected().size();
            clock.advance(Duration.ofMinutes(20));
            handle(inspection());
            // Then
            assertThat(during).isEqualTo(1);
            assertThat(facebook.inspected()).hasSize(2);
        }
    }

    @Test
    void oneAnswerThatNamesADayDoesNotKeepTheOthersFromBeingInspected() {
        // Given
        dueForInspection(on(facebook).build());
        put(on(facebook).setConnectionId("connection-2").build());
        facebook.inspects(
                new Inspection.Unavailable(ErrorCode.RATE_LIMITED, "Too many.", Optional.of(Duration.ofDays(1))));
        handle(inspection());
        // When
        clock.advance(Quiet.LONGEST);
        handle(inspection());
        handle(RefreshRequest.newBuilder(inspection())
                .setConnectionId("connection-2")
                .build());
        // Then: who was told so waits for longer
        assertThat(facebook.inspected()).hasSize(2);
    }

    private void dueForInspection(Connection connection) {
        put(connection);
        clock.advance(Duration.ofDays(2));
    }

    private static Inspection found(List<String> scopes) {
        return new Inspection.Found(
                new Account("account-1", "Harbour Bakery"), Optional.empty(), Optional.empty(), scopes);
    }

    private void put(Connection connection) {
        connections.put(
                connection,
                Credential.newBuilder()
                        .setConnectionId(connection.getConnectionId())
                        .setPlatform(connection.getPlatform())
                        .setVersion(connection.getTokenVersion())
                        .setStoredAt(START)
                        .build());
    }

    private Outputs handle(RefreshRequest request) {
        return switch (handler.decide(work(request))) {
            case Decision.Settle(var settled) -> settled;
            case Decision.Attempt _ -> handler.run(work(request));
        };
    }

    private <V extends SpecificRecord> V only(Topic<V> topic, Outputs outputs) {
        var found = outputs.records().stream()
                .filter(record -> record.topic().equals(topic.name()))
                .toList();
        assertThat(found).as(topic.name()).hasSize(1);
        return serdes.read(topic, found.getFirst().value());
    }

    private static RefreshRequest inspection() {
        return request(RefreshReason.INSPECTION);
    }

    private static RefreshRequest request(RefreshReason reason) {
        return RefreshRequest.newBuilder()
                .setConnectionId(ID)
                .setPlatform("facebook")
                .setTokenVersion(1)
                .setReason(reason)
                .setRequestedAt(START)
                .build();
    }

    private static Work<RefreshRequest> work(RefreshRequest request) {
        var lease = Lease.of(System::nanoTime, System.nanoTime(), Duration.ofMinutes(1), Duration.ofMinutes(1));
        return new Work<>(
                request.getConnectionId(), request, new RecordPosition("t", 0, 1L), START, Trace.root(), lease);
    }

    /** Notes what it is asked for. */
    private final class Renewing implements EffectHandler<RefreshRequest> {

        @Override
        public Decision decide(Work<RefreshRequest> work) {
            return new Decision.Attempt(Outputs.none());
        }

        @Override
        public Outputs run(Work<RefreshRequest> work) {
            renewed.add(work.value());
            return Outputs.none();
        }

        @Override
        public Reconciled reconcile(Work<RefreshRequest> work) {
            throw new AssertionError("nobody expected this");
        }

        @Override
        public Outputs unreadable(Unreadable unreadable) {
            throw new AssertionError("nobody expected this");
        }

        @Override
        public Outputs failed(Work<RefreshRequest> work, Throwable cause) {
            throw new AssertionError("nobody expected this");
        }
    }
}
