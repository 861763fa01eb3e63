package io.broadside.token.page;

import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.events.Connection;
import io.broadside.events.ConnectionStatus;
import io.broadside.runtime.config.Settings;
import io.broadside.testkit.SettableClock;
import io.broadside.token.page.Standing.Level;
import io.broadside.token.platform.ScriptedCalls;
import io.broadside.token.platform.TokenPlatforms;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StandingTest {

    private final SettableClock clock = new SettableClock();
    private final TokenPlatforms platforms =
            TokenPlatforms.all(TokenPlatforms.Config.from(Settings.from(Map.of())), new ScriptedCalls(), clock);

    @ParameterizedTest
    @CsvSource({
        "PT744H, Connected, GOOD",
        "PT120H, Expires in 5 days, WARNING",
        "PT24H, Expires in 1 day, WARNING",
        "PT5H, Expires in 5 hours, WARNING",
        "PT10M, Expires within the hour, WARNING",
        "PT0S, Reconnect needed, BAD"
    })
    void theBadgeSaysWhenAPersonIsNeeded(Duration left, String badge, Level level) {
        // Given
        var connection = connection("linkedin")
                .setAccessExpiresAt(clock.instant().plus(left))
                .build();
        // When
        var standing = standing(connection);
        // Then
        assertThat(standing.badge()).isEqualTo(badge);
        assertThat(standing.level()).isEqualTo(level);
        assertThat(standing.sentences().toList().isEmpty()).isEqualTo(level == Level.GOOD);
    }

    @Test
    void aTokenThatIsRenewedNeedsNobody() {
        // Given
        var connection = connection("x")
                .setIsRenewable(true)
                .setAccessExpiresAt(clock.instant().plusSeconds(60))
                .setRefreshExpiresAt(clock.instant().plus(Duration.ofDays(180)))
                .build();
        // When
        var standing = standing(connection);
        // Then
        assertThat(standing.level()).isEqualTo(Level.GOOD);
        assertThat(standing.actBefore()).isEmpty();
    }

    @Test
    void aRefreshTokenOfLinkedInEndsWhateverHappens() {
        // Given
        Instant end = clock.instant().plus(Duration.ofDays(10));
        var connection = connection("linkedin")
                .setIsRenewable(true)
                .setRefreshExpiresAt(end)
                .build();
        // When
        var standing = standing(connection);
        // Then
        assertThat(standing.badge()).isEqualTo("Expires in 10 days");
        assertThat(standing.actBefore()).contains(end);
    }

    @Test
    void theFirstOfTheEndsCounts() {
        // Given
        var connection = connection("facebook")
                .setDataAccessExpiresAt(clock.instant().plus(Duration.ofDays(3)))
                .build();
        // When
        var standing = standing(connection);
        // Then
        assertThat(standing.badge()).isEqualTo("Expires in 3 days");
    }

    @Test
    void missingPermissionsAreNamed() {
        // Given
        var connection =
                connection("tiktok").setMissingScopes(List.of("video.publish")).build();
        // When
        var standing = standing(connection);
        // Then
        assertThat(standing.badge()).isEqualTo("Permission missing");
        assertThat(standing.recommendations().toList())
                .singleElement()
                .asString()
                .contains("video.publish");
    }

    @Test
    void aTokenThatCannotBeRenewedIsNotWell() {
        // Given: it ended two days ago
        var connection = connection("x")
                .setIsRenewable(true)
                .setAccessExpiresAt(clock.instant().minus(Duration.ofDays(2)))
                .build();
        // When
        var standing = standing(connection);
        // Then
        assertThat(standing.level()).isEqualTo(Level.WARNING);
        assertThat(standing.badge()).isEqualTo("Not renewed");
        assertThat(standing.sentences().toList()).first().asString().contains("could not be renewed");
    }

    @Test
    void aTokenOfXThatHasEndedAndThatNothingRenewsNeedsAPerson() {
        // Given
        var connection = connection("x")
                .setAccessExpiresAt(clock.instant().minusSeconds(60))
                .build();
        // Then
        assertThat(standing(connection).level()).isEqualTo(Level.BAD);
    }

    @Test
    void afterTheEndOfARefreshTokenOfLinkedInTheAccessTokenStillWorks() {
        // Given
        var end = clock.instant().plus(Duration.ofDays(40));
        var connection = connection("linkedin")
                .setIsRenewable(true)
                .setAccessExpiresAt(end)
                .setRefreshExpiresAt(clock.instant().minus(Duration.ofDays(1)))
                .build();
        // When: and 15 days later
        var early = standing(connection);
        clock.advance(Duration.ofDays(15));
        var late = standing(connection);
        // Then
        assertThat(early.badge()).isEqualTo("Connected");
        assertThat(late.badge()).isEqualTo("Expires in 25 days");
        assertThat(late.actBefore()).contains(end);
    }

    @Test
    void whatLacksARightIsNotSaidToHaveABadToken() {
        // Given
        var connection = connection("facebook")
                .setStatus(ConnectionStatus.NEEDS_REAUTH)
                .setStatusReason("PERMISSION_MISSING")
                .build();
        // When
        var standing = standing(connection);
        // Then
        assertThat(standing.badge()).isEqualTo("Permission missing");
        assertThat(standing.level()).isEqualTo(Level.BAD);
        assertThat(standing.sentences().toList())
                .noneMatch(sentence -> sentence.contains("no longer accepts"))
                .anyMatch(sentence -> sentence.contains("no longer complete"));
    }

    @Test
    void whatIsDisconnectedSaysWhatBecomesOfPosts() {
        // Given
        var connection =
                connection("x").setStatus(ConnectionStatus.DISCONNECTED).build();
        // Then
        assertThat(standing(connection).recommendations().toList())
                .singleElement()
                .asString()
                .contains("What waited for it goes out then", "new posts are refused");
    }

    @ParameterizedTest
    @CsvSource({
        "NEEDS_REAUTH, Reconnect needed, BAD",
        "REVOKED, Permission withdrawn, BAD",
        "DISCONNECTED, Disconnected, OFF"
    })
    void whatIsLostSaysWhatToDo(ConnectionStatus status, String badge, Level level) {
        // When
        var standing = standing(connection("x").setStatus(status).build());
        // Then
        assertThat(standing.badge()).isEqualTo(badge);
        assertThat(standing.level()).isEqualTo(level);
        assertThat(standing.recommendations().toList()).isNotEmpty();
    }

    @Test
    void namesAreNoMarkup() {
        assertThat(Html.text("<b class=\"x\">Tom & Jerry's</b>"))
                .isEqualTo("&lt;b class=&quot;x&quot;&gt;Tom &amp; Jerry&#39;s&lt;/b&gt;");
    }

    private Standing standing(Connection connection) {
        return Standing.of(connection, platforms.find(connection.getPlatform()).orElseThrow(), clock.instant());
    }

    private Connection.Builder connection(String platform) {
        return Connection.newBuilder()
                .setConnectionId("c1")
                .setProfileId("bakery")
                .setPlatform(platform)
                .setAccountId("1")
                .setAccountName("Harbour Bakery")
                .setAccountKind("page")
                .setStatus(ConnectionStatus.HEALTHY)
                .setTokenVersion(1)
                .setConnectedAt(clock.instant())
                .setRefreshedAt(clock.instant())
                .setUpdatedAt(clock.instant());
    }
}
