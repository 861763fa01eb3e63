package io.broadside.publisher.posts;

import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.Draft;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.JsonSchemaOptions;
import io.vertx.json.schema.OutputFormat;
import io.vertx.json.schema.Validator;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The API's document, as it is served, to hold answers against. */
final class Document {

    private final JsonObject document;

    Document(String served) {
        this.document = new JsonObject(served);
    }

    /** Every method and path it has, as {@code GET /v1/posts}. */
    Set<String> operations() {
        var operations = new TreeSet<String>();
        var paths = document.getJsonObject("paths");
        for (var path : paths.fieldNames()) {
            paths.getJsonObject(path).fieldNames().stream()
                    .filter(method -> !method.equals("parameters"))
                    .forEach(method -> operations.add(method.toUpperCase(Locale.ROOT) + " " + path));
        }
        return operations;
    }

    /** What is wrong with an answer by this document, if anything is. */
    Optional<String> complaint(String method, String path, int status, String body) {
        var response = resolved(document.getJsonObject("paths")
                .getJsonObject(path)
                .getJsonObject(method.toLowerCase(Locale.ROOT))
                .getJsonObject("responses")
                .getJsonObject(Integer.toString(status)));
        if (response == null) {
            return Optional.of(method + " " + path + " is not said to answer " + status);
        }
        var schema = response.getJsonObject("content")
                .getJsonObject("application/json")
                .getJsonObject("schema");
        return complaint(schema, new JsonObject(body));
    }

    /** What is wrong with a body of a request by this document, if anything is. */
    Optional<String> complaint(String schemaName, String body) {
        return complaint(new JsonObject().put("$ref", "#/components/schemas/" + schemaName), new JsonObject(body));
    }

    private Optional<String> complaint(JsonObject schema, JsonObject body) {
        var whole = schema.copy().put("components", document.getJsonObject("components"));
        var options = new JsonSchemaOptions()
                .setBaseUri("https://broadside.example/openapi")
                .setDraft(Draft.DRAFT202012)
                .setOutputFormat(OutputFormat.Basic);
        var result = Validator.create(JsonSchema.of(whole), options).validate(body);
        return Boolean.TRUE.equals(result.getValid())
                ? Optional.empty()
                : Optional.of(result.toJson().encode());
    }

    private @Nullable JsonObject resolved(@Nullable JsonObject response) {
        if (response == null || !response.containsKey("$ref")) {
            return response;
        }
        var name = response.getString("$ref").replace("#/components/responses/", "");
        return document.getJsonObject("components").getJsonObject("responses").getJsonObject(name);
    }
}
