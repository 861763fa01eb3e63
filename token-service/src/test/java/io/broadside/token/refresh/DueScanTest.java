package io.broadside.token.refresh;

import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.events.Connection;
import io.broadside.events.ConnectionStatus;
import io.broadside.events.Credential;
import io.broadside.events.RefreshReason;
import io.broadside.events.RefreshRequest;
import io.broadside.testkit.SettableClock;
import io.broadside.token.FakeConnections;
import io.broadside.token.platform.Refresher;
import io.broadside.token.platform.TokenPlatforms;
import io.broadside.token.platform.TokenPolicy.Renewal;
import io.broadside.token.platform.TokenPolicy.Schedule;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DueScanTest {

    private static final Duration MARGIN = Duration.ofMinutes(10);
    private static final Refresher NOBODY = (_, _) -> {
        throw new AssertionError("a scan renews nothing");
    };
    private static final TokenPlatforms PLATFORMS = TokenPlatforms.of(List.of(
            new FakePlatform("x", new Renewal.ByRefreshToken(true, NOBODY)),
            new FakePlatform(
                    "instagram",
                    new Renewal.ByItself(NOBODY),
                    new Schedule(Optional.of(Duration.ofDays(25)), Duration.ofHours(24)))));

    private static final int MOST_PER_SECOND = 200;

    private final SettableClock clock = new SettableClock();
    private final FakeConnections connections = new FakeConnections();
    private final List<RefreshRequest> requests = new ArrayList<>();
    private final DueScan scan = new DueScan(
            connections,
            requests::add,
            new DueTimes(PLATFORMS, MARGIN),
            Duration.ofSeconds(5),
            MOST_PER_SECOND,
            new RefreshMetrics(new SimpleMeterRegistry()),
            clock);

    @Test
    void asksForATokenWithinTheMarginAndForNoOther() {
        // Given
        put(living("due", Duration.ofHours(2)));
        put(living("later", Duration.ofHours(3)));
        clock.advance(Duration.ofHours(2).minusMinutes(9));
        // When
        var count = scan.scan();
        // Then
        assertThat(count).isEqualTo(1);
        assertThat(requests).singleElement().satisfies(request -> {
            assertThat(request.getConnectionId()).isEqualTo("due");
            assertThat(request.getTokenVersion()).isEqualTo(1);
            assertThat(request.getReason()).isEqualTo(RefreshReason.EXPIRING);
        });
    }

    @Test
    void goesByTheMarginOfThePlatformWhereItHasOne() {
        // Given
        put(on("instagram", living("extended", Duration.ofDays(60))).build());
        // When: the tenth of the margin that spreads renewals has passed as well
        clock.advance(Duration.ofDays(34));
        var early = scan.scan();
        clock.advance(Duration.ofHours(90));
        var due = scan.scan();
        // Then
        assertThat(early).isZero();
        assertThat(due).isEqualTo(1);
    }

    @Test
    void asksForNoTokenThatIsTooYoungForItsPlatform() {
        // Given: it ends within a day
        put(on("instagram", living("young", Duration.ofHours(30))).build());
        // When
        clock.advance(Duration.ofHours(24).minusSeconds(1));
        var early = scan.scan();
        clock.advance(Duration.ofSeconds(1));
        var due = scan.scan();
        // Then
        assertThat(early).isZero();
        assertThat(due).isEqualTo(1);
    }

    @Test
    void doesNotWaitForTheRefusalOfATokenThatOnlyRenewsItselfWhileItLives() {
        // Given: nobody knows when they end
        put(on("instagram", living("extended", Duration.ZERO))
                .setAccessExpiresAt(null)
                .build());
        put(on("x", living("paired", Duration.ZERO)).setAccessExpiresAt(null).build());
        // When
        clock.advance(Duration.ofHours(24));
        scan.scan();
        // Then
        assertThat(requests).extracting(RefreshRequest::getConnectionId).containsExactly("extended");
    }

    @Test
    void asksAgainAfterAMinuteIfNothingCameOfIt() {
        // Given
        put(living("due", Duration.ZERO));
        scan.scan();
        // When
        clock.advance(Duration.ofSeconds(59));
        var early = scan.scan();
        clock.advance(Duration.ofSeconds(1));
        var late = scan.scan();
        // Then
        assertThat(early).isZero();
        assertThat(late).isEqualTo(1);
    }

    @Test
    void asksAtOnceForTheNextVersion() {
        // Given
        put(living("due", Duration.ZERO));
        scan.scan();
        put(Connection.newBuilder(living("due", Duration.ZERO))
                .setTokenVersion(2)
                .build());
        // When
        var count = scan.scan();
        // Then
        assertThat(count).isEqualTo(1);
        assertThat(requests.getLast().getTokenVersion()).isEqualTo(2);
    }

    @Test
    void leavesAShortLivedTokenHalfOfItsLife() {
        // Given
        put(living("short", Duration.ofMinutes(2)));
        // When
        clock.advance(Duration.ofSeconds(59));
        var early = scan.scan();
        clock.advance(Duration.ofSeconds(8));
        var late = scan.scan();
        // Then
        assertThat(early).isZero();
        assertThat(late).isEqualTo(1);
    }

    @Test
    void leavesAloneWhatItCannotHelp() {
        // Given
        var due = living("due", Duration.ZERO);
        put(Connection.newBuilder(due)
                .setConnectionId("not renewable")
                .setIsRenewable(false)
                .build());
        put(Connection.newBuilder(due)
                .setConnectionId("no end")
                .setAccessExpiresAt(null)
                .build());
        put(Connection.newBuilder(due)
                .setConnectionId("waits for a person")
                .setStatus(ConnectionStatus.NEEDS_REAUTH)
                .build());
        // When
        var count = scan.scan();
        // Then
        assertThat(count).isZero();
    }

    @Test
    void asksNoPlatformWithARefreshTokenThatIsOver() {
        // Given: asking would end the last access token before its time
        put(Connection.newBuilder(living("over", Duration.ofMinutes(5)))
                .setRefreshExpiresAt(SettableClock.START)
                .build());
        // Then
        assertThat(scan.scan()).isZero();
    }

    @Test
    void spreadsConnectionsThatEndTogether() {
        // Given
        IntStream.range(0, 1000).forEach(i -> put(living("connection-" + i, Duration.ofHours(2))));
        clock.advance(Duration.ofHours(2).minus(MARGIN).plusSeconds(30));
        // When
        var half = scan.scan();
        clock.advance(Duration.ofSeconds(30));
        var rest = scan.scan();
        // Then
        assertThat(half).isBetween(300, 700);
        assertThat(half + rest).isEqualTo(1000);
    }

    @Test
    void whatBecameDueDuringAPauseIsAskedForBitByBitAndHoldsNoOtherPlatformUp() {
        // Given: five times as many as may be asked for at one look
        IntStream.range(0, 5000).forEach(i -> put(living("connection-" + i, Duration.ZERO)));
        put(on("instagram", living("extended", Duration.ZERO))
                .setRefreshedAt(SettableClock.START.minus(Duration.ofDays(2)))
                .build());
        var perLook = new ArrayList<Integer>();
        // When
        for (int i = 0; i < 6; i++) {
            perLook.add(scan.scan());
            clock.advance(Duration.ofSeconds(5));
        }
        // Then
        assertThat(perLook).containsExactly(1001, 1000, 1000, 1000, 1000, 0);
        assertThat(requests).extracting(RefreshRequest::getConnectionId).doesNotHaveDuplicates();
    }

    private void put(Connection connection) {
        connections.put(
                connection,
                Credential.newBuilder()
                        .setConnectionId(connection.getConnectionId())
                        .setPlatform("x")
                        .setVersion(connection.getTokenVersion())
                        .setStoredAt(SettableClock.START)
                        .build());
    }

    private static Connection.Builder on(String platform, Connection connection) {
        return Connection.newBuilder(connection).setPlatform(platform);
    }

    private static Connection living(String id, Duration life) {
        Instant start = SettableClock.START;
        return Connection.newBuilder()
                .setConnectionId(id)
                .setProfileId("profile-1")
                .setPlatform("x")
                .setAccountId("1")
                .setAccountName("harbour_bakery")
                .setAccountKind("user")
                .setStatus(ConnectionStatus.HEALTHY)
                .setTokenVersion(1)
                .setAccessExpiresAt(start.plus(life))
                .setIsRenewable(true)
                .setConnectedAt(start)
                .setRefreshedAt(start)
                .setUpdatedAt(start)
                .build();
    }
}
