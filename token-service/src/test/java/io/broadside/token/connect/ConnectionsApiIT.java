package io.broadside.token.connect;

import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.runtime.api.ApiKeys;
import io.broadside.runtime.vault.Vault;
import io.broadside.runtime.vault.VaultConfig;
import io.broadside.testkit.SettableClock;
import io.broadside.token.FakeConnections;
import io.broadside.token.platform.TokenPlatforms;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may use the API of a service without keys. */
class ConnectionsApiIT {

    /** SHA-256 of "open sesame". */
    private static final String HASH = "41ef4bb0b23661e66301aac36066912dac037827b4ae63a7b1165a5aa93ed4eb";

    @TempDir
    private static Path keys;

    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void stop() {
        vertx.close().await();
    }

    @Test
    void aNameThatWasMadeToLeadHereOpensNothing() {
        // Given: a page of evil.example is open in a browser on this machine, and its name leads here by now
        try (var api = start(List.of())) {
            // Then
            assertThat(status(api, HttpMethod.GET, "/v1/connections", "evil.example"))
                    .isEqualTo(403);
            assertThat(status(api, HttpMethod.DELETE, "/v1/connections/c1", "evil.example"))
                    .isEqualTo(403);
            assertThat(status(api, HttpMethod.GET, "/", "evil.example")).isEqualTo(403);
        }
    }

    @Test
    void itsOwnNamesDo() {
        try (var api = start(List.of())) {
            for (var own : List.of("localhost", "127.0.0.1", "[::1]", "connect.example.org")) {
                assertThat(status(api, HttpMethod.GET, "/v1/connections", own))
                        .as(own)
                        .isEqualTo(200);
            }
        }
    }

    @Test
    void whereKeysAreNeededTheNameDoesNotMatter() {
        try (var api = start(List.of(HASH))) {
            assertThat(status(api, HttpMethod.GET, "/v1/connections", "tokens.internal"))
                    .isEqualTo(401);
        }
    }

    private ConnectionsApi start(List<String> hashes) {
        var vault = Vault.open(new VaultConfig(
                Optional.of(keys.resolve("access.json")), Optional.of(keys.resolve("refresh.json")), true));
        var platforms = TokenPlatforms.of(List.of());
        return ConnectionsApi.start(
                vertx,
                "127.0.0.1",
                0,
                ApiKeys.of("TOKEN_API_KEYS", hashes),
                Optional.of("connect.example.org"),
                true,
                platforms,
                new StoredConnections().pasting(platforms, vault, new SettableClock()),
                new FakeConnections(),
                router -> router.get("/").handler(ctx -> ctx.response().end("the page")));
    }

    private int status(ConnectionsApi api, HttpMethod method, String path, String host) {
        var options = new RequestOptions()
                .setServer(SocketAddress.inetSocketAddress(api.port(), "127.0.0.1"))
                .setHost(host)
                .setPort(api.port())
                .setURI(path)
                .setMethod(method);
        var client = vertx.createHttpClient();
        return client.request(options)
                .compose(request -> request.send().map(response -> response.statusCode()))
                .await();
    }
}
