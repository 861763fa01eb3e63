package io.broadside.embedded;

import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.Optional;

/** A broker in a JVM of its own, so that a test can kill it as an operator would: with kill -9. */
final class BrokerInItsOwnProcess {

    private static final String STARTED = "started ";

    private final Process process;
    private final String bootstrapServers;

    private BrokerInItsOwnProcess(Process process, String bootstrapServers) {
        this.process = process;
        this.bootstrapServers = bootstrapServers;
    }

    static BrokerInItsOwnProcess start(Path directory) throws IOException {
        var process = new ProcessBuilder(
                        Paths.get(System.getProperty("java.home"), "bin", "java")
                                .toString(),
                        "-Xmx512m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        BrokerInItsOwnProcess.class.getName(),
                        directory.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        var reader = process.inputReader();
        Optional<String> started = Optional.empty();
        for (var line = reader.readLine(); line != null && started.isEmpty(); line = reader.readLine()) {
            if (line.startsWith(STARTED)) {
                started = Optional.of(line.substring(STARTED.length()));
                break;
            }
        }
        return new BrokerInItsOwnProcess(
                process, started.orElseThrow(() -> new IOException("the broker's process ended without starting it")));
    }

    String bootstrapServers() {
        return bootstrapServers;
    }

    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    public static void main(String[] args) throws InterruptedException {
        var broker = EmbeddedBroker.start(BrokerConfig.in(Path.of(args[0])));
        System.out.println(STARTED + broker.bootstrapServers());
        Thread.currentThread().join();
    }
}
