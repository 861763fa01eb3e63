package io.broadside.token.platform;

import io.broadside.runtime.config.Setting;
import io.broadside.runtime.config.Settings;
import io.broadside.token.platform.facebook.FacebookConfig;
import io.broadside.token.platform.facebook.FacebookTokens;
import io.broadside.token.platform.x.XConfig;
import io.broadside.token.platform.x.XTokens;
import java.time.Clock;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The platforms token-service knows: the one list. */
public final class TokenPlatforms {

    private final Map<String, TokenPlatform> byId;

    private TokenPlatforms(Map<String, TokenPlatform> byId) {
        this.byId = byId;
    }

    /** How each of them is reached. */
    public record Config(FacebookConfig facebook, XConfig x) {

        public static final List<Setting> SETTINGS = Stream.concat(
                        FacebookConfig.SETTINGS.stream(), XConfig.SETTINGS.stream())
                .toList();

        public static Config from(Settings settings) {
            return new Config(FacebookConfig.from(settings), XConfig.from(settings));
        }
    }

    /** Every platform there is. */
    public static TokenPlatforms all(Config config, PlatformCalls calls, Clock clock) {
        return of(List.of(new FacebookTokens(config.facebook(), calls), new XTokens(config.x(), calls, clock)));
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
