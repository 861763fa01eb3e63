package io.broadside.runtime.http;

import io.broadside.runtime.http.Reply.Answer;
import io.broadside.runtime.http.Reply.NoAnswer;
import io.broadside.schemas.ErrorCode;
import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The way to one host of one platform: only so many calls at once, and none for a while when too many of them fail. */
final class Lane {

    private static final Logger LOGGER = LoggerFactory.getLogger(Lane.class);

    private static final int WINDOW_SECONDS = 60;

    /** Calls that try a host again after a time without any. */
    private static final int TRIAL_CALLS = 5;

    private final Bulkhead places;
    private final CircuitBreaker breaker;
    private final Clock clock;
    private volatile Instant heldBackUntil = Instant.MIN;

    Lane(String platform, String authority, HttpConfig config, Clock clock) {
        this.clock = clock;
        var name = platform + "@" + authority;
        this.places = Bulkhead.of(
                name,
                BulkheadConfig.custom()
                        .maxConcurrentCalls(config.maxConnectionsPerHost())
                        .maxWaitDuration(config.connectTimeout())
                        .build());
        this.breaker = CircuitBreaker.of(
                name,
                CircuitBreakerConfig.custom()
                        .clock(clock)
                        .slidingWindow(WINDOW_SECONDS, config.breakerMinimumCalls(), SlidingWindowType.TIME_BASED)
                        .failureRateThreshold(config.breakerFailureRate())
                        .waitDurationInOpenState(config.breakerOpenFor())
                        .permittedNumberOfCallsInHalfOpenState(Math.min(TRIAL_CALLS, config.breakerMinimumCalls()))
                        .recordResult(reply -> isFailure((Reply) reply))
                        .build());
        breaker.getEventPublisher().onStateTransition(event -> {
            var state = event.getStateTransition().getToState();
            if (state == State.OPEN) {
                heldBackUntil = clock.instant().plus(config.breakerOpenFor());
                LOGGER.atWarn()
                        .addKeyValue("platform", platform)
                        .addKeyValue("host", authority)
                        .addKeyValue("until", heldBackUntil)
                        .log("calls held back, too many of them failed");
            } else if (state == State.CLOSED) {
                LOGGER.atInfo()
                        .addKeyValue("platform", platform)
                        .addKeyValue("host", authority)
                        .log("calls no longer held back");
            }
        });
    }

    /**
     * Takes a place, waiting for one if need be. Whoever gets in must {@link #leave}.
     *
     * @return why there is no getting in; empty for being in
     */
    Optional<NoAnswer> enter() {
        if (!places.tryAcquirePermission()) {
            var cause = Thread.currentThread().isInterrupted() ? ErrorCode.TIMED_OUT : ErrorCode.NO_CONNECTION;
            return Optional.of(new NoAnswer(cause, false));
        }
        if (!breaker.tryAcquirePermission()) {
            places.onComplete();
            return Optional.of(new NoAnswer(ErrorCode.BREAKER_OPEN, false));
        }
        return Optional.empty();
    }

    /**
     * Gives the place back.
     *
     * @param reply what came of the call; empty where it says nothing about the host
     */
    void leave(Optional<Reply> reply, Duration took) {
        reply.ifPresentOrElse(
                found -> breaker.onResult(took.toNanos(), TimeUnit.NANOSECONDS, found), breaker::releasePermission);
        places.onComplete();
    }

    /** Whether a call made now would be let through, to the best of its knowledge. */
    boolean letsThrough() {
        return breaker.getState() != State.OPEN || clock.instant().isAfter(heldBackUntil);
    }

    private static boolean isFailure(Reply reply) {
        return switch (reply) {
            case Answer answer -> answer.status() >= 500;
            case NoAnswer none ->
                switch (none.cause()) {
                    case NO_CONNECTION, NO_ANSWER, TIMED_OUT -> true;
                    default -> false;
                };
        };
    }
}
