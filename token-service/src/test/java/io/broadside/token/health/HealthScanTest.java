package io.broadside.token.health;

import static io.broadside.token.health.Connections.START;
import static io.broadside.token.health.Connections.day;
import static io.broadside.token.health.Connections.on;
import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.events.Connection;
import io.broadside.events.ConnectionStatus;
import io.broadside.events.Credential;
import io.broadside.events.RefreshReason;
import io.broadside.events.RefreshRequest;
import io.broadside.testkit.SettableClock;
import io.broadside.token.FakeConnections;
import io.broadside.token.platform.TokenPlatforms;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class HealthScanTest {

    private final SettableClock clock = new SettableClock();
    private final FakeConnections connections = new FakeConnections();
    private final List<RefreshRequest> requests = new ArrayList<>();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final FakeTokenPlatform facebook = FakeTokenPlatform.facebook();
    private final FakeTokenPlatform tikTok = FakeTokenPlatform.tikTok();

    @Test
    void asksForWhatIsDueAndForNoOther() {
        // Given
        put(on(facebook)
                .setConnectionId("ending")
                .setDataAccessExpiresAt(day(7))
                .build());
        put(on(facebook).setConnectionId("well").setDataAccessExpiresAt(day(80)).build());
        put(on(facebook)
                .setConnectionId("lost")
                .setStatus(ConnectionStatus.NEEDS_REAUTH)
                .build());
        var scan = scan(20);
        // When
        scan.scan();
        scan.scan();
        // Then
        assertThat(requests).singleElement().satisfies(request -> {
            assertThat(request.getConnectionId()).isEqualTo("ending");
            assertThat(request.getReason()).isEqualTo(RefreshReason.INSPECTION);
        });
    }

    @Test
    void asksAgainAfterTenMinutesIfNothingCameOfIt() {
        // Given
        put(on(facebook).setDataAccessExpiresAt(day(7)).build());
        var scan = scan(20);
        scan.scan();
        // When
        clock.advance(Duration.ofMinutes(10).minusSeconds(1));
        var early = scan.scan();
        clock.advance(Duration.ofSeconds(1));
        var late = scan.scan();
        // Then
        assertThat(early).isZero();
        assertThat(late).isEqualTo(1);
    }

    @Test
    void inspectionsComeAtABoundedRate() {
        // Given
        for (int i = 0; i < 1000; i++) {
            put(on(facebook).setConnectionId("connection-" + i).build());
        }
        clock.advance(Duration.ofDays(3));
        var scan = scan(2);
        // When: a minute each
        var first = scan.scan();
        var second = scan.scan();
        // Then
        assertThat(first).isEqualTo(120);
        assertThat(second).isEqualTo(120);
        assertThat(scan(0).scan()).isZero();
    }

    @Test
    void afterAStartARenewalThatIsOverdueGetsAnHourToHappen() {
        // Given
        put(on(tikTok)
                .setIsRenewable(true)
                .setAccessExpiresAt(START)
                .setRefreshExpiresAt(day(8))
                .build());
        clock.advance(Duration.ofDays(5));
        var scan = scan(20);
        // When
        var atOnce = scan.scan();
        clock.advance(Duration.ofHours(1));
        var later = scan.scan();
        // Then
        assertThat(atOnce).isZero();
        assertThat(later).isEqualTo(1);
    }

    @Test
    void countsThemByHowTheyFare() {
        // Given
        put(on(facebook).setConnectionId("1").setDataAccessExpiresAt(day(7)).build());
        put(on(facebook).setConnectionId("2").build());
        var scan = scan(20);
        scan.scan();
        // When
        put(on(facebook).setConnectionId("1").build());
        scan.scan();
        // Then
        assertThat(gauge("HEALTHY")).isEqualTo(2);
        assertThat(gauge("EXPIRING")).isZero();
    }

    private double gauge(String status) {
        return meters.get("broadside.connections.health")
                .tags("platform", "facebook", "status", status)
                .gauge()
                .value();
    }

    private HealthScan scan(int inspectionsPerSecond) {
        return new HealthScan(
                connections,
                requests::add,
                TokenPlatforms.of(List.of(facebook, tikTok)),
                Duration.ofMinutes(1),
                inspectionsPerSecond,
                new HealthMetrics(meters),
                clock);
    }

    private void put(Connection connection) {
        connections.put(
                connection,
                Credential.newBuilder()
                        .setConnectionId(connection.getConnectionId())
                        .setPlatform(connection.getPlatform())
                        .setVersion(1)
                        .setStoredAt(START)
                        .build());
    }
}
