package io.broadside.simulator.settings;

/**
 * How strict all networks are. Each network has settings of its own besides.
 *
 * @param refuseDuplicates Facebook 506 for the same post twice in a row, X 403 for the same post within a day
 * @param readLagSeconds how long a new post cannot be read back
 */
public record Settings(boolean refuseDuplicates, int readLagSeconds) {
    static final Settings DEFAULTS = new Settings(true, 0);

    public Settings {
        notNegative("readLagSeconds", readLagSeconds);
    }

    /**
     * Checks a setting.
     *
     * @throws IllegalArgumentException when it is below 0
     */
    public static void notNegative(String name, int value) {
        if (value < 0) {
            throw new IllegalArgumentException(name + ": not negative needed, was " + value);
        }
    }
}
