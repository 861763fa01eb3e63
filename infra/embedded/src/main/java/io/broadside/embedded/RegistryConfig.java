package io.broadside.embedded;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Where a {@link SchemaRegistry} listens and where it remembers.
 *
 * @param port where clients connect; 0 takes a free port
 * @param directory where schemas and their ids are kept; without one they are forgotten at the end
 */
public record RegistryConfig(int port, Optional<Path> directory) {

    public RegistryConfig {
        Ports.requireValid("port", port);
        directory = directory.map(path -> path.toAbsolutePath().normalize());
    }

    /** A registry that forgets, on a free port. */
    public static RegistryConfig inMemory() {
        return new RegistryConfig(0, Optional.empty());
    }

    /** A registry that keeps its schemas in this directory, on a free port. */
    public static RegistryConfig in(Path directory) {
        return new RegistryConfig(0, Optional.of(directory));
    }

    public RegistryConfig withPort(int newPort) {
        return new RegistryConfig(newPort, directory);
    }

    public RegistryConfig withDirectory(Path newDirectory) {
        return new RegistryConfig(port, Optional.of(newDirectory));
    }
}
