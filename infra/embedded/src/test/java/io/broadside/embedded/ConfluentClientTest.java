package io.broadside.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.client.CachedSchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import io.confluent.kafka.serializers.KafkaAvroDeserializer;
import io.confluent.kafka.serializers.KafkaAvroSerializer;
import java.nio.file.Path;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Confluent's own client and serde, unmodified, against our registry. */
class ConfluentClientTest {

    private static final Schema POST = new Schema.Parser().parse("""
            {"type": "record", "name": "Post", "fields": [{"name": "id", "type": "string"}]}""");
    private static final Schema POST_WITH_TEXT = new Schema.Parser().parse("""
            {"type": "record", "name": "Post", "fields": [
              {"name": "id", "type": "string"}, {"name": "text", "type": "string", "default": "none"}]}""");
    private static final Schema POST_WITH_NEW_FIELD = new Schema.Parser().parse("""
            {"type": "record", "name": "Post", "fields": [
              {"name": "id", "type": "string"}, {"name": "text", "type": "string"}]}""");

    @Test
    void recordsGoThroughConfluentsSerde() {
        try (var registry = SchemaRegistry.start(RegistryConfig.inMemory())) {
            // Given
            var post = new GenericRecordBuilder(POST).set("id", "post-1").build();
            // When
            var read = read(registry, write(registry, post));
            // Then
            assertThat(read.get("id")).hasToString("post-1");
        }
    }

    @Test
    void aRecordWrittenBeforeARestartIsReadAfterIt(@TempDir Path directory) {
        // Given
        byte[] bytes;
        try (var registry = SchemaRegistry.start(RegistryConfig.in(directory))) {
            bytes = write(
                    registry, new GenericRecordBuilder(POST).set("id", "post-1").build());
        }
        // When
        try (var registry = SchemaRegistry.start(RegistryConfig.in(directory))) {
            var read = read(registry, bytes);
            // Then
            assertThat(read.get("id")).hasToString("post-1");
        }
    }

    @Test
    void anIncompatibleSchemaIsRefusedWithConflict() throws Exception {
        try (var registry = SchemaRegistry.start(RegistryConfig.inMemory());
                var client = client(registry)) {
            // Given
            client.register("posts-value", new AvroSchema(POST));
            // When / Then
            assertThatThrownBy(() -> client.register("posts-value", new AvroSchema(POST_WITH_NEW_FIELD)))
                    .isInstanceOfSatisfying(RestClientException.class, refused -> {
                        assertThat(refused.getStatus()).isEqualTo(409);
                        assertThat(refused.getErrorCode()).isEqualTo(409);
                        assertThat(refused).hasMessageContaining("READER_FIELD_MISSING_DEFAULT_VALUE");
                    });
        }
    }

    @Test
    void theClientFindsWhatItRegistered() throws Exception {
        try (var registry = SchemaRegistry.start(RegistryConfig.inMemory());
                var client = client(registry);
                var other = client(registry)) {
            // Given
            var id = client.register("posts-value", new AvroSchema(POST), true);
            client.register("posts-value", new AvroSchema(POST_WITH_TEXT));
            // When / Then
            assertThat(other.getSchemaById(id).rawSchema()).isEqualTo(POST);
            assertThat(other.getSchemaBySubjectAndId("posts-value", id).rawSchema())
                    .isEqualTo(POST);
            assertThat(other.getId("posts-value", new AvroSchema(POST))).isEqualTo(id);
            assertThat(other.getVersion("posts-value", new AvroSchema(POST_WITH_TEXT)))
                    .isEqualTo(2);
            assertThat(other.getLatestSchemaMetadata("posts-value").getVersion())
                    .isEqualTo(2);
            assertThat(other.getSchemaMetadata("posts-value", 1).getSchemaType())
                    .isEqualTo("AVRO");
            assertThat(other.getAllSubjects()).containsExactly("posts-value");
            assertThat(other.getAllVersions("posts-value")).containsExactly(1, 2);
            assertThat(other.getAllSubjectsById(id)).containsExactly("posts-value");
            assertThat(other.getAllVersionsById(id))
                    .singleElement()
                    .satisfies(found -> assertThat(found.getVersion()).isEqualTo(1));
        }
    }

    @Test
    void theClientAsksAndSetsCompatibility() throws Exception {
        try (var registry = SchemaRegistry.start(RegistryConfig.inMemory());
                var client = client(registry)) {
            // Given
            client.register("posts-value", new AvroSchema(POST));
            // When / Then
            assertThat(client.testCompatibility("posts-value", new AvroSchema(POST_WITH_TEXT)))
                    .isTrue();
            assertThat(client.testCompatibility("posts-value", new AvroSchema(POST_WITH_NEW_FIELD)))
                    .isFalse();
            assertThat(client.testCompatibilityVerbose("posts-value", new AvroSchema(POST_WITH_NEW_FIELD)))
                    .isNotEmpty();
            assertThat(client.testCompatibilityVerbose("posts-value", new AvroSchema(POST_WITH_TEXT)))
                    .isEmpty();
            assertThat(client.updateCompatibility("posts-value", "FORWARD")).isEqualTo("FORWARD");
            assertThat(client.getCompatibility("posts-value")).isEqualTo("FORWARD");
            assertThat(client.testCompatibility("posts-value", new AvroSchema(POST_WITH_NEW_FIELD)))
                    .isTrue();
            client.deleteCompatibility("posts-value");
            assertThat(client.getMode()).isEqualTo("READWRITE");
            assertThat(client.deleteSubject("posts-value")).containsExactly(1);
        }
    }

    private static CachedSchemaRegistryClient client(SchemaRegistry registry) {
        return new CachedSchemaRegistryClient(registry.uri().toString(), 100);
    }

    private static byte[] write(SchemaRegistry registry, GenericRecord value) {
        try (var serializer = new KafkaAvroSerializer()) {
            serializer.configure(Map.of("schema.registry.url", registry.uri().toString()), false);
            return serializer.serialize("posts", value);
        }
    }

    private static GenericRecord read(SchemaRegistry registry, byte[] bytes) {
        try (var deserializer = new KafkaAvroDeserializer()) {
            deserializer.configure(Map.of("schema.registry.url", registry.uri().toString()), false);
            return (GenericRecord) deserializer.deserialize("posts", bytes);
        }
    }
}
