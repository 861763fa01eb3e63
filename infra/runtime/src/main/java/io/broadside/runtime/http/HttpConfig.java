package io.broadside.runtime.http;

import io.broadside.runtime.config.ConfigException;
import io.broadside.runtime.config.Setting;
import io.broadside.runtime.config.Settings;
import java.time.Duration;
import java.util.List;

/**
 * How platforms are called.
 *
 * @param connectTimeout longest wait for a free place among a host's connections, and again for a new connection (DNS, TCP,
 *     TLS); nothing is sent before
 * @param callTimeout longest time from sending a request to the last byte of its answer
 * @param maxConnectionsPerHost calls under way at once per platform and host; more wait for a place
 * @param maxAnswerBytes an answer with a longer body is broken off
 * @param keepAlive how long an idle connection is kept. Shorter than platforms keep it: a request that is sent at the
 *     moment its connection is closed by the other side may or may not have arrived
 * @param breakerFailureRate percentage of failing calls within a minute at which a host is left alone
 * @param breakerMinimumCalls number of calls within that minute below which the rate says nothing
 * @param breakerOpenFor how long it is left alone before a few calls try again
 */
public record HttpConfig(
        Duration connectTimeout,
        Duration callTimeout,
        int maxConnectionsPerHost,
        int maxAnswerBytes,
        Duration keepAlive,
        int breakerFailureRate,
        int breakerMinimumCalls,
        Duration breakerOpenFor) {

    private static final Setting CONNECT_TIMEOUT = Setting.of(
            "HTTP_CONNECT_TIMEOUT",
            "3s",
            "Longest wait for a free place among a platform host's connections, and again for a new connection. Nothing"
                    + " is sent before, so what fails here is simply tried again.");
    private static final Setting CALL_TIMEOUT = Setting.of(
            "HTTP_CALL_TIMEOUT",
            "20s",
            "Longest time from sending a request to the end of its answer. A publishing call that takes longer has to be"
                    + " looked up before anything else happens to the post.");
    private static final Setting MAX_CONNECTIONS_PER_HOST = Setting.of(
            "HTTP_MAX_CONNECTIONS_PER_HOST", "256", "Calls under way at once per platform and host; more wait.");
    private static final Setting MAX_ANSWER_BYTES = Setting.of(
            "HTTP_MAX_ANSWER_BYTES", "1048576", "Longest body of an answer, in bytes; a longer one is broken off.");
    private static final Setting KEEP_ALIVE = Setting.of(
            "HTTP_KEEP_ALIVE",
            "10s",
            "How long an idle connection to a platform is kept, in whole seconds. Keep it below what platforms do: a"
                    + " request that meets a connection just being closed may or may not have arrived.");
    private static final Setting BREAKER_FAILURE_RATE = Setting.of(
            "HTTP_BREAKER_FAILURE_RATE",
            "50",
            "Percentage of calls to a platform host that fail (5xx, no connection, no answer) within a minute, at which"
                    + " calls to it are held back.");
    private static final Setting BREAKER_MINIMUM_CALLS = Setting.of(
            "HTTP_BREAKER_MINIMUM_CALLS", "20", "Calls within that minute below which nothing is held back.");
    private static final Setting BREAKER_OPEN_FOR =
            Setting.of("HTTP_BREAKER_OPEN_FOR", "10s", "How long calls are held back before a few of them try again.");

    /** Everything that can be told about calls to platforms. */
    public static final List<Setting> SETTINGS = List.of(
            CONNECT_TIMEOUT,
            CALL_TIMEOUT,
            MAX_CONNECTIONS_PER_HOST,
            MAX_ANSWER_BYTES,
            KEEP_ALIVE,
            BREAKER_FAILURE_RATE,
            BREAKER_MINIMUM_CALLS,
            BREAKER_OPEN_FOR);

    public HttpConfig {
        atLeast(CONNECT_TIMEOUT, connectTimeout, Duration.ofMillis(1));
        atLeast(CALL_TIMEOUT, callTimeout, Duration.ofMillis(1));
        atLeast(KEEP_ALIVE, keepAlive, Duration.ofSeconds(1));
        atLeast(BREAKER_OPEN_FOR, breakerOpenFor, Duration.ofMillis(1));
    }

    public static HttpConfig from(Settings settings) {
        return new HttpConfig(
                settings.duration(CONNECT_TIMEOUT),
                settings.duration(CALL_TIMEOUT),
                settings.integer(MAX_CONNECTIONS_PER_HOST, 1, 10_000),
                settings.integer(MAX_ANSWER_BYTES, 1_024, 1 << 30),
                settings.duration(KEEP_ALIVE),
                settings.integer(BREAKER_FAILURE_RATE, 1, 100),
                settings.integer(BREAKER_MINIMUM_CALLS, 1, 100_000),
                settings.duration(BREAKER_OPEN_FOR));
    }

    private static void atLeast(Setting setting, Duration value, Duration least) {
        if (value.compareTo(least) < 0 || value.compareTo(Duration.ofHours(1)) > 0) {
            throw new ConfigException(
                    setting.name() + ": a time span from " + least.toMillis() + "ms to 1h needed, was " + value);
        }
    }
}
