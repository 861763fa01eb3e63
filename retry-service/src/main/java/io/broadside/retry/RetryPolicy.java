package io.broadside.retry;

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
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * How long to wait and when to give up, as data. A time the platform or the sender named always wins over a pause.
 *
 * @param rules one for every cause
 * @param ofPlatform what is different for a platform, by its id
 */
record RetryPolicy(Map<DelayCause, Rule> rules, Map<String, Map<DelayCause, Rule>> ofPlatform) {

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
    }

    RetryPolicy {
        rules = Map.copyOf(rules);
        ofPlatform = Map.copyOf(ofPlatform);
        for (var cause : DelayCause.values()) {
            if (!rules.containsKey(cause)) {
                throw new IllegalArgumentException("The policy has no rule for " + cause);
            }
        }
    }

    Rule rule(String platform, DelayCause cause) {
        var rule = ofPlatform.getOrDefault(platform, Map.of()).get(cause);
        return rule == null ? Objects.requireNonNull(rules.get(cause)) : rule;
    }

    /** What we use. */
    static RetryPolicy standard() {
        var rules = new EnumMap<DelayCause, Rule>(DelayCause.class);
        // A platform that says when to come back is taken at its word, however often; one that does not is asked ever
        // more
        // rarely, at the pace of the quarter-hour windows most of them count in.
        rules.put(
                DelayCause.RATE_LIMITED,
                new Rule(
                        new Exponential(ofSeconds(1), ofSeconds(60), ofMinutes(15)),
                        true,
                        40,
                        false,
                        Optional.of(ofDays(7))));
        rules.put(
                DelayCause.UNAVAILABLE,
                new Rule(
                        new Exponential(ofMillis(100), ofSeconds(1), ofMinutes(5)),
                        true,
                        12,
                        true,
                        Optional.of(ofHours(24))));
        // What a platform has accepted is to be seen within seconds, or minutes when its replicas lag behind.
        rules.put(
                DelayCause.UNCONFIRMED,
                Rule.waitingOnly(new Steps(List.of(
                        ofSeconds(2),
                        ofSeconds(10),
                        ofSeconds(30),
                        ofMinutes(1),
                        ofMinutes(2),
                        ofMinutes(5),
                        ofMinutes(10)))));
        rules.put(DelayCause.SCHEDULED, Rule.waitingOnly(new Fixed(Duration.ZERO)));
        rules.put(DelayCause.PROCESSING, Rule.waitingOnly(new Fixed(ofSeconds(2))));
        rules.put(DelayCause.TOKEN, Rule.waitingOnly(new UntilToken(ofMinutes(5))));
        rules.put(DelayCause.PERSON, Rule.waitingOnly(new UntilPerson()));
        rules.put(DelayCause.BUDGET, Rule.waitingOnly(new Fixed(ofSeconds(5))));
        rules.put(DelayCause.BREAKER_OPEN, Rule.waitingOnly(new Fixed(ofSeconds(5))));
        // A cause that a newer publisher knows and we do not: it asks again and is told anew.
        rules.put(DelayCause.UNKNOWN, Rule.waitingOnly(new Fixed(ofMinutes(1))));
        return new RetryPolicy(rules, Map.of());
    }
}
