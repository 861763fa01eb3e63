package io.broadside.token.inbound;

import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.events.Connection;
import io.broadside.events.ConnectionEventKind;
import io.broadside.events.ConnectionStatus;
import io.broadside.events.InboundEvent;
import io.broadside.events.InboundKind;
import io.broadside.runtime.tracing.Trace;
import io.broadside.token.connect.Loss;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class EndedPermissionTest {

    private static final Instant CONNECTED_AT = Instant.parse("2026-11-20T10:00:00Z");
    private static final Instant HAPPENED_AT = Instant.parse("2026-11-20T12:00:00Z");
    private static final Instant NOW = Instant.parse("2026-11-20T12:00:01Z");

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "x, account-1, -, x, account-1, true",
                "x, account-1, -, x, account-2, false",
                "x, account-1, -, tiktok, account-1, false",
                "facebook, page-1, person-1, facebook, person-1, true",
                "facebook, page-1, person-1, facebook, person-2, false",
                "facebook, page-1, -, facebook, person-1, false",
                "instagram, ig-1, person-1, facebook, person-1, true",
                "instagram, ig-1, person-1, instagram, ig-1, true",
                "facebook, page-1, person-1, instagram, person-1, false",
                "linkedin, org-1, person-1, facebook, person-1, false",
            })
    void isAboutTheAccountOrWhoGrantedIt(
            String platform, String account, String grantedBy, String told, String who, boolean concerns) {
        var connection = Connection.newBuilder(connection(ConnectionStatus.HEALTHY))
                .setPlatform(platform)
                .setAccountId(account)
                .setGrantedBy(grantedBy)
                .build();
        var event = InboundEvent.newBuilder(event(InboundKind.TOKEN_REVOKED))
                .setPlatform(told)
                .setAccountId(who)
                .build();
        assertThat(EndedPermission.concerns(event, connection)).isEqualTo(concerns);
    }

    @ParameterizedTest
    @EnumSource(
            value = InboundKind.class,
            names = {"TOKEN_REVOKED", "ACCOUNT_DEAUTHORIZED"})
    void aPermissionTakenBackMakesTheConnectionRevoked(InboundKind kind) {
        // When
        var loss = EndedPermission.lossOf(event(kind), connection(ConnectionStatus.HEALTHY), NOW)
                .orElseThrow();
        // Then
        assertThat(loss.connection().getStatus()).isEqualTo(ConnectionStatus.REVOKED);
        assertThat(loss.connection().getStatusReason()).contains("TOKEN_REVOKED");
        assertThat(loss.connection().getUpdatedAt()).isEqualTo(NOW);
        assertThat(loss.event().getKind()).isEqualTo(ConnectionEventKind.DEAUTHORIZED);
        assertThat(loss.forgets()).isEqualTo(Loss.Forgets.TOKENS);
    }

    @Test
    void itsVersionGrowsSoThatARefreshUnderWayIsDropped() {
        // Given
        var before = connection(ConnectionStatus.HEALTHY);
        // When
        var loss = EndedPermission.lossOf(event(InboundKind.TOKEN_REVOKED), before, NOW)
                .orElseThrow();
        // Then
        assertThat(loss.connection().getTokenVersion()).isEqualTo(before.getTokenVersion() + 1);
    }

    @Test
    void aRequestToDeleteDataTakesTokensAndNameWithIt() {
        // When
        var loss = EndedPermission.lossOf(
                        event(InboundKind.DATA_DELETION_REQUESTED), connection(ConnectionStatus.REVOKED), NOW)
                .orElseThrow();
        // Then
        assertThat(loss.connection().getStatus()).isEqualTo(ConnectionStatus.DISCONNECTED);
        assertThat(loss.connection().getAccountName()).isEmpty();
        assertThat(loss.connection().getAccountId()).isEmpty();
        assertThat(loss.event().getKind()).isEqualTo(ConnectionEventKind.DISCONNECTED);
        assertThat(loss.forgets()).isEqualTo(Loss.Forgets.EVERYTHING);
    }

    @Test
    void whoWasDisconnectedBeforeIsDeletedAllTheSame() {
        // When
        var loss = EndedPermission.lossOf(
                event(InboundKind.DATA_DELETION_REQUESTED), connection(ConnectionStatus.DISCONNECTED), NOW);
        // Then
        assertThat(loss).hasValueSatisfying(it -> assertThat(it.forgets()).isEqualTo(Loss.Forgets.EVERYTHING));
    }

    @ParameterizedTest
    @CsvSource({"TOKEN_REVOKED, REVOKED", "TOKEN_REVOKED, DISCONNECTED", "ACCOUNT_DEAUTHORIZED, REVOKED"})
    void whatIsSoAlreadyIsNotWrittenAgain(InboundKind kind, ConnectionStatus status) {
        assertThat(EndedPermission.lossOf(event(kind), connection(status), NOW)).isEmpty();
    }

    @Test
    void whoConnectedAgainSinceIsNotConcerned() {
        // Given
        var again = Connection.newBuilder(connection(ConnectionStatus.HEALTHY))
                .setGrantedAt(HAPPENED_AT.plusSeconds(3))
                .build();
        var justBefore = Connection.newBuilder(again)
                .setGrantedAt(HAPPENED_AT.plusSeconds(1))
                .build();
        // When / Then: platforms name whole seconds, and their clocks are not ours
        assertThat(EndedPermission.lossOf(event(InboundKind.TOKEN_REVOKED), again, NOW))
                .isEmpty();
        assertThat(EndedPermission.lossOf(event(InboundKind.TOKEN_REVOKED), justBefore, NOW))
                .isPresent();
    }

    @Test
    void aTokenThatWasRenewedSinceIsNoPersonWhoConnectedAgain() {
        // Given: a refresh that was under way ended just after the person had left
        var renewed = Connection.newBuilder(connection(ConnectionStatus.HEALTHY))
                .setGrantedAt(CONNECTED_AT)
                .setRefreshedAt(HAPPENED_AT.plusSeconds(60))
                .build();
        // Then
        assertThat(EndedPermission.lossOf(event(InboundKind.TOKEN_REVOKED), renewed, NOW))
                .isPresent();
    }

    @Test
    void allConnectionsAreReadOnceForAllEventsOfAPoll() {
        // Given: 200 people leave, of 100,000
        var told = IntStream.range(0, 200)
                .mapToObj(number -> InboundEvent.newBuilder(event(InboundKind.TOKEN_REVOKED))
                        .setAccountId("account-" + number * 100)
                        .build())
                .map(event -> new Concerned.Told(event, Trace.root()))
                .toList();
        var reads = new AtomicInteger();
        Iterable<Connection> many = () -> {
            reads.incrementAndGet();
            return IntStream.range(0, 100_000)
                    .mapToObj(number -> Connection.newBuilder(connection(ConnectionStatus.HEALTHY))
                            .setConnectionId("connection-" + number)
                            .setAccountId("account-" + number)
                            .build())
                    .iterator();
        };
        // When
        var concerned = Concerned.of(told, many);
        // Then
        assertThat(reads).hasValue(1);
        assertThat(concerned)
                .extracting(Concerned::connectionId)
                .containsExactlyElementsOf(IntStream.range(0, 200)
                        .mapToObj(number -> "connection-" + number * 100)
                        .toList());
    }

    @Test
    void otherNewsIsNoneOfItsBusiness() {
        assertThat(InboundKind.values())
                .filteredOn(kind -> EndedPermission.isTold(event(kind)))
                .containsExactlyInAnyOrder(
                        InboundKind.TOKEN_REVOKED,
                        InboundKind.ACCOUNT_DEAUTHORIZED,
                        InboundKind.DATA_DELETION_REQUESTED);
    }

    private static Connection connection(ConnectionStatus status) {
        return Connection.newBuilder()
                .setConnectionId("connection-1")
                .setProfileId("profile-1")
                .setPlatform("x")
                .setAccountId("account-1")
                .setAccountName("Harbour Bakery")
                .setAccountKind("user")
                .setStatus(status)
                .setTokenVersion(3)
                .setConnectedAt(CONNECTED_AT)
                .setRefreshedAt(CONNECTED_AT)
                .setUpdatedAt(CONNECTED_AT)
                .build();
    }

    private static InboundEvent event(InboundKind kind) {
        return InboundEvent.newBuilder()
                .setEventId("event-1")
                .setPlatform("x")
                .setApp("demo")
                .setAccountId("account-1")
                .setKind(kind)
                .setPlatformKind("oauth.revoke")
                .setOccurredAt(HAPPENED_AT)
                .setReceivedAt(HAPPENED_AT.plusSeconds(1))
                .setDeliveryId("delivery-1")
                .build();
    }
}
