package io.broadside.runtime.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RetryAfterTest {

    private static final Instant NOW = Instant.parse("2026-11-06T08:49:37Z");

    private static final List<String> FORMS =
            List.of("EEE, dd MMM uuuu HH:mm:ss 'GMT'", "EEEE, dd-MMM-uu HH:mm:ss 'GMT'", "EEE MMM ppd HH:mm:ss uuuu");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "120                             | 2026-11-06T08:51:37Z",
                "0                               | 2026-11-06T08:49:37Z",
                "0000000000000000120             | 2026-11-06T08:51:37Z",
                "86401                           | 2026-11-07T08:49:37Z",
                "99999999999999999999999999      | 2026-11-07T08:49:37Z",
                "Fri, 06 Nov 2026 09:00:00 GMT   | 2026-11-06T09:00:00Z",
                "Friday, 06-Nov-26 09:00:00 GMT  | 2026-11-06T09:00:00Z",
                "Fri Nov  6 09:00:00 2026        | 2026-11-06T09:00:00Z",
                "Mon, 06 Nov 2026 09:00:00 GMT   | 2026-11-06T09:00:00Z",
                "Sun, 06 Nov 1994 08:49:37 GMT   | 2026-11-06T08:49:37Z",
                "Sunday, 06-Nov-94 08:49:37 GMT  | 2026-11-06T08:49:37Z",
                "Fri, 06 Nov 9999 08:49:37 GMT   | 2026-11-07T08:49:37Z",
            })
    void namesATime(String value, Instant expected) {
        assertThat(RetryAfter.parse(value, NOW)).contains(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "-1", "1.5", "soon", "120, 7", "Fri, 31 Nov 2026 09:00:00 GMT", "2026-11-06T09:00:00Z", "١٢"
            })
    void whatIsNeitherIsNotThere(String value) {
        assertThat(RetryAfter.parse(value, NOW)).isEmpty();
    }

    @Test
    void everyDateIsReadAsItWasWrittenWhateverItsForm() {
        // Given
        var random = new Random(17);
        for (var i = 0; i < 1000; i++) {
            var time = NOW.plusSeconds(random.nextLong(RetryAfter.LONGEST.toSeconds()));
            for (var form : FORMS) {
                // When
                var written = DateTimeFormatter.ofPattern(form, Locale.US).format(time.atOffset(ZoneOffset.UTC));
                // Then
                assertThat(RetryAfter.parse(written, NOW)).as(written).contains(time);
            }
        }
    }

    @Test
    void whateverComesTheTimeIsNeitherPastNorFurtherAwayThanADay() {
        // Given
        var random = new Random(18);
        var signs = "0123456789 ,:-+GMTFriNovSun\u0660";
        for (var i = 0; i < 10_000; i++) {
            var text = new StringBuilder();
            random.ints(random.nextInt(30), 0, signs.length()).forEach(at -> text.append(signs.charAt(at)));
            // When
            var time = RetryAfter.parse(text.toString(), NOW);
            // Then
            assertThat(time.map(it -> Duration.between(NOW, it)).orElse(Duration.ZERO))
                    .as(text.toString())
                    .isBetween(Duration.ZERO, RetryAfter.LONGEST);
        }
    }
}
