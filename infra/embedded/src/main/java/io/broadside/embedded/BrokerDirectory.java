package io.broadside.embedded;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.metadata.storage.Formatter;

/**
 * Makes a directory one the broker can start in. A new directory is formatted; one that was formatted keeps its records
 * and its cluster id; one that holds something else is refused before anything is written to it.
 */
final class BrokerDirectory {

    private static final String META_PROPERTIES = "meta.properties";

    /** What a format that was cut short may have left: {@code meta.properties} is written last. */
    private static final Set<String> LEFT_BY_AN_UNFINISHED_FORMAT = Set.of(
            DirectoryLock.FILE, ".lock", "bootstrap.checkpoint", "bootstrap.checkpoint.tmp", "meta.properties.tmp");

    private BrokerDirectory() {}

    /** Returns the id of the cluster that lives in the directory. The caller holds the directory's lock. */
    static String prepare(Path directory) {
        try {
            return Files.exists(directory.resolve(META_PROPERTIES)) ? clusterIdOf(directory) : format(directory);
        } catch (IOException e) {
            throw new EmbeddedStartException("cannot read " + directory + ": " + e, e);
        }
    }

    private static String clusterIdOf(Path directory) throws IOException {
        var properties = new Properties();
        try (var reader = Files.newBufferedReader(directory.resolve(META_PROPERTIES))) {
            properties.load(reader);
        }
        var nodeId = properties.getProperty("node.id", "");
        if (!nodeId.equals(Integer.toString(BrokerSettings.NODE_ID))) {
            throw new EmbeddedStartException(
                    "%s belongs to another Kafka node (node.id %s, ours is %d): choose another directory"
                            .formatted(directory, nodeId.isEmpty() ? "missing" : nodeId, BrokerSettings.NODE_ID));
        }
        return properties.getProperty("cluster.id", "");
    }

    private static String format(Path directory) throws IOException {
        refuseForeignFiles(directory);
        var clusterId = Uuid.randomUuid().toString();
        // The formatter reports to a stream; what matters of it we log ourselves.
        try (var unheard = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8)) {
            new Formatter()
                    .setPrintStream(unheard)
                    .setClusterId(clusterId)
                    .setNodeId(BrokerSettings.NODE_ID)
                    .setDirectories(List.of(directory.toString()))
                    .setMetadataLogDirectory(directory.toString())
                    .setControllerListenerName(BrokerSettings.CONTROLLER_LISTENER)
                    .setHasDynamicQuorum(false)
                    .run();
        } catch (Exception e) {
            throw new EmbeddedStartException("cannot format " + directory + " for Kafka: " + e, e);
        }
        return clusterId;
    }

    private static void refuseForeignFiles(Path directory) throws IOException {
        try (var files = Files.list(directory)) {
            var foreign = files.map(file -> file.getFileName().toString())
                    .filter(name -> !LEFT_BY_AN_UNFINISHED_FORMAT.contains(name))
                    .sorted()
                    .findFirst();
            if (foreign.isPresent()) {
                throw new EmbeddedStartException(
                        "%s is not empty (it holds %s) and was not made by Kafka: choose another directory"
                                .formatted(directory, foreign.get()));
            }
        }
    }
}
