package io.broadside.token.page;

import io.broadside.simulator.PlatformSimulator;
import io.broadside.simulator.SimulatorConfig;
import io.broadside.simulator.account.Platform;
import io.broadside.simulator.instagram.InstagramPlatform;
import io.broadside.testkit.KafkaForTest;
import io.broadside.token.TokenConfig;
import io.broadside.token.TokenService;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;

/** token-service with the simulated platforms, set up so that people can sign in at all of them. */
record ConnectingService(PlatformSimulator simulator, TokenService service) implements AutoCloseable {

    static ConnectingService start(KafkaForTest kafka, Path keys, Map<String, String> more) {
        var simulator = PlatformSimulator.start(SimulatorConfig.onPort(0));
        var settings = new HashMap<String, String>();
        settings.put("KAFKA_BOOTSTRAP_SERVERS", kafka.bootstrapServers());
        settings.put("SCHEMA_REGISTRY_URL", kafka.registryUrl());
        settings.put("KAFKA_TOPIC_PARTITIONS", "4");
        settings.put("DISPATCH_CALL_LIMIT", "10s");
        settings.put("HTTP_CALL_TIMEOUT", "3s");
        settings.put("VAULT_ACCESS_KEYSET_FILE", keys.resolve("access.json").toString());
        settings.put("VAULT_REFRESH_KEYSET_FILE", keys.resolve("refresh.json").toString());
        settings.put("VAULT_CREATE_MISSING", "true");
        settings.put("TOKEN_PORT", "0");
        settings.put("TOKEN_MANAGEMENT_PORT", "0");
        settings.putAll(platforms(simulator));
        settings.putAll(more);
        return new ConnectingService(simulator, TokenService.start(TokenConfig.from(settings), Clock.systemUTC()));
    }

    private static Map<String, String> platforms(PlatformSimulator simulator) {
        var facebook = simulator.facebook().toString();
        var instagram = simulator.uri(InstagramPlatform.ID).toString();
        var linkedIn = simulator.uri(Platform.LINKEDIN).toString();
        var tikTok = simulator.uri(Platform.TIKTOK).toString();
        var x = simulator.x().toString();
        return Map.ofEntries(
                Map.entry("FACEBOOK_API_URI", facebook),
                Map.entry("FACEBOOK_DIALOG_URI", facebook),
                Map.entry("FACEBOOK_APP_ID", SimulatorConfig.FACEBOOK_APP_ID),
                Map.entry("FACEBOOK_APP_SECRET", SimulatorConfig.FACEBOOK_APP_SECRET),
                Map.entry("INSTAGRAM_API_URI", instagram),
                Map.entry("INSTAGRAM_OAUTH_URI", instagram),
                Map.entry("INSTAGRAM_AUTHORIZE_URI", instagram + "/oauth/authorize"),
                Map.entry("INSTAGRAM_APP_ID", InstagramPlatform.DEFAULT_APP.clientId()),
                Map.entry("INSTAGRAM_APP_SECRET", InstagramPlatform.DEFAULT_APP.clientSecret()),
                Map.entry("LINKEDIN_API_URI", linkedIn),
                Map.entry("LINKEDIN_OAUTH_URI", linkedIn),
                Map.entry("LINKEDIN_AUTHORIZE_URI", linkedIn + "/oauth/v2/authorization"),
                Map.entry("LINKEDIN_CLIENT_ID", SimulatorConfig.LINKEDIN_CLIENT_ID),
                Map.entry("LINKEDIN_CLIENT_SECRET", SimulatorConfig.LINKEDIN_CLIENT_SECRET),
                Map.entry("TIKTOK_API_URI", tikTok),
                Map.entry("TIKTOK_AUTHORIZE_URI", tikTok + "/v2/auth/authorize/"),
                Map.entry("TIKTOK_CLIENT_KEY", SimulatorConfig.TIKTOK_CLIENT_KEY),
                Map.entry("TIKTOK_CLIENT_SECRET", SimulatorConfig.TIKTOK_CLIENT_SECRET),
                Map.entry("X_API_URI", x),
                Map.entry("X_AUTHORIZE_URI", x + "/i/oauth2/authorize"),
                Map.entry("X_CLIENT_ID", SimulatorConfig.X_CLIENT_ID),
                Map.entry("X_CLIENT_SECRET", SimulatorConfig.X_CLIENT_SECRET));
    }

    URI at(String path) {
        return URI.create("http://localhost:" + service.port() + path);
    }

    @Override
    public void close() {
        service.close();
        simulator.close();
    }
}
