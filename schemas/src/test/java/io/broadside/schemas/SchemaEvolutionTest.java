package io.broadside.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Whoever updates reads everything that was ever released: the files in {@code schemas/released}, which nobody changes. */
class SchemaEvolutionTest {

    private static final String BEFORE = """
            {"type": "record", "name": "Event", "fields": [
              {"name": "id", "type": "string"},
              {"name": "count", "type": "int"},
              {"name": "kind", "type": {"type": "enum", "name": "Kind", "symbols": ["UNKNOWN", "A", "B"]}}
            ]}""";

    static Stream<Path> everyRelease() throws IOException {
        try (var releases = Files.list(PublishedSchemas.releases())) {
            return releases.filter(Files::isDirectory).sorted().toList().stream();
        }
    }

    static Stream<Schema> everySchema() {
        return PublishedSchemas.current().values().stream();
    }

    @Test
    void somethingHasBeenReleased() throws IOException {
        assertThat(everyRelease()).isNotEmpty();
    }

    @ParameterizedTest
    @MethodSource("everySchema")
    void whatWasReleasedCanStillBeRead(Schema current) throws IOException {
        // Given
        var released = new ArrayList<Schema>();
        for (var release : everyRelease().toList()) {
            var text = PublishedSchemas.texts(release).get(current.getName());
            if (text != null) {
                released.add(parsed(text));
            }
        }

        // Then
        assertThat(faults(current, released)).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("everyRelease")
    void noEventThatWasReleasedIsGone(Path release) {
        assertThat(PublishedSchemas.current().keySet())
                .containsAll(PublishedSchemas.texts(release).keySet());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a field without a default is added | \"fields\": [ | \"fields\": [{\"name\": \"more\", \"type\": \"string\"},",
                "the type of a field changes        | \"int\"        | \"boolean\"",
                "a symbol is removed                | , \"B\"]       | ]",
                "the record has another name        | \"Event\"      | \"Occurrence\""
            })
    void anIncompatibleChangeIsRefused(String what, String was, String becomes) {
        // Given
        var before = parsed(BEFORE);
        var after = parsed(replaced(was, becomes));

        // Then
        assertThat(faults(after, List.of(before))).as(what).isNotEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "nothing changes                 | \"int\"           | \"int\"",
                "a field with a default is added | \"fields\": [     | \"fields\": [{\"name\": \"more\", \"type\": \"int\", \"default\": 1},",
                "a type is widened               | \"int\"           | \"long\"",
                "a symbol is added               | , \"B\"]          | , \"B\", \"C\"]",
                "a symbol is removed, but there is a default | , \"B\"] | ], \"default\": \"UNKNOWN\""
            })
    void aCompatibleChangeIsNot(String what, String was, String becomes) {
        // Given
        var before = parsed(BEFORE);
        var after = parsed(replaced(was, becomes));

        // Then
        assertThat(faults(after, List.of(before))).as(what).isEmpty();
    }

    @Test
    void aChangeIsComparedWithEveryReleaseAndNotOnlyTheLast() {
        // Given
        var first = parsed(BEFORE);
        var second = parsed(replaced("\"int\"", "\"long\""));
        var third = parsed(replaced("\"int\"", "\"string\""));

        // Then
        assertThat(faults(third, List.of(third))).isEmpty();
        assertThat(faults(third, List.of(third, second, first))).hasSize(2);
    }

    /**
     * What keeps the current schema from reading records of the released ones, one entry each. As the registry does for
     * BACKWARD_TRANSITIVE: Avro's SchemaValidatorBuilder would let an enum lose a symbol.
     */
    private static List<String> faults(Schema current, List<Schema> released) {
        return released.stream()
                .map(former -> SchemaCompatibility.checkReaderWriterCompatibility(current, former)
                        .getResult())
                .flatMap(result -> result.getIncompatibilities().stream())
                .map(Object::toString)
                .toList();
    }

    private static String replaced(String was, String becomes) {
        assertThat(BEFORE).contains(was);
        return BEFORE.replace(was, becomes);
    }

    private static Schema parsed(String text) {
        return new SchemaParser().parse(text).mainSchema();
    }
}
