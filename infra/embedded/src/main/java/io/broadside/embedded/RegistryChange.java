package io.broadside.embedded;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;

/** Everything that can happen to a registry: one line of its journal each. Names are on disk; they stay as they are. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "change")
@JsonSubTypes({
    @JsonSubTypes.Type(value = RegistryChange.Registered.class, name = "registered"),
    @JsonSubTypes.Type(value = RegistryChange.SoftDeleted.class, name = "soft-deleted"),
    @JsonSubTypes.Type(value = RegistryChange.PermanentlyDeleted.class, name = "permanently-deleted"),
    @JsonSubTypes.Type(value = RegistryChange.GlobalLevelSet.class, name = "global-level-set"),
    @JsonSubTypes.Type(value = RegistryChange.SubjectLevelSet.class, name = "subject-level-set"),
    @JsonSubTypes.Type(value = RegistryChange.SubjectLevelRemoved.class, name = "subject-level-removed"),
    @JsonSubTypes.Type(value = RegistryChange.ModeSet.class, name = "mode-set"),
})
sealed interface RegistryChange {

    record Registered(String subject, int version, int id, String schema) implements RegistryChange {}

    record SoftDeleted(String subject, List<Integer> versions) implements RegistryChange {
        public SoftDeleted {
            versions = List.copyOf(versions);
        }
    }

    record PermanentlyDeleted(String subject, List<Integer> versions) implements RegistryChange {
        public PermanentlyDeleted {
            versions = List.copyOf(versions);
        }
    }

    record GlobalLevelSet(CompatibilityLevel level) implements RegistryChange {}

    record SubjectLevelSet(String subject, CompatibilityLevel level) implements RegistryChange {}

    record SubjectLevelRemoved(String subject) implements RegistryChange {}

    record ModeSet(RegistryMode mode) implements RegistryChange {}
}
