package io.broadside.token.signin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.broadside.runtime.config.ConfigException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReturnUrlsTest {

    private final ReturnUrls urls =
            ReturnUrls.of("URLS", List.of("https://app.example/settings/", "https://app.example:8443/done"));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://app.example/settings/",
                "https://APP.example/settings/social?tab=1",
                "https://app.example:8443/done",
                "https://app.example:8443/done?x=y"
            })
    void whatIsAllowedIsAdmitted(String url) {
        assertThat(urls.admitted(url)).isPresent();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://app.example/",
                "https://app.example/settings",
                "https://app.example/settings/../admin",
                "https://app.example/settings/%2e%2e/admin",
                "https://app.example/settings/%2F/evil.example",
                "http://app.example/settings/",
                "https://app.example.evil.example/settings/",
                "https://app.example@evil.example/settings/",
                "https://evil.example/?https://app.example/settings/",
                "https://app.example:444/settings/",
                "https://app.example:8443/done/more",
                "https://app.example\\@evil.example/settings/",
                "//app.example/settings/",
                "/settings/",
                "javascript:alert(1)",
                "https://app.example/settings/#x",
                "not a url"
            })
    void everythingElseIsNot(String url) {
        assertThat(urls.admitted(url)).isEmpty();
    }

    @Test
    void anAllowedAddressThatIsNoneStopsTheStart() {
        assertThatThrownBy(() -> ReturnUrls.of("URLS", List.of("app.example")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("URLS")
                .hasMessageContaining("app.example");
    }
}
