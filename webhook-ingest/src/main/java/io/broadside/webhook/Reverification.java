package io.broadside.webhook;

import io.broadside.events.QuarantineReason;
import io.broadside.events.QuarantinedDelivery;
import io.broadside.events.RawDelivery;
import io.broadside.runtime.kafka.KafkaClients;
import io.broadside.schemas.EventSerdes;
import io.broadside.schemas.Topics;
import io.broadside.webhook.platform.Verdict;
import io.broadside.webhook.platform.WebhookPlatform;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Verifies again what stands in the quarantine, with the secrets of now: after a secret was wrong, or came too late. What is
 * genuine goes the way of every delivery, as it was received; what is not stays where it is.
 *
 * <p>Doing it twice does no harm: the events are known again.
 */
final class Reverification {

    private static final Duration POLL = Duration.ofMillis(200);
    private static final int UNDER_WAY = 200;

    private static final Logger LOGGER = LoggerFactory.getLogger(Reverification.class);

    private final KafkaClients clients;
    private final EventSerdes serdes;
    private final Map<String, Endpoint> endpoints;
    private final Duration rememberFor;
    private final Clock clock;
    private final Deliveries deliveries;
    private final WebhookMetrics metrics;

    /**
     * What came of it, in deliveries.
     *
     * @param accepted genuine, and stored now
     * @param refused still not genuine
     * @param truncated too long to have been kept whole
     * @param ofNoApp of an app that is not configured here
     * @param unreadable signed as it should be, but not to be understood: when it came, and still if that was tried again
     * @param tooOld received so long ago that its events may be forgotten, or that the platform forbids storing it anew
     * @param notStored genuine, but Kafka did not take them: do it once more
     */
    record Result(
            long accepted, long refused, long truncated, long ofNoApp, long unreadable, long tooOld, long notStored) {}

    /** What a delivery in the quarantine turns out to be; the counts of {@link Result} say more. */
    enum Ruling {
        GENUINE,
        REFUSED,
        TRUNCATED,
        OF_NO_APP,
        UNREADABLE,
        TOO_OLD
    }

    /** @param rememberFor for how long events are known again: what is older could be told twice, and stays where it is */
    Reverification(
            KafkaClients clients,
            Collection<Endpoint> endpoints,
            Duration rememberFor,
            Clock clock,
            Deliveries deliveries,
            WebhookMetrics metrics) {
        this.clients = clients;
        this.serdes = clients.serdes();
        this.endpoints = endpoints.stream()
                .collect(Collectors.toUnmodifiableMap(
                        endpoint -> endpoint.label() + " " + endpoint.callback().id(), Function.identity()));
        this.rememberFor = rememberFor;
        this.clock = clock;
        this.deliveries = deliveries;
        this.metrics = metrics;
    }

    /**
     * Goes through all that is in the quarantine now. Blocks.
     *
     * @param app only those of this app, PLATFORM/NAME; of all apps if empty
     * @param withUnreadable whether also what was genuine and could not be understood is to be tried again, as by a newer version
     */
    Result run(Optional<String> app, boolean withUnreadable) throws InterruptedException {
        var counts = new Counts();
        try (var consumer = clients.tableConsumer("re-verify")) {
            var partitions = consumer.partitionsFor(Topics.INBOUND_QUARANTINE.name()).stream()
                    .map(info -> new TopicPartition(info.topic(), info.partition()))
                    .toList();
            consumer.assign(partitions);
            var ends = consumer.endOffsets(partitions);
            consumer.seekToBeginning(partitions);
            while (!isAtEnd(consumer, ends)) {
                for (var record : consumer.poll(POLL)) {
                    if (record.offset()
                            < ends.getOrDefault(new TopicPartition(record.topic(), record.partition()), 0L)) {
                        read(record.value()).ifPresent(found -> judge(found, app, withUnreadable, counts));
                    }
                }
            }
        }
        counts.underWay.acquire(UNDER_WAY);
        var result = counts.result();
        LOGGER.atInfo()
                .addKeyValue("app", app.orElse("all"))
                .addKeyValue("result", result)
                .log("quarantine verified again");
        return result;
    }

    private static boolean isAtEnd(Consumer<byte[], byte[]> consumer, Map<TopicPartition, Long> ends) {
        return ends.entrySet().stream().allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
    }

    private Optional<QuarantinedDelivery> read(byte[] value) {
        try {
            return Optional.of(serdes.read(Topics.INBOUND_QUARANTINE, value));
        } catch (SerializationException _) {
            return Optional.empty();
        }
    }

    private void judge(QuarantinedDelivery found, Optional<String> app, boolean withUnreadable, Counts counts) {
        var delivery = found.getDelivery();
        var label = delivery.getPlatform() + "/" + delivery.getApp();
        if (app.isPresent() && !app.get().equals(label)) {
            return;
        }
        var endpoint = Optional.ofNullable(endpoints.get(label + " " + delivery.getCallback()));
        var ruling = rule(found, endpoint, withUnreadable, clock.instant(), rememberFor);
        switch (ruling) {
            case GENUINE -> store(endpoint.orElseThrow().platform().kept(delivery), counts);
            case REFUSED, TRUNCATED, OF_NO_APP, UNREADABLE, TOO_OLD -> counts.add(ruling);
        }
    }

    /**
     * What one of them is now.
     *
     * @param rememberFor after so long events may be forgotten
     */
    static Ruling rule(
            QuarantinedDelivery found,
            Optional<Endpoint> endpoint,
            boolean withUnreadable,
            Instant now,
            Duration rememberFor) {
        var delivery = found.getDelivery();
        var isMalformed = found.getReason() == QuarantineReason.MALFORMED;
        if (endpoint.isEmpty()) {
            return Ruling.OF_NO_APP;
        }
        if (found.getIsTruncated()) {
            return Ruling.TRUNCATED;
        }
        var youngEnough = endpoint.get().platform().traits().bodiesKeptFor().orElse(rememberFor);
        if (delivery.getReceivedAt().isBefore(now.minus(youngEnough))) {
            return Ruling.TOO_OLD;
        }
        if (isMalformed && !withUnreadable) {
            return Ruling.UNREADABLE;
        }
        var platform = endpoint.get().platform();
        if (!(platform.verify(delivery, endpoint.get().credentials()) instanceof Verdict.Valid)) {
            return Ruling.REFUSED;
        }
        // What is not understood would be set aside once more, beside itself.
        return isMalformed && !isUnderstood(platform, delivery) ? Ruling.UNREADABLE : Ruling.GENUINE;
    }

    private static boolean isUnderstood(WebhookPlatform platform, RawDelivery delivery) {
        try {
            return platform.normalise(delivery).faults().isEmpty();
        } catch (RuntimeException e) {
            LOGGER.atError()
                    .addKeyValue("platform", delivery.getPlatform())
                    .addKeyValue("deliveryId", delivery.getDeliveryId())
                    .setCause(e)
                    .log("delivery could not be normalised");
            return false;
        }
    }

    private void store(RawDelivery delivery, Counts counts) {
        counts.underWay.acquireUninterruptibly();
        var isTaken = deliveries.store(delivery, fate -> {
            switch (fate) {
                case DURABLE -> {
                    counts.accepted.incrementAndGet();
                    metrics.verifiedAgain(delivery.getPlatform());
                }
                case NOT_DURABLE -> counts.notStored.incrementAndGet();
            }
            counts.underWay.release();
        });
        if (!isTaken) {
            // The platforms come first.
            counts.notStored.incrementAndGet();
            counts.underWay.release();
        }
    }

    private static final class Counts {

        private final AtomicLong accepted = new AtomicLong();
        private final AtomicLong notStored = new AtomicLong();
        private final Map<Ruling, Long> others = new EnumMap<>(Ruling.class);
        private final Semaphore underWay = new Semaphore(UNDER_WAY);

        /** From the thread that reads. */
        void add(Ruling ruling) {
            others.merge(ruling, 1L, Long::sum);
        }

        Result result() {
            return new Result(
                    accepted.get(),
                    of(Ruling.REFUSED),
                    of(Ruling.TRUNCATED),
                    of(Ruling.OF_NO_APP),
                    of(Ruling.UNREADABLE),
                    of(Ruling.TOO_OLD),
                    notStored.get());
        }

        private long of(Ruling ruling) {
            return others.getOrDefault(ruling, 0L);
        }
    }
}
