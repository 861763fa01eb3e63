package io.broadside.retry;

import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.events.DelayCause;
import io.broadside.retry.Pause.Exponential;
import io.broadside.retry.Pause.Fixed;
import io.broadside.retry.Pause.Steps;
import io.broadside.retry.Pause.UntilPerson;
import io.broadside.retry.Pause.UntilToken;
import io.broadside.retry.RetryPolicy.Row;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The table in docs/retry-policy.md is written from the policy itself: {@code mvn -pl retry-service test -Ddocs.write=true}. */
class RetryPolicyDocTest {

    private static final Path FILE = Path.of("../docs/retry-policy.md");
    private static final String BEGIN = "<!-- policy: written by RetryPolicyDocTest -->\n";
    private static final String END = "<!-- end of the policy -->\n";

    @Test
    void theDocumentShowsThePolicyAsItIs() throws IOException {
        // Given
        var text = Files.readString(FILE);
        var begin = text.indexOf(BEGIN) + BEGIN.length();
        // When
        var expected = text.substring(0, begin) + table() + text.substring(text.indexOf(END));
        if (Boolean.getBoolean("docs.write")) {
            Files.writeString(FILE, expected);
        }
        // Then
        assertThat(Files.readString(FILE)).isEqualTo(expected);
    }

    @Test
    void aSettingChangesOneFigureOfOneRule() {
        // When
        var policy = PolicySettings.changed(
                "RETRY_POLICY",
                List.of(
                        "UNAVAILABLE.cap=30m",
                        "x.UNAVAILABLE.attempts=3",
                        "UNCONFIRMED.steps=1s/5s",
                        "x.RATE_LIMITED.age=0s"));

        // Then
        var standard = RetryPolicy.standard();
        assertThat(policy.rule("facebook", DelayCause.UNAVAILABLE).pause())
                .isEqualTo(new Exponential(Duration.ofMillis(100), Duration.ofSeconds(1), Duration.ofMinutes(30)));
        assertThat(policy.rule("facebook", DelayCause.UNAVAILABLE).attempts()).isEqualTo(100);
        assertThat(policy.rule("x", DelayCause.UNAVAILABLE).attempts()).isEqualTo(3);
        assertThat(policy.rule("x", DelayCause.UNCONFIRMED).pause())
                .isEqualTo(new Steps(List.of(Duration.ofSeconds(1), Duration.ofSeconds(5))));
        assertThat(policy.rule("x", DelayCause.RATE_LIMITED).age()).isEmpty();
        assertThat(policy.rule("linkedin", DelayCause.RATE_LIMITED))
                .isEqualTo(standard.rule("linkedin", DelayCause.RATE_LIMITED));
    }

    private static String table() {
        return RetryPolicy.table().stream()
                .map(RetryPolicyDocTest::line)
                .collect(Collectors.joining(
                        "\n",
                        "| platform | cause | pause | is an attempt | given up after | or after |\n|---|---|---|---|---|---|\n",
                        "\n"));
    }

    private static String line(Row row) {
        var rule = row.rule();
        return "| %s | %s | %s | %s | %s | %s |"
                .formatted(
                        row.platform().isEmpty() ? "all" : row.platform(),
                        row.cause(),
                        words(rule.pause()),
                        rule.isAttempt() ? "yes" : "no",
                        rule.attempts() == 0
                                ? rule.pause() instanceof Steps(var spans) ? spans.size() + " looks" : "-"
                                : rule.attempts() + " attempts"
                                        + (rule.countsNamedTimes() ? "" : " that named no time"),
                        rule.age().map(RetryPolicyDocTest::words).orElse("-"));
    }

    private static String words(Pause pause) {
        return switch (pause) {
            case Exponential(var least, var base, var cap) ->
                "random from %s to %s, doubling up to %s".formatted(words(least), words(base), words(cap));
            case Steps(var spans) ->
                spans.stream().map(RetryPolicyDocTest::words).collect(Collectors.joining(", "));
            case Fixed(var span) -> span.isZero() ? "none" : words(span);
            case UntilToken(var poll) -> "until a newer token, asked again every " + words(poll);
            case UntilPerson() -> "until a newer token";
        };
    }

    private static String words(Duration span) {
        if (span.toMillis() % 1000 != 0) {
            return span.toMillis() + " ms";
        }
        if (span.toSeconds() % 60 != 0 || span.toSeconds() == 60) {
            return span.toSeconds() + " s";
        }
        if (span.toMinutes() % 60 != 0) {
            return span.toMinutes() + " min";
        }
        return span.toHours() % 24 == 0 && span.toDays() > 1 ? span.toDays() + " d" : span.toHours() + " h";
    }
}
