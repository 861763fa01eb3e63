package io.broadside.runtime.dispatch;

import io.broadside.runtime.config.ConfigException;
import io.broadside.runtime.config.Setting;
import io.broadside.runtime.config.Settings;
import java.time.Duration;
import java.util.List;

/**
 * How a dispatcher works.
 *
 * @param maxInFlight calls under way at once, all topics together
 * @param maxInFlightPerTopic calls under way at once for one topic, so that one platform cannot take all of them
 * @param ledgerLength longest ledger, in characters: with it grows how far a partition is worked on beyond its first
 *     unfinished record
 * @param buffer records of a partition held in memory before the partition is paused
 * @param bufferBytes bytes of records held in memory, all partitions together, before partitions are paused; the records
 *     of one fetch come on top
 * @param intentMaxAge how old a durable intent may be when its call starts
 * @param callLimit how long the calls for one record may take in all
 * @param clockSkew by how much the clocks of two instances may differ
 * @param revokeLimit how long a rebalance may wait for calls of partitions that are leaving
 * @param closeLimit how long closing waits for calls under way
 */
public record DispatchConfig(
        int maxInFlight,
        int maxInFlightPerTopic,
        int ledgerLength,
        int buffer,
        long bufferBytes,
        Duration intentMaxAge,
        Duration callLimit,
        Duration clockSkew,
        Duration revokeLimit,
        Duration closeLimit) {

    private static final Setting MAX_IN_FLIGHT =
            Setting.of("DISPATCH_MAX_IN_FLIGHT", "2000", "Calls to platforms under way at once in this instance.");
    private static final Setting MAX_IN_FLIGHT_PER_TOPIC = Setting.of(
            "DISPATCH_MAX_IN_FLIGHT_PER_TOPIC",
            "500",
            "The same for one topic, so that one platform cannot take them all.");
    private static final Setting LEDGER_LENGTH = Setting.of(
            "DISPATCH_LEDGER_LENGTH",
            "3500",
            "Longest note, in characters, of what is under way in a partition, kept with its committed offset. It bounds how"
                    + " far the partition is worked on beyond its first unfinished record: some 10000 records in any order,"
                    + " or a million beyond a few. The broker's offset.metadata.max.bytes (4096) must be larger.");
    private static final Setting BUFFER = Setting.of(
            "DISPATCH_BUFFER", "5000", "Records of one partition held in memory before the partition is paused.");
    private static final Setting BUFFER_BYTES = Setting.of(
            "DISPATCH_BUFFER_BYTES",
            "67108864",
            "Bytes of records held in memory, all partitions together, before partitions are paused.");
    private static final Setting INTENT_MAX_AGE = Setting.of(
            "DISPATCH_INTENT_MAX_AGE", "5s", "A call starts only if its durable intent is younger than this.");
    private static final Setting CLOCK_SKEW =
            Setting.of("DISPATCH_CLOCK_SKEW", "2s", "By how much the clocks of two instances may differ.");

    /** Some ten times what a commit takes. With less, calls would come too late, and their records be chosen again and again. */
    private static final Duration LEAST_INTENT_AGE = Duration.ofMillis(200);

    private static final Duration LEAST_CALL_LIMIT = Duration.ofSeconds(1);

    /** All settings, with the usual limits. */
    public static final List<Setting> SETTINGS = settings(Limits.USUAL);

    /**
     * How long calls may last, and how long they are waited for, where nothing is set: that differs between services, as their calls
     * do.
     */
    public record Limits(Setting call, Setting revoke, Setting close) {

        public static final Limits USUAL = of("60s", "3s", "12s");

        public static Limits of(String call, String revoke, String close) {
            return new Limits(
                    Setting.of(
                            "DISPATCH_CALL_LIMIT",
                            call,
                            "Longest time of all calls for one record; the next owner of a partition waits it out before it looks."),
                    Setting.of(
                            "DISPATCH_REVOKE_LIMIT",
                            revoke,
                            "How long a rebalance waits for calls of partitions that are leaving."),
                    Setting.of("DISPATCH_CLOSE_LIMIT", close, "How long a shutdown waits for calls under way."));
        }
    }

    /** All settings, with these limits. */
    public static List<Setting> settings(Limits limits) {
        return List.of(
                MAX_IN_FLIGHT,
                MAX_IN_FLIGHT_PER_TOPIC,
                LEDGER_LENGTH,
                BUFFER,
                BUFFER_BYTES,
                INTENT_MAX_AGE,
                limits.call(),
                CLOCK_SKEW,
                limits.revoke(),
                limits.close());
    }

    public DispatchConfig {
        if (maxInFlightPerTopic > maxInFlight) {
            throw new ConfigException("DISPATCH_MAX_IN_FLIGHT_PER_TOPIC: at most DISPATCH_MAX_IN_FLIGHT (" + maxInFlight
                    + "), was " + maxInFlightPerTopic);
        }
    }

    private static Duration atLeast(Duration least, Settings settings, Setting setting) {
        var given = settings.duration(setting);
        if (given.compareTo(least) < 0) {
            throw new ConfigException(
                    setting.name() + ": at least " + least.toMillis() + "ms needed, was " + given.toMillis() + "ms");
        }
        return given;
    }

    public static DispatchConfig from(Settings settings) {
        return from(settings, Limits.USUAL);
    }

    public static DispatchConfig from(Settings settings, Limits limits) {
        var maxInFlight = settings.integer(MAX_IN_FLIGHT, 1, 100_000);
        return new DispatchConfig(
                maxInFlight,
                settings.integer(MAX_IN_FLIGHT_PER_TOPIC, 1, 100_000),
                settings.integer(LEDGER_LENGTH, LedgerSpace.LEAST_CHARACTERS, 32_000),
                settings.integer(BUFFER, 1, 100_000),
                settings.integer(BUFFER_BYTES, 1 << 20, Integer.MAX_VALUE),
                atLeast(LEAST_INTENT_AGE, settings, INTENT_MAX_AGE),
                atLeast(LEAST_CALL_LIMIT, settings, limits.call()),
                settings.duration(CLOCK_SKEW),
                settings.duration(limits.revoke()),
                settings.duration(limits.close()));
    }

    /**
     * Makes sure that a rebalance is answered before the group goes on without this instance.
     *
     * @throws ConfigException if calls of partitions that are leaving may be waited for longer than that
     */
    public void requireRevokeWithin(Duration maxPollInterval) {
        if (revokeLimit.compareTo(maxPollInterval) >= 0) {
            throw new ConfigException(Limits.USUAL.revoke().name() + ": less than max.poll.interval.ms ("
                    + maxPollInterval.toMillis() + "ms) needed, was " + revokeLimit.toMillis() + "ms");
        }
    }

    /** By when the calls of a record have ended here, counted from its intent. */
    public Duration longestCalls() {
        return intentMaxAge.plus(callLimit);
    }

    /** After this long, counted from the time of an intent, none of its calls can be under way any more. */
    Duration timeToSettle() {
        return intentMaxAge.plus(callLimit).plus(clockSkew);
    }
}
