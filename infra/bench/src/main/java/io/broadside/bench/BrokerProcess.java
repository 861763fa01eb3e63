package io.broadside.bench;

import io.broadside.embedded.BrokerConfig;
import io.broadside.embedded.EmbeddedBroker;
import io.broadside.embedded.RegistryConfig;
import io.broadside.embedded.SchemaRegistry;
import java.nio.file.Path;

/** A broker and a registry in a JVM of their own. */
final class BrokerProcess {

    private BrokerProcess() {}

    static void main(String[] args) throws InterruptedException {
        try (var broker = EmbeddedBroker.start(BrokerConfig.in(Path.of(args[0])));
                var registry = SchemaRegistry.start(RegistryConfig.inMemory())) {
            System.out.println(OwnProcess.READY + broker.bootstrapServers() + " " + registry.uri());
            Thread.currentThread().join();
        }
    }
}
