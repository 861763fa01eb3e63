package io.broadside.publisher.platform.graph;

import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.publisher.platform.Quotas.Holder;
import io.broadside.publisher.platform.Quotas.Reading.Level;
import io.broadside.runtime.http.Reply.Answer;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UsageLevelsTest {

    private static final Instant NOW = Instant.parse("2026-11-20T10:15:30Z");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "X-App-Usage | {\"call_count\":28,\"total_time\":25,\"total_cputime\":26} | APP | 28 | 5",
                "X-App-Usage | {\"call_count\":1,\"total_time\":81,\"total_cputime\":2} | APP | 81 | 5",
                "X-App-Usage | {\"call_count\":100,\"total_time\":25,\"total_cputime\":25} | APP | 100 | 60",
                "X-Page-Usage | {\"call_count\":90,\"total_time\":25,\"total_cputime\":25} | ACCOUNT | 90 | 5",
                "X-Business-Use-Case-Usage | {\"1\":[{\"type\":\"pages\",\"call_count\":85,\"total_cputime\":20,\"total_time\":20,\"estimated_time_to_regain_access\":0}]} | ACCOUNT | 85 | 5",
                "X-Business-Use-Case-Usage | {\"1\":[{\"type\":\"pages\",\"call_count\":100,\"total_cputime\":20,\"total_time\":20,\"estimated_time_to_regain_access\":19}]} | ACCOUNT | 100 | 19",
                "X-Business-Use-Case-Usage | {\"1\":[{\"type\":\"pages\",\"call_count\":3}],\"2\":[{\"type\":\"instagram\",\"call_count\":7},{\"type\":\"pages\",\"total_time\":9}]} | ACCOUNT | 3 | 5",
                "X-Business-Use-Case-Usage | {\"1\":[{\"type\":\"ads_management\",\"call_count\":100},{\"type\":\"instagram\",\"call_count\":4}]} | ACCOUNT | 4 | 5",
                "X-Business-Use-Case-Usage | {\"2\":[{\"type\":\"instagram\",\"call_count\":7},{\"type\":\"ads_management\",\"call_count\":100}],\"3\":[{\"type\":\"pages\",\"total_time\":9}]} | ACCOUNT | 9 | 5",
                "X-Business-Use-Case-Usage | {\"1\":[{\"type\":\"pages\",\"call_count\":100}]} | ACCOUNT | 100 | 60",
                "X-Business-Use-Case-Usage | {\"1\":[{\"call_count\":100,\"estimated_time_to_regain_access\":99999999}]} | ACCOUNT | 100 | 2880",
            })
    void aHeaderIsReadAsPercentAndMinutes(String header, String value, Holder holder, int percent, int minutes) {
        // When
        var readings = UsageLevels.in(new Answer(200, Map.of(header, value), "{}"), "1", NOW);
        // Then
        assertThat(readings).containsExactly(new Level(holder, "*", percent, NOW.plus(Duration.ofMinutes(minutes))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "{", "null", "\"100\"", "<html>"})
    void whatCannotBeReadSaysNothing(String value) {
        assertThat(UsageLevels.in(
                        new Answer(200, Map.of("X-App-Usage", value, "X-Business-Use-Case-Usage", value), "{}"),
                        "1",
                        NOW))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"1\":[{\"type\":\"ads_management\",\"call_count\":100,\"estimated_time_to_regain_access\":900}]}",
                "{\"1\":[],\"2\":[{\"type\":\"pages\",\"call_count\":100}]}",
                "{\"2\":[{\"type\":\"ads_insights\",\"call_count\":100}]}"
            })
    void whatIsAboutAdvertisingOrOthersSaysNothingOfTheAccount(String value) {
        assertThat(UsageLevels.in(new Answer(200, Map.of("X-Business-Use-Case-Usage", value), "{}"), "1", NOW))
                .isEmpty();
    }

    @Test
    void noHeaderIsNormal() {
        assertThat(UsageLevels.in(new Answer(200, Map.of(), "{}"), "1", NOW)).isEmpty();
    }
}
