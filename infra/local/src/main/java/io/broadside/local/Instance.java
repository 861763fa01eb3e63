package io.broadside.local;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One process of a service, which can be killed, frozen and started again under the same name. Its log goes on over all its
 * lives. Safe for use by many threads.
 */
final class Instance implements AutoCloseable {

    private static final long PATIENCE_SECONDS = 10;

    private final String name;
    private final List<String> command;
    private final Map<String, String> environment;
    private final Path log;
    private @Nullable Process process;
    private boolean isFrozen;
    private boolean isClosed;
    private volatile Instant startedAt = Instant.EPOCH;

    private Instance(String name, List<String> command, Map<String, String> environment, Path log) {
        this.name = name;
        this.command = command;
        this.environment = Map.copyOf(environment);
        this.log = log;
    }

    /**
     * An instance that is not running yet, with the classes of this process.
     *
     * @param before classes that come before those, or nothing
     * @param main the class with its {@code main}, and what follows on the command line
     * @param heap for {@code -Xmx}
     */
    static Instance of(
            String name,
            List<Path> before,
            List<String> main,
            String heap,
            Map<String, String> environment,
            Path logs) {
        var classes = new ArrayList<String>();
        before.forEach(path -> classes.add(path.toString()));
        classes.add(System.getProperty("java.class.path"));
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + heap,
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:+ExitOnOutOfMemoryError",
                // What is logged is counted: not as a test or the command would have it.
                "-Dlogback.configurationFile=logback.xml",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                String.join(File.pathSeparator, classes)));
        command.addAll(main);
        return new Instance(name, List.copyOf(command), environment, logs.resolve(name + ".log"));
    }

    String name() {
        return name;
    }

    Path log() {
        return log;
    }

    /** Does nothing if it is up already, or closed. */
    synchronized void start() {
        if (isUp() || isClosed) {
            return;
        }
        var builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().keySet().removeIf(key -> key.startsWith("BROADSIDE_"));
        builder.environment().putAll(environment);
        try {
            process = builder.start();
            startedAt = Instant.now();
            isFrozen = false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Instant startedAt() {
        return startedAt;
    }

    /**
     * As {@code kill -9} does, frozen or not.
     *
     * @return whether it was up until then
     */
    synchronized boolean kill() {
        var running = process;
        if (running == null || !running.isAlive()) {
            return false;
        }
        running.destroyForcibly();
        try {
            running.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        isFrozen = false;
        return true;
    }

    /**
     * As {@code kill -STOP} does: the process notices nothing but that time has gone by.
     *
     * @return whether it was up
     */
    synchronized boolean freeze() {
        isFrozen = isSignalled("-STOP");
        return isFrozen;
    }

    synchronized void thaw() {
        if (isFrozen) {
            isFrozen = !isSignalled("-CONT");
        }
    }

    synchronized boolean isUp() {
        return process != null && process.isAlive();
    }

    synchronized boolean isFrozen() {
        return isFrozen && isUp();
    }

    private boolean isSignalled(String signal) {
        var running = process;
        if (running == null || !running.isAlive()) {
            return false;
        }
        try {
            var kill = new ProcessBuilder("kill", signal, Long.toString(running.pid()))
                    .inheritIO()
                    .start();
            return kill.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) && kill.exitValue() == 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Kills it, and it is not started again. */
    @Override
    public synchronized void close() {
        isClosed = true;
        kill();
    }
}
