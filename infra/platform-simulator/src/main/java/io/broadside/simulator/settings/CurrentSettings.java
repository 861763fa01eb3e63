package io.broadside.simulator.settings;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.broadside.simulator.http.Json;
import io.broadside.simulator.journal.Journal;

/** The settings in force. */
public final class CurrentSettings {
    private final Journal.Section<Change> journal;
    private volatile Settings settings = Settings.DEFAULTS;

    public CurrentSettings(Journal journal) {
        this.journal = journal.section("settings", Change.class, this::apply);
    }

    public Settings get() {
        return settings;
    }

    /**
     * Changes the settings that are named, and leaves the others.
     *
     * @throws IllegalArgumentException when a name or a value is not one of {@link Settings}
     */
    public synchronized Settings change(JsonNode changes) {
        var merged = Json.MAPPER.<ObjectNode>valueToTree(settings);
        if (!(changes instanceof ObjectNode named)) {
            throw new IllegalArgumentException("a JSON object with settings is needed");
        }
        named.fieldNames().forEachRemaining(name -> {
            if (!merged.has(name)) {
                throw new IllegalArgumentException("no such setting: " + name);
            }
        });
        merged.setAll(named);
        try {
            journal.commit(new Change.Replaced(Json.MAPPER.treeToValue(merged, Settings.class)));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e.getOriginalMessage(), e);
        }
        return settings;
    }

    private void apply(Change change) {
        settings = switch (change) {
            case Change.Replaced(var replacement) -> replacement;
        };
    }

    sealed interface Change {
        record Replaced(Settings settings) implements Change {}
    }
}
