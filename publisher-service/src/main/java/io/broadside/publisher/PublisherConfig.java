package io.broadside.publisher;

import io.broadside.publisher.budget.BudgetConfig;
import io.broadside.publisher.platform.PlatformsConfig;
import io.broadside.publisher.posts.PostsConfig;
import io.broadside.runtime.config.ConfigException;
import io.broadside.runtime.config.Setting;
import io.broadside.runtime.config.Settings;
import io.broadside.runtime.dispatch.DispatchConfig;
import io.broadside.runtime.http.HttpConfig;
import io.broadside.runtime.kafka.KafkaConfig;
import io.broadside.runtime.vault.VaultConfig;
import io.broadside.schemas.Topic;
import io.broadside.schemas.Topics;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Everything publisher-service can be told. Reference: docs/configuration.md.
 *
 * @param port where health and metrics are served
 * @param requestsKept for how long a request is remembered after the last word on it
 */
public record PublisherConfig(
        int port,
        Duration requestsKept,
        KafkaConfig kafka,
        DispatchConfig dispatch,
        HttpConfig http,
        VaultConfig vault,
        BudgetConfig budgets,
        PostsConfig posts,
        PlatformsConfig platforms) {

    private static final Setting PORT = Setting.of("PUBLISHER_PORT", "8082", "Port of health and metrics.");

    private static final Setting REQUESTS_KEPT = Setting.of(
            "PUBLISHER_REQUESTS_KEPT",
            "60d",
            "For how long a request is remembered after the last word on all of its targets. Until then, sent again it gets its"
                    + " results again, and another one under its id is refused; afterwards it would be a new one. Longer than"
                    + " requests, results and dead letters stay on their topics (30d).");

    public static final List<Setting> SETTINGS = Stream.of(
                    List.of(PORT, REQUESTS_KEPT),
                    KafkaConfig.SETTINGS,
                    DispatchConfig.SETTINGS,
                    HttpConfig.SETTINGS,
                    VaultConfig.SETTINGS,
                    BudgetConfig.SETTINGS,
                    PostsConfig.SETTINGS,
                    PlatformsConfig.SETTINGS)
            .flatMap(List::stream)
            .toList();

    public PublisherConfig {
        dispatch.requireRevokeWithin(kafka.maxPollInterval());
        // A request that is read once more, or one whose dead letter is redriven, must not be taken for a new one.
        var least = Stream.of(Topics.REQUESTS, Topics.RESULTS, Topics.DEAD_LETTERS)
                .map(Topic::retention)
                .reduce(Duration.ZERO, (one, other) -> one.compareTo(other) > 0 ? one : other);
        if (requestsKept.compareTo(least) <= 0) {
            throw new ConfigException(REQUESTS_KEPT.name() + ": a time span longer than " + least.toDays()
                    + "d needed, for which requests, results and dead letters are kept; was " + requestsKept);
        }
    }

    /** Whether a piece of a file that begins at the end of a slice has the time it may take. */
    public boolean leavesTimeForTheLastPiece() {
        var longest =
                platforms.media().slice().plus(platforms.media().timeout()).plus(http.callTimeout());
        return longest.compareTo(dispatch.callLimit()) < 0;
    }

    public static PublisherConfig from(Map<String, String> environment) {
        var settings = Settings.from(environment);
        return new PublisherConfig(
                settings.integer(PORT, 0, 65_535),
                settings.duration(REQUESTS_KEPT),
                KafkaConfig.from(settings),
                DispatchConfig.from(settings),
                HttpConfig.from(settings),
                VaultConfig.from(settings),
                BudgetConfig.from(settings),
                PostsConfig.from(settings),
                PlatformsConfig.from(settings));
    }
}
