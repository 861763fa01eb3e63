package io.broadside.publisher;

import io.broadside.runtime.service.Shutdown;
import java.time.Clock;

/** Runs publisher-service by itself, against the broker and registry that the environment names. */
final class Main {

    private Main() {}

    static void main() throws InterruptedException {
        var service = PublisherService.start(PublisherConfig.from(System.getenv()), Clock.systemUTC());
        Shutdown.onSignal(service::close);
    }
}
