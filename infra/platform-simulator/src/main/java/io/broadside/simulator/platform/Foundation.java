package io.broadside.simulator.platform;

import io.broadside.simulator.account.Platform;
import io.broadside.simulator.failure.FailureKind;
import io.broadside.simulator.failure.Failures;
import io.broadside.simulator.http.Outbound;
import io.broadside.simulator.journal.Journal;
import io.broadside.simulator.post.Publications;
import io.broadside.simulator.settings.CurrentSettings;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * What every doubled network stands on.
 *
 * @param apps applications that were configured, by their network
 */
public record Foundation(
        Clock clock,
        Journal journal,
        Publications publications,
        CurrentSettings settings,
        Outbound outbound,
        Failures failures,
        Map<Platform, App> apps) {
    private static final int DEFAULT_SLOWNESS_SECONDS = 5;

    public Foundation {
        apps = Map.copyOf(apps);
    }

    /**
     * How processing will go: as usual, or as a failure injected at that endpoint says. {@code slow} makes it take longer; any other
     * kind makes it fail, with the code of the failure.
     *
     * @param endpoint a name among the endpoints of the network that no call has
     */
    public Processing processing(Platform platform, String endpoint, String accountId, Duration usually) {
        return failures.next(platform, endpoint, Optional.of(accountId))
                .map(failure -> failure.kind() == FailureKind.SLOW
                        ? new Processing(
                                Duration.ofSeconds(failure.seconds().orElse(DEFAULT_SLOWNESS_SECONDS)),
                                Optional.empty())
                        : new Processing(usually, Optional.of(failure.code().orElse(""))))
                .orElseGet(() -> new Processing(usually, Optional.empty()));
    }

    public App app(Platform platform, App otherwise) {
        return apps.getOrDefault(platform, otherwise);
    }
}
