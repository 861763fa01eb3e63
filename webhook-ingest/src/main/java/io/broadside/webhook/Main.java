package io.broadside.webhook;

import io.broadside.runtime.config.ConfigException;
import io.broadside.runtime.service.Shutdown;
import java.time.Clock;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;

/** The process of webhook-ingest. */
final class Main {

    private Main() {}

    static void main() throws InterruptedException {
        var isToStop = new CountDownLatch(1);
        Supplier<WebhookConfig> config = () -> WebhookConfig.from(System.getenv());
        try (var _ = WebhookService.start(config.get(), config, Clock.systemUTC())) {
            // Only now: the hook waits for this thread, which a start that fails is to end the process from.
            Shutdown.onSignal(isToStop::countDown);
            isToStop.await();
        } catch (ConfigException e) {
            System.err.println(e.getMessage());
            System.exit(1);
        }
    }
}
