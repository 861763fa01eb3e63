package io.broadside.publisher.platform.instagram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.broadside.runtime.config.ConfigException;
import io.broadside.runtime.config.Settings;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class InstagramConfigTest {

    @Test
    void everySettingHasADefault() {
        // When
        var config = InstagramConfig.from(Settings.from(Map.of()));
        // Then
        assertThat(config.of(InstagramLogin.INSTAGRAM).uri()).hasToString("https://graph.instagram.com");
        assertThat(config.of(InstagramLogin.FACEBOOK).uri()).hasToString("https://graph.facebook.com");
        assertThat(config.ofInstagram().version()).isEqualTo("v26.0");
        assertThat(config.ofFacebook().version()).isEqualTo("v26.0");
        assertThat(config.pollAfter()).isEqualTo(Duration.ofSeconds(3));
        assertThat(config.processingLimit()).isEqualTo(Duration.ofHours(1));
        assertThat(config.absentAfter()).isEqualTo(Duration.ofMinutes(1));
    }

    @ParameterizedTest
    @CsvSource({
        "INSTAGRAM_API_VERSION, 26",
        "INSTAGRAM_BY_FACEBOOK_API_VERSION, ../v26.0",
        "INSTAGRAM_API_URI, https:opaque",
        "INSTAGRAM_BY_FACEBOOK_API_URI, https://example.org?a=b",
        "INSTAGRAM_POLL_AFTER, 0s",
        "INSTAGRAM_POLL_AFTER, 61s",
        "INSTAGRAM_PROCESSING_LIMIT, 24h",
        "INSTAGRAM_ABSENT_AFTER, 24h",
    })
    void namesTheSettingThatCannotBe(String name, String value) {
        assertThatThrownBy(() -> InstagramConfig.from(Settings.from(Map.of(name, value))))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(name);
    }
}
