package io.broadside.token.connect;

import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** The names by which this service is asked for: those of this machine, the address it listens on, and what it was told. */
final class OwnNames {

    private static final Set<String> THIS_MACHINE = Set.of("localhost", "127.0.0.1", "[::1]");

    private final Set<String> names = new HashSet<>(THIS_MACHINE);

    /**
     * @param listensOn the address it listens on
     * @param publicHost what it was told that it is known by
     */
    OwnNames(String listensOn, Optional<String> publicHost) {
        names.add(plain(listensOn));
        publicHost.map(OwnNames::plain).ifPresent(names::add);
    }

    /** Whether a request for this host is meant for this service. */
    boolean contain(String host) {
        return names.contains(plain(host));
    }

    /** Addresses of IPv6 are written with brackets and without. */
    private static String plain(String host) {
        var name = host.strip().toLowerCase(Locale.ROOT);
        return name.contains(":") && !name.startsWith("[") ? "[" + name + "]" : name;
    }
}
