package io.broadside.embedded;

/** How a request names a version: by its number, or as the latest. */
sealed interface VersionNumber {

    record Latest() implements VersionNumber {}

    record Exactly(int number) implements VersionNumber {}

    static VersionNumber parse(String text) {
        if (text.equals("latest") || text.equals("-1")) {
            return new Latest();
        }
        try {
            var number = Integer.parseInt(text);
            if (number > 0) {
                return new Exactly(number);
            }
        } catch (NumberFormatException _) {
            // the answer is the same as for a number below one
        }
        throw RegistryException.invalidVersion(text);
    }
}
