package io.broadside.runtime.config;

/**
 * One thing a service can be told: the row of the configuration reference.
 *
 * @param name name of the environment variable, and of the entry in the properties file
 * @param fallback what holds where nothing is set; empty unless the setting is {@link Need#DEFAULTED}
 * @param meaning what it does and what follows from it, for the person who sets it
 */
public record Setting(String name, String fallback, String meaning, Need need) {

    /** What happens where nothing is set. */
    public enum Need {
        /** The service does not start. */
        REQUIRED,
        /** What it is for does not happen. */
        OPTIONAL,
        /** The fallback holds. */
        DEFAULTED
    }

    public Setting {
        if (name.isBlank()) {
            throw new IllegalArgumentException("A setting needs a name.");
        }
        if (fallback.isBlank() == (need == Need.DEFAULTED)) {
            throw new IllegalArgumentException(name + ": a fallback belongs to a defaulted setting, and to no other.");
        }
    }

    /** A setting without which the service does not start. */
    public static Setting required(String name, String meaning) {
        return new Setting(name, "", meaning, Need.REQUIRED);
    }

    /** A setting that may be absent. */
    public static Setting optional(String name, String meaning) {
        return new Setting(name, "", meaning, Need.OPTIONAL);
    }

    /** A setting with a fallback. */
    public static Setting of(String name, String fallback, String meaning) {
        return new Setting(name, fallback, meaning, Need.DEFAULTED);
    }
}
