package io.broadside.embedded;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;

/** Which earlier versions of a subject a new one must get on with, and in which direction. */
enum CompatibilityLevel {
    NONE(false, false, false),
    BACKWARD(true, false, false),
    BACKWARD_TRANSITIVE(true, false, true),
    FORWARD(false, true, false),
    FORWARD_TRANSITIVE(false, true, true),
    FULL(true, true, false),
    FULL_TRANSITIVE(true, true, true);

    private final boolean newReadsOld;
    private final boolean oldReadsNew;
    private final boolean transitive;

    CompatibilityLevel(boolean newReadsOld, boolean oldReadsNew, boolean transitive) {
        this.newReadsOld = newReadsOld;
        this.oldReadsNew = oldReadsNew;
        this.transitive = transitive;
    }

    static CompatibilityLevel parse(String name) {
        return Stream.of(values())
                .filter(level -> level.name().equals(name.toUpperCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> RegistryException.invalidLevel(name));
    }

    /** An earlier version of the subject that a candidate is compared with. */
    record Earlier(int version, Schema schema) {}

    /** Why the candidate may not follow these versions, given in ascending order; nothing if it may. */
    List<String> objections(Schema candidate, List<Earlier> earlier) {
        var compared = transitive || earlier.isEmpty() ? earlier : earlier.subList(earlier.size() - 1, earlier.size());
        var objections = new ArrayList<String>();
        for (var other : compared.reversed()) {
            var before = objections.size();
            if (newReadsOld) {
                objections.addAll(cannotRead(candidate, other.schema(), "new schema", "old schema"));
            }
            if (oldReadsNew) {
                objections.addAll(cannotRead(other.schema(), candidate, "old schema", "new schema"));
            }
            if (objections.size() > before) {
                objections.add("{oldSchemaVersion: " + other.version() + "}");
                objections.add("{oldSchema: '" + other.schema() + "'}");
            }
        }
        if (!objections.isEmpty()) {
            objections.add("{compatibility: '" + name() + "'}");
        }
        return List.copyOf(objections);
    }

    private static List<String> cannotRead(Schema reader, Schema writer, String readerName, String writerName) {
        var result = SchemaCompatibility.checkReaderWriterCompatibility(reader, writer)
                .getResult();
        return result.getIncompatibilities().stream()
                .map(found ->
                        "{errorType:'%s', description:'The %s cannot read data written with the %s at path '%s': %s'}"
                                .formatted(
                                        found.getType(),
                                        readerName,
                                        writerName,
                                        found.getLocation(),
                                        found.getMessage()))
                .toList();
    }
}
