package io.broadside.simulator.failure;

import static java.util.Objects.requireNonNull;
import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.broadside.simulator.account.Platform;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A failure to be injected.
 *
 * @param endpoint its name, such as {@code page.feed} or {@code tweets.create}, or {@code *}
 * @param times how many calls fail; {@link #FOR_EVER} for all
 * @param account only calls of this account
 * @param seconds how long to wait, or after how long to come back
 * @param status HTTP status instead of the usual one
 * @param code the network's own code of a refusal, as that network writes it: {@code 4/2207051} is code and subcode of Meta,
 *     {@code usage-capped} the last part of a problem's type on X
 * @param probability chance of a matching call to fail, 0 to 1
 * @param seed of the dice, so that a run can be repeated
 */
public record Failure(
        Platform platform,
        String endpoint,
        FailureKind kind,
        int times,
        Optional<String> account,
        Optional<Integer> seconds,
        Optional<Integer> status,
        Optional<String> code,
        double probability,
        long seed) {
    public static final int FOR_EVER = -1;

    public Failure {
        requireNonNull(platform, "platform is needed");
        requireNonNull(endpoint, "endpoint is needed");
        requireNonNull(kind, "kind is needed");
        if (times < FOR_EVER || times == 0) {
            throw new IllegalArgumentException("times: at least 1, or -1 for ever, needed, was " + times);
        }
        if (probability < 0 || probability > 1) {
            throw new IllegalArgumentException("probability: 0 to 1 needed, was " + probability);
        }
        if (seconds.isPresent() && seconds.get() < 0) {
            throw new IllegalArgumentException("seconds: not negative needed, was " + seconds.get());
        }
        if (status.isPresent() && (status.get() < 400 || status.get() > 599)) {
            throw new IllegalArgumentException("status: 400 to 599 needed, was " + status.get());
        }
    }

    /** One failure of the next call. */
    public static Failure of(Platform platform, String endpoint, FailureKind kind) {
        return new Failure(
                platform,
                endpoint,
                kind,
                1,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                1,
                0);
    }

    @JsonCreator
    static Failure fromJson(
            @JsonProperty("platform") Platform platform,
            @JsonProperty("endpoint") @Nullable String endpoint,
            @JsonProperty("kind") FailureKind kind,
            @JsonProperty("times") @Nullable Integer times,
            @JsonProperty("account") Optional<String> account,
            @JsonProperty("seconds") Optional<Integer> seconds,
            @JsonProperty("status") Optional<Integer> status,
            @JsonProperty("code") Optional<String> code,
            @JsonProperty("probability") @Nullable Double probability,
            @JsonProperty("seed") @Nullable Long seed) {
        return new Failure(
                platform,
                requireNonNullElse(endpoint, "*"),
                kind,
                requireNonNullElse(times, 1),
                account,
                seconds,
                status,
                code,
                requireNonNullElse(probability, 1.0),
                requireNonNullElse(seed, 0L));
    }

    public Failure times(int calls) {
        return new Failure(platform, endpoint, kind, calls, account, seconds, status, code, probability, seed);
    }

    public Failure forEver() {
        return times(FOR_EVER);
    }

    public Failure account(String id) {
        return new Failure(platform, endpoint, kind, times, Optional.of(id), seconds, status, code, probability, seed);
    }

    public Failure seconds(int duration) {
        return new Failure(
                platform, endpoint, kind, times, account, Optional.of(duration), status, code, probability, seed);
    }

    public Failure status(int number) {
        return new Failure(
                platform, endpoint, kind, times, account, seconds, Optional.of(number), code, probability, seed);
    }

    public Failure code(String value) {
        return new Failure(
                platform, endpoint, kind, times, account, seconds, status, Optional.of(value), probability, seed);
    }

    public Failure probability(double chance, long diceSeed) {
        return new Failure(platform, endpoint, kind, times, account, seconds, status, code, chance, diceSeed);
    }

    boolean matches(Platform called, String calledEndpoint, Optional<String> caller) {
        return platform.equals(called)
                && (endpoint.equals("*") || endpoint.equals(calledEndpoint))
                && (account.isEmpty() || account.equals(caller));
    }
}
