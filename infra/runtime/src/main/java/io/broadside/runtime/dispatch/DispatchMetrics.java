package io.broadside.runtime.dispatch;

import io.broadside.runtime.dispatch.Reconciled.Verdict;
import io.broadside.runtime.dispatch.Transactions.Fate;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/** What a dispatcher tells about itself. */
final class DispatchMetrics {

    private static final String COMMITTED = "COMMITTED";
    private static final String NOT_COMMITTED = "NOT_COMMITTED";
    private static final String UNKNOWN = "UNKNOWN";

    private final MeterRegistry meters;
    private final Tags tags;
    private final List<Meter> own = new ArrayList<>();
    private final Map<String, Timer> cycles = new HashMap<>();
    private final Map<Verdict, Counter> reconciled = new EnumMap<>(Verdict.class);
    private final Timer intentToCall;
    private final Counter tooLate;

    DispatchMetrics(
            MeterRegistry meters,
            String dispatcher,
            Supplier<Assignment.Figures> figures,
            IntSupplier underWay,
            Supplier<Duration> oldestCall,
            Clock clock) {
        this.meters = meters;
        this.tags = Tags.of("dispatcher", dispatcher);
        gauge("broadside.dispatch.in.flight", "Calls under way", figures, _ -> underWay.getAsInt());
        gauge(
                "broadside.dispatch.oldest.call.seconds",
                "For how long the oldest call has been under way",
                figures,
                _ -> oldestCall.get().toMillis() / 1000.0);
        gauge("broadside.dispatch.held", "Records fetched and not done", figures, Assignment.Figures::held);
        gauge("broadside.dispatch.held.bytes", "Bytes of those records", figures, Assignment.Figures::heldBytes);
        gauge(
                "broadside.dispatch.window",
                "Offsets beyond its first unfinished record that the ledger of a partition describes, of the widest one",
                figures,
                Assignment.Figures::widest);
        gauge("broadside.dispatch.partitions", "Partitions owned", figures, Assignment.Figures::partitions);
        gauge(
                "broadside.dispatch.oldest.unfinished.seconds",
                "Age of the oldest record that is not done",
                figures,
                now -> now.oldestMillis() == Long.MAX_VALUE
                        ? 0
                        : Math.max(0, clock.millis() - now.oldestMillis()) / 1000.0);
        for (var fate : List.of(COMMITTED, NOT_COMMITTED, UNKNOWN)) {
            cycles.put(fate, timer("broadside.dispatch.cycle", "Time of one transaction", tags.and("fate", fate)));
        }
        for (var verdict : Verdict.values()) {
            var counter = Counter.builder("broadside.dispatch.reconciled")
                    .description("Records whose call was made, or was to be made, by a process that is gone")
                    .tags(tags.and("verdict", verdict.name()))
                    .register(meters);
            own.add(counter);
            reconciled.put(verdict, counter);
        }
        this.tooLate = Counter.builder("broadside.dispatch.too.late")
                .description(
                        "Calls not made because their intents were too old when they were durable; they are chosen again")
                .tags(tags)
                .register(meters);
        own.add(tooLate);
        this.intentToCall = timer(
                "broadside.dispatch.intent.to.call", "From the begin of the commit of an intent to its call", tags);
    }

    void cycle(Fate fate, long nanos) {
        var name = switch (fate) {
            case Fate.Committed _ -> COMMITTED;
            case Fate.NotCommitted _ -> NOT_COMMITTED;
            case Fate.Unknown _ -> UNKNOWN;
        };
        Objects.requireNonNull(cycles.get(name)).record(nanos, TimeUnit.NANOSECONDS);
    }

    /** For any thread. */
    void reconciled(Verdict verdict) {
        Objects.requireNonNull(reconciled.get(verdict)).increment();
    }

    void intentToCall(long nanos) {
        intentToCall.record(nanos, TimeUnit.NANOSECONDS);
    }

    void tooLate() {
        tooLate.increment();
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
