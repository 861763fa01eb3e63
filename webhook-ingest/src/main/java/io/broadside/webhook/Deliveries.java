package io.broadside.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.broadside.events.QuarantineReason;
import io.broadside.events.QuarantinedDelivery;
import io.broadside.events.RawDelivery;
import io.broadside.runtime.health.Check;
import io.broadside.runtime.health.Checked;
import io.broadside.runtime.kafka.KafkaClients;
import io.broadside.runtime.tracing.Trace;
import io.broadside.schemas.EventSerdes;
import io.broadside.schemas.Topic;
import io.broadside.schemas.Topics;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes deliveries to Kafka, and says of each when all replicas have it.
 *
 * <ol>
 *   <li>No caller waits for Kafka: what the client library blocks for (metadata, memory) it does on a thread of this class.
 *   <li>Not more than a bound of records is under way; what comes then is turned away at once.
 *   <li>Records for the quarantine have a small bound and a thread of their own, so that forged deliveries cost the true ones
 *       nothing.
 * </ol>
 *
 * Safe for use by many threads.
 */
final class Deliveries implements AutoCloseable, Checked {

    /** What became of a delivery. */
    enum Fate {
        /** All replicas have it. */
        DURABLE,
        /** It is not known to be there; it may still appear. */
        NOT_DURABLE
    }

    private static final int QUARANTINE_IN_FLIGHT = 64;
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(10);
    /** The client library blocks for 10 s at most, and the registry's for a few more. */
    private static final Duration STUCK_AFTER = Duration.ofMinutes(1);

    private static final long IDLE = 0;

    private static final Logger LOGGER = LoggerFactory.getLogger(Deliveries.class);

    private final EventSerdes serdes;
    private final Producer<byte[], byte[]> producer;
    private final int maxInFlight;
    private final int quarantineBodyLimit;
    private final WebhookMetrics metrics;
    private final Semaphore slots;
    private final Semaphore quarantineSlots = new Semaphore(QUARANTINE_IN_FLIGHT);
    /** While Kafka is away every delivery fails: the metrics count them, a line now and then is enough. */
    private final TokenBucket warnings = new TokenBucket(3, 0.1, System.nanoTime());

    private final Lane lane = new Lane("deliveries");
    private final Lane quarantineLane = new Lane("quarantine");

    Deliveries(
            EventSerdes serdes,
            Producer<byte[], byte[]> producer,
            int maxInFlight,
            int quarantineBodyLimit,
            WebhookMetrics metrics) {
        this.serdes = serdes;
        this.producer = producer;
        this.maxInFlight = maxInFlight;
        this.quarantineBodyLimit = quarantineBodyLimit;
        this.metrics = metrics;
        this.slots = new Semaphore(maxInFlight);
        metrics.inFlight(this::underWay);
    }

    static Deliveries open(KafkaClients clients, WebhookConfig config, WebhookMetrics metrics) {
        return new Deliveries(
                clients.serdes(),
                clients.bulkProducer("deliveries"),
                config.limits().maxInFlight(),
                config.quarantineBodyLimit(),
                metrics);
    }

    /** How many deliveries wait for the broker. */
    int underWay() {
        return maxInFlight - slots.availablePermits();
    }

    /**
     * Stores a verified delivery.
     *
     * @param whenSettled hears once what became of it, on any thread, and must be quick; not if the answer is false
     * @return false if too many are under way
     */
    boolean store(RawDelivery delivery, Consumer<Fate> whenSettled) {
        if (!slots.tryAcquire()) {
            return false;
        }
        var begun = System.nanoTime();
        lane.send(new Outgoing<>(Topics.INBOUND_RAW, delivery.getDeliveryId(), delivery, fault -> {
            slots.release();
            if (fault == null) {
                metrics.stored(System.nanoTime() - begun);
                whenSettled.accept(Fate.DURABLE);
            } else {
                if (warnings.take(1, System.nanoTime())) {
                    LOGGER.atWarn()
                            .addKeyValue("topic", Topics.INBOUND_RAW)
                            .addKeyValue("deliveryId", delivery.getDeliveryId())
                            .addKeyValue("cause", fault.toString())
                            .log("delivery not stored, the platform is asked to send it again; more may follow unsaid");
                }
                whenSettled.accept(Fate.NOT_DURABLE);
            }
        }));
        return true;
    }

    /** How many bytes of the body of a delivery are kept when it is set aside. */
    int keptInQuarantine(RawDelivery delivery) {
        return Math.min(delivery.getBody().remaining(), quarantineBodyLimit);
    }

    /** Sets a delivery aside that was not believed. Best effort: it is the platform's to repeat, if it was the platform's. */
    void quarantine(RawDelivery delivery, QuarantineReason reason, String detail) {
        if (!quarantineSlots.tryAcquire()) {
            metrics.notQuarantined();
            return;
        }
        var record = quarantined(delivery, reason, detail, quarantineBodyLimit);
        // Nothing below may hold the delivery itself: its body has been given back, and whoever forges may send long
        // ones.
        var platform = delivery.getPlatform();
        quarantineLane.send(new Outgoing<>(Topics.INBOUND_QUARANTINE, delivery.getDeliveryId(), record, fault -> {
            quarantineSlots.release();
            if (fault == null) {
                metrics.quarantined(platform, reason);
            } else {
                metrics.notQuarantined();
            }
        }));
    }

    /** A delivery set aside, with as much of its body as is kept. */
    static QuarantinedDelivery quarantined(
            RawDelivery delivery, QuarantineReason reason, String detail, int bodyLimit) {
        var body = delivery.getBody().duplicate();
        var isTruncated = body.remaining() > bodyLimit;
        if (isTruncated) {
            // A copy, so that the whole need not stay in memory for its beginning.
            var beginning = new byte[bodyLimit];
            body.get(beginning);
            body = ByteBuffer.wrap(beginning);
        }
        return QuarantinedDelivery.newBuilder()
                .setDelivery(withBody(delivery, body))
                .setReason(reason)
                .setDetail(detail)
                .setIsTruncated(isTruncated)
                .build();
    }

    /** A delivery with another body. Avro's copying builder would copy the whole of the first body before it takes the other. */
    private static RawDelivery withBody(RawDelivery delivery, ByteBuffer body) {
        return RawDelivery.newBuilder()
                .setDeliveryId(delivery.getDeliveryId())
                .setPlatform(delivery.getPlatform())
                .setApp(delivery.getApp())
                .setCallback(delivery.getCallback())
                .setReceivedAt(delivery.getReceivedAt())
                .setHeaders(delivery.getHeaders())
                .setBody(body)
                .build();
    }

    /** Fails once a thread that hands records to the client library has ended, or is held up for longer than that can take. */
    @Override
    public Check check() {
        return Stream.of(lane, quarantineLane)
                .filter(Lane::isStuck)
                .findFirst()
                .map(stuck -> Check.failing("deliveries", stuck.thread.getName() + " makes no progress"))
                .orElseGet(() -> Check.ok("deliveries", ""));
    }

    /** Waits for what is under way, within a limit, and closes. */
    @Override
    public void close() {
        try {
            var areDone = slots.tryAcquire(maxInFlight, CLOSE_LIMIT.toSeconds(), TimeUnit.SECONDS)
                    && quarantineSlots.tryAcquire(QUARANTINE_IN_FLIGHT, 1, TimeUnit.SECONDS);
            if (!areDone) {
                LOGGER.atWarn().log("closing with records under way: their platforms were told to send them again");
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        producer.close(CLOSE_LIMIT);
        lane.end();
        quarantineLane.end();
    }

    /** A record on its way to the producer. */
    private record Outgoing<V extends SpecificRecord>(
            Topic<V> topic, String key, V value, Consumer<@Nullable Throwable> whenSettled) {}

    /** The thread that serialises and sends; as many records wait for it as there are slots, and no more. */
    private final class Lane {

        private final BlockingQueue<Outgoing<?>> waiting = new LinkedBlockingQueue<>();
        private final Thread thread;
        private final AtomicLong busySince = new AtomicLong(IDLE);

        Lane(String name) {
            this.thread = Thread.ofPlatform().name("lane " + name).daemon().start(this::work);
        }

        void send(Outgoing<?> outgoing) {
            waiting.add(outgoing);
        }

        void end() {
            thread.interrupt();
        }

        boolean isStuck() {
            var since = busySince.get();
            return !thread.isAlive() || (since != IDLE && System.nanoTime() - since > STUCK_AFTER.toNanos());
        }

        private void work() {
            try {
                while (true) {
                    var next = waiting.take();
                    busySince.set(Math.max(1, System.nanoTime()));
                    put(next);
                    busySince.set(IDLE);
                }
            } catch (InterruptedException _) {
                // The end. Whatever still waits was not stored, and is told so.
                waiting.forEach(left -> left.whenSettled().accept(new IllegalStateException("closed")));
            }
        }

        private <V extends SpecificRecord> void put(Outgoing<V> outgoing) {
            try {
                var record = new ProducerRecord<>(
                        outgoing.topic().name(),
                        outgoing.key().getBytes(UTF_8),
                        serdes.write(outgoing.topic(), outgoing.value()));
                Trace.root().writeTo(record.headers());
                var _ = producer.send(
                        record, (_, fault) -> outgoing.whenSettled().accept(fault));
            } catch (RuntimeException | OutOfMemoryError e) {
                // The registry is away, the producer is closed, or there is no room for this one: nothing was sent,
                // and no callback will come. The thread goes on; without it every later delivery would be turned away
                // for ever.
                outgoing.whenSettled().accept(e);
            }
        }
    }
}
