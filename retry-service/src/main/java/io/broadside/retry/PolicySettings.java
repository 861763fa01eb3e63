package io.broadside.retry;

import io.broadside.events.DelayCause;
import io.broadside.retry.Pause.Exponential;
import io.broadside.retry.Pause.Fixed;
import io.broadside.retry.Pause.Steps;
import io.broadside.retry.Pause.UntilPerson;
import io.broadside.retry.Pause.UntilToken;
import io.broadside.retry.RetryPolicy.Row;
import io.broadside.retry.RetryPolicy.Rule;
import io.broadside.runtime.config.ConfigException;
import io.broadside.runtime.config.Durations;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Changes single figures of the policy: {@code UNAVAILABLE.cap=30m} for every platform that has no rule of its own,
 * {@code x.UNAVAILABLE.cap=30m} for one. Figures: least, base and cap of a growing pause; span of one that is always the same;
 * steps, with slashes between them; attempts, 0 for any number; age, 0s for any. The last two are of the causes alone of which a
 * run of failures is remembered.
 */
final class PolicySettings {

    private static final Pattern CHANGE = Pattern.compile("(?:([a-z][a-z0-9_-]*)\\.)?([A-Z_]+)\\.([a-z]+)=(\\S+)");
    private static final String FORM = "entries such as UNAVAILABLE.cap=30m or x.RATE_LIMITED.base=2m needed, was ";

    private PolicySettings() {}

    /**
     * The standard policy with changes.
     *
     * @param setting where they come from, for the error
     * @throws ConfigException if one of them cannot be read or does not fit its rule
     */
    static RetryPolicy changed(String setting, List<String> changes) {
        var rows = new ArrayList<>(RetryPolicy.table());
        for (var change : changes) {
            var parts = CHANGE.matcher(change);
            if (!parts.matches()) {
                throw new ConfigException(setting + ": " + FORM + change);
            }
            var platform = Optional.ofNullable(parts.group(1)).orElse("");
            var cause = Arrays.stream(DelayCause.values())
                    .filter(known -> known.name().equals(parts.group(2)))
                    .findFirst()
                    .orElseThrow(() -> new ConfigException(setting + ": one of the causes "
                            + Arrays.toString(DelayCause.values()) + " needed, was " + parts.group(2)));
            var before = RetryPolicy.of(rows).rule(platform, cause);
            try {
                requireLimit(cause, parts.group(3));
                rows.add(new Row(platform, cause, changed(before, parts.group(3), parts.group(4))));
            } catch (IllegalArgumentException e) {
                throw new ConfigException(setting + ": " + e.getMessage() + ", was " + change, e);
            }
        }
        return RetryPolicy.of(rows);
    }

    /** Elsewhere it would be taken and never act. */
    private static void requireLimit(DelayCause cause, String figure) {
        if (!RetryPolicy.isRunOfFailures(cause) && (figure.equals("age") || figure.equals("attempts"))) {
            throw new IllegalArgumentException("no " + figure + " can be set for " + cause
                    + ", as what waits for that is given up by its deadline alone");
        }
    }

    private static Rule changed(Rule rule, String figure, String value) {
        return switch (figure) {
            case "attempts" ->
                new Rule(rule.pause(), rule.isAttempt(), number(value), rule.countsNamedTimes(), rule.age());
            case "age" ->
                new Rule(
                        rule.pause(),
                        rule.isAttempt(),
                        rule.attempts(),
                        rule.countsNamedTimes(),
                        Optional.of(time(value)).filter(age -> !age.isZero()));
            default ->
                new Rule(
                        changed(rule.pause(), figure, value),
                        rule.isAttempt(),
                        rule.attempts(),
                        rule.countsNamedTimes(),
                        rule.age());
        };
    }

    private static Pause changed(Pause pause, String figure, String value) {
        return switch (pause) {
            case Exponential(var least, var base, var cap) ->
                switch (figure) {
                    case "least" -> new Exponential(time(value), base, cap);
                    case "base" -> new Exponential(least, time(value), cap);
                    case "cap" -> new Exponential(least, base, time(value));
                    default -> throw new IllegalArgumentException("least, base, cap, attempts or age needed");
                };
            case Steps _
            when figure.equals("steps") ->
                new Steps(Arrays.stream(value.split("/"))
                        .map(PolicySettings::pause)
                        .toList());
            case Steps _ -> throw new IllegalArgumentException("steps, attempts or age needed");
            case Fixed _ when figure.equals("span") -> new Fixed(pause(value));
            case Fixed _ -> throw new IllegalArgumentException("span, or with PROCESSING attempts or age, needed");
            case UntilToken _ when figure.equals("span") -> new UntilToken(pause(value));
            case UntilToken _ -> throw new IllegalArgumentException("span needed");
            case UntilPerson _ -> throw new IllegalArgumentException("nothing of PERSON can be changed");
        };
    }

    private static int number(String value) {
        if (!value.matches("\\d{1,6}")) {
            throw new IllegalArgumentException("a whole number from 0 to 999999 needed");
        }
        return Integer.parseInt(value);
    }

    private static Duration time(String value) {
        return Durations.parse(value)
                .orElseThrow(() -> new IllegalArgumentException("a time span such as 250ms, 10s or 15m needed"));
    }

    /** What comes back without a pause would come back for ever without one. */
    private static Duration pause(String value) {
        var time = time(value);
        if (time.toMillis() < 1) {
            throw new IllegalArgumentException("a time span of 1ms or more needed");
        }
        return time;
    }
}
