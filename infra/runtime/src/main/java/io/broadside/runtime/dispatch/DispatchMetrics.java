package io.broadside.runtime.dispatch;

import io.broadside.runtime.dispatch.Transactions.Fate;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Clock;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/** What a dispatcher tells about itself. */
final class DispatchMetrics {

    private final MeterRegistry meters;
    private final Tags tags;
    private final List<Meter> own = new ArrayList<>();
    private final Map<Fate, Timer> cycles = new EnumMap<>(Fate.class);
    private final Timer intentToCall;

    DispatchMetrics(MeterRegistry meters, String dispatcher, Supplier<Assignment.Figures> figures, Clock clock) {
        this.meters = meters;
        this.tags = Tags.of("dispatcher", dispatcher);
        gauge("broadside.dispatch.in.flight", "Calls under way", figures, Assignment.Figures::underWay);
        gauge("broadside.dispatch.held", "Records fetched and not done", figures, Assignment.Figures::held);
        gauge("broadside.dispatch.partitions", "Partitions owned", figures, Assignment.Figures::partitions);
        gauge(
                "broadside.dispatch.oldest.unfinished.seconds",
                "Age of the oldest record that is not done",
                figures,
                now -> now.oldestMillis() == Long.MAX_VALUE
                        ? 0
                        : Math.max(0, clock.millis() - now.oldestMillis()) / 1000.0);
        for (var fate : Fate.values()) {
            cycles.put(
                    fate, timer("broadside.dispatch.cycle", "Time of one transaction", tags.and("fate", fate.name())));
        }
        this.intentToCall = timer(
                "broadside.dispatch.intent.to.call", "From the begin of the commit of an intent to its call", tags);
    }

    void cycle(Fate fate, long nanos) {
        var timer = cycles.get(fate);
        if (timer != null) {
            timer.record(nanos, TimeUnit.NANOSECONDS);
        }
    }

    void intentToCall(long nanos) {
        intentToCall.record(nanos, TimeUnit.NANOSECONDS);
    }

    void close() {
        own.forEach(meters::remove);
    }

    private Timer timer(String name, String meaning, Tags with) {
        var timer = Timer.builder(name)
                .description(meaning)
                .tags(with)
                .publishPercentiles(0.5, 0.99)
                .register(meters);
        own.add(timer);
        return timer;
    }

    private void gauge(
            String name,
            String meaning,
            Supplier<Assignment.Figures> figures,
            ToDoubleFunction<Assignment.Figures> value) {
        own.add(Gauge.builder(name, figures, supplier -> value.applyAsDouble(supplier.get()))
                .description(meaning)
                .tags(tags)
                .strongReference(true)
                .register(meters));
    }
}
