package io.broadside.retry;

import io.broadside.runtime.service.Shutdown;
import java.time.Clock;
import java.util.concurrent.CountDownLatch;

/** retry-service as a process. */
final class Main {

    private Main() {}

    static void main() throws InterruptedException {
        var config = RetryConfig.from(System.getenv());
        var told = new CountDownLatch(1);
        try (var _ = RetryService.start(config, Clock.systemUTC())) {
            Shutdown.onSignal(told::countDown);
            told.await();
        }
    }
}
