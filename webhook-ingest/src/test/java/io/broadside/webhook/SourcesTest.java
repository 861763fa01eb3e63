package io.broadside.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.runtime.config.Settings;
import io.vertx.core.net.SocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SourcesTest {

    private final Limits limits = limits("WEBHOOK_REFUSALS_PER_SOURCE", "3", "WEBHOOK_CONNECTIONS_PER_SOURCE", "2");
    private long now = 1;
    private final Sources sources = new Sources(limits, () -> now);

    @Test
    void holdsRefusalsBackOnceASourceHasHadTooManyAndForgivesWithTime() {
        // Given
        var forger = of("192.0.2.1");
        var other = of("192.0.2.2");
        refuse(forger, 3);
        // When / Then
        assertThat(forger.isToBeLate(now)).isTrue();
        assertThat(other.isToBeLate(now)).isFalse();
        pass(Duration.ofSeconds(1));
        assertThat(forger.isToBeLate(now)).isFalse();
    }

    @Test
    void holdsNoMoreRefusalsBackAtOnceThanATenthOfTheConnectionsOfOneSourceNorOfAll() {
        // Given
        var few = new Sources(
                limits("WEBHOOK_REFUSALS_PER_SOURCE", "100", "WEBHOOK_CONNECTIONS_PER_SOURCE", "50"), () -> now);
        var late = new AtomicInteger();
        // When
        for (var address = 1; address <= 3; address++) {
            var forger = few.of(SocketAddress.inetSocketAddress(1, "192.0.2." + address));
            for (var i = 0; i < 200; i++) {
                if (forger.isToBeLate(now)) {
                    late.incrementAndGet();
                }
            }
        }
        // Then
        assertThat(late).hasValue(5);
        var last = few.of(SocketAddress.inetSocketAddress(1, "192.0.2.3"));
        assertThat(last.isToBeLate(now)).isFalse();
        few.of(SocketAddress.inetSocketAddress(1, "192.0.2.1")).sentLate();
        assertThat(last.isToBeLate(now)).isTrue();
    }

    @Test
    void theConnectionsOfATrustedProxyAreNotThoseOfOneCaller() {
        // Given
        var behindProxy =
                new Sources(limits("WEBHOOK_CONNECTIONS_PER_SOURCE", "2", "WEBHOOK_TRUSTED_PROXIES", "1"), () -> now);
        var proxy = behindProxy.of(SocketAddress.inetSocketAddress(1, "10.0.0.1"));
        // When / Then
        for (var i = 0; i < 100; i++) {
            assertThat(proxy.connect(now)).isTrue();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "198.51.100.7, 192.0.2.1      | 192.0.2.1",
                "192.0.2.1:4711               | 192.0.2.1",
                "::ffff:192.0.2.1             | 192.0.2.1",
                "[2001:db8:1:2::1]:4711       | 2001:db8:1:2::5",
                "[2001:db8:1:2::1]            | 2001:db8:1:2::5",
                "2001:0db8:0001:0002:0:0:0:1  | 2001:db8:1:2::5",
                "unknown                      | 10.0.0.1",
                "_hidden:1                    | 10.0.0.1",
                "[192.0.2.1                   | 10.0.0.1",
                "192.0.2.1,                   | 10.0.0.1",
                "''                           | 10.0.0.1",
            })
    void takesWhomTheProxyNamesWithOrWithoutAPortAndTheProxyWhereItNamesNobody(String header, String source) {
        // Given
        var behindProxy = new Sources(limits("WEBHOOK_TRUSTED_PROXIES", "1"), () -> now);
        var proxy = behindProxy.of(SocketAddress.inetSocketAddress(1, "10.0.0.1"));
        // When / Then
        assertThat(behindProxy.forwarded(header, proxy))
                .isSameAs(behindProxy.of(SocketAddress.inetSocketAddress(1, source)));
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
        assertThat(bytes * 48).isPositive().isLessThan(2L << 30);
    }

    @Test
    void whatAllSourcesHaveSetAsideInTwoDaysFitsIntoTheQuarantine() {
        // Given: what may be at once is used up
        while (of("192.0.2.1").mayQuarantine(1, now)) {}
        var bytes = 0L;
        // When: a thousand sources, each of them with all it may, for ten minutes
        for (var second = 0; second < 600; second++) {
            pass(Duration.ofSeconds(1));
            for (var i = 0; i < 1_000; i++) {
                bytes += of("198.51." + i / 250 + "." + i % 250).mayQuarantine(100_000, now) ? 100_000 : 0;
            }
        }
        // Then: twelve partitions of a gibibyte, once what was there at first is out of the count
        assertThat((bytes - (64 << 20)) * 6 * 48).isPositive().isLessThan(12L << 30);
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

    private void refuse(Source source, int times) {
        for (var i = 0; i < times; i++) {
            assertThat(source.isToBeLate(now)).isFalse();
        }
    }

    private static Limits limits(String first, String value, String... more) {
        var settings = new HashMap<>(Map.of(first, value));
        for (var i = 0; i < more.length; i += 2) {
            settings.put(more[i], more[i + 1]);
        }
        return Limits.from(Settings.from(settings));
    }

    private Source of(String address) {
        return sources.of(SocketAddress.inetSocketAddress(1, address));
    }

    private void pass(Duration time) {
        now += time.toNanos();
    }
}
