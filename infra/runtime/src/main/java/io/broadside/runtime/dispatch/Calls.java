package io.broadside.runtime.dispatch;

import io.broadside.runtime.dispatch.Cycle.Starting;
import io.broadside.schemas.RegistryUnavailableException;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;
import org.apache.avro.specific.SpecificRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The calls under way, each on a virtual thread of its own, and those that have ended. Starting them and taking up what they came
 * to is for the dispatcher's thread.
 */
final class Calls<V extends SpecificRecord> {

    private static final Logger LOGGER = LoggerFactory.getLogger(Calls.class);

    private final String name;
    private final EffectHandler<V> handler;
    private final DispatchConfig config;
    private final DispatchMetrics metrics;
    private final Endings<V> endings;
    private final Runnable onEnd;
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

    /** @param onEnd runs on the thread of a call that has ended */
    Calls(
            String name,
            EffectHandler<V> handler,
            Endings<V> endings,
            DispatchConfig config,
            DispatchMetrics metrics,
            Runnable onEnd) {
        this.name = name;
        this.handler = handler;
        this.endings = endings;
        this.config = config;
        this.metrics = metrics;
        this.onEnd = onEnd;
    }

    /** @param intentNanos since when its intent may be durable, by the monotonic clock */
    void start(Starting<V> starting, long intentNanos) {
        var lease = starting.isReconciliation()
                ? Lease.forReconciliation(System::nanoTime, config.intentMaxAge(), config.callLimit())
                : Lease.of(System::nanoTime, intentNanos, config.intentMaxAge(), config.callLimit());
        var work = starting.work().with(lease);
        Thread.ofVirtual()
                .name(name + " " + work.position().getTopic() + " " + starting.slot().offset)
                .start(() -> {
                    ended.add(end(starting, work, intentNanos));
                    onEnd.run();
                });
    }

    Optional<Ended<V>> nextEnded() {
        return Optional.ofNullable(ended.poll());
    }

    boolean hasEnded() {
        return !ended.isEmpty();
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
            metrics.intentToCall(System.nanoTime() - intentNanos);
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
