package io.broadside.webhook.platform;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {

    @ParameterizedTest
    @CsvSource({
        "\"2026-11-20T10:15:30Z\", 2026-11-20T10:15:30Z",
        "\"2026-11-20T10:15:30.000Z\", 2026-11-20T10:15:30Z",
        "\"2026-11-20T10:15:30.5Z\", 2026-11-20T10:15:30.500Z",
        "\"2026-11-20T10:15:30.123456789Z\", 2026-11-20T10:15:30.123456789Z",
        "\"2026-11-18T10:00:00+0000\", 2026-11-18T10:00:00Z",
        "\"2026-11-20T10:20:00+00:00\", 2026-11-20T10:20:00Z",
        "\"2026-11-20T10:20:00-05:30\", 2026-11-20T15:50:00Z",
        "\"2026-11-20T10:20+0100\", 2026-11-20T09:20:00Z",
        "1795169730, 2026-11-20T10:15:30Z",
        "1795169730000, 2026-11-20T10:15:30Z",
        "\"1795169730\", 2026-11-20T10:15:30Z",
    })
    void readsTimesAsPlatformsWriteThem(String written, Instant time) {
        assertThat(time(written)).contains(time);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"2026-11-20\"",
                "\"2026-11-20T10:15:30\"",
                "\"2026-13-20T10:15:30Z\"",
                "\"2026-02-30T10:15:30Z\"",
                "\"2026-11-20T24:15:30Z\"",
                "\"2026-11-20T10:15:61Z\"",
                "\"2026-11-20T10:15:30+99:00\"",
                "\"2026-11-20T10:15:30.Z\"",
                "\"1969-12-31T23:59:59Z\"",
                "\"\"",
                "\"yesterday\"",
                "true",
                "1.5",
                "99999999999999999999",
                "{}",
            })
    void takesNothingElseForATime(String written) {
        assertThat(time(written)).isEmpty();
    }

    private static Optional<Instant> time(String written) {
        return Json.parse(("{\"time\":" + written + "}").getBytes(UTF_8)).flatMap(json -> Json.time(json.path("time")));
    }
}
