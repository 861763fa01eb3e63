package io.broadside.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where a stack is, or is to be. */
final class StackOptions {

    @Option(
            names = "--port-offset",
            paramLabel = "N",
            defaultValue = "0",
            description = "Added to every port, so that several stacks can run side by side (default: 0).")
    private int portOffset;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description =
                    "Keep everything here (default: a temporary directory). A stack goes on from it next time; chaos wants"
                            + " it empty.")
    private @Nullable Path data;

    Ports ports() throws IOException {
        return PortOptions.ports(portOffset);
    }

    boolean isTemporary() {
        return data == null;
    }

    /** The directory of the data; a temporary one is deleted when the process ends in an orderly way. */
    Path directory() throws IOException {
        if (data != null) {
            return Files.createDirectories(data.toAbsolutePath());
        }
        var temporary = Files.createTempDirectory("broadside-");
        Runtime.getRuntime().addShutdownHook(new Thread(() -> deleteAll(temporary)));
        return temporary;
    }

    /** As far as that goes. */
    static void deleteAll(Path directory) {
        try (var files = Files.walk(directory)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException | UncheckedIOException e) {
            // Something still writes there. What remains is in a temporary directory, which the system clears.
        }
    }
}
