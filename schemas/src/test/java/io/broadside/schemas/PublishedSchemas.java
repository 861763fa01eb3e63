package io.broadside.schemas;

import io.confluent.kafka.schemaregistry.avro.AvroSchemaUtils;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.avro.Schema;
import org.apache.avro.SchemaFormatter;
import org.apache.avro.specific.SpecificData;

/** The schemas of the topics' values, by the names of their events: as they are now, and as they were released. */
final class PublishedSchemas {

    private PublishedSchemas() {}

    /** For each event that is the value of a topic: what the IDL compiles to, as it is for every language. */
    static SortedMap<String, Schema> current() {
        var schemas = new TreeMap<String, Schema>();
        for (var topic : Topics.all(List.of("facebook"))) {
            var model = SpecificData.getForClass(topic.type());
            // What goes to the registry too: without what only Java's classes need to know.
            var schema =
                    AvroSchemaUtils.getSchema(model.newRecord(null, model.getSchema(topic.type())), false, false, true);
            schemas.put(schema.getName(), schema);
        }
        return schemas;
    }

    /** The file {@code schemas/avsc/<event>.avsc} holds this. */
    static String text(Schema schema) {
        return SchemaFormatter.format("json/pretty", schema) + "\n";
    }

    /** {@code schemas/avsc}. */
    static Path directory() {
        return module().resolve("avsc");
    }

    /** {@code schemas/released}: a directory for each version. */
    static Path releases() {
        return module().resolve("released");
    }

    /** The texts of the files in a directory, by the names of their events. */
    static SortedMap<String, String> texts(Path directory) {
        var texts = new TreeMap<String, String>();
        try (var files = Files.newDirectoryStream(directory, "*.avsc")) {
            for (var file : files) {
                texts.put(file.getFileName().toString().replace(".avsc", ""), Files.readString(file));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return texts;
    }

    private static Path module() {
        // Maven sets basedir; a development environment starts tests in the module.
        return Path.of(System.getProperty("basedir", "."));
    }
}
