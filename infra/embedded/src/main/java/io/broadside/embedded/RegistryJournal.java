package io.broadside.embedded;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The registry's memory: one JSON line per change, appended and flushed to the disk before the change is answered. An id
 * that was given out is in every record written with it, so losing one would make those records unreadable.
 *
 * <p>A kill can cut the last line short. Nobody was told of that change, so the line is dropped at the next start; damage
 * anywhere else stops the start.
 */
final class RegistryJournal implements AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(RegistryJournal.class);
    private static final String FILE = "schemas.jsonl";
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final Optional<FileChannel> channel;

    private RegistryJournal(Optional<FileChannel> channel) {
        this.channel = channel;
    }

    static RegistryJournal forgetful() {
        return new RegistryJournal(Optional.empty());
    }

    /** Hands every change of the past to the reader, in order, and is then ready for more. */
    static RegistryJournal open(Path directory, Consumer<RegistryChange> past) {
        var file = directory.resolve(FILE);
        try {
            Files.createDirectories(directory);
            var whole = Files.exists(file) ? replay(file, past) : 0;
            var channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            channel.truncate(whole);
            channel.position(whole);
            return new RegistryJournal(Optional.of(channel));
        } catch (IOException e) {
            throw new EmbeddedStartException("cannot read " + file + ": " + e, e);
        }
    }

    private static long replay(Path file, Consumer<RegistryChange> past) throws IOException {
        var bytes = Files.readAllBytes(file);
        var start = 0;
        var lineNumber = 0;
        for (var i = 0; i < bytes.length; i++) {
            if (bytes[i] == '\n') {
                lineNumber++;
                past.accept(parse(file, lineNumber, Arrays.copyOfRange(bytes, start, i)));
                start = i + 1;
            }
        }
        if (start < bytes.length) {
            LOGGER.atWarn()
                    .addKeyValue("file", file)
                    .addKeyValue("bytes", bytes.length - start)
                    .log("last line of the registry's journal was cut short; dropped, it was never answered");
        }
        return start;
    }

    private static RegistryChange parse(Path file, int lineNumber, byte[] line) {
        try {
            return JSON.readValue(line, RegistryChange.class);
        } catch (IOException e) {
            throw new EmbeddedStartException(
                    "%s is damaged in line %d: restore it from a copy, or delete it if no record written with its ids is needed"
                            .formatted(file, lineNumber),
                    e);
        }
    }

    /** On return the change outlives the process. */
    void append(RegistryChange change) {
        if (channel.isEmpty()) {
            return;
        }
        try {
            write(channel.get(), line(change));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the registry's journal", e);
        }
    }

    private static byte[] line(RegistryChange change) {
        try {
            // As its own type the record would be written without the name of the change.
            var json = JSON.writerFor(RegistryChange.class).writeValueAsString(change);
            return (json + "\n").getBytes(StandardCharsets.UTF_8);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a change that cannot be written as JSON: " + change, e);
        }
    }

    private static void write(FileChannel file, byte[] line) throws IOException {
        var before = file.position();
        try {
            var bytes = ByteBuffer.wrap(line);
            while (bytes.hasRemaining()) {
                file.write(bytes);
            }
            file.force(false);
        } catch (IOException e) {
            file.truncate(before); // a full disk: half a line must not end up in the middle of the journal
            throw e;
        }
    }

    @Override
    public void close() {
        channel.ifPresent(open -> {
            try {
                open.close();
            } catch (IOException e) {
                throw new UncheckedIOException("cannot close the registry's journal", e);
            }
        });
    }
}
