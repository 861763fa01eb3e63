package io.broadside.webhook;

import io.broadside.schemas.EventSerdes;
import io.broadside.schemas.Topics;
import java.time.Duration;
import java.util.Objects;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.WindowStore;
import org.jspecify.annotations.Nullable;

/**
 * Passes every event on once. It notes ids in a store whose segments fall away as a whole once they are old enough: nothing
 * has to be purged, and the store is no larger than what came within the time.
 */
final class DropDuplicates extends ContextualProcessor<String, byte[], String, byte[]> {

    private static final byte[] SEEN = new byte[0];

    private final EventSerdes serdes;
    private final long rememberForMs;
    private final WebhookMetrics metrics;
    private @Nullable WindowStore<String, byte[]> seen;

    DropDuplicates(EventSerdes serdes, Duration rememberFor, WebhookMetrics metrics) {
        this.serdes = serdes;
        this.rememberForMs = rememberFor.toMillis();
        this.metrics = metrics;
    }

    @Override
    public void init(ProcessorContext<String, byte[]> context) {
        super.init(context);
        seen = context.getStateStore(InboundTopology.SEEN);
    }

    @Override
    public void process(Record<String, byte[]> record) {
        // Without headers it was written by a version that put none there.
        var event = EventHeaders.takeFrom(record.headers())
                .orElseGet(() -> EventHeaders.of(serdes.read(Topics.INBOUND_EVENTS, record.value())));
        var platform = record.key().substring(0, record.key().indexOf(':'));
        // Stream time, not the record's own: a store takes no entry older than what it keeps, and after an outage old
        // deliveries follow new ones.
        var now = context().currentStreamTimeMs();
        if (isSeen(event.eventId(), now)) {
            metrics.duplicate(platform);
            return;
        }
        store().put(event.eventId(), SEEN, now);
        metrics.told(platform, event.kind());
        context().forward(record);
    }

    private boolean isSeen(String eventId, long now) {
        try (var found = store().fetch(eventId, Math.max(0, now - rememberForMs), now)) {
            return found.hasNext();
        }
    }

    private WindowStore<String, byte[]> store() {
        return Objects.requireNonNull(seen, "Not initialised yet");
    }
}
