package io.broadside.embedded;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.broadside.embedded.RegistryCall.Pattern;
import io.broadside.embedded.RegistryStore.Version;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The REST API as a table: what is asked, and what the answer is.
 *
 * @see <a href="https://docs.confluent.io/platform/current/schema-registry/develop/api.html">Confluent's reference</a>
 */
final class RegistryRoutes {

    private final RegistryStore store;
    private final List<Route> routes;

    private record Route(Pattern pattern, Function<RegistryCall, Object> answer) {}

    /** Text that is JSON already. */
    record RawJson(String json) {}

    private record Id(int id) {}

    private record SubjectVersion(String subject, int version) {}

    private record VersionBody(String subject, int version, int id, String schema) {}

    @JsonInclude(JsonInclude.Include.NON_NULL)
    private record SchemaBody(String schema, @Nullable Integer maxId) {}

    private record CurrentLevel(CompatibilityLevel compatibilityLevel) {}

    private record ChangedLevel(CompatibilityLevel compatibility) {}

    private record Mode(RegistryMode mode) {}

    @JsonInclude(JsonInclude.Include.NON_NULL)
    private record Compatible(
            @JsonProperty("is_compatible") boolean isCompatible,
            @Nullable List<String> messages) {}

    RegistryRoutes(RegistryStore store) {
        this.store = store;
        this.routes = List.of(
                on("GET", "/", _ -> Map.of()),
                on("GET", "/subjects", call -> store.subjects(call.isSet("deleted"))),
                on(
                        "POST",
                        "/subjects/{}",
                        call -> body(store.lookUp(call.subject(), call.avro(), call.isSet("deleted")))),
                on("DELETE", "/subjects/{}", call -> store.deleteSubject(call.subject(), call.isSet("permanent"))),
                on("GET", "/subjects/{}/versions", this::versionNumbers),
                on("POST", "/subjects/{}/versions", call -> new Id(store.register(call.subject(), call.avro()))),
                on("GET", "/subjects/{}/versions/{}", call -> body(version(call))),
                on(
                        "GET",
                        "/subjects/{}/versions/{}/schema",
                        call -> new RawJson(version(call).schema())),
                on("GET", "/subjects/{}/versions/{}/referencedby", call -> nothingRefersTo(version(call))),
                on(
                        "DELETE",
                        "/subjects/{}/versions/{}",
                        call -> store.deleteVersion(call.subject(), call.versionNumber(), call.isSet("permanent"))),
                on("GET", "/schemas/types", _ -> List.of("AVRO")),
                on(
                        "GET",
                        "/schemas/ids/{}",
                        call -> new SchemaBody(schema(call), call.isSet("fetchMaxId") ? store.highestId() : null)),
                on("GET", "/schemas/ids/{}/schema", call -> new RawJson(schema(call))),
                on("GET", "/schemas/ids/{}/subjects", this::subjectsOfId),
                on("GET", "/schemas/ids/{}/versions", this::versionsOfId),
                on("GET", "/config", _ -> new CurrentLevel(store.globalLevel())),
                on("PUT", "/config", call -> setGlobalLevel(call.level())),
                on("DELETE", "/config", _ -> resetGlobalLevel()),
                on("GET", "/config/{}", this::levelOfSubject),
                on("PUT", "/config/{}", call -> setLevel(call.subject(), call.level())),
                on("DELETE", "/config/{}", call -> new ChangedLevel(store.removeLevel(call.subject()))),
                on("POST", "/compatibility/subjects/{}/versions", this::compatibleWithSubject),
                on("POST", "/compatibility/subjects/{}/versions/{}", this::compatibleWithVersion),
                on("GET", "/mode", _ -> new Mode(store.mode())),
                on("PUT", "/mode", call -> setMode(call.mode())),
                on("GET", "/mode/{}", this::modeOfSubject));
    }

    /** Returns what is to be written as JSON. */
    Object answer(RegistryCall call) {
        var knowsPath = false;
        for (var route : routes) {
            var args = route.pattern().match(call.path());
            if (args.isPresent()) {
                if (route.pattern().method().equals(call.method())) {
                    return route.answer().apply(call.withArgs(args.get()));
                }
                knowsPath = true;
            }
        }
        throw knowsPath
                ? new RegistryException(405, 405, "HTTP 405 Method Not Allowed")
                : new RegistryException(404, 404, "HTTP 404 Not Found");
    }

    private static Route on(String method, String path, Function<RegistryCall, Object> answer) {
        return new Route(Pattern.of(method, path), answer);
    }

    private static VersionBody body(Version version) {
        return new VersionBody(version.subject(), version.version(), version.id(), version.schema());
    }

    private Version version(RegistryCall call) {
        return store.version(call.subject(), call.versionNumber(), call.isSet("deleted"));
    }

    private String schema(RegistryCall call) {
        var id = call.schemaId();
        return store.schema(id).orElseThrow(() -> RegistryException.schemaNotFound(Integer.toString(id)));
    }

    private List<Integer> versionNumbers(RegistryCall call) {
        var versions = store.versions(call.subject(), call.isSet("deleted"));
        if (versions.isEmpty()) {
            throw RegistryException.subjectNotFound(call.subject());
        }
        return versions.stream().map(Version::version).toList();
    }

    private static List<Integer> nothingRefersTo(Version ignored) {
        return List.of(); // schemas with references are not taken; only a version that does not exist is an error
    }

    private List<String> subjectsOfId(RegistryCall call) {
        schema(call);
        return store.subjectsOf(call.schemaId(), call.isSet("deleted"));
    }

    private List<SubjectVersion> versionsOfId(RegistryCall call) {
        schema(call);
        return store.versionsOf(call.schemaId(), call.isSet("deleted")).stream()
                .map(version -> new SubjectVersion(version.subject(), version.version()))
                .toList();
    }

    private ChangedLevel setGlobalLevel(CompatibilityLevel level) {
        store.setGlobalLevel(level);
        return new ChangedLevel(level);
    }

    private ChangedLevel resetGlobalLevel() {
        var former = store.globalLevel();
        store.setGlobalLevel(RegistryStore.DEFAULT_LEVEL);
        return new ChangedLevel(former);
    }

    private CurrentLevel levelOfSubject(RegistryCall call) {
        var fallback =
                call.isSet("defaultToGlobal") ? Optional.of(store.globalLevel()) : Optional.<CompatibilityLevel>empty();
        return new CurrentLevel(store.ownLevel(call.subject())
                .or(() -> fallback)
                .orElseThrow(() -> RegistryException.noLevelOfItsOwn(call.subject())));
    }

    private ChangedLevel setLevel(String subject, CompatibilityLevel level) {
        store.setLevel(subject, level);
        return new ChangedLevel(level);
    }

    private Mode setMode(RegistryMode mode) {
        store.setMode(mode);
        return new Mode(mode);
    }

    private Mode modeOfSubject(RegistryCall call) {
        if (!call.isSet("defaultToGlobal")) {
            throw RegistryException.noModeOfItsOwn(call.subject());
        }
        return new Mode(store.mode());
    }

    private Compatible compatibleWithSubject(RegistryCall call) {
        return compatible(call, store.objections(call.subject(), call.schema()));
    }

    private Compatible compatibleWithVersion(RegistryCall call) {
        var candidate = call.schema();
        if (call.versionNumber() instanceof VersionNumber.Latest
                && store.versions(call.subject(), false).isEmpty()) {
            return compatible(call, List.of()); // as Confluent's: the first version of a subject cannot be wrong
        }
        var other = store.version(call.subject(), call.versionNumber(), false);
        return compatible(call, store.objections(call.subject(), candidate, other));
    }

    private static Compatible compatible(RegistryCall call, List<String> objections) {
        return new Compatible(objections.isEmpty(), call.isSet("verbose") ? objections : null);
    }
}
