package io.broadside.token.platform;

import io.broadside.runtime.config.Setting;
import io.broadside.runtime.config.Settings;
import io.broadside.token.platform.TokenPlatformEntry.Tools;
import io.broadside.token.platform.bluesky.BlueskyTokens;
import io.broadside.token.platform.facebook.FacebookTokens;
import io.broadside.token.platform.instagram.InstagramTokens;
import io.broadside.token.platform.linkedin.LinkedInTokens;
import io.broadside.token.platform.tiktok.TikTokTokens;
import io.broadside.token.platform.x.XTokens;
import java.time.Clock;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The platforms token-service knows: a new one is a line here and a package beside the others. */
public final class TokenPlatforms {

    private static final List<TokenPlatformEntry<?>> LIST = List.of(
            BlueskyTokens.ENTRY,
            FacebookTokens.ENTRY,
            InstagramTokens.ENTRY,
            LinkedInTokens.ENTRY,
            TikTokTokens.ENTRY,
            XTokens.ENTRY);

    private final Map<String, TokenPlatform> byId;

    private TokenPlatforms(Map<String, TokenPlatform> byId) {
        this.byId = byId;
    }

    /** How each of them is reached. */
    public record Config(List<Function<Tools, TokenPlatform>> platforms) {

        public static final List<Setting> SETTINGS =
                LIST.stream().flatMap(platform -> platform.settings().stream()).toList();

        public Config {
            platforms = List.copyOf(platforms);
        }

        public static Config from(Settings settings) {
            return new Config(LIST.stream()
                    .<Function<Tools, TokenPlatform>>map(platform -> platform.configure(settings))
                    .toList());
        }
    }

    /** Every platform there is. */
    public static TokenPlatforms all(Config config, PlatformCalls calls, Clock clock) {
        var tools = new Tools(calls, clock);
        return of(config.platforms().stream().map(made -> made.apply(tools)).toList());
    }

    public static TokenPlatforms of(List<TokenPlatform> platforms) {
        return new TokenPlatforms(
                platforms.stream().collect(Collectors.toUnmodifiableMap(TokenPlatform::id, Function.identity())));
    }

    public Optional<TokenPlatform> find(String id) {
        return Optional.ofNullable(byId.get(id));
    }

    /** Their ids, in the order of the alphabet. */
    public List<String> ids() {
        return byId.keySet().stream().sorted(Comparator.naturalOrder()).toList();
    }
}
