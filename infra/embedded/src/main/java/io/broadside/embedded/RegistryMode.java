package io.broadside.embedded;

import java.util.Locale;
import java.util.stream.Stream;

/** Whether the registry takes new schemas. */
enum RegistryMode {
    READWRITE,
    READONLY;

    static RegistryMode parse(String name) {
        return Stream.of(values())
                .filter(mode -> mode.name().equals(name.toUpperCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> RegistryException.invalidMode(name));
    }
}
