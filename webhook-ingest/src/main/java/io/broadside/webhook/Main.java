package io.broadside.webhook;

import io.broadside.runtime.config.ConfigException;
import io.broadside.runtime.service.Shutdown;
import java.time.Clock;
import java.util.concurrent.CountDownLatch;

/** The process of webhook-ingest. */
final class Main {

    private Main() {}

    static void main() throws InterruptedException {
        var isToStop = new CountDownLatch(1);
        try (var _ = WebhookService.start(
                WebhookConfig.from(System.getenv()), app -> app.readAgain(System.getenv()), Clock.systemUTC())) {
            // Only now: the hook waits for this thread, which a start that fails is to end the process from.
            Shutdown.onSignal(isToStop::countDown);
            isToStop.await();
        } catch (ConfigException e) {
            System.err.println(e.getMessage());
            System.exit(1);
        }
    }
}
