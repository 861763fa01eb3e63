package io.broadside.runtime.dispatch;

import io.broadside.runtime.dispatch.Cycle.Starting;
import io.broadside.schemas.RegistryUnavailableException;
import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.avro.specific.SpecificRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The calls under way, each on a virtual thread of its own, and those that have ended. Starting them and taking up what they came
 * to is for the dispatcher's thread; {@link #complaint} and {@link #oldest} are for any.
 */
final class Calls<V extends SpecificRecord> {

    private static final Logger LOGGER = LoggerFactory.getLogger(Calls.class);

    /** What a handler may need beside its calls: a pause, a moment without a processor. */
    static final Duration PATIENCE = Duration.ofMinutes(1);

    private final String name;
    private final EffectHandler<V> handler;
    private final DispatchConfig config;
    private final DispatchMetrics metrics;
    private final Endings<V> endings;
    private final Runnable onBegin;
    private final Runnable onEnd;
    private final LongSupplier nanoClock;

    /** When those under way were started, by the monotonic clock. */
    private final Map<Slot<V>, Long> started = new ConcurrentHashMap<>();

    private final Queue<Ended<V>> ended = new ConcurrentLinkedQueue<>();

    /** What a call came to. */
    sealed interface Ended<V extends SpecificRecord> {

        Slot<V> slot();

        /** It ended, and this is to be written. */
        record Done<V extends SpecificRecord>(Slot<V> slot, Work<V> work, Outputs outputs) implements Ended<V> {}

        /** It ended, and what came of it cannot be put into records without the schema registry: it is looked for later. */
        record Untold<V extends SpecificRecord>(Slot<V> slot, String reason) implements Ended<V> {}

        /** It never started, because its intent had grown too old. */
        record TooLate<V extends SpecificRecord>(Slot<V> slot) implements Ended<V> {}

        /** The handler could not even say that it failed. */
        record Broken<V extends SpecificRecord>(Slot<V> slot, Throwable fault) implements Ended<V> {}
    }

    /**
     * @param onBegin runs on the thread of a call whose intent is young enough, before it is made
     * @param onEnd runs on the thread of a call that has ended
     */
    Calls(
            String name,
            EffectHandler<V> handler,
            Endings<V> endings,
            DispatchConfig config,
            DispatchMetrics metrics,
            Runnable onBegin,
            Runnable onEnd,
            LongSupplier nanoClock) {
        this.name = name;
        this.handler = handler;
        this.endings = endings;
        this.config = config;
        this.metrics = metrics;
        this.onBegin = onBegin;
        this.onEnd = onEnd;
        this.nanoClock = nanoClock;
    }

    /** @param intentNanos since when its intent may be durable, by the monotonic clock */
    void start(Starting<V> starting, long intentNanos) {
        var lease = starting.isReconciliation()
                ? Lease.forReconciliation(nanoClock, config.intentMaxAge(), config.callLimit())
                : Lease.of(nanoClock, intentNanos, config.intentMaxAge(), config.callLimit());
        var work = starting.work().with(lease);
        started.put(starting.slot(), nanoClock.getAsLong());
        Thread.ofVirtual()
                .name(name + " " + work.position().getTopic() + " " + starting.slot().offset)
                .start(() -> {
                    var end = end(starting, work, intentNanos);
                    started.remove(starting.slot());
                    ended.add(end);
                    onEnd.run();
                });
    }

    Optional<Ended<V>> nextEnded() {
        return Optional.ofNullable(ended.poll());
    }

    boolean hasEnded() {
        return !ended.isEmpty();
    }

    /** For how long the oldest call has been under way; zero if none is. */
    Duration oldest() {
        return oldestStart().map(oldest -> since(oldest.getValue())).orElse(Duration.ZERO);
    }

    /** What is wrong, for a person, if something is. */
    Optional<String> complaint() {
        var longest = config.longestCalls().plus(PATIENCE);
        return oldestStart()
                .filter(oldest -> since(oldest.getValue()).compareTo(longest) > 0)
                .map(
                        oldest -> "the call for offset " + oldest.getKey().offset + " of partition "
                                + oldest.getKey().partition.partition + " is under way for "
                                + since(oldest.getValue()).toSeconds() + " s, and no calls may take longer than "
                                + config.longestCalls().toSeconds()
                                + " s: its handler does not return, and what comes after it for the same account waits; a restart ends it");
    }

    private Optional<Map.Entry<Slot<V>, Long>> oldestStart() {
        var now = nanoClock.getAsLong();
        return started.entrySet().stream().max(Comparator.comparingLong(entry -> now - entry.getValue()));
    }

    private Duration since(long nanos) {
        return Duration.ofNanos(nanoClock.getAsLong() - nanos);
    }

    private Ended<V> end(Starting<V> starting, Work<V> work, long intentNanos) {
        var slot = starting.slot();
        try {
            if (starting.isReconciliation()) {
                return new Ended.Done<>(slot, work, outputs(work, () -> reconciled(work)));
            }
            if (!work.lease().isFresh()) {
                return new Ended.TooLate<>(slot);
            }
            metrics.intentToCall(nanoClock.getAsLong() - intentNanos);
            onBegin.run();
            return new Ended.Done<>(slot, work, outputs(work, () -> handler.run(work)));
        } catch (RegistryUnavailableException e) {
            return new Ended.Untold<>(slot, String.valueOf(e.getMessage()));
        } catch (Throwable fault) {
            return new Ended.Broken<>(slot, fault);
        }
    }

    private Outputs reconciled(Work<V> work) {
        var reconciled = handler.reconcile(work);
        metrics.reconciled(reconciled.verdict());
        LOGGER.atInfo()
                .addKeyValue("dispatcher", name)
                .addKeyValue("verdict", reconciled.verdict())
                .addKeyValue("topic", work.position().getTopic())
                .addKeyValue("partition", work.position().getPartition())
                .addKeyValue("offset", work.position().getOffset())
                .log("reconciled");
        return reconciled.outputs();
    }

    /** A bug of the handler may throw anything that is thrown, and its record must end all the same. */
    private Outputs outputs(Work<V> work, Supplier<Outputs> handling) {
        try {
            return handling.get();
        } catch (Throwable e) {
            if (!Faults.isOfTheRecord(e)) {
                throw e;
            }
            return endings.failed(work, e);
        }
    }
}
