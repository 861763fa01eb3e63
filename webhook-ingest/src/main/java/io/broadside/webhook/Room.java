package io.broadside.webhook;

import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The memory that bodies may take at once, all requests together.
 *
 * <p>Nobody keeps others out by sending bodies slowly, from however many addresses: where memory is short, the body that has been
 * under way longest is cut off. One that has come whole is not, so what is short then is short because genuine deliveries wait.
 *
 * <p>Safe for use by many threads.
 */
final class Room {

    private final Semaphore bytes;
    private final AtomicLong begun = new AtomicLong();

    /** Bodies that have memory and are not whole yet, in the order in which they began. */
    private final ConcurrentNavigableMap<Long, Share> unfinished = new ConcurrentSkipListMap<>();

    Room(int bytes) {
        this.bytes = new Semaphore(bytes);
    }

    /** What one request of a source takes of it; nothing yet. */
    Share share(Source source) {
        return new Share(source);
    }

    int bytesLeft() {
        return bytes.availablePermits();
    }

    /** Gives back all it took when it is closed, once. For one request; only cutting it off comes from other threads. */
    final class Share implements AutoCloseable {

        private final Source source;
        private final AtomicInteger taken = new AtomicInteger();
        private final AtomicReference<@Nullable Runnable> whenCutOff = new AtomicReference<>();
        private long number;

        private Share(Source source) {
            this.source = source;
        }

        /** Takes more, if need be from others; false if there is no more, or not for this source. */
        boolean take(int more) {
            if (!makingRoom(source.unfinished(), () -> source.takeBytes(more))) {
                return false;
            }
            if (!makingRoom(unfinished, () -> bytes.tryAcquire(more))) {
                source.giveBytes(more);
                return false;
            }
            taken.addAndGet(more);
            return true;
        }

        /**
         * More of the body is still to come, and until {@link #isWhole} it may be cut off for others. To be called once.
         *
         * @param whenCutOff to hear of it, on any thread; the share has to be closed all the same
         */
        void mayBeCutOff(Runnable whenCutOff) {
            number = begun.incrementAndGet();
            this.whenCutOff.set(whenCutOff);
            unfinished.put(number, this);
            source.unfinished().put(number, this);
        }

        /** The body has come to its end; false if it was cut off before. */
        boolean isWhole() {
            return number == 0 || leave() != null;
        }

        @Override
        public void close() {
            if (number != 0) {
                leave();
            }
            free();
        }

        private boolean makingRoom(ConcurrentNavigableMap<Long, Share> candidates, BooleanSupplier takes) {
            while (!takes.getAsBoolean()) {
                var longest = candidates.pollFirstEntry();
                if (longest == null || longest.getValue() == this) {
                    return false;
                }
                longest.getValue().cutOff();
            }
            return true;
        }

        private void cutOff() {
            var heard = leave();
            if (heard != null) {
                free();
                heard.run();
            }
        }

        private @Nullable Runnable leave() {
            unfinished.remove(number);
            source.unfinished().remove(number);
            return whenCutOff.getAndSet(null);
        }

        private void free() {
            var all = taken.getAndSet(0);
            bytes.release(all);
            source.giveBytes(all);
        }
    }
}
