package io.broadside.simulator;

import io.broadside.simulator.account.Platform;
import io.broadside.simulator.facebook.FacebookPlatform;
import io.broadside.simulator.platform.App;
import io.broadside.simulator.tiktok.TikTokPlatform;
import io.broadside.simulator.x.XPlatform;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Everything the simulator can be told at its start.
 *
 * @param port 0 for any free one
 * @param dataDirectory where the journal is kept; absent: everything is forgotten at the end
 * @param apps applications by their network; each network has one of its own for when it is not named here
 */
public record SimulatorConfig(int port, Optional<Path> dataDirectory, Clock clock, Map<Platform, App> apps) {
    public static final int DEFAULT_PORT = 8090;
    public static final String FACEBOOK_APP_ID = FacebookPlatform.DEFAULT_APP.clientId();
    public static final String FACEBOOK_APP_SECRET = FacebookPlatform.DEFAULT_APP.clientSecret();
    public static final String FACEBOOK_VERIFY_TOKEN = FacebookPlatform.DEFAULT_APP.verifyToken();
    public static final String X_CLIENT_ID = XPlatform.DEFAULT_APP.clientId();
    public static final String X_CLIENT_SECRET = XPlatform.DEFAULT_APP.clientSecret();
    public static final String X_CONSUMER_SECRET = XPlatform.DEFAULT_APP.webhookSecret();
    public static final String TIKTOK_CLIENT_KEY = TikTokPlatform.DEFAULT_APP.clientId();
    public static final String TIKTOK_CLIENT_SECRET = TikTokPlatform.DEFAULT_APP.clientSecret();

    public SimulatorConfig {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("SIMULATOR_PORT: 0 to 65535 needed, was " + port);
        }
        apps = Map.copyOf(apps);
    }

    /** In memory, with the networks' own applications. */
    public static SimulatorConfig onPort(int port) {
        return new SimulatorConfig(port, Optional.empty(), Clock.systemUTC(), Map.of());
    }

    /** {@code SIMULATOR_PORT} (8090) and {@code SIMULATOR_DATA} (none). */
    public static SimulatorConfig from(Map<String, String> environment) {
        var port = environment.getOrDefault("SIMULATOR_PORT", Integer.toString(DEFAULT_PORT));
        if (!port.matches("[0-9]{1,5}")) {
            throw new IllegalArgumentException("SIMULATOR_PORT: a number needed, was " + port);
        }
        var config = onPort(Integer.parseInt(port));
        return Optional.ofNullable(environment.get("SIMULATOR_DATA"))
                .filter(directory -> !directory.isBlank())
                .map(directory -> config.withDataDirectory(Path.of(directory)))
                .orElse(config);
    }

    public SimulatorConfig withDataDirectory(Path directory) {
        return new SimulatorConfig(port, Optional.of(directory), clock, apps);
    }

    public SimulatorConfig withClock(Clock other) {
        return new SimulatorConfig(port, dataDirectory, other, apps);
    }

    public SimulatorConfig withApp(Platform platform, App app) {
        var all = new HashMap<>(apps);
        all.put(platform, app);
        return new SimulatorConfig(port, dataDirectory, clock, all);
    }

    @Override
    public String toString() {
        return "SimulatorConfig[port=" + port + ", dataDirectory=" + dataDirectory + "]";
    }
}
