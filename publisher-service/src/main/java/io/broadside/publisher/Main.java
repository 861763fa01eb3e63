package io.broadside.publisher;

import io.broadside.runtime.config.ConfigException;
import io.broadside.runtime.service.Shutdown;
import java.time.Clock;

/** Runs publisher-service by itself, against the broker and registry that the environment names. */
final class Main {

    private Main() {}

    static void main() throws InterruptedException {
        try {
            var service = PublisherService.start(PublisherConfig.from(System.getenv()), Clock.systemUTC());
            Shutdown.onSignal(service::close);
        } catch (ConfigException e) {
            System.err.println(e.getMessage());
            System.exit(1);
        }
    }
}
