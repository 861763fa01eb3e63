package io.broadside.runtime.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.broadside.runtime.config.ConfigException;
import io.broadside.runtime.config.Secret;
import io.broadside.runtime.config.Settings;
import io.vertx.core.buffer.Buffer;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CallTest {

    private static final URI FEED = URI.create("https://graph.facebook.com/v26.0/1/feed?access_token=hunter2");

    @Test
    void showsWhereItGoesAndNothingOfWhatItCarries() {
        // When
        var call = Call.post("facebook", "page.feed", FEED, new Body.Json("hunter2"))
                .withHeader("x-secret", "hunter2")
                .withBearer(Secret.of("hunter2"));

        // Then
        assertThat(call)
                .hasToString(
                        "Call[facebook page.feed: POST https://graph.facebook.com:443/v26.0/1/feed, headers=[x-secret]]");
    }

    @Test
    void bodiesShowNoContent() {
        assertThat(new Body.Json("hunter2").toString()).doesNotContain("hunter2");
        assertThat(new Body.Form(Map.of("password", "hunter2")).toString()).doesNotContain("hunter2");
        assertThat(new Body.Multipart(List.of(
                                Body.Part.field("password", "hunter2"),
                                Body.Part.file("media", "hunter2.mp4", "video/mp4", Buffer.buffer("hunter2"))))
                        .toString())
                .doesNotContain("hunter2");
    }

    @Test
    void doesNotChangeWithWhatItWasMadeFrom() {
        // Given
        var fields = new LinkedHashMap<>(Map.of("message", "first"));
        var body = new Body.Form(fields);

        // When
        fields.put("message", "second");

        // Then
        assertThat(body.fields()).containsEntry("message", "first");
    }

    @Test
    void aTokenTakesThePlaceOfBasicAuthenticationAndTheOtherWayRound() {
        // Given
        var call = Call.get("x", "users.me", FEED).withBasic("app", Secret.of("a"));

        // When
        var withToken = call.withBearer(Secret.of("b"));

        // Then
        assertThat(withToken.basic()).isEmpty();
        assertThat(withToken.withBasic("app", Secret.of("a")).bearer()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"hunter2\r\nx-admin: 1", "hunter2\n", "\0"})
    void refusesATokenOrHeaderThatWouldEndItsLineWithoutShowingIt(String value) {
        assertThatThrownBy(() -> Call.get("x", "users.me", FEED).withBearer(Secret.of(value)))
                .isInstanceOf(IllegalArgumentException.class)
                .message()
                .doesNotContain("hunter2");
        assertThatThrownBy(() -> Call.get("x", "users.me", FEED).withHeader("x-custom", value))
                .isInstanceOf(IllegalArgumentException.class)
                .message()
                .doesNotContain("hunter2");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"ftp://example.org/?t=hunter2", "/path?t=hunter2", "https:opaque", "https://hunter2@example.org/"
            })
    void refusesWhatIsNoPlatformsAddressWithoutShowingIt(String uri) {
        assertThatThrownBy(() -> Call.get("x", "users.me", URI.create(uri)))
                .isInstanceOf(IllegalArgumentException.class)
                .message()
                .startsWith("users.me: ")
                .doesNotContain("hunter2");
    }

    @Test
    void everyLimitHasADefault() {
        // When
        var config = HttpConfig.from(Settings.from(Map.of()));

        // Then
        assertThat(config.toString())
                .isEqualTo("HttpConfig[connectTimeout=PT3S, callTimeout=PT20S, maxConnectionsPerHost=256,"
                        + " maxAnswerBytes=1048576, keepAlive=PT10S, breakerFailureRate=50, breakerMinimumCalls=20,"
                        + " breakerOpenFor=PT10S]");
    }

    @Test
    void aLimitOfNothingIsRefused() {
        assertThatThrownBy(() -> HttpConfig.from(Settings.from(Map.of("HTTP_CALL_TIMEOUT", "0s"))))
                .isInstanceOf(ConfigException.class)
                .hasMessage("HTTP_CALL_TIMEOUT: a time span from 1ms to 1h needed, was PT0S");
    }
}
