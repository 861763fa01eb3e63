package io.broadside.webhook;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What other threads give an event loop to do. Acknowledgements of a broker come by the hundred: one hop to the event loop for all of
 * them, and not one for each, which would wake it as often.
 *
 * <p>Safe for use by many threads.
 */
final class Inbox {

    private static final Logger LOGGER = LoggerFactory.getLogger(Inbox.class);

    private final Executor eventLoop;
    private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean isComing = new AtomicBoolean();

    /** @param eventLoop runs what it is given later, in its order */
    Inbox(Executor eventLoop) {
        this.eventLoop = eventLoop;
    }

    /** Has it done on the event loop, after all that was put here before. */
    void put(Runnable task) {
        waiting.add(task);
        if (isComing.compareAndSet(false, true)) {
            try {
                eventLoop.execute(this::empty);
            } catch (RuntimeException e) {
                // Nobody comes: the next one is to try again.
                isComing.set(false);
                throw e;
            }
        }
    }

    private void empty() {
        // Before the first is taken: what comes from now on finds nobody coming, or is seen here.
        isComing.set(false);
        for (var task = waiting.poll(); task != null; task = waiting.poll()) {
            try {
                task.run();
            } catch (RuntimeException e) {
                LOGGER.atError().setCause(e).log("answer not given");
            }
        }
    }
}
