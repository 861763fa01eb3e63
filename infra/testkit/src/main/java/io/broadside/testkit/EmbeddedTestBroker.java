package io.broadside.testkit;

import io.broadside.embedded.BrokerConfig;
import io.broadside.embedded.EmbeddedBroker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/** Kafka in this JVM, on a temporary directory that goes with it. */
final class EmbeddedTestBroker implements TestBroker {

    private final EmbeddedBroker broker;

    private EmbeddedTestBroker(EmbeddedBroker broker) {
        this.broker = broker;
    }

    static EmbeddedTestBroker start() {
        try {
            return new EmbeddedTestBroker(
                    EmbeddedBroker.start(BrokerConfig.in(Files.createTempDirectory("broadside-test-kafka-"))));
        } catch (IOException e) {
            throw new UncheckedIOException("no temporary directory for Kafka", e);
        }
    }

    @Override
    public String bootstrapServers() {
        return broker.bootstrapServers();
    }

    @Override
    public boolean canRestart() {
        return true;
    }

    @Override
    public void restart() {
        broker.restart();
    }

    @Override
    public void close() {
        broker.close();
        try {
            Files.walkFileTree(broker.directory(), new Delete());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete " + broker.directory(), e);
        }
    }

    private static final class Delete extends SimpleFileVisitor<Path> {
        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException e) throws IOException {
            if (e != null) {
                throw e;
            }
            Files.deleteIfExists(directory);
            return FileVisitResult.CONTINUE;
        }
    }
}
