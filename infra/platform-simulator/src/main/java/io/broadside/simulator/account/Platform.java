package io.broadside.simulator.account;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** The networks this simulator doubles. */
public enum Platform {
    FACEBOOK,
    X;

    /** As it is written in paths and JSON. */
    @JsonValue
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    @JsonCreator
    public static Platform of(String id) {
        for (var platform : values()) {
            if (platform.id().equals(id)) {
                return platform;
            }
        }
        throw new IllegalArgumentException("platform: facebook or x needed, was " + id);
    }
}
