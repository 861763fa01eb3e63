package io.broadside.webhook;

import io.broadside.events.QuarantineReason;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import java.util.function.IntSupplier;

/** What the endpoints tell about themselves. Safe for use by many threads. */
final class WebhookMetrics {

    /** What became of a request. */
    enum End {
        STORED,
        HANDSHAKE,
        HANDSHAKE_REFUSED,
        DELETION_SHOWN,
        UNKNOWN_ENDPOINT,
        REFUSED_METHOD,
        UNREADABLE,
        SIGNATURE_MISSING,
        SIGNATURE_MISMATCH,
        OUT_OF_TIME,
        TOO_LARGE,
        TOO_SLOW,
        CONNECTION_BROKEN,
        FULL,
        BROKER_AWAY,
        FAULT
    }

    private static final String NO_APP = "none";

    private final MeterRegistry meters;
    private final Timer durable;
    private final Counter notQuarantined;
    private final Counter heldBack;
    private final Counter connectionsRefused;
    private final Counter rests;
    private final Map<String, Map<End, Counter>> endsByApp = new ConcurrentHashMap<>();

    WebhookMetrics(MeterRegistry meters) {
        this.meters = meters;
        this.durable = Timer.builder("broadside.webhook.durable")
                .description("From a verified delivery to its acknowledgement by the broker")
                .publishPercentiles(0.5, 0.99)
                .register(meters);
        this.notQuarantined = Counter.builder("broadside.webhook.quarantine.dropped")
                .description(
                        "Refused deliveries that were not set aside, because too many came at once or Kafka was away")
                .register(meters);
        this.heldBack = Counter.builder("broadside.webhook.refusals.held.back")
                .description("Refusals answered late, because their source had too many")
                .register(meters);
        this.connectionsRefused = Counter.builder("broadside.webhook.connections.refused")
                .description("Connections closed at once, because their source had too many")
                .register(meters);
        this.rests = Counter.builder("broadside.webhook.topology.rests")
                .description(
                        "Times the topology stood back, for up to five seconds each, because deliveries needed the processor")
                .register(meters);
    }

    /** @param app PLATFORM/NAME of an app there is: what strangers ask for must not become meters */
    void ended(String app, End end) {
        var ends = endsByApp.computeIfAbsent(app, this::counters);
        var counter = ends.get(end);
        if (counter != null) {
            counter.increment();
        }
    }

    /** An app of which nothing has come yet: that it stays so must be seen, too. */
    void expect(String app) {
        endsByApp.computeIfAbsent(app, this::counters);
    }

    /** A request whose path leads to no app. */
    void endedNowhere() {
        ended(NO_APP, End.UNKNOWN_ENDPOINT);
    }

    void stored(long nanos) {
        durable.record(nanos, TimeUnit.NANOSECONDS);
    }

    /** A delivery was set aside. */
    void quarantined(String platform, QuarantineReason reason) {
        meters.counter("broadside.webhook.quarantined", "platform", platform, "reason", lower(reason))
                .increment();
    }

    void notQuarantined() {
        notQuarantined.increment();
    }

    /** A delivery that was set aside has been verified after all. */
    void verifiedAgain(String platform) {
        meters.counter("broadside.webhook.verified.again", "platform", platform).increment();
    }

    void heldBack() {
        heldBack.increment();
    }

    void connectionRefused() {
        connectionsRefused.increment();
    }

    /** The topology stands back. */
    void rested() {
        rests.increment();
    }

    /** An event has come out. */
    void told(String platform, String kind) {
        meters.counter("broadside.webhook.events", "platform", platform, "kind", kind.toLowerCase(Locale.ROOT))
                .increment();
    }

    /** An event was known already. */
    void duplicate(String platform) {
        meters.counter("broadside.webhook.duplicates", "platform", platform).increment();
    }

    void inFlight(IntSupplier deliveries) {
        gauge("broadside.webhook.in.flight", "Verified deliveries waiting for the broker", deliveries);
    }

    /** How long the topology is behind. */
    void arrears(DoubleSupplier seconds) {
        Gauge.builder("broadside.webhook.arrears", seconds, DoubleSupplier::getAsDouble)
                .description("For how long the oldest delivery has waited that no events were made of yet")
                .baseUnit("seconds")
                .strongReference(true)
                .register(meters);
    }

    void bytesLeft(IntSupplier bytes) {
        gauge("broadside.webhook.bytes.left", "Memory for bodies that is free", bytes);
    }

    void sources(IntSupplier count) {
        gauge("broadside.webhook.sources", "Addresses that have called in the last minutes", count);
    }

    /** How an app fares that may have fallen silent. */
    void silence(String app, DoubleSupplier seconds, IntSupplier isGap) {
        Gauge.builder("broadside.webhook.silence", seconds, DoubleSupplier::getAsDouble)
                .description("For how long no genuine delivery has come")
                .baseUnit("seconds")
                .tags("platform", platformOf(app), "app", app)
                .strongReference(true)
                .register(meters);
        Gauge.builder("broadside.webhook.gap", isGap, IntSupplier::getAsInt)
                .description("1 while that is longer than is usual for the app")
                .tags("platform", platformOf(app), "app", app)
                .strongReference(true)
                .register(meters);
    }

    private Map<End, Counter> counters(String app) {
        var counters = new EnumMap<End, Counter>(End.class);
        for (var end : End.values()) {
            counters.put(
                    end,
                    meters.counter(
                            "broadside.webhook.requests", "platform", platformOf(app), "app", app, "end", lower(end)));
        }
        return counters;
    }

    private static String platformOf(String app) {
        var slash = app.indexOf('/');
        return slash < 0 ? app : app.substring(0, slash);
    }

    private static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    private void gauge(String name, String meaning, IntSupplier value) {
        Gauge.builder(name, value, IntSupplier::getAsInt)
                .description(meaning)
                .strongReference(true)
                .register(meters);
    }
}
