package io.broadside.webhook;

import io.broadside.runtime.config.ConfigException;
import io.broadside.runtime.config.Setting;
import io.broadside.runtime.config.Settings;
import java.time.Duration;
import java.util.List;

/**
 * How much the endpoints take, and of whom.
 *
 * @param bodyLimit bytes of the longest body taken
 * @param maxInFlight verified deliveries waiting for the broker at once
 * @param maxBytesInFlight bytes of bodies in memory at once, verified or not; one source gets no more than a quarter of it
 * @param readLimit how long a client may take to send a body
 * @param idleTimeout how long a connection may go without a request, or a byte
 * @param durableWithin how long the broker may take to store a delivery before the platform is told to try again
 * @param connectionsPerSource connections of one address at once, where no proxy is trusted
 * @param refusalsPerSource refusals a second of one address that are answered at once
 * @param trustedProxies proxies in front of the service that say whom they ask for
 */
public record Limits(
        int bodyLimit,
        int maxInFlight,
        int maxBytesInFlight,
        Duration readLimit,
        Duration idleTimeout,
        Duration durableWithin,
        int connectionsPerSource,
        int refusalsPerSource,
        int trustedProxies) {

    private static final Setting BODY_LIMIT = Setting.of(
            "WEBHOOK_BODY_LIMIT",
            "4194304",
            "Bytes of the longest body taken; beyond it the answer is 413. Meta sends batches of 1000 updates, and drops one "
                    + "that is refused for 36 hours: not too small.");
    private static final Setting MAX_IN_FLIGHT = Setting.of(
            "WEBHOOK_MAX_IN_FLIGHT",
            "1000",
            "Verified deliveries waiting for the broker at once; beyond it the answer is 503 with Retry-After.");
    private static final Setting MAX_BYTES_IN_FLIGHT = Setting.of(
            "WEBHOOK_MAX_BYTES_IN_FLIGHT",
            "67108864",
            "Bytes of bodies in memory at once; beyond it the body that has been under way longest is cut off, and where all have "
                    + "come whole the answer is 503 with Retry-After. At least WEBHOOK_BODY_LIMIT. One address gets no more than a "
                    + "quarter of it, or one body. A body that is being stored is in memory up to four times: as it was read, as "
                    + "bytes, as a record, and in the Kafka client's batch. The heap has to have room for that, and for 256 MiB else.");
    private static final Setting READ_LIMIT = Setting.of(
            "WEBHOOK_READ_LIMIT", "10s", "How long a client may take to send a body; then the answer is 408.");
    private static final Setting IDLE_TIMEOUT = Setting.of(
            "WEBHOOK_IDLE_TIMEOUT",
            "75s",
            "After this long without a byte, or without a whole request since the last one, a connection is closed. Longer than a "
                    + "proxy in front keeps idle connections (60s, mostly), or it may send a delivery on one that is just closing.");
    private static final Setting DURABLE_WITHIN = Setting.of(
            "WEBHOOK_DURABLE_WITHIN",
            "5s",
            "How long the broker may take to store a delivery; then the answer is 503, before the platform loses patience.");
    private static final Setting CONNECTIONS_PER_SOURCE = Setting.of(
            "WEBHOOK_CONNECTIONS_PER_SOURCE",
            "1000",
            "Connections of one address at once; more are closed. A tenth of it, and for one address no more than "
                    + "WEBHOOK_REFUSALS_PER_SOURCE, may be waiting for a refusal that is late. With WEBHOOK_TRUSTED_PROXIES the "
                    + "connections are the proxy's, and this does not bound them: let the proxy do so.");
    private static final Setting REFUSALS_PER_SOURCE = Setting.of(
            "WEBHOOK_REFUSALS_PER_SOURCE",
            "50",
            "Refused deliveries and handshakes of one address that are answered at once, each second; the others are answered a "
                    + "second late, so many at once and no more. What is genuine is never late.");
    private static final Setting TRUSTED_PROXIES = Setting.of(
            "WEBHOOK_TRUSTED_PROXIES",
            "0",
            "How many proxies stand between the world and the service, each adding to X-Forwarded-For whom it asks for. 0: none, "
                    + "and the header means nothing.");

    static final List<Setting> SETTINGS = List.of(
            BODY_LIMIT,
            MAX_IN_FLIGHT,
            MAX_BYTES_IN_FLIGHT,
            READ_LIMIT,
            IDLE_TIMEOUT,
            DURABLE_WITHIN,
            CONNECTIONS_PER_SOURCE,
            REFUSALS_PER_SOURCE,
            TRUSTED_PROXIES);

    public Limits {
        if (maxBytesInFlight < bodyLimit) {
            throw new ConfigException("WEBHOOK_MAX_BYTES_IN_FLIGHT: at least WEBHOOK_BODY_LIMIT (" + bodyLimit
                    + ") needed, was " + maxBytesInFlight);
        }
        WebhookConfig.atLeast(READ_LIMIT, Duration.ofMillis(100), readLimit);
        WebhookConfig.atLeast(IDLE_TIMEOUT, Duration.ofMillis(100), idleTimeout);
        WebhookConfig.atLeast(DURABLE_WITHIN, Duration.ofMillis(1), durableWithin);
    }

    static Limits from(Settings settings) {
        return new Limits(
                settings.integer(BODY_LIMIT, 1_024, 64 << 20),
                settings.integer(MAX_IN_FLIGHT, 1, 1_000_000),
                settings.integer(MAX_BYTES_IN_FLIGHT, 1_024, Integer.MAX_VALUE),
                settings.duration(READ_LIMIT),
                settings.duration(IDLE_TIMEOUT),
                settings.duration(DURABLE_WITHIN),
                settings.integer(CONNECTIONS_PER_SOURCE, 1, 1_000_000),
                settings.integer(REFUSALS_PER_SOURCE, 1, 1_000_000),
                settings.integer(TRUSTED_PROXIES, 0, 10));
    }
}
