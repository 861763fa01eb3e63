package io.broadside.webhook;

import io.broadside.schemas.EventSerdes;
import io.broadside.schemas.Topics;
import java.time.Duration;
import java.util.Objects;
import java.util.stream.IntStream;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.WindowStore;
import org.jspecify.annotations.Nullable;

/**
 * Passes every event on once. It notes ids in a store whose segments fall away as a whole once they are old enough: nothing
 * has to be purged, and the store is no larger than what came within the time.
 *
 * <p>An id is noted under the beginning of its stretch of time, of which there are few: looking for it is a handful of looks at
 * single keys, which the store's filters answer nearly for nothing, and never a range of them.
 */
final class DropDuplicates extends ContextualProcessor<String, byte[], String, byte[]> {

    private static final byte[] SEEN = new byte[0];
    private static final int STRETCHES = 4;

    private final EventSerdes serdes;
    private final long stretchMs;
    private final WebhookMetrics metrics;
    private @Nullable WindowStore<String, byte[]> seen;

    DropDuplicates(EventSerdes serdes, Duration rememberFor, WebhookMetrics metrics) {
        this.serdes = serdes;
        this.stretchMs = stretch(rememberFor).toMillis();
        this.metrics = metrics;
    }

    /** For how long ids must stay in the store, so that each is known for as long as this at least. */
    static Duration retention(Duration rememberFor) {
        return rememberFor.plus(stretch(rememberFor));
    }

    private static Duration stretch(Duration rememberFor) {
        return rememberFor.dividedBy(STRETCHES).plusMillis(1);
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
        var stretch = now - now % stretchMs;
        if (isSeen(event.eventId(), stretch)) {
            metrics.duplicate(platform);
            return;
        }
        store().put(event.eventId(), SEEN, stretch);
        metrics.told(platform, event.kind());
        context().forward(record);
    }

    private boolean isSeen(String eventId, long stretch) {
        return IntStream.rangeClosed(0, STRETCHES)
                .mapToLong(back -> stretch - back * stretchMs)
                .anyMatch(begun -> store().fetch(eventId, begun) != null);
    }

    private WindowStore<String, byte[]> store() {
        return Objects.requireNonNull(seen, "Not initialised yet");
    }
}
