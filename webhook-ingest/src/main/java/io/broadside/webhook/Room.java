package io.broadside.webhook;

import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/** The memory that bodies may take at once, all requests together. Safe for use by many threads. */
final class Room {

    private final Semaphore bytes;

    Room(int bytes) {
        this.bytes = new Semaphore(bytes);
    }

    /** What one request takes of it; nothing yet. */
    Share share() {
        return new Share();
    }

    int bytesLeft() {
        return bytes.availablePermits();
    }

    /** Gives back all it took when it is closed, once. */
    final class Share implements AutoCloseable {

        private final AtomicInteger taken = new AtomicInteger();

        /** Takes more; false if there is no more. */
        boolean take(int more) {
            if (!bytes.tryAcquire(more)) {
                return false;
            }
            taken.addAndGet(more);
            return true;
        }

        @Override
        public void close() {
            bytes.release(taken.getAndSet(0));
        }
    }
}
