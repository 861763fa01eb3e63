package io.broadside.embedded;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.apache.kafka.common.utils.Exit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Kafka was written to be alone in its process and ends it when it cannot go on. Here it is a guest: its request to end
 * the JVM becomes an error in the log, a reason the broker's {@code check()} gives, and an {@link Error} that ends the
 * thread which asked. The JVM goes on, so that a test run fails with a message instead of vanishing.
 *
 * <p>Kafka has one such switch per JVM. It is turned when the first broker starts and stays turned: a thread of a closed
 * broker may still ask.
 */
final class FatalFaults {

    private static final Logger LOGGER = LoggerFactory.getLogger(FatalFaults.class);
    private static final AtomicBoolean INSTALLED = new AtomicBoolean();
    private static final Set<Consumer<String>> LISTENERS = ConcurrentHashMap.newKeySet();

    private FatalFaults() {}

    /** Kafka does not say which broker wants to end, so every running one is told. */
    static void tell(Consumer<String> listener) {
        if (INSTALLED.compareAndSet(false, true)) {
            Exit.setExitProcedure((status, message) -> refuse("exit", status, String.valueOf(message)));
            Exit.setHaltProcedure((status, message) -> refuse("halt", status, String.valueOf(message)));
        }
        LISTENERS.add(listener);
    }

    static void forget(Consumer<String> listener) {
        LISTENERS.remove(listener);
    }

    private static void refuse(String procedure, int status, String message) {
        var thread = Thread.currentThread().getName();
        var refused = new ExitRefusedError("Kafka asked for %s(%d) in thread %s, message: %s; its own log has the cause"
                .formatted(procedure, status, thread, message));
        LOGGER.atError()
                .addKeyValue("procedure", procedure)
                .addKeyValue("status", status)
                .addKeyValue("thread", thread)
                .setCause(refused)
                .log("embedded broker met a fatal fault and asked to end the JVM; the JVM goes on without it");
        LISTENERS.forEach(listener -> listener.accept(refused.getMessage()));
        throw refused;
    }

    /** Ends the thread that asked to end the JVM; Kafka counts on that call not returning. */
    static final class ExitRefusedError extends Error {

        private static final long serialVersionUID = 1L;

        ExitRefusedError(String message) {
            super(message);
        }

        @Override
        public String getMessage() {
            return String.valueOf(super.getMessage());
        }
    }
}
