package io.broadside.token.health;

import static io.broadside.token.health.Connections.START;
import static io.broadside.token.health.Connections.day;
import static io.broadside.token.health.Connections.on;
import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.events.Connection;
import io.broadside.events.ConnectionStatus;
import io.broadside.schemas.ErrorCode;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class HealthTest {

    private final FakeTokenPlatform facebook = FakeTokenPlatform.facebook();
    private final FakeTokenPlatform instagram = FakeTokenPlatform.instagram();
    private final FakeTokenPlatform linkedIn = FakeTokenPlatform.linkedIn();
    private final FakeTokenPlatform tikTok = FakeTokenPlatform.tikTok();
    private final FakeTokenPlatform x = FakeTokenPlatform.x();

    @ParameterizedTest
    @CsvSource({"29, HEALTHY", "30, EXPIRING", "59, EXPIRING", "60, NEEDS_REAUTH"})
    void aTokenThatNothingRenewsEndsTheConnection(int day, ConnectionStatus expected) {
        // Given
        var connection = on(linkedIn).setAccessExpiresAt(day(60)).build();
        // When
        var health = Health.of(connection, linkedIn, day(day));
        // Then
        assertThat(health.status()).isEqualTo(expected);
        assertThat(health.actBefore().isPresent()).isEqualTo(expected != ConnectionStatus.HEALTHY);
        health.actBefore().ifPresent(at -> assertThat(at).isEqualTo(day(60)));
    }

    @Test
    void saysWhenWhyAndWhatToDo() {
        // Given
        var connection = on(linkedIn).setAccessExpiresAt(day(60)).build();
        // When
        var health = Health.of(connection, linkedIn, day(53));
        // Then
        assertThat(health.sentence())
                .isEqualTo(
                        "The access to the linkedin account Harbour Bakery ends in 7 days, on 20 January 2027, 12:00 UTC:"
                                + " nothing renews its token.");
        assertThat(health.recommendation()).isEqualTo("Connect the account again before then.");
        assertThat(health.reason()).contains(ErrorCode.TOKEN_EXPIRED);
    }

    @Test
    void theHardEndOfARefreshTokenCountsAndNotThatOfTheAccessTokenItRenews() {
        // Given
        var connection = on(linkedIn)
                .setIsRenewable(true)
                .setAccessExpiresAt(day(340))
                .setRefreshExpiresAt(day(365))
                .build();
        // Then
        assertThat(Health.of(connection, linkedIn, day(334)).status()).isEqualTo(ConnectionStatus.HEALTHY);
        assertThat(Health.of(connection, linkedIn, day(335)).actBefore()).contains(day(365));
    }

    @Test
    void onceARefreshTokenIsOverWhatIsLeftIsTheAccessToken() {
        // Given
        var connection = on(linkedIn)
                .setIsRenewable(true)
                .setAccessExpiresAt(day(390))
                .setRefreshExpiresAt(day(365))
                .build();
        // When
        var health = Health.of(connection, linkedIn, day(366));
        // Then
        assertThat(health.status()).isEqualTo(ConnectionStatus.EXPIRING);
        assertThat(health.actBefore()).contains(day(390));
        assertThat(Health.of(connection, linkedIn, day(390)).status()).isEqualTo(ConnectionStatus.NEEDS_REAUTH);
    }

    @Test
    void aTokenThatRenewsItselfHasNoEndUntilItsRenewalIsOverdue() {
        // Given
        var connection = on(instagram)
                .setIsRenewable(true)
                .setAccessExpiresAt(day(60))
                .setRefreshExpiresAt(day(60))
                .build();
        // When: it is renewed from day 35 on, until the middle of day 37
        var early = Health.of(connection, instagram, day(38));
        var late = Health.of(connection, instagram, day(39));
        var ended = Health.of(connection, instagram, day(60));
        // Then
        assertThat(early.status()).isEqualTo(ConnectionStatus.HEALTHY);
        assertThat(late.status()).isEqualTo(ConnectionStatus.EXPIRING);
        assertThat(late.actBefore()).contains(day(60));
        assertThat(late.recommendation()).contains("whoever runs Broadside");
        assertThat(ended.status()).isEqualTo(ConnectionStatus.NEEDS_REAUTH);
    }

    @Test
    void aPairThatIsNotRenewedEndsWithItsRefreshToken() {
        // Given
        var connection = on(tikTok)
                .setIsRenewable(true)
                .setAccessExpiresAt(START.plus(Duration.ofHours(2)))
                .setRefreshExpiresAt(day(180))
                .build();
        // When
        var fresh = Health.of(connection, tikTok, START.plus(Duration.ofHours(3)));
        var stuck = Health.of(connection, tikTok, day(2));
        var ending = Health.of(connection, tikTok, day(151));
        // Then
        assertThat(fresh.status()).isEqualTo(ConnectionStatus.HEALTHY);
        assertThat(stuck.status()).isEqualTo(ConnectionStatus.EXPIRING);
        assertThat(stuck.actBefore()).isEmpty();
        assertThat(stuck.recommendation()).startsWith("Whoever runs Broadside");
        assertThat(ending.actBefore()).contains(day(180));
        assertThat(Health.of(connection, tikTok, day(180)).status()).isEqualTo(ConnectionStatus.NEEDS_REAUTH);
    }

    @Test
    void theEndOfDataAccessIsAnEnd() {
        // Given
        var connection = on(facebook).setDataAccessExpiresAt(day(90)).build();
        // Then
        assertThat(Health.of(connection, facebook, day(59)).status()).isEqualTo(ConnectionStatus.HEALTHY);
        assertThat(Health.of(connection, facebook, day(60)).reason()).contains(ErrorCode.PERMISSION_MISSING);
        assertThat(Health.of(connection, facebook, day(90)).status()).isEqualTo(ConnectionStatus.NEEDS_REAUTH);
    }

    @Test
    void theEarlierOfTwoEndsCounts() {
        // Given
        var connection = on(facebook)
                .setAccessExpiresAt(day(60))
                .setDataAccessExpiresAt(day(50))
                .build();
        // Then
        assertThat(Health.of(connection, facebook, day(45)).actBefore()).contains(day(50));
    }

    @Test
    void anEndThatNobodyKnowsIsNoneButIsNamed() {
        // Given
        var connection = on(x).build();
        // When
        var health = Health.of(connection, x, day(300));
        // Then
        assertThat(health.status()).isEqualTo(ConnectionStatus.HEALTHY);
        assertThat(health.recommendation()).contains("Nobody knows when");
    }

    @Test
    void whatIsMissingFromTheStartIsNamed() {
        // Given
        var connection = on(tikTok)
                .setIsRenewable(true)
                .setMissingScopes(List.of("video.list"))
                .build();
        // Then
        assertThat(Health.of(connection, tikTok, START).recommendation()).contains("video.list");
    }

    @ParameterizedTest
    @EnumSource(
            value = ConnectionStatus.class,
            names = {"NEEDS_REAUTH", "REVOKED", "DISCONNECTED"})
    void whatIsLostStaysLostAndSaysWhatToDo(ConnectionStatus status) {
        // Given
        var connection = on(x).setStatus(status)
                .setStatusReason(ErrorCode.TOKEN_REVOKED.name())
                .build();
        // When
        var health = Health.of(connection, x, START);
        // Then
        assertThat(health.status()).isEqualTo(status);
        assertThat(health.reason()).contains(ErrorCode.TOKEN_REVOKED);
        assertThat(health.recommendation()).startsWith("Connect the account again");
    }

    @Test
    void theStatusWithoutWordsIsTheSame() {
        // Given
        var connections = List.<Connection>of(
                on(linkedIn).setAccessExpiresAt(day(60)).build(),
                on(linkedIn)
                        .setIsRenewable(true)
                        .setAccessExpiresAt(day(60))
                        .setRefreshExpiresAt(day(50))
                        .build(),
                on(linkedIn).setStatus(ConnectionStatus.REVOKED).build(),
                on(linkedIn).setIsRenewable(true).setAccessExpiresAt(day(3)).build());
        // Then
        for (var connection : connections) {
            for (int day = 0; day < 70; day++) {
                assertThat(Health.statusOf(connection, linkedIn.policy(), day(day)))
                        .isEqualTo(Health.of(connection, linkedIn, day(day)).status());
            }
        }
    }
}
