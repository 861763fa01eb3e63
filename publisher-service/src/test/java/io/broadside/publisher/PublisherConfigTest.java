package io.broadside.publisher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.broadside.runtime.config.ConfigException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class PublisherConfigTest {

    @Test
    void knowsWhetherAPieceThatBeginsLateHasItsTime() {
        assertThat(config(Map.of()).leavesTimeForTheLastPiece()).isTrue();
        assertThat(config(Map.of("DISPATCH_CALL_LIMIT", "55s")).leavesTimeForTheLastPiece())
                .isFalse();
        assertThat(config(Map.of("PUBLISHER_MEDIA_SLICE", "25s")).leavesTimeForTheLastPiece())
                .isFalse();
    }

    @Test
    void aRequestIsRememberedForLongerThanItCanBeReadAgain() {
        assertThat(config(Map.of()).requestsKept()).isEqualTo(Duration.ofDays(60));
        assertThatThrownBy(() -> config(Map.of("PUBLISHER_REQUESTS_KEPT", "30d")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("PUBLISHER_REQUESTS_KEPT");
    }

    @Test
    void aRebalanceIsAnsweredBeforeTheGroupGoesOnWithoutUs() {
        assertThatThrownBy(() -> config(Map.of("DISPATCH_REVOKE_LIMIT", "5m")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("DISPATCH_REVOKE_LIMIT: less than max.poll.interval.ms (300000ms) needed");
    }

    private static PublisherConfig config(Map<String, String> more) {
        var environment = new HashMap<>(more);
        environment.put("KAFKA_BOOTSTRAP_SERVERS", "localhost:9092");
        environment.put("SCHEMA_REGISTRY_URL", "http://localhost:8081");
        return PublisherConfig.from(environment);
    }
}
