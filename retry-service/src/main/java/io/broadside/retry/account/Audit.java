package io.broadside.retry.account;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks now and then where everything is that has not ended: results say that it waits, and this asks whether it does. What is
 * nowhere shows in the account as a difference. It reads what waits from its changelog, all of it: not too often, therefore.
 */
public final class Audit implements AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(Audit.class);

    /** Partitions look once a second. */
    private static final Duration FOR_THE_PARTITIONS = Duration.ofSeconds(3);

    private final Inventory inventory;
    private final UnaryOperator<Set<String>> search;
    private final Duration every;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread;

    /** @param search which of these commands are nowhere */
    private Audit(Inventory inventory, UnaryOperator<Set<String>> search, Duration every) {
        this.inventory = inventory;
        this.search = search;
        this.every = every;
        this.thread = Thread.ofVirtual().name("audit").unstarted(this::run);
    }

    /**
     * Starts it.
     *
     * @param search which of these commands are nowhere
     */
    public static Audit start(Inventory inventory, UnaryOperator<Set<String>> search, Duration every) {
        var audit = new Audit(inventory, search, every);
        audit.thread.start();
        return audit;
    }

    private void run() {
        try {
            while (!closes(every)) {
                inventory.begin();
                if (closes(FOR_THE_PARTITIONS)) {
                    return;
                }
                round();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void round() {
        try {
            // Whoever moved while it was looked for is found the second time.
            var asked = inventory.asked();
            inventory.answer(asked, search.apply(search.apply(asked)));
        } catch (RuntimeException e) {
            LOGGER.atWarn()
                    .addKeyValue("cause", String.valueOf(e.getMessage()))
                    .log("where commands are could not be told, the next round asks again");
        }
    }

    private boolean closes(Duration within) throws InterruptedException {
        return closing.await(within.toNanos(), TimeUnit.NANOSECONDS);
    }

    @Override
    public void close() {
        closing.countDown();
        // A round may be reading: it is of no use any more.
        thread.interrupt();
    }
}
