package io.broadside.token;

import io.broadside.runtime.config.ConfigException;
import io.broadside.runtime.service.Shutdown;
import java.time.Clock;
import java.util.concurrent.CountDownLatch;

/** Runs token-service until the process is told to end. */
final class Main {

    private Main() {}

    static void main() throws InterruptedException {
        var ended = new CountDownLatch(1);
        try (var _ = TokenService.start(TokenConfig.from(System.getenv()), Clock.systemUTC())) {
            // Only now: a start that fails ends the process from this thread, which the hook would wait for.
            Shutdown.onSignal(ended::countDown);
            ended.await();
        } catch (ConfigException e) {
            System.err.println(e.getMessage());
            System.exit(1);
        }
    }
}
