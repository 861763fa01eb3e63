package io.broadside.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SchemaRegistryTest {

    private static final String POST = record("{\"name\":\"id\",\"type\":\"string\"}");
    private static final String POST_WITH_TEXT =
            record("{\"name\":\"id\",\"type\":\"string\"},{\"name\":\"text\",\"type\":\"string\",\"default\":\"\"}");
    private static final String POST_WITH_OTHER_ID = record("{\"name\":\"id\",\"type\":\"long\"}");
    private static final String POST_WITH_NEW_FIELD =
            record("{\"name\":\"id\",\"type\":\"string\"},{\"name\":\"text\",\"type\":\"string\"}");

    private final HttpClient http = HttpClient.newHttpClient();
    private final SchemaRegistry registry = SchemaRegistry.start(RegistryConfig.inMemory());

    @AfterEach
    void close() {
        registry.close();
        http.close();
    }

    // Registering and reading

    @Test
    void theSameSchemaHasTheSameIdInEverySubject() throws Exception {
        // Given
        var first = register("posts-value", POST);
        // When
        var again = register("posts-value", POST);
        var elsewhere = register("drafts-value", POST);
        var other = register("posts-value", POST_WITH_TEXT);
        // Then
        assertThat(first).isEqualTo(new Answer(200, "{\"id\":1}"));
        assertThat(again).isEqualTo(first);
        assertThat(elsewhere).isEqualTo(first);
        assertThat(other).isEqualTo(new Answer(200, "{\"id\":2}"));
        assertThat(get("/schemas/ids/1/versions").body())
                .isEqualTo(
                        "[{\"subject\":\"drafts-value\",\"version\":1},{\"subject\":\"posts-value\",\"version\":1}]");
        assertThat(get("/schemas/ids/1/subjects").body()).isEqualTo("[\"drafts-value\",\"posts-value\"]");
    }

    @Test
    void whiteSpaceDoesNotMakeANewVersion() throws Exception {
        // Given
        register("posts-value", POST);
        // When
        register("posts-value", POST.replace(",", " ,\n "));
        // Then
        assertThat(get("/subjects/posts-value/versions").body()).isEqualTo("[1]");
    }

    @Test
    void normalizedSchemasDifferOnlyInWhatMatters() throws Exception {
        // Given
        register("posts-value", "{\"type\":\"record\",\"name\":\"P\",\"fields\":[],\"zebra\":1,\"ant\":2}");
        // When
        var answer = post(
                "/subjects/posts-value/versions?normalize=true",
                schema("{\"ant\":2,\"fields\":[],\"name\":\"P\",\"zebra\":1,\"type\":\"record\"}"));
        // Then
        assertThat(answer.body()).isEqualTo("{\"id\":1}");
        assertThat(get("/subjects/posts-value/versions").body()).isEqualTo("[1]");
    }

    @Test
    void answersWithSchemasByIdAndByVersion() throws Exception {
        // Given
        register("posts-value", POST);
        register("posts-value", POST_WITH_TEXT);
        // When / Then
        assertThat(get("/schemas/ids/1/schema").body()).isEqualTo(POST);
        assertThat(get("/schemas/ids/1").body()).startsWith("{\"schema\":\"{\\\"type\\\":\\\"record\\\"");
        assertThat(get("/schemas/ids/1?fetchMaxId=true").body()).endsWith(",\"maxId\":2}");
        assertThat(get("/subjects/posts-value/versions/1/schema").body()).isEqualTo(POST);
        assertThat(get("/subjects/posts-value/versions/latest").body())
                .startsWith("{\"subject\":\"posts-value\",\"version\":2,\"id\":2,\"schema\":");
        assertThat(get("/subjects/posts-value/versions/-1/schema").body()).isEqualTo(POST_WITH_TEXT);
        assertThat(get("/subjects").body()).isEqualTo("[\"posts-value\"]");
        assertThat(get("/schemas/types").body()).isEqualTo("[\"AVRO\"]");
        assertThat(get("/").body()).isEqualTo("{}");
    }

    @Test
    void looksUpTheVersionOfASchema() throws Exception {
        // Given
        register("posts-value", POST);
        // When / Then
        assertThat(post("/subjects/posts-value", schema(POST)).body())
                .startsWith("{\"subject\":\"posts-value\",\"version\":1,\"id\":1,");
        assertThat(post("/subjects/posts-value", schema(POST_WITH_TEXT)).code()).isEqualTo("404/40403");
        assertThat(post("/subjects/unknown", schema(POST)).code()).isEqualTo("404/40401");
    }

    @Test
    void aSubjectMayHoldAnyCharacter() throws Exception {
        // When
        register("%3A.dev%3Aposts%2Fv1%20a+b", POST);
        // Then
        assertThat(get("/subjects").body()).isEqualTo("[\":.dev:posts/v1 a+b\"]");
        assertThat(get("/subjects/%3A.dev%3Aposts%2Fv1%20a%2Bb/versions").body())
                .isEqualTo("[1]");
    }

    @Test
    void saysWithConfluentsCodesWhatIsMissing() throws Exception {
        // Given
        register("posts-value", POST);
        // When / Then
        assertThat(get("/subjects/unknown/versions").code()).isEqualTo("404/40401");
        assertThat(get("/subjects/unknown/versions/1").code()).isEqualTo("404/40401");
        assertThat(get("/subjects/posts-value/versions/7").code()).isEqualTo("404/40402");
        assertThat(get("/subjects/posts-value/versions/first").code()).isEqualTo("422/42202");
        assertThat(get("/subjects/posts-value/versions/0").code()).isEqualTo("422/42202");
        assertThat(get("/schemas/ids/99").code()).isEqualTo("404/40403");
        assertThat(get("/config/posts-value").code()).isEqualTo("404/40408");
        assertThat(get("/nothing/here").code()).isEqualTo("404/404");
        assertThat(send("PATCH", "/subjects", "").code()).isEqualTo("405/405");
    }

    @Test
    void refusesWhatItDoesNotUnderstand() throws Exception {
        assertThat(register("s", "{\"type\":\"recrod\"}").code()).isEqualTo("422/42201");
        assertThat(register("s", "{").code()).isEqualTo("422/42201");
        assertThat(register("s", "null").code()).isEqualTo("422/42201");
        assertThat(register("s", "[1]").code()).isEqualTo("422/42201");
        assertThat(post("/subjects/s/versions", "{}").code()).isEqualTo("422/42201");
        assertThat(post("/subjects/s/versions", "not json").code()).isEqualTo("400/400");
        assertThat(post("/subjects/s/versions", "{\"schemaType\":\"PROTOBUF\",\"schema\":\"x\"}"))
                .isEqualTo(new Answer(
                        422,
                        "{\"error_code\":422,\"message\":\"Schema type PROTOBUF is not supported here: "
                                + "this registry is for development, Avro schemas only\"}"));
        assertThat(post("/subjects/s/versions", "{\"schema\":\"\\\"int\\\"\",\"references\":[{\"name\":\"a\"}]}")
                        .code())
                .isEqualTo("422/422");
        assertThat(post("/subjects/s/versions", "{\"schema\":\"\\\"int\\\"\",\"references\":[]}")
                        .status())
                .isEqualTo(200);
        assertThat(post("/subjects/s/versions", " ".repeat(2 << 20)).code()).isEqualTo("413/413");
    }

    // Compatibility

    @Test
    void refusesAnIncompatibleSchemaWithTheReasons() throws Exception {
        // Given
        register("posts-value", POST);
        // When
        var answer = register("posts-value", POST_WITH_NEW_FIELD);
        // Then
        assertThat(answer.code()).isEqualTo("409/409");
        assertThat(answer.body())
                .contains("READER_FIELD_MISSING_DEFAULT_VALUE", "oldSchemaVersion: 1", "BACKWARD_TRANSITIVE");
        assertThat(get("/subjects/posts-value/versions").body()).isEqualTo("[1]");
    }

    @Test
    void eachLevelAsksInItsOwnDirection() throws Exception {
        // Given
        register("s", POST);
        // When / Then
        put("/config/s", "{\"compatibility\":\"BACKWARD\"}");
        assertThat(isCompatible("s", POST_WITH_NEW_FIELD)).isFalse();
        assertThat(isCompatible("s", record(""))).isTrue();
        put("/config/s", "{\"compatibility\":\"FORWARD\"}");
        assertThat(isCompatible("s", POST_WITH_NEW_FIELD)).isTrue();
        assertThat(isCompatible("s", record(""))).isFalse();
        put("/config/s", "{\"compatibility\":\"full\"}");
        assertThat(isCompatible("s", POST_WITH_NEW_FIELD)).isFalse();
        assertThat(isCompatible("s", record(""))).isFalse();
        assertThat(isCompatible("s", POST_WITH_TEXT)).isTrue();
        put("/config/s", "{\"compatibility\":\"NONE\"}");
        assertThat(isCompatible("s", POST_WITH_OTHER_ID)).isTrue();
    }

    @Test
    void transitiveLevelsRememberEveryVersion() throws Exception {
        // Given
        var idGone = record("{\"name\":\"text\",\"type\":\"string\",\"default\":\"\"}");
        register("s", POST);
        register("s", idGone);
        var idIsANumberNow = record("{\"name\":\"id\",\"type\":\"long\",\"default\":0}");
        // When / Then
        assertThat(isCompatible("s", idIsANumberNow)).isFalse();
        put("/config/s", "{\"compatibility\":\"BACKWARD\"}");
        assertThat(isCompatible("s", idIsANumberNow)).isTrue();
    }

    @Test
    void comparesWithASingleVersion() throws Exception {
        // Given
        register("s", POST);
        var path = "/compatibility/subjects/s/versions/";
        // When / Then
        assertThat(post(path + "1", schema(POST_WITH_TEXT)).body()).isEqualTo("{\"is_compatible\":true}");
        assertThat(post(path + "latest?verbose=true", schema(POST_WITH_NEW_FIELD))
                        .body())
                .startsWith("{\"is_compatible\":false,\"messages\":[\"{errorType:'READER_FIELD_MISSING_DEFAULT_VALUE'");
        assertThat(post(path + "2", schema(POST)).code()).isEqualTo("404/40402");
        assertThat(post("/compatibility/subjects/unknown/versions/latest", schema(POST))
                        .body())
                .isEqualTo("{\"is_compatible\":true}");
    }

    @Test
    void levelsAreSetPerRegistryAndPerSubject() throws Exception {
        assertThat(get("/config").body()).isEqualTo("{\"compatibilityLevel\":\"BACKWARD_TRANSITIVE\"}");
        assertThat(put("/config", "{\"compatibility\":\"FULL\"}").body()).isEqualTo("{\"compatibility\":\"FULL\"}");
        assertThat(put("/config/s", "{\"compatibility\":\"NONE\"}").body()).isEqualTo("{\"compatibility\":\"NONE\"}");
        assertThat(get("/config/s").body()).isEqualTo("{\"compatibilityLevel\":\"NONE\"}");
        assertThat(get("/config/t?defaultToGlobal=true").body()).isEqualTo("{\"compatibilityLevel\":\"FULL\"}");
        assertThat(send("DELETE", "/config/s", "").body()).isEqualTo("{\"compatibility\":\"NONE\"}");
        assertThat(send("DELETE", "/config/s", "").code()).isEqualTo("404/40408");
        assertThat(send("DELETE", "/config", "").body()).isEqualTo("{\"compatibility\":\"FULL\"}");
        assertThat(get("/config").body()).isEqualTo("{\"compatibilityLevel\":\"BACKWARD_TRANSITIVE\"}");
        assertThat(put("/config", "{\"compatibility\":\"SIDEWAYS\"}").code()).isEqualTo("422/42203");
    }

    @Test
    void readOnlyModeTakesNoNewSchema() throws Exception {
        // Given
        register("s", POST);
        // When
        put("/mode", "{\"mode\":\"READONLY\"}");
        // Then
        assertThat(get("/mode").body()).isEqualTo("{\"mode\":\"READONLY\"}");
        assertThat(register("s", POST).body()).isEqualTo("{\"id\":1}");
        assertThat(register("s", POST_WITH_TEXT).code()).isEqualTo("422/42205");
        assertThat(send("DELETE", "/subjects/s", "").code()).isEqualTo("422/42205");
        assertThat(put("/mode", "{\"mode\":\"IMPORT\"}").code()).isEqualTo("422/42204");
    }

    // Deleting

    @Test
    void deletesSoftlyFirstAndKeepsTheIdReadable() throws Exception {
        // Given
        register("s", POST);
        register("s", POST_WITH_TEXT);
        // When / Then
        assertThat(send("DELETE", "/subjects/s/versions/1?permanent=true", "").code())
                .isEqualTo("404/40407");
        assertThat(send("DELETE", "/subjects/s/versions/1", "").body()).isEqualTo("1");
        assertThat(send("DELETE", "/subjects/s/versions/1", "").code()).isEqualTo("404/40406");
        assertThat(get("/subjects/s/versions").body()).isEqualTo("[2]");
        assertThat(get("/subjects/s/versions?deleted=true").body()).isEqualTo("[1,2]");
        assertThat(get("/schemas/ids/1/schema").body()).isEqualTo(POST);
        assertThat(send("DELETE", "/subjects/s/versions/1?permanent=true", "").body())
                .isEqualTo("1");
        assertThat(get("/schemas/ids/1").code()).isEqualTo("404/40403");
    }

    @Test
    void deletesASubjectAndNeverReusesItsIds() throws Exception {
        // Given
        register("s", POST);
        register("s", POST_WITH_TEXT);
        // When / Then
        assertThat(send("DELETE", "/subjects/s?permanent=true", "").code()).isEqualTo("404/40405");
        assertThat(send("DELETE", "/subjects/s", "").body()).isEqualTo("[1,2]");
        assertThat(send("DELETE", "/subjects/s", "").code()).isEqualTo("404/40404");
        assertThat(get("/subjects").body()).isEqualTo("[]");
        assertThat(get("/subjects?deleted=true").body()).isEqualTo("[\"s\"]");
        assertThat(send("DELETE", "/subjects/s?permanent=true", "").body()).isEqualTo("[1,2]");
        assertThat(send("DELETE", "/subjects/s", "").code()).isEqualTo("404/40401");
        assertThat(register("s", POST_WITH_OTHER_ID).body()).isEqualTo("{\"id\":3}");
        assertThat(register("t", POST).body()).isEqualTo("{\"id\":1}");
    }

    // Remembering

    @Test
    void remembersEverythingOverARestart(@TempDir Path directory) throws Exception {
        // Given
        try (var before = SchemaRegistry.start(RegistryConfig.in(directory))) {
            register(before, "s", POST);
            register(before, "s", POST_WITH_TEXT);
            send(before, "PUT", "/config/s", "{\"compatibility\":\"NONE\"}");
            send(before, "PUT", "/config", "{\"compatibility\":\"FULL\"}");
            send(before, "DELETE", "/subjects/s/versions/1", "");
        }
        // When
        try (var after = SchemaRegistry.start(RegistryConfig.in(directory))) {
            // Then
            assertThat(send(after, "GET", "/schemas/ids/1/schema", "").body()).isEqualTo(POST);
            assertThat(send(after, "GET", "/subjects/s/versions", "").body()).isEqualTo("[2]");
            assertThat(send(after, "GET", "/config/s", "").body()).contains("NONE");
            assertThat(send(after, "GET", "/config", "").body()).contains("FULL");
            assertThat(register(after, "s", POST).body()).isEqualTo("{\"id\":1}");
            assertThat(register(after, "s", POST_WITH_OTHER_ID).body()).isEqualTo("{\"id\":3}");
        }
    }

    @Test
    void aLineThatAKillCutShortIsDropped(@TempDir Path directory) throws Exception {
        // Given
        try (var before = SchemaRegistry.start(RegistryConfig.in(directory))) {
            register(before, "s", POST);
        }
        Files.writeString(
                directory.resolve("schemas.jsonl"), "{\"change\":\"registered\",\"subj", StandardOpenOption.APPEND);
        // When
        try (var after = SchemaRegistry.start(RegistryConfig.in(directory))) {
            // Then
            assertThat(register(after, "s", POST).body()).isEqualTo("{\"id\":1}");
            assertThat(register(after, "s", POST_WITH_TEXT).body()).isEqualTo("{\"id\":2}");
        }
        assertThat(Files.readString(directory.resolve("schemas.jsonl")).lines()).hasSize(2);
    }

    @Test
    void damageElsewhereStopsTheStart(@TempDir Path directory) throws Exception {
        // Given
        Files.writeString(directory.resolve("schemas.jsonl"), "{\"change\":\n{\"change\":\n");
        // When / Then
        assertThatThrownBy(() -> SchemaRegistry.start(RegistryConfig.in(directory)))
                .isInstanceOf(EmbeddedStartException.class)
                .hasMessageContaining("schemas.jsonl is damaged in line 1");
    }

    @Test
    void aDirectoryAndAPortBelongToOneRegistry(@TempDir Path directory) {
        try (var running = SchemaRegistry.start(RegistryConfig.in(directory))) {
            // When / Then
            assertThatThrownBy(() -> SchemaRegistry.start(RegistryConfig.in(directory)))
                    .isInstanceOf(EmbeddedStartException.class)
                    .hasMessageContaining("another Broadside stack uses " + directory);
            assertThatThrownBy(() -> SchemaRegistry.start(
                            RegistryConfig.inMemory().withPort(running.uri().getPort())))
                    .isInstanceOf(EmbeddedStartException.class)
                    .hasMessageContaining("is taken");
        }
    }

    // Words of these tests

    private record Answer(int status, String body) {
        /** Status and error code, as "404/40401". */
        String code() {
            return status + "/" + body.replaceFirst("^\\{\"error_code\":(\\d+),.*$", "$1");
        }
    }

    private static String record(String fields) {
        return "{\"type\":\"record\",\"name\":\"Post\",\"namespace\":\"io.broadside\",\"fields\":[" + fields + "]}";
    }

    private static String schema(String avro) {
        return "{\"schema\":\"" + avro.replace("\"", "\\\"").replace("\n", "\\n") + "\"}";
    }

    private boolean isCompatible(String subject, String avro) throws IOException, InterruptedException {
        var answer = post("/compatibility/subjects/" + subject + "/versions", schema(avro));
        assertThat(answer.status()).isEqualTo(200);
        return answer.body().equals("{\"is_compatible\":true}");
    }

    private Answer register(String subject, String avro) throws IOException, InterruptedException {
        return register(registry, subject, avro);
    }

    private Answer register(SchemaRegistry at, String subject, String avro) throws IOException, InterruptedException {
        return send(at, "POST", "/subjects/" + subject + "/versions", schema(avro));
    }

    private Answer get(String path) throws IOException, InterruptedException {
        return send("GET", path, "");
    }

    private Answer post(String path, String body) throws IOException, InterruptedException {
        return send("POST", path, body);
    }

    private Answer put(String path, String body) throws IOException, InterruptedException {
        return send("PUT", path, body);
    }

    private Answer send(String method, String path, String body) throws IOException, InterruptedException {
        return send(registry, method, path, body);
    }

    private Answer send(SchemaRegistry at, String method, String path, String body)
            throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(at.uri() + path))
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .build();
        var response = http.send(request, HttpResponse.BodyHandlers.ofString());
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/vnd.schemaregistry.v1+json");
        return new Answer(response.statusCode(), response.body());
    }
}
