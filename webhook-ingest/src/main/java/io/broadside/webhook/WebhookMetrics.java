package io.broadside.webhook;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;

/** What the endpoints tell about themselves. Safe for use by many threads. */
final class WebhookMetrics {

    /** What became of a request. */
    enum End {
        STORED,
        HANDSHAKE,
        HANDSHAKE_REFUSED,
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

    private final MeterRegistry meters;
    private final Timer durable;
    private final Counter notQuarantined;

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
    }

    /** @param app PLATFORM/NAME, or none where the path leads to no app: what strangers ask for must not become meters */
    void ended(String app, End end) {
        meters.counter(
                        "broadside.webhook.requests",
                        "app",
                        app,
                        "end",
                        end.name().toLowerCase(Locale.ROOT))
                .increment();
    }

    void stored(long nanos) {
        durable.record(nanos, TimeUnit.NANOSECONDS);
    }

    void notQuarantined() {
        notQuarantined.increment();
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

    /** A verified delivery could not be read, or not wholly. */
    void malformed() {
        meters.counter("broadside.webhook.malformed").increment();
    }

    void inFlight(IntSupplier deliveries) {
        gauge("broadside.webhook.in.flight", "Verified deliveries waiting for the broker", deliveries);
    }

    void bytesLeft(IntSupplier bytes) {
        gauge("broadside.webhook.bytes.left", "Memory for bodies that is free", bytes);
    }

    private void gauge(String name, String meaning, IntSupplier value) {
        Gauge.builder(name, value, IntSupplier::getAsInt)
                .description(meaning)
                .strongReference(true)
                .register(meters);
    }
}
