package io.broadside.publisher;

import io.broadside.publisher.budget.BudgetConfig;
import io.broadside.publisher.platform.PlatformsConfig;
import io.broadside.publisher.posts.PostsConfig;
import io.broadside.runtime.config.Setting;
import io.broadside.runtime.config.Settings;
import io.broadside.runtime.dispatch.DispatchConfig;
import io.broadside.runtime.http.HttpConfig;
import io.broadside.runtime.kafka.KafkaConfig;
import io.broadside.runtime.vault.VaultConfig;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Everything publisher-service can be told. Reference: docs/configuration.md.
 *
 * @param port where health and metrics are served
 */
public record PublisherConfig(
        int port,
        KafkaConfig kafka,
        DispatchConfig dispatch,
        HttpConfig http,
        VaultConfig vault,
        BudgetConfig budgets,
        PostsConfig posts,
        PlatformsConfig platforms) {

    private static final Setting PORT = Setting.of("PUBLISHER_PORT", "8082", "Port of health and metrics.");

    public static final List<Setting> SETTINGS = Stream.of(
                    List.of(PORT),
                    KafkaConfig.SETTINGS,
                    DispatchConfig.SETTINGS,
                    HttpConfig.SETTINGS,
                    VaultConfig.SETTINGS,
                    BudgetConfig.SETTINGS,
                    PostsConfig.SETTINGS,
                    PlatformsConfig.SETTINGS)
            .flatMap(List::stream)
            .toList();

    /** Whether a piece of a file that begins at the end of a slice has the time it may take. */
    boolean leavesTimeForTheLastPiece() {
        var longest =
                platforms.media().slice().plus(platforms.media().timeout()).plus(http.callTimeout());
        return longest.compareTo(dispatch.callLimit()) < 0;
    }

    public static PublisherConfig from(Map<String, String> environment) {
        var settings = Settings.from(environment);
        return new PublisherConfig(
                settings.integer(PORT, 0, 65_535),
                KafkaConfig.from(settings),
                DispatchConfig.from(settings),
                HttpConfig.from(settings),
                VaultConfig.from(settings),
                BudgetConfig.from(settings),
                PostsConfig.from(settings),
                PlatformsConfig.from(settings));
    }
}
