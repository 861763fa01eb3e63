package io.broadside.webhook;

import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/** The memory that bodies may take at once, all requests together. Safe for use by many threads. */
final class Room {

    private final Semaphore bytes;

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

    /** Gives back all it took when it is closed, once. */
    final class Share implements AutoCloseable {

        private final Source source;
        private final AtomicInteger taken = new AtomicInteger();

        private Share(Source source) {
            this.source = source;
        }

        /** Takes more; false if there is no more, or not for this source. */
        boolean take(int more) {
            if (!source.takeBytes(more)) {
                return false;
            }
            if (!bytes.tryAcquire(more)) {
                source.giveBytes(more);
                return false;
            }
            taken.addAndGet(more);
            return true;
        }

        @Override
        public void close() {
            var all = taken.getAndSet(0);
            bytes.release(all);
            source.giveBytes(all);
        }
    }
}
