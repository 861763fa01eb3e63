package io.broadside.webhook;

import io.broadside.schemas.EventSerdes;
import io.broadside.schemas.Topics;
import io.broadside.webhook.Normalise.Step.SetAside;
import io.broadside.webhook.Normalise.Step.Told;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Branched;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Named;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.Repartitioned;
import org.apache.kafka.streams.state.Stores;

/**
 * Deliveries -> normalised events, one by one -> by account -> each once -> inbound.events. What cannot be read ->
 * inbound.quarantine.
 *
 * <p>Duplicates are looked for behind the repartitioning: a delivery has a key of its own, and two deliveries of one event meet
 * only where the account is the key. An event is written once, before that, and passed on as it is.
 */
final class InboundTopology {

    static final String SEEN = "seen-events";

    private InboundTopology() {}

    /** Starts nothing. */
    static Topology build(EventSerdes serdes, Duration rememberFor, int quarantineBodyLimit, WebhookMetrics metrics) {
        var builder = new StreamsBuilder();
        builder.addStateStore(Stores.windowStoreBuilder(
                        Stores.persistentWindowStore(
                                SEEN, DropDuplicates.retention(rememberFor), Duration.ofMillis(1), false),
                        Serdes.String(),
                        Serdes.ByteArray())
                .withCachingDisabled()
                // No key comes twice: there is nothing to compact.
                .withLoggingEnabled(Map.of(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_DELETE)));
        builder.stream(
                        Topics.INBOUND_RAW.name(),
                        Consumed.with(Serdes.String(), Serdes.ByteArray()).withName("raw-source"))
                .process(() -> new Normalise(serdes, quarantineBodyLimit, metrics), Named.as("normalise"))
                .split(Named.as("normalised-"))
                .branch(
                        (_, step) -> step instanceof SetAside,
                        Branched.withConsumer(steps -> toQuarantine(steps, serdes), "set-aside"))
                .defaultBranch(Branched.withConsumer(steps -> toEvents(steps, serdes, rememberFor, metrics), "told"));
        return builder.build();
    }

    private static void toQuarantine(KStream<String, Normalise.Step> steps, EventSerdes serdes) {
        steps.mapValues(step -> ((SetAside) step).delivery(), Named.as("take-delivery"))
                .to(
                        Topics.INBOUND_QUARANTINE.name(),
                        Produced.with(Serdes.String(), serdes.of(Topics.INBOUND_QUARANTINE))
                                .withName("quarantine-sink"));
    }

    private static void toEvents(
            KStream<String, Normalise.Step> steps, EventSerdes serdes, Duration rememberFor, WebhookMetrics metrics) {
        steps.mapValues(step -> ((Told) step).event(), Named.as("take-event"))
                .repartition(Repartitioned.<String, byte[]>as("by-account")
                        .withKeySerde(Serdes.String())
                        .withValueSerde(Serdes.ByteArray()))
                .process(() -> new DropDuplicates(serdes, rememberFor, metrics), Named.as("drop-duplicates"), SEEN)
                .to(
                        Topics.INBOUND_EVENTS.name(),
                        Produced.with(Serdes.String(), Serdes.ByteArray()).withName("events-sink"));
    }
}
