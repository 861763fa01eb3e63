package io.broadside.local;

import io.broadside.embedded.BrokerConfig;
import io.broadside.embedded.EmbeddedBroker;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/** A broker in a process of its own, so that it can be killed. Arguments: directory, port, port of the controller. */
final class BrokerProcess {

    private BrokerProcess() {}

    static void main(String[] args) throws InterruptedException {
        var config = BrokerConfig.in(Path.of(args[0]))
                .withPort(Integer.parseInt(args[1]))
                .withControllerPort(Integer.parseInt(args[2]));
        try (var _ = EmbeddedBroker.start(config)) {
            new CountDownLatch(1).await();
        }
    }
}
