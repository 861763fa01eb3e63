package io.broadside.simulator.platform;

import io.broadside.simulator.account.Account;
import io.broadside.simulator.account.Platform;
import io.broadside.simulator.http.Api;
import io.broadside.simulator.http.Request;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The doubled networks by their ids. */
public final class Platforms {
    private final Map<Platform, SimulatedPlatform<?>> byId = new LinkedHashMap<>();

    public Platforms(List<SimulatedPlatform<?>> platforms) {
        platforms.forEach(platform -> byId.put(platform.id(), platform));
    }

    public Stream<SimulatedPlatform<?>> all() {
        return byId.values().stream();
    }

    public List<Platform> ids() {
        return List.copyOf(byId.keySet());
    }

    public Optional<SimulatedPlatform<?>> find(Platform id) {
        return Optional.ofNullable(byId.get(id));
    }

    /**
     * The network of this name.
     *
     * @throws IllegalArgumentException when it is not doubled here
     */
    public SimulatedPlatform<?> get(Platform id) {
        return find(id).orElseThrow(() -> new IllegalArgumentException(
                "platform: one of " + byId.keySet().stream().map(Platform::id).toList() + " needed, was " + id.id()));
    }

    /** Who answers a call below the paths of {@code host}: usually the host itself. */
    public Api answering(SimulatedPlatform<?> host, Request request) {
        return all().filter(platform -> platform.answersFor(host.id(), request))
                .findFirst()
                .<Api>map(SimulatedPlatform::api)
                .orElseGet(host::api);
    }

    /**
     * Adds an account to its network, or gives a known one these tokens.
     *
     * @throws IllegalArgumentException when the network is not doubled here
     */
    public Account save(Account account) {
        return save(get(account.platform()), account);
    }

    private static <A extends Account> Account save(SimulatedPlatform<A> platform, Account account) {
        return platform.save(platform.accountType().cast(account));
    }
}
