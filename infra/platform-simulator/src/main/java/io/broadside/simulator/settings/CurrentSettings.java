package io.broadside.simulator.settings;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.broadside.simulator.http.Json;
import io.broadside.simulator.journal.Journal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** The settings in force: those of all networks, and one record for each network. Names are unique among all of them. */
public final class CurrentSettings {
    private final Journal.Section<Change> journal;
    private final Map<Class<? extends Record>, Section<?>> sections = new LinkedHashMap<>();
    private final Supplier<Settings> common;

    public CurrentSettings(Journal journal) {
        this.journal = journal.section("settings", Change.class, this::apply);
        this.common = declare(Settings.DEFAULTS);
    }

    /** Adds the settings of a network, under the names of the record's components. To be called before the journal is replayed. */
    public <S extends Record> Supplier<S> declare(S defaults) {
        var names = Json.MAPPER.<ObjectNode>valueToTree(defaults);
        names.fieldNames().forEachRemaining(name -> {
            if (all().has(name)) {
                throw new IllegalStateException("two settings have the same name: " + name);
            }
        });
        var section = new Section<>(defaults);
        sections.put(defaults.getClass(), section);
        return section::get;
    }

    /** The settings that all networks have. */
    public Settings get() {
        return common.get();
    }

    /**
     * The settings of one network.
     *
     * @throws IllegalArgumentException when there are no such settings
     */
    public <S extends Record> S get(Class<S> type) {
        var section = sections.get(type);
        if (section == null) {
            throw new IllegalArgumentException("no such settings: " + type.getSimpleName());
        }
        return type.cast(section.get());
    }

    /** All of them by name. */
    public ObjectNode all() {
        var all = Json.object();
        sections.values().forEach(section -> all.setAll(section.json()));
        return all;
    }

    /**
     * Changes the settings that are named, and leaves the others.
     *
     * @throws IllegalArgumentException when a name or a value is not one of a setting; nothing is changed then
     */
    public synchronized ObjectNode change(JsonNode changes) {
        if (!(changes instanceof ObjectNode named)) {
            throw new IllegalArgumentException("a JSON object with settings is needed");
        }
        var all = all();
        named.fieldNames().forEachRemaining(name -> {
            if (!all.has(name)) {
                throw new IllegalArgumentException("no such setting: " + name);
            }
        });
        all.setAll(named);
        sections.values().forEach(section -> section.read(all));
        journal.commit(new Change.Replaced(all));
        return all();
    }

    private void apply(Change change) {
        switch (change) {
            case Change.Replaced(var all) -> sections.values().forEach(section -> section.replace(all));
        }
    }

    sealed interface Change {
        /** May lack settings that are younger than it. */
        record Replaced(ObjectNode settings) implements Change {}
    }

    /** The settings of one record. */
    private static final class Section<S extends Record> {
        private final Class<S> type;
        private volatile S current;

        @SuppressWarnings("unchecked") // the class of a record is final
        Section(S defaults) {
            this.type = (Class<S>) defaults.getClass();
            this.current = defaults;
        }

        S get() {
            return current;
        }

        ObjectNode json() {
            return Json.MAPPER.valueToTree(current);
        }

        void replace(ObjectNode all) {
            current = read(all);
        }

        S read(ObjectNode all) {
            var own = json();
            List<String> names = new ArrayList<>();
            own.fieldNames().forEachRemaining(names::add);
            names.stream().filter(all::has).forEach(name -> own.set(name, all.get(name)));
            try {
                return Json.MAPPER.treeToValue(own, type);
            } catch (JsonProcessingException e) {
                throw new IllegalArgumentException(e.getOriginalMessage(), e);
            }
        }
    }
}
