package io.broadside.publisher.platform.linkedin;

import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.runtime.config.Settings;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class VersionWatchTest {

    private Instant now = Instant.parse("2027-06-30T23:00:00Z");
    private final VersionWatch watch =
            new VersionWatch(LinkedInConfig.from(Settings.from(Map.of("LINKEDIN_API_VERSION", "202609"))), () -> now);

    @Test
    void warnsOfAVersionThatGetsOldWhileTheProcessRuns() {
        // Given
        assertThat(watch.watch()).isFalse();
        // When
        now = Instant.parse("2027-07-01T00:00:00Z");
        // Then
        assertThat(watch.watch()).isTrue();
    }

    @Test
    void warnsOnceADay() {
        // Given
        now = Instant.parse("2027-08-01T08:00:00Z");
        assertThat(watch.watch()).isTrue();
        assertThat(watch.watch()).isFalse();
        // When
        now = now.plus(Duration.ofDays(1));
        // Then
        assertThat(watch.watch()).isTrue();
        assertThat(watch.watch()).isFalse();
    }
}
