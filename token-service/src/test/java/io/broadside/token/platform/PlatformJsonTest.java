package io.broadside.token.platform;

import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.runtime.http.Reply;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PlatformJsonTest {

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '\'',
            value = {
                "5184000, 5184000",
                "'\"5184000\"', 5184000",
                "' \" 7200 \" ', 7200",
                "7200.9, 7200",
                "'\"7200.9\"', 7200",
                "9223372036854775807, 315360000",
                "18446744073709551617, 315360000",
                "'\"99999999999999999999\"', 315360000",
                "1e300, 315360000"
            })
    void aLifetimeIsASensibleNumberOfSeconds(String written, long seconds) {
        assertThat(PlatformJson.lifetime(PlatformJson.of(answer(written)), "it"))
                .contains(Duration.ofSeconds(seconds));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"0", "-1", "-18446744073709551617", "null", "\"\"", "\"soon\"", "\"-5\"", "true", "{}", "[7]"})
    void orItIsNotKnown(String written) {
        var body = PlatformJson.of(answer(written));
        assertThat(PlatformJson.lifetime(body, "it")).isEmpty();
        assertThat(PlatformJson.lifetime(body, "absent")).isEmpty();
        assertThat(PlatformJson.moment(body, "it")).isEmpty();
        assertThat(PlatformJson.moment(body, "absent")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"1800000000", "\"1800000000\""})
    void aMomentIsOneOfSomeCalendar(String written) {
        assertThat(PlatformJson.moment(PlatformJson.of(answer(written)), "it"))
                .contains(Instant.ofEpochSecond(1_800_000_000L));
    }

    @ParameterizedTest
    @ValueSource(strings = {"9223372036854775807", "1800000000000", "18446744073709551617", "1e300"})
    void orThereIsNone(String written) {
        assertThat(PlatformJson.moment(PlatformJson.of(answer(written)), "it")).isEmpty();
    }

    private static Reply.Answer answer(String value) {
        return new Reply.Answer(200, Map.of(), "{\"it\":" + value + "}");
    }
}
