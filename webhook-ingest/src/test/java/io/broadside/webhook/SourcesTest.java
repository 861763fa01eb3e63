package io.broadside.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.runtime.config.Settings;
import io.vertx.core.net.SocketAddress;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SourcesTest {

    private final Limits limits = Limits.from(
            Settings.from(Map.of("WEBHOOK_REFUSALS_PER_SOURCE", "3", "WEBHOOK_CONNECTIONS_PER_SOURCE", "2")));
    private long now = 1;
    private final Sources sources = new Sources(limits, () -> now);

    @Test
    void holdsRefusalsBackOnceASourceHasHadTooManyAndForgivesWithTime() {
        // Given
        var forger = of("192.0.2.1");
        var other = of("192.0.2.2");
        for (var i = 0; i < 3; i++) {
            assertThat(forger.isRefusedTooOften(now)).isFalse();
        }
        // When / Then
        assertThat(forger.isRefusedTooOften(now)).isTrue();
        assertThat(other.isRefusedTooOften(now)).isFalse();
        pass(Duration.ofSeconds(1));
        assertThat(forger.isRefusedTooOften(now)).isFalse();
    }

    @Test
    void letsASourceHaveSoManyConnectionsAndNoMore() {
        var source = of("192.0.2.1");
        assertThat(source.connect(now)).isTrue();
        assertThat(source.connect(now)).isTrue();
        assertThat(source.connect(now)).isFalse();
        source.disconnect();
        assertThat(source.connect(now)).isTrue();
    }

    @Test
    void givesNoSourceMoreThanHalfOfTheMemory() {
        // Given
        var room = new Room(limits.maxBytesInFlight());
        var first = room.share(of("192.0.2.1"));
        // When / Then
        try (var more = room.share(of("192.0.2.1"));
                var other = room.share(of("192.0.2.2"))) {
            assertThat(first.take(limits.maxBytesInFlight() / 2)).isTrue();
            assertThat(more.take(1)).isFalse();
            assertThat(other.take(limits.maxBytesInFlight() / 2)).isTrue();
            first.close();
            assertThat(more.take(1)).isTrue();
        }
    }

    @Test
    void whatASourceHasSetAsideInTwoDaysFitsIntoTheQuarantineManyTimes() {
        // Given
        var forger = of("192.0.2.1");
        var bytes = 0L;
        // When: a body of the longest that is kept, sixteen times a second, for an hour
        for (var i = 0; i < 16 * 3_600; i++) {
            pass(Duration.ofSeconds(1).dividedBy(16));
            bytes += forger.mayQuarantine(262_144, now) ? 262_144 : 0;
        }
        // Then: twelve partitions of a gibibyte
        assertThat(bytes * 48).isPositive().isLessThan(12L << 30);
    }

    @ParameterizedTest
    @CsvSource({
        "192.0.2.1, 192.0.2.1, true",
        "192.0.2.1, 192.0.2.2, false",
        "2001:db8:1:2:3:4:5:6, 2001:db8:1:2:ffff:0:0:1, true",
        "2001:db8:1:2::1, 2001:db8:1:2:3:4:5:6, true",
        "2001:db8:1:2::1, 2001:db8:1:3::1, false",
    })
    void takesANetworkOfIpv6ForOneSource(String one, String other, boolean isSame) {
        assertThat(of(one) == of(other)).isEqualTo(isSame);
    }

    @Test
    void forgetsWhoHasNotCalledForAWhile() {
        // Given
        var connected = of("192.0.2.1");
        assertThat(connected.connect(now)).isTrue();
        var idle = of("192.0.2.2");
        // When
        pass(Duration.ofMinutes(11));
        sources.forgetIdle();
        // Then
        assertThat(sources.size()).isEqualTo(1);
        assertThat(of("192.0.2.1")).isSameAs(connected);
        assertThat(of("192.0.2.2")).isNotSameAs(idle);
    }

    private Source of(String address) {
        return sources.of(SocketAddress.inetSocketAddress(1, address));
    }

    private void pass(Duration time) {
        now += time.toNanos();
    }
}
