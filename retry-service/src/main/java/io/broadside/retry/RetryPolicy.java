package io.broadside.retry;

import static io.broadside.events.DelayCause.BREAKER_OPEN;
import static io.broadside.events.DelayCause.BUDGET;
import static io.broadside.events.DelayCause.ORDER;
import static io.broadside.events.DelayCause.PERSON;
import static io.broadside.events.DelayCause.PROCESSING;
import static io.broadside.events.DelayCause.RATE_LIMITED;
import static io.broadside.events.DelayCause.REDRIVEN;
import static io.broadside.events.DelayCause.SCHEDULED;
import static io.broadside.events.DelayCause.TOKEN;
import static io.broadside.events.DelayCause.UNAVAILABLE;
import static io.broadside.events.DelayCause.UNCONFIRMED;
import static io.broadside.events.DelayCause.UNKNOWN;
import static java.time.Duration.ofDays;
import static java.time.Duration.ofHours;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;

import io.broadside.events.DelayCause;
import io.broadside.retry.Pause.Exponential;
import io.broadside.retry.Pause.Fixed;
import io.broadside.retry.Pause.Steps;
import io.broadside.retry.Pause.UntilPerson;
import io.broadside.retry.Pause.UntilToken;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * How long to wait and when to give up, as data. A time the platform or the sender named always wins over a pause. Settings
 * change single figures of it, see {@link PolicySettings}; docs/retry-policy.md shows it as a table.
 *
 * @param rules one for every cause
 * @param ofPlatform what is different for a platform, by its id
 */
record RetryPolicy(Map<DelayCause, Rule> rules, Map<String, Map<DelayCause, Rule>> ofPlatform) {

    private static final boolean COUNTS_ALWAYS = true;
    private static final boolean COUNTS_WITHOUT_A_TIME = false;

    /**
     * What holds for one cause.
     *
     * @param isAttempt whether the call before this wait was an attempt, so that the next one has the next number
     * @param attempts after how many failures of this cause it is given up; 0 for never
     * @param countsNamedTimes whether a failure is one of those even if the platform named the time to come back
     * @param age after how long an unbroken run of failures is given up
     */
    record Rule(Pause pause, boolean isAttempt, int attempts, boolean countsNamedTimes, Optional<Duration> age) {

        static Rule waitingOnly(Pause pause) {
            return new Rule(pause, false, 0, false, Optional.empty());
        }

        private static Rule attempt(Pause pause, int attempts, boolean countsNamedTimes, Duration age) {
            return new Rule(pause, true, attempts, countsNamedTimes, Optional.of(age));
        }

        private static Rule poll(Duration span, Duration age) {
            return new Rule(new Fixed(span), false, 0, false, Optional.of(age));
        }
    }

    /** A line of the table. An empty platform stands for all of them. */
    record Row(String platform, DelayCause cause, Rule rule) {}

    /**
     * What we use. The pauses of an outage grow to a quarter of an hour, and its attempts last for half a day of an account
     * that alone fails: while a whole platform is down, few are made at all (see {@link Flow}).
     */
    private static final List<Row> STANDARD = List.of(
            // A platform that says when to come back is taken at its word, however often; one that does not is
            // asked ever more rarely, at the pace of the quarter-hour windows most of them count in.
            row(
                    RATE_LIMITED,
                    Rule.attempt(
                            new Exponential(ofSeconds(1), ofSeconds(60), ofMinutes(15)),
                            40,
                            COUNTS_WITHOUT_A_TIME,
                            ofDays(7))),
            row(
                    UNAVAILABLE,
                    Rule.attempt(
                            new Exponential(ofMillis(100), ofSeconds(1), ofMinutes(15)),
                            100,
                            COUNTS_ALWAYS,
                            ofHours(24))),
            // What a platform has accepted is to be seen within seconds, or minutes when its replicas lag behind.
            row(
                    UNCONFIRMED,
                    Rule.waitingOnly(new Steps(List.of(
                            ofSeconds(2),
                            ofSeconds(10),
                            ofSeconds(30),
                            ofMinutes(1),
                            ofMinutes(2),
                            ofMinutes(5),
                            ofMinutes(10))))),
            row(PROCESSING, Rule.poll(ofSeconds(2), ofHours(24))),
            row(SCHEDULED, Rule.waitingOnly(new Fixed(Duration.ZERO))),
            row(TOKEN, Rule.waitingOnly(new UntilToken(ofMinutes(5)))),
            row(PERSON, Rule.waitingOnly(new UntilPerson())),
            row(BUDGET, Rule.waitingOnly(new Fixed(ofSeconds(5)))),
            row(BREAKER_OPEN, Rule.waitingOnly(new Fixed(ofSeconds(5)))),
            row(ORDER, Rule.waitingOnly(new Fixed(Duration.ZERO))),
            row(REDRIVEN, Rule.waitingOnly(new Fixed(Duration.ZERO))),
            // A cause that a newer publisher knows and we do not: it asks again and is told anew.
            row(UNKNOWN, Rule.waitingOnly(new Fixed(ofMinutes(1)))),

            // Containers: the guide says once a minute for five minutes; large reels take longer.
            new Row("instagram", PROCESSING, Rule.poll(ofSeconds(15), ofHours(23))),
            new Row("threads", PROCESSING, Rule.poll(ofSeconds(30), ofHours(23))),
            // Counted by the day, told without a time.
            new Row(
                    "linkedin",
                    RATE_LIMITED,
                    Rule.attempt(
                            new Exponential(ofSeconds(60), ofMinutes(15), ofHours(1)),
                            80,
                            COUNTS_WITHOUT_A_TIME,
                            ofDays(7))),
            // Windows of a minute, and caps of a day behind the same answer.
            new Row(
                    "tiktok",
                    RATE_LIMITED,
                    Rule.attempt(
                            new Exponential(ofSeconds(10), ofSeconds(60), ofHours(1)),
                            80,
                            COUNTS_WITHOUT_A_TIME,
                            ofDays(7))),
            new Row("tiktok", PROCESSING, Rule.poll(ofSeconds(5), ofHours(24))));

    RetryPolicy {
        rules = Map.copyOf(rules);
        ofPlatform = Map.copyOf(ofPlatform);
        for (var cause : DelayCause.values()) {
            if (!rules.containsKey(cause)) {
                throw new IllegalArgumentException("The policy has no rule for " + cause);
            }
        }
    }

    /** Whether a wait for this cause belongs to a run of failures that is counted, so that it can be given up. */
    static boolean isRunOfFailures(DelayCause cause) {
        return switch (cause) {
            case RATE_LIMITED, UNAVAILABLE, UNCONFIRMED, PROCESSING -> true;
            case SCHEDULED, TOKEN, PERSON, BUDGET, BREAKER_OPEN, ORDER, REDRIVEN, UNKNOWN -> false;
        };
    }

    private static Row row(DelayCause cause, Rule rule) {
        return new Row("", cause, rule);
    }

    /** What we use. */
    static RetryPolicy standard() {
        return of(STANDARD);
    }

    /** The table of it. */
    static List<Row> table() {
        return STANDARD;
    }

    /** The policy of these lines; of two for the same the later one counts. */
    static RetryPolicy of(List<Row> rows) {
        var rules = new EnumMap<DelayCause, Rule>(DelayCause.class);
        var ofPlatform = new HashMap<String, Map<DelayCause, Rule>>();
        for (var row : rows) {
            if (row.platform().isEmpty()) {
                rules.put(row.cause(), row.rule());
            } else {
                ofPlatform
                        .computeIfAbsent(row.platform(), _ -> new EnumMap<>(DelayCause.class))
                        .put(row.cause(), row.rule());
            }
        }
        return new RetryPolicy(rules, ofPlatform);
    }

    Rule rule(String platform, DelayCause cause) {
        var rule = ofPlatform.getOrDefault(platform, Map.of()).get(cause);
        return rule == null ? Objects.requireNonNull(rules.get(cause)) : rule;
    }
}
