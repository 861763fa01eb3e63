package io.broadside.runtime.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.broadside.runtime.config.ConfigException;
import io.broadside.runtime.config.Settings;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DispatchConfigTest {

    @ParameterizedTest
    @CsvSource({
        "DISPATCH_INTENT_MAX_AGE, 0s",
        "DISPATCH_INTENT_MAX_AGE, 199ms",
        "DISPATCH_CALL_LIMIT, 0s",
        "DISPATCH_CALL_LIMIT, 999ms"
    })
    void timesInWhichNoCallCouldBeMadeAreRefused(String setting, String value) {
        assertThatThrownBy(() -> DispatchConfig.from(Settings.from(Map.of(setting, value))))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(setting);
    }

    @Test
    void shortTimesAreTaken() {
        // When
        var config = DispatchConfig.from(
                Settings.from(Map.of("DISPATCH_INTENT_MAX_AGE", "200ms", "DISPATCH_CALL_LIMIT", "1s")));
        // Then
        assertThat(config.longestCalls()).isEqualTo(Duration.ofMillis(1200));
    }
}
