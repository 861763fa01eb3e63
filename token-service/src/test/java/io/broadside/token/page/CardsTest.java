package io.broadside.token.page;

import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.events.Connection;
import io.broadside.events.ConnectionStatus;
import io.broadside.events.WaitingPosts;
import io.broadside.runtime.config.Settings;
import io.broadside.testkit.SettableClock;
import io.broadside.token.platform.ScriptedCalls;
import io.broadside.token.platform.SignIns;
import io.broadside.token.platform.TokenPlatforms;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CardsTest {

    private final SettableClock clock = new SettableClock();
    private final Map<String, WaitingPosts> waiting = new HashMap<>();
    private final Settings settings = Settings.from(Map.of());
    private final Cards cards = new Cards(
            TokenPlatforms.all(TokenPlatforms.Config.from(settings), new ScriptedCalls(), clock),
            SignIns.all(SignIns.Config.from(settings), new ScriptedCalls(), clock),
            id -> Optional.ofNullable(waiting.get(id)),
            clock);

    @Test
    void aCardSaysWhatWaitsOnItsConnection() {
        // Given
        waiting.put(
                "c1",
                WaitingPosts.newBuilder()
                        .setConnectionId("c1")
                        .setCount(3)
                        .setOldestSince(SettableClock.START)
                        .build());
        // Then
        assertThat(cards.list(List.of(connection("c1", ConnectionStatus.NEEDS_REAUTH)), "form"))
                .contains("3 posts wait, the oldest since <time datetime=\"" + SettableClock.START + "\">");
        assertThat(cards.list(List.of(connection("c2", ConnectionStatus.NEEDS_REAUTH)), "form"))
                .doesNotContain("Waiting");
    }

    @Test
    void whoDisconnectsIsToldWhatBecomesOfPosts() {
        assertThat(cards.list(List.of(connection("c1", ConnectionStatus.HEALTHY)), "form"))
                .contains("New posts to it will fail. What waits goes out if it is connected again.");
    }

    @Test
    void anAppPasswordCanBeShownToTheAccountsOwnServer() {
        var onBluesky = Connection.newBuilder(connection("c1", ConnectionStatus.NEEDS_REAUTH))
                .setPlatform("bluesky")
                .build();
        assertThat(cards.list(List.of(onBluesky), "form")).contains("name=\"server\"");
        assertThat(cards.list(List.of(connection("c2", ConnectionStatus.NEEDS_REAUTH)), "form"))
                .doesNotContain("name=\"server\"");
    }

    private Connection connection(String id, ConnectionStatus status) {
        return Connection.newBuilder()
                .setConnectionId(id)
                .setProfileId("bakery")
                .setPlatform("x")
                .setAccountId("1")
                .setAccountName("Harbour Bakery")
                .setAccountKind("user")
                .setStatus(status)
                .setTokenVersion(1)
                .setConnectedAt(clock.instant())
                .setRefreshedAt(clock.instant())
                .setUpdatedAt(clock.instant())
                .build();
    }
}
