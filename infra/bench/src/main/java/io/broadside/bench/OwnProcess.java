package io.broadside.bench;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A JVM with a main class of ours, that says when it is ready. */
final class OwnProcess implements AutoCloseable {

    static final String READY = "ready ";

    private final Process process;

    private OwnProcess(Process process) {
        this.process = process;
    }

    /** Starts it; what it prints goes to the file. */
    static OwnProcess start(
            String main, List<String> jvmOptions, List<String> arguments, Map<String, String> environment, Path output)
            throws IOException {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvmOptions);
        command.add("--enable-native-access=ALL-UNNAMED");
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(main);
        command.addAll(arguments);
        var builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(new File(output.toString()));
        builder.environment().putAll(environment);
        return new OwnProcess(builder.start());
    }

    long pid() {
        return process.pid();
    }

    /** Processor time it has taken so far. */
    Duration processorTime() {
        return process.info().totalCpuDuration().orElse(Duration.ZERO);
    }

    /** Ends it as an operator would, and if it does not, at once. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(Duration.ofSeconds(30))) {
                process.destroyForcibly();
            }
        } catch (InterruptedException _) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
