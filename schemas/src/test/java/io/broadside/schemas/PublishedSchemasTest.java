package io.broadside.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The files in {@code schemas/avsc}, for every other language. After a change of the IDL they are written anew with {@code mvn
 * -pl schemas test -Dschemas.write=true}.
 */
class PublishedSchemasTest {

    static Stream<Schema> everySchema() {
        return PublishedSchemas.current().values().stream();
    }

    @ParameterizedTest
    @MethodSource("everySchema")
    void thePublishedSchemaIsWhatTheIdlCompilesTo(Schema schema) throws IOException {
        // Given
        var file = PublishedSchemas.directory().resolve(schema.getName() + ".avsc");
        var text = PublishedSchemas.text(schema);
        if (Boolean.getBoolean("schemas.write")) {
            Files.createDirectories(PublishedSchemas.directory());
            Files.writeString(file, text);
        }

        // Then
        assertThat(file).as("write it with -Dschemas.write=true").exists().hasContent(text);
    }

    @Test
    void nothingIsPublishedThatIsNoValueOfATopic() {
        assertThat(PublishedSchemas.texts(PublishedSchemas.directory()).keySet())
                .isSubsetOf(PublishedSchemas.current().keySet());
    }

    @ParameterizedTest
    @MethodSource("everySchema")
    void aPublishedSchemaCanBeReadWithoutTheOthersAndKnowsNothingOfJava(Schema schema) {
        // Given
        var text = PublishedSchemas.text(schema);

        // When
        var parsed = new SchemaParser().parse(text).mainSchema();

        // Then
        assertThat(parsed).isEqualTo(schema);
        assertThat(text).doesNotContain("avro.java");
    }
}
