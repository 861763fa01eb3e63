package io.broadside.simulator;

import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;

/**
 * Everything the simulator can be told at its start.
 *
 * @param port 0 for any free one
 * @param dataDirectory where the journal is kept; absent: everything is forgotten at the end
 * @param facebookAppSecret signs webhooks, and opens {@code /debug_token} and the exchange of tokens
 * @param facebookVerifyToken sent in the handshake of Facebook's webhooks
 * @param xConsumerSecret signs webhooks of X and their CRC; not the secret of OAuth 2.0
 */
public record SimulatorConfig(
        int port,
        Optional<Path> dataDirectory,
        Clock clock,
        String facebookAppId,
        String facebookAppSecret,
        String facebookVerifyToken,
        String xClientId,
        String xClientSecret,
        String xConsumerSecret) {
    public static final int DEFAULT_PORT = 8090;
    public static final String FACEBOOK_APP_ID = "4000000001";
    public static final String FACEBOOK_APP_SECRET = "sim-facebook-app-secret";
    public static final String FACEBOOK_VERIFY_TOKEN = "sim-facebook-verify-token";
    public static final String X_CLIENT_ID = "sim-x-client-id";
    public static final String X_CLIENT_SECRET = "sim-x-client-secret";
    public static final String X_CONSUMER_SECRET = "sim-x-consumer-secret";

    public SimulatorConfig {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("SIMULATOR_PORT: 0 to 65535 needed, was " + port);
        }
    }

    /** In memory, with the secrets documented here. */
    public static SimulatorConfig onPort(int port) {
        return new SimulatorConfig(
                port,
                Optional.empty(),
                Clock.systemUTC(),
                FACEBOOK_APP_ID,
                FACEBOOK_APP_SECRET,
                FACEBOOK_VERIFY_TOKEN,
                X_CLIENT_ID,
                X_CLIENT_SECRET,
                X_CONSUMER_SECRET);
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
        return new SimulatorConfig(
                port,
                Optional.of(directory),
                clock,
                facebookAppId,
                facebookAppSecret,
                facebookVerifyToken,
                xClientId,
                xClientSecret,
                xConsumerSecret);
    }

    public SimulatorConfig withClock(Clock other) {
        return new SimulatorConfig(
                port,
                dataDirectory,
                other,
                facebookAppId,
                facebookAppSecret,
                facebookVerifyToken,
                xClientId,
                xClientSecret,
                xConsumerSecret);
    }

    public SimulatorConfig withFacebookApp(String id, String secret, String verifyToken) {
        return new SimulatorConfig(
                port, dataDirectory, clock, id, secret, verifyToken, xClientId, xClientSecret, xConsumerSecret);
    }

    public SimulatorConfig withXApp(String clientId, String clientSecret, String consumerSecret) {
        return new SimulatorConfig(
                port,
                dataDirectory,
                clock,
                facebookAppId,
                facebookAppSecret,
                facebookVerifyToken,
                clientId,
                clientSecret,
                consumerSecret);
    }

    @Override
    public String toString() {
        return "SimulatorConfig[port=" + port + ", dataDirectory=" + dataDirectory + "]";
    }
}
