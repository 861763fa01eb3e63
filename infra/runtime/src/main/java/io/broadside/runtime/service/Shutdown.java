package io.broadside.runtime.service;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The end of a service on SIGTERM or Ctrl-C. */
public final class Shutdown {

    /** Within the 30 seconds that Kubernetes and Docker Compose users give before they kill. */
    private static final Duration BOUND = Duration.ofSeconds(25);

    private static final Logger LOGGER = LoggerFactory.getLogger(Shutdown.class);

    private Shutdown() {}

    /**
     * Has the service stopped when the process is told to end.
     *
     * <ol>
     *   <li>{@code stop} runs once, on a thread of its own. It may run when the service has already ended by itself.
     *   <li>After it, the thread that called this method is waited for, so that it can close what it opened: the JVM ends
     *       no earlier. That thread must not call {@code System.exit}.
     *   <li>Both together get 25 seconds. What is not done by then is logged as a warning, and the process ends.
     * </ol>
     */
    public static void onSignal(Runnable stop) {
        Runtime.getRuntime().addShutdownHook(hook(stop, Thread.currentThread(), BOUND));
    }

    static Thread hook(Runnable stop, Thread owner, Duration bound) {
        return Thread.ofPlatform().name("shutdown").unstarted(() -> run(stop, owner, bound));
    }

    private static void run(Runnable stop, Thread owner, Duration bound) {
        var begun = System.nanoTime();
        LOGGER.atInfo().log("stopping");
        var stopping = Thread.ofPlatform().name("shutdown-stop").daemon().start(() -> guarded(stop));
        try {
            var isDone = stopping.join(bound) && joined(owner, bound.minusNanos(System.nanoTime() - begun));
            var tookMs = Duration.ofNanos(System.nanoTime() - begun).toMillis();
            if (isDone) {
                LOGGER.atInfo().addKeyValue("durationMs", tookMs).log("stopped");
            } else {
                LOGGER.atWarn().addKeyValue("durationMs", tookMs).log("not stopped in time, ending all the same");
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean joined(Thread owner, Duration left) throws InterruptedException {
        return owner.join(left);
    }

    private static void guarded(Runnable stop) {
        try {
            stop.run();
        } catch (RuntimeException e) {
            LOGGER.atError().setCause(e).log("stopping failed");
        }
    }
}
