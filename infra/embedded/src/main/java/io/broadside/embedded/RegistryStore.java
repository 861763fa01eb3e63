package io.broadside.embedded;

import static java.util.stream.Collectors.toCollection;

import io.broadside.embedded.CompatibilityLevel.Earlier;
import io.broadside.embedded.RegistryChange.GlobalLevelSet;
import io.broadside.embedded.RegistryChange.ModeSet;
import io.broadside.embedded.RegistryChange.PermanentlyDeleted;
import io.broadside.embedded.RegistryChange.Registered;
import io.broadside.embedded.RegistryChange.SoftDeleted;
import io.broadside.embedded.RegistryChange.SubjectLevelRemoved;
import io.broadside.embedded.RegistryChange.SubjectLevelSet;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.avro.Schema;

/**
 * What the registry knows.
 *
 * <ol>
 *   <li>The same schema text has the same id in every subject and for ever, also when its versions were deleted in
 *       between; an id is never given to another text.
 *   <li>Version numbers of a subject grow by one and are not used again while a deleted one is remembered.
 *   <li>A change is in the journal before anyone can see it.
 * </ol>
 */
final class RegistryStore implements AutoCloseable {

    static final CompatibilityLevel DEFAULT_LEVEL = CompatibilityLevel.BACKWARD_TRANSITIVE;

    /** One version of a subject. */
    record Version(String subject, int version, int id, String schema, boolean deleted) {}

    private final RegistryJournal journal;
    private final Map<String, Integer> idsByText = new HashMap<>();
    private final TreeMap<Integer, String> textsById = new TreeMap<>();
    private final TreeMap<String, TreeMap<Integer, Version>> subjects = new TreeMap<>();
    private final Map<String, CompatibilityLevel> levels = new HashMap<>();
    private CompatibilityLevel globalLevel = DEFAULT_LEVEL;
    private RegistryMode mode = RegistryMode.READWRITE;

    RegistryStore(Optional<Path> directory) {
        this.journal =
                directory.map(path -> RegistryJournal.open(path, this::apply)).orElseGet(RegistryJournal::forgetful);
    }

    // Reading

    synchronized List<String> subjects(boolean deletedToo) {
        return subjects.keySet().stream()
                .filter(subject -> !versions(subject, deletedToo).isEmpty())
                .toList();
    }

    /** The versions in ascending order; none for a subject nobody knows. */
    synchronized List<Version> versions(String subject, boolean deletedToo) {
        return subjects.getOrDefault(subject, new TreeMap<>()).values().stream()
                .filter(version -> deletedToo || !version.deleted())
                .toList();
    }

    synchronized List<Version> versionsOf(int id, boolean deletedToo) {
        return subjects.values().stream()
                .flatMap(versions -> versions.values().stream())
                .filter(version -> version.id() == id && (deletedToo || !version.deleted()))
                .toList();
    }

    /** The subjects an id is used in, each once. */
    synchronized List<String> subjectsOf(int id, boolean deletedToo) {
        return List.copyOf(
                versionsOf(id, deletedToo).stream().map(Version::subject).collect(toCollection(TreeSet::new)));
    }

    /** The text of an id. Soft deletion does not hide it: records written with it are still to be read. */
    synchronized Optional<String> schema(int id) {
        return versionsOf(id, true).isEmpty() ? Optional.empty() : Optional.ofNullable(textsById.get(id));
    }

    synchronized int highestId() {
        return textsById.isEmpty() ? 0 : textsById.lastKey();
    }

    synchronized Version version(String subject, VersionNumber number, boolean deletedToo) {
        var versions = versions(subject, deletedToo);
        if (versions.isEmpty()) {
            throw RegistryException.subjectNotFound(subject);
        }
        return switch (number) {
            case VersionNumber.Latest() -> versions.getLast();
            case VersionNumber.Exactly(var wanted) ->
                versions.stream()
                        .filter(version -> version.version() == wanted)
                        .findFirst()
                        .orElseThrow(() -> RegistryException.versionNotFound(wanted));
        };
    }

    synchronized CompatibilityLevel globalLevel() {
        return globalLevel;
    }

    synchronized Optional<CompatibilityLevel> ownLevel(String subject) {
        return Optional.ofNullable(levels.get(subject));
    }

    synchronized RegistryMode mode() {
        return mode;
    }

    /** The version of the subject that has this schema. */
    synchronized Version lookUp(String subject, AvroText schema, boolean deletedToo) {
        var versions = versions(subject, deletedToo);
        if (versions.isEmpty()) {
            throw RegistryException.subjectNotFound(subject);
        }
        return find(versions, schema).orElseThrow(() -> RegistryException.schemaNotFound(""));
    }

    /** Why the candidate may not become the next version of the subject; nothing if it may. */
    synchronized List<String> objections(String subject, Schema candidate) {
        return levelFor(subject).objections(candidate, earlier(versions(subject, false)));
    }

    /** Why the candidate does not get on with this one version at the subject's level; nothing if it does. */
    synchronized List<String> objections(String subject, Schema candidate, Version other) {
        return levelFor(subject).objections(candidate, earlier(List.of(other)));
    }

    // Changing

    /** Returns the id; the same again for a schema the subject has already. */
    synchronized int register(String subject, AvroText schema) {
        var known = find(versions(subject, false), schema);
        if (known.isPresent()) {
            return known.get().id();
        }
        requireWritable(subject);
        var objections = objections(subject, schema.parsed());
        if (!objections.isEmpty()) {
            throw RegistryException.incompatible(subject, objections);
        }
        var remembered = versions(subject, true);
        var version = remembered.isEmpty() ? 1 : remembered.getLast().version() + 1;
        var id = idsByText.getOrDefault(schema.text(), highestId() + 1);
        change(new Registered(subject, version, id, schema.text()));
        return id;
    }

    synchronized List<Integer> deleteSubject(String subject, boolean permanent) {
        requireWritable(subject);
        var remembered = versions(subject, true);
        var live = versions(subject, false);
        if (remembered.isEmpty()) {
            throw RegistryException.subjectNotFound(subject);
        }
        if (permanent && !live.isEmpty()) {
            throw RegistryException.subjectNotSoftDeleted(subject);
        }
        if (!permanent && live.isEmpty()) {
            throw RegistryException.subjectSoftDeleted(subject);
        }
        var numbers =
                (permanent ? remembered : live).stream().map(Version::version).toList();
        change(permanent ? new PermanentlyDeleted(subject, numbers) : new SoftDeleted(subject, numbers));
        return numbers;
    }

    synchronized int deleteVersion(String subject, VersionNumber number, boolean permanent) {
        requireWritable(subject);
        var version = version(subject, number, !(number instanceof VersionNumber.Latest) || permanent);
        var numbers = List.of(version.version());
        if (permanent && !version.deleted()) {
            throw RegistryException.versionNotSoftDeleted(subject, version.version());
        }
        if (!permanent && version.deleted()) {
            throw RegistryException.versionSoftDeleted(subject, version.version());
        }
        change(permanent ? new PermanentlyDeleted(subject, numbers) : new SoftDeleted(subject, numbers));
        return version.version();
    }

    synchronized void setGlobalLevel(CompatibilityLevel level) {
        change(new GlobalLevelSet(level));
    }

    synchronized void setLevel(String subject, CompatibilityLevel level) {
        change(new SubjectLevelSet(subject, level));
    }

    /** Returns the level the subject had. */
    synchronized CompatibilityLevel removeLevel(String subject) {
        var level = ownLevel(subject).orElseThrow(() -> RegistryException.noLevelOfItsOwn(subject));
        change(new SubjectLevelRemoved(subject));
        return level;
    }

    synchronized void setMode(RegistryMode newMode) {
        change(new ModeSet(newMode));
    }

    @Override
    public synchronized void close() {
        journal.close();
    }

    private void change(RegistryChange change) {
        journal.append(change);
        apply(change);
    }

    private void apply(RegistryChange change) {
        switch (change) {
            case Registered(var subject, var version, var id, var schema) -> {
                idsByText.put(schema, id);
                textsById.put(id, schema);
                subjects.computeIfAbsent(subject, _ -> new TreeMap<>())
                        .put(version, new Version(subject, version, id, schema, false));
            }
            case SoftDeleted(var subject, var versions) ->
                subjects.getOrDefault(subject, new TreeMap<>())
                        .replaceAll((number, version) -> versions.contains(number)
                                ? new Version(subject, number, version.id(), version.schema(), true)
                                : version);
            case PermanentlyDeleted(var subject, var versions) ->
                subjects.getOrDefault(subject, new TreeMap<>()).keySet().removeAll(versions);
            case GlobalLevelSet(var level) -> globalLevel = level;
            case SubjectLevelSet(var subject, var level) -> levels.put(subject, level);
            case SubjectLevelRemoved(var subject) -> levels.remove(subject);
            case ModeSet(var newMode) -> mode = newMode;
        }
    }

    private void requireWritable(String subject) {
        if (mode == RegistryMode.READONLY) {
            throw RegistryException.readOnly(subject);
        }
    }

    private CompatibilityLevel levelFor(String subject) {
        return ownLevel(subject).orElse(globalLevel);
    }

    private static Optional<Version> find(List<Version> versions, AvroText schema) {
        return versions.stream()
                .filter(version -> schema.isSameAs(version.schema()))
                .findFirst();
    }

    private static List<Earlier> earlier(List<Version> versions) {
        return versions.stream()
                .map(version -> new Earlier(version.version(), AvroText.parseStored(version.schema())))
                .collect(toCollection(ArrayList::new));
    }
}
