package io.broadside.retry;

import io.broadside.runtime.config.ConfigException;
import io.broadside.runtime.service.Shutdown;
import java.time.Clock;
import java.util.concurrent.CountDownLatch;

/** retry-service as a process. */
final class Main {

    private Main() {}

    static void main() throws InterruptedException {
        var told = new CountDownLatch(1);
        try (var _ = RetryService.start(RetryConfig.from(System.getenv()), Clock.systemUTC())) {
            // Only now: a start that fails ends the process from this thread, which the hook would wait for.
            Shutdown.onSignal(told::countDown);
            told.await();
        } catch (ConfigException e) {
            System.err.println(e.getMessage());
            System.exit(1);
        }
    }
}
