package io.broadside.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.broadside.runtime.config.ConfigException;
import io.broadside.runtime.config.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WebhookConfigTest {

    private static final Map<String, String> COMPLETE = Map.of(
            "WEBHOOK_APPS", "facebook/demo, x/my-app",
            "WEBHOOK_FACEBOOK_DEMO_SECRETS", "new-secret, old-secret",
            "WEBHOOK_FACEBOOK_DEMO_VERIFY_TOKEN", "verify-me",
            "WEBHOOK_X_MY_APP_SECRETS", "x-secret");

    @Test
    void readsTheAppsWithTheirSecrets() {
        // When
        var config = WebhookConfig.from(COMPLETE);
        // Then
        assertThat(config.apps())
                .extracting(WebhookApp::path)
                .containsExactly("/webhooks/facebook/demo", "/webhooks/x/my-app");
        assertThat(config.apps().getFirst().credentials().secrets())
                .containsExactly(Secret.of("new-secret"), Secret.of("old-secret"));
        assertThat(config.apps().getFirst().credentials().verifyToken()).contains(Secret.of("verify-me"));
        assertThat(config.port()).isEqualTo(8083);
        assertThat(config.managementPort()).isEqualTo(9083);
        assertThat(config.limits().bodyLimit()).isEqualTo(4 * 1024 * 1024);
        assertThat(config.rememberFor()).isEqualTo(Duration.ofHours(76));
    }

    @Test
    void readsSecretsFromAFileOneOnALine(@TempDir Path directory) throws IOException {
        // Given
        var file = Files.writeString(directory.resolve("secrets"), "new-secret\nold-secret\n");
        // When
        var config = WebhookConfig.from(
                changed("WEBHOOK_FACEBOOK_DEMO_SECRETS", "", "WEBHOOK_FACEBOOK_DEMO_SECRETS_FILE", file.toString()));
        // Then
        assertThat(config.apps().getFirst().credentials().secrets())
                .containsExactly(Secret.of("new-secret"), Secret.of("old-secret"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "WEBHOOK_FACEBOOK_DEMO_SECRETS",
                "WEBHOOK_X_MY_APP_SECRETS",
                "WEBHOOK_FACEBOOK_DEMO_VERIFY_TOKEN",
                "WEBHOOK_APPS"
            })
    void doesNotStartWithoutASecretATokenOrAnApp(String name) {
        assertThatThrownBy(() -> WebhookConfig.from(changed(name, " ")))
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith(name + ": a value needed, was not set.");
    }

    @Test
    void doesNotStartWithNothingBetweenTheCommas() {
        assertThatThrownBy(() -> WebhookConfig.from(changed("WEBHOOK_X_MY_APP_SECRETS", " , ,")))
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith("WEBHOOK_X_MY_APP_SECRETS: at least one secret");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "WEBHOOK_APPS | facebook | WEBHOOK_APPS: entries like facebook/demo needed",
                "WEBHOOK_APPS | myspace/demo | WEBHOOK_APPS: platforms of [facebook, instagram, linkedin, threads, tiktok, x] needed",
                "WEBHOOK_APPS | x/my-app,x/my-app | WEBHOOK_APPS: every app once needed",
                "WEBHOOK_APPS | facebook/../x | WEBHOOK_APPS: entries like facebook/demo needed",
                "WEBHOOK_REMEMBER_FOR | 1h | WEBHOOK_REMEMBER_FOR: at least PT36H needed",
                "WEBHOOK_PUBLIC_URI | https://example.org/?a=\"b | WEBHOOK_PUBLIC_URI: an absolute URI needed",
                "WEBHOOK_PUBLIC_URI | https://example.org/ | WEBHOOK_PUBLIC_URI: a URI like https://hooks.example.org needed",
                "WEBHOOK_API_KEYS | the-key | WEBHOOK_API_KEYS: SHA-256 hashes of keys in hex",
                "WEBHOOK_MAX_BYTES_IN_FLIGHT | 4096 | WEBHOOK_MAX_BYTES_IN_FLIGHT: at least WEBHOOK_BODY_LIMIT",
                "WEBHOOK_BODY_LIMIT | 1 | WEBHOOK_BODY_LIMIT: a whole number from 1024",
            })
    void saysWhichSettingBreaksWhichRule(String name, String value, String message) {
        assertThatThrownBy(() -> WebhookConfig.from(changed(name, value)))
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith(message);
    }

    @Test
    void remembersEventsForAsLongAsTikTokRepeatsThem() {
        // Given
        var withTikTok = changed("WEBHOOK_APPS", "tiktok/demo", "WEBHOOK_TIKTOK_DEMO_SECRETS", "secret");
        // When / Then
        withTikTok.put("WEBHOOK_REMEMBER_FOR", "71h");
        assertThatThrownBy(() -> WebhookConfig.from(withTikTok))
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith("WEBHOOK_REMEMBER_FOR: at least PT72H needed, as long as tiktok repeats");
        withTikTok.put("WEBHOOK_REMEMBER_FOR", "72h");
        assertThatThrownBy(() -> WebhookConfig.from(withTikTok))
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith("WEBHOOK_SIGNATURE_TOLERANCE: no more than WEBHOOK_REMEMBER_FOR");
        withTikTok.put("WEBHOOK_SIGNATURE_TOLERANCE", "5m");
        assertThat(WebhookConfig.from(withTikTok).tolerance()).isEqualTo(Duration.ofMinutes(5));
    }

    @Test
    void showsNoSecrets() {
        assertThat(WebhookConfig.from(COMPLETE).toString())
                .doesNotContain("new-secret", "old-secret", "verify-me", "x-secret");
    }

    private static Map<String, String> changed(String... namesAndValues) {
        var changed = new HashMap<>(COMPLETE);
        for (var i = 0; i < namesAndValues.length; i += 2) {
            changed.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        return changed;
    }
}
