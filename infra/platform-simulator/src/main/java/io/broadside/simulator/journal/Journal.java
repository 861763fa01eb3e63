package io.broadside.simulator.journal;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.jsontype.NamedType;
import io.broadside.simulator.http.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * The changes of state, in the order they were made.
 *
 * <ol>
 *   <li>A change is in memory as soon as {@link Section#commit} returns, and in the file when a later {@link #flushed}
 *       completes. Nothing that depends on it is answered earlier.
 *   <li>Lines reach the operating system, not the disk: they survive the death of the process, not of the machine.
 *   <li>A line that was cut short by the death of the process was never answered for, and is dropped.
 * </ol>
 */
public final class Journal implements AutoCloseable {
    private final Map<String, Section<?>> sections = new LinkedHashMap<>();
    private final Optional<JournalFile> file;

    private Journal(Optional<JournalFile> file) {
        this.file = file;
    }

    /** Remembers nothing beyond the process. */
    public static Journal inMemory() {
        return new Journal(Optional.empty());
    }

    /** Keeps {@code journal.jsonl} in the directory, which is created if it is not there. */
    public static Journal in(Path directory) {
        return new Journal(Optional.of(JournalFile.open(directory.resolve("journal.jsonl"))));
    }

    /** Declares one kind of changes, a sealed interface of records. To be called before {@link #replay}. */
    public <C> Section<C> section(String name, Class<C> type, Consumer<C> apply) {
        var mapper = Json.MAPPER.copy().addMixIn(type, TypeByName.class);
        for (Class<?> permitted : type.getPermittedSubclasses()) {
            mapper.registerSubtypes(new NamedType(permitted, permitted.getSimpleName()));
        }
        var section = new Section<>(name, type, apply, mapper);
        sections.put(name, section);
        return section;
    }

    /**
     * Applies what an earlier process left behind.
     *
     * @return whether there was anything
     */
    public boolean replay() {
        var lines = new long[1];
        file.ifPresent(present -> present.replay(line -> {
            lines[0]++;
            apply(line);
        }));
        return lines[0] > 0;
    }

    /** Completes when everything committed so far is in the file. */
    public CompletableFuture<Void> flushed() {
        return file.map(JournalFile::flushed).orElseGet(() -> CompletableFuture.completedFuture(null));
    }

    @Override
    public void close() {
        file.ifPresent(JournalFile::close);
    }

    private void apply(byte[] line) {
        try {
            JsonNode entry = Json.MAPPER.readTree(line);
            var name = entry.path("section").asText();
            var section = sections.get(name);
            if (section == null) {
                throw new IllegalStateException(
                        "the journal has changes of a section this version does not know: " + name);
            }
            section.replay(entry.path("change"));
        } catch (IOException e) {
            throw new UncheckedIOException("a line of the journal is not JSON", e);
        }
    }

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "is")
    private interface TypeByName {}

    /** One kind of changes. */
    public final class Section<C> {
        private final String name;
        private final Class<C> type;
        private final Consumer<C> apply;
        private final ObjectMapper mapper;

        private Section(String name, Class<C> type, Consumer<C> apply, ObjectMapper mapper) {
            this.name = name;
            this.type = type;
            this.apply = apply;
            this.mapper = mapper;
        }

        /** Makes the change now, and writes it down before the next answer that could show it. */
        public void commit(C change) {
            apply.accept(change);
            file.ifPresent(present -> present.append(line(change)));
        }

        private void replay(JsonNode change) throws JsonProcessingException {
            apply.accept(mapper.treeToValue(change, type));
        }

        private byte[] line(C change) {
            try {
                var json = mapper.writerFor(type).writeValueAsString(change);
                return ("{\"section\":\"" + name + "\",\"change\":" + json + "}\n").getBytes(StandardCharsets.UTF_8);
            } catch (JsonProcessingException e) {
                throw new IllegalStateException("a change cannot be written as JSON: " + change.getClass(), e);
            }
        }
    }
}
