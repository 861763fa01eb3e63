package io.broadside.embedded;

import java.nio.file.Path;

/**
 * Where an {@link EmbeddedBroker} keeps its records and where it listens.
 *
 * @param directory what the broker stores; created and formatted when new, continued otherwise. It is the broker's alone.
 * @param port where clients connect; 0 takes a free port
 * @param controllerPort where the broker reaches its own controller; 0 takes a free port
 */
public record BrokerConfig(Path directory, int port, int controllerPort) {

    public BrokerConfig {
        directory = directory.toAbsolutePath().normalize();
        Ports.requireValid("port", port);
        Ports.requireValid("controllerPort", controllerPort);
        if (port != 0 && port == controllerPort) {
            throw new IllegalArgumentException("port and controllerPort must differ, both were " + port);
        }
    }

    /** A broker in this directory, on free ports. */
    public static BrokerConfig in(Path directory) {
        return new BrokerConfig(directory, 0, 0);
    }

    public BrokerConfig withDirectory(Path newDirectory) {
        return new BrokerConfig(newDirectory, port, controllerPort);
    }

    public BrokerConfig withPort(int newPort) {
        return new BrokerConfig(directory, newPort, controllerPort);
    }

    public BrokerConfig withControllerPort(int newControllerPort) {
        return new BrokerConfig(directory, port, newControllerPort);
    }
}
