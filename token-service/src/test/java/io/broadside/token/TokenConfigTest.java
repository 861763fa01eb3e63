package io.broadside.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.broadside.runtime.config.ConfigException;
import io.broadside.runtime.config.Setting;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TokenConfigTest {

    private final Map<String, String> environment = new HashMap<>(Map.of(
            "VAULT_ACCESS_KEYSET_FILE", "access.json",
            "VAULT_REFRESH_KEYSET_FILE", "refresh.json"));

    @Test
    void needsNothingButItsKeysets() {
        // When
        var config = TokenConfig.from(environment);
        // Then
        assertThat(config.port()).isEqualTo(8080);
        assertThat(config.managementPort()).isEqualTo(9080);
        assertThat(config.inspectsPasted()).isTrue();
        assertThat(config.refreshMargin()).isEqualTo(Duration.ofMinutes(10));
        assertThat(config.apiKeys().isOpen()).isTrue();
    }

    @Test
    void withoutAKeysetItSaysWhichOneIsMissing() {
        environment.remove("VAULT_REFRESH_KEYSET_FILE");
        assertThatThrownBy(() -> TokenConfig.from(environment))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("VAULT_REFRESH_KEYSET_FILE");
    }

    @Test
    void halfAnAppIsNone() {
        environment.put("FACEBOOK_APP_ID", "1");
        assertThatThrownBy(() -> TokenConfig.from(environment))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("FACEBOOK_APP_SECRET");
    }

    @Test
    void theAnswerToARenewalIsWaitedForAsLongAsItMayTake() {
        // Given
        var usual = TokenConfig.from(environment).dispatch();
        assertThat(usual.revokeLimit()).isGreaterThan(usual.longestCalls());
        assertThat(usual.closeLimit()).isGreaterThan(usual.longestCalls());
        // When
        environment.put("DISPATCH_CALL_LIMIT", "60s");
        // Then
        assertThatThrownBy(() -> TokenConfig.from(environment))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("DISPATCH_REVOKE_LIMIT", "DISPATCH_CALL_LIMIT", "DISPATCH_INTENT_MAX_AGE");
        environment.put("DISPATCH_REVOKE_LIMIT", "66s");
        assertThatThrownBy(() -> TokenConfig.from(environment))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("DISPATCH_CLOSE_LIMIT");
    }

    @Test
    void aRebalanceIsAnsweredBeforeTheGroupGoesOnWithoutUs() {
        environment.put("DISPATCH_REVOKE_LIMIT", "6m");
        assertThatThrownBy(() -> TokenConfig.from(environment))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("max.poll.interval.ms");
    }

    @Test
    void withoutKeysOnlyThisMachineReachesTheApi() {
        assertThat(TokenConfig.from(environment).apiHost()).isEqualTo("127.0.0.1");
        environment.put("TOKEN_API_HOST", "10.0.0.7");
        assertThat(TokenConfig.from(environment).apiHost()).isEqualTo("10.0.0.7");
        environment.remove("TOKEN_API_HOST");
        environment.put("TOKEN_API_KEYS", "a".repeat(64));
        assertThat(TokenConfig.from(environment).apiHost()).isEqualTo("0.0.0.0");
    }

    @Test
    void showsNoSecrets() {
        environment.put("X_CLIENT_ID", "client");
        environment.put("X_CLIENT_SECRET", "hush");
        assertThat(TokenConfig.from(environment).toString()).doesNotContain("hush");
    }

    @Test
    void namesEverySettingOnce() {
        assertThat(TokenConfig.SETTINGS.stream().map(Setting::name)).doesNotHaveDuplicates();
    }
}
