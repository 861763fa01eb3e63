package io.broadside.token.platform;

import io.broadside.runtime.config.Setting;
import io.broadside.runtime.config.Settings;
import io.broadside.token.platform.TokenPlatformEntry.Tools;
import io.broadside.token.platform.bluesky.BlueskySignIn;
import io.broadside.token.platform.facebook.FacebookSignIn;
import io.broadside.token.platform.instagram.InstagramByFacebookSignIn;
import io.broadside.token.platform.instagram.InstagramSignIn;
import io.broadside.token.platform.linkedin.LinkedInSignIn;
import io.broadside.token.platform.tiktok.TikTokSignIn;
import io.broadside.token.platform.x.XSignIn;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** The ways to sign in: a new one is a line here and a file beside its platform. */
public final class SignIns {

    private static final List<SignInEntry> LIST = List.of(
            BlueskySignIn.ENTRY,
            FacebookSignIn.ENTRY,
            InstagramSignIn.ENTRY,
            InstagramByFacebookSignIn.ENTRY,
            LinkedInSignIn.ENTRY,
            TikTokSignIn.ENTRY,
            XSignIn.ENTRY);

    private final List<SignIn> all;

    private SignIns(List<SignIn> all) {
        this.all = List.copyOf(all);
    }

    /** How each of them is reached. */
    public record Config(List<Function<Tools, SignIn>> made) {

        public static final List<Setting> SETTINGS =
                LIST.stream().flatMap(entry -> entry.settings().stream()).toList();

        public Config {
            made = List.copyOf(made);
        }

        public static Config from(Settings settings) {
            return new Config(LIST.stream()
                    .map(entry -> entry.configure().apply(settings))
                    .toList());
        }
    }

    /** Every way there is, set up or not. */
    public static SignIns all(Config config, PlatformCalls calls, Clock clock) {
        var tools = new Tools(calls, clock);
        return of(config.made().stream().map(made -> made.apply(tools)).toList());
    }

    public static SignIns of(List<SignIn> all) {
        return new SignIns(all);
    }

    /** In the order people see. */
    public List<SignIn> all() {
        return all;
    }

    public Optional<SignIn> find(String id) {
        return all.stream().filter(way -> way.id().equals(id)).findFirst();
    }

    /** The ways to accounts of a platform. */
    public List<SignIn> of(String platform) {
        return all.stream().filter(way -> way.platform().equals(platform)).toList();
    }
}
