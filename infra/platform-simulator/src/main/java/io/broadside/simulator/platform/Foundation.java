package io.broadside.simulator.platform;

import io.broadside.simulator.account.Platform;
import io.broadside.simulator.http.Outbound;
import io.broadside.simulator.journal.Journal;
import io.broadside.simulator.post.Publications;
import io.broadside.simulator.settings.CurrentSettings;
import java.time.Clock;
import java.util.Map;

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
        Map<Platform, App> apps) {
    public Foundation {
        apps = Map.copyOf(apps);
    }

    public App app(Platform platform, App otherwise) {
        return apps.getOrDefault(platform, otherwise);
    }
}
