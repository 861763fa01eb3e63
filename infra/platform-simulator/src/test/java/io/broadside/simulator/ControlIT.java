package io.broadside.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.simulator.account.Platform;
import io.broadside.simulator.platform.App;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ControlIT {
    private final PlatformSimulator simulator = PlatformSimulator.start(SimulatorConfig.onPort(0));
    private final SimulatorClient client = new SimulatorClient(simulator);

    @AfterEach
    void stop() {
        client.close();
        simulator.close();
    }

    @Test
    void addsAccountsOfBothNetworks() throws Exception {
        // When
        var page = client.json("/control/accounts", "", """
                {"platform":"facebook","id":"5000000001","name":"New","pageToken":"new-page-token","userToken":"new-user"}""");
        var user = client.json("/control/accounts", "", """
                {"platform":"x","id":"77","name":"new_user","accessToken":"new-access","refreshToken":"new-refresh",\
                "expiresAt":"2000-01-01T00:00:00Z"}""");
        // Then
        assertThat(page.status()).isEqualTo(201);
        assertThat(page.text("/userId")).isNotEmpty();
        assertThat(user.status()).isEqualTo(201);
        assertThat(client.form("/facebook/v26.0/5000000001/feed", "new-page-token", Map.of("message", "a"))
                        .status())
                .isEqualTo(200);
        assertThat(client.get("/x/2/users/me", "new-access").status()).isEqualTo(401);
        assertThat(client.refresh("new-refresh").status()).isEqualTo(200);
        assertThat(client.get("/control/accounts", "").json().at("/accounts").findValuesAsText("platform"))
                .hasSize(19)
                .contains("bluesky", "facebook", "instagram", "linkedin", "tiktok", "x");
    }

    @Test
    void tellsWhichPlatformsAndEndpointsThereAre() throws Exception {
        // When
        var platforms = client.get("/control/platforms", "").json().path("platforms");
        // Then
        assertThat(simulator.control().platforms())
                .allSatisfy(platform -> assertThat(
                                platforms.path(platform.id()).path("endpoints").size())
                        .isEqualTo(simulator.control().endpoints(platform).size()))
                .hasSize(platforms.size());
    }

    @Test
    void takesApplicationsOfItsOwn() throws Exception {
        // Given
        var app = new App("client", "secret", "consumer", "");
        try (var other = PlatformSimulator.start(SimulatorConfig.onPort(0).withApp(Platform.X, app));
                var caller = new SimulatorClient(other)) {
            // When
            var form = Map.of("grant_type", "refresh_token", "refresh_token", SimulatorClient.X_REFRESH);
            // Then
            assertThat(caller.basicForm("/x/2/oauth2/token", "client", "secret", form)
                            .status())
                    .isEqualTo(200);
            assertThat(caller.refresh(SimulatorClient.X_REFRESH).status()).isEqualTo(401);
        }
    }

    @Test
    void addsManyAccountsAtOnce() throws Exception {
        // When
        var answer = client.json("/control/accounts", "", """
                [{"platform":"x","id":"1","name":"a","accessToken":"a1","refreshToken":"r1"},\
                {"platform":"x","id":"2","name":"b","accessToken":"a2","refreshToken":"r2"}]""");
        // Then
        assertThat(answer.json().path("added").asInt()).isEqualTo(2);
        assertThat(client.get("/x/2/users/me", "a2").text("/data/username")).isEqualTo("b");
    }

    @Test
    void refusesWhatDoesNotExist() throws Exception {
        assertThat(client.json("/control/accounts", "", "{\"platform\":\"x\",\"id\":\"1\"}")
                        .status())
                .isEqualTo(400);
        assertThat(client.put("/control/settings", "{\"nonsense\":true}").status())
                .isEqualTo(400);
        assertThat(client.put("/control/settings", "{\"xPostsPer15Minutes\":-1}")
                        .status())
                .isEqualTo(400);
        assertThat(client.json("/control/accounts", "", "{\"platform\":\"nowhere\",\"id\":\"1\"}")
                        .status())
                .isEqualTo(400);
        assertThat(client.json("/control/failures", "", "{\"platform\":\"nowhere\",\"kind\":\"hang\"}")
                        .status())
                .isEqualTo(400);
        assertThat(client.get("/control/nonsense", "").status()).isEqualTo(404);
        assertThat(client.get("/nowhere/2/users/me", "").status()).isEqualTo(404);
        assertThat(client.json(
                                "/control/failures",
                                "",
                                "{\"platform\":\"x\",\"endpoint\":\"page.feed\",\"kind\":\"hang\"}")
                        .status())
                .isEqualTo(400);
    }

    @Test
    void tellsWhatWasPublishedAndCalled() throws Exception {
        // Given
        client.tweet("hello");
        client.feed("hello");
        // When
        var posts = client.get("/control/posts?platform=x", "");
        var calls = client.get("/control/calls?since=1", "");
        // Then
        assertThat(posts.json().path("posts")).hasSize(1);
        assertThat(posts.text("/posts/0/calledAt")).isNotEmpty();
        assertThat(calls.json().path("calls")).hasSize(1);
        assertThat(calls.text("/calls/0/endpoint")).isEqualTo("page.feed");
        assertThat(calls.json().path("next").asInt()).isEqualTo(2);
    }

    @Test
    void hidesNewPostsFromReadersForAWhile() throws Exception {
        // Given
        simulator.control().set("readLagSeconds", 3600);
        var id = client.tweet("hello").text("/data/id");
        // Then
        assertThat(client.get("/x/2/tweets/" + id, SimulatorClient.X_TOKEN).status())
                .isEqualTo(404);
        assertThat(simulator.control().posts(Platform.X)).hasSize(1);
    }
}
