package io.broadside.token;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.events.Connection;
import io.broadside.events.ConnectionStatus;
import io.broadside.runtime.kafka.PackedMap;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class RecordFormTest {

    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

    private final RecordForm<Connection> form = new RecordForm<>(Connection.class, Connection::getTokenVersion);

    @Test
    void whatIsReadIsWhatWasWritten() {
        // Given
        var id = UUID.randomUUID().toString();
        var connection = connection(id, "bakery");
        // When
        var bytes = form.write(id, connection);
        // Then
        assertThat(form.read(id, bytes)).isEqualTo(connection);
        assertThat(new String(bytes, UTF_8)).doesNotContain(id);
    }

    @Test
    void aRecordUnderAnotherKeyKeepsItsId() {
        // Given
        var connection = connection("an id", "bakery");
        // Then
        assertThat(form.read("another key", form.write("another key", connection)))
                .isEqualTo(connection);
    }

    @Test
    void whatComesAfterTheIdIsFoundWithoutReadingTheRest() {
        // Given
        var map = new PackedMap<>(form);
        for (var profile : List.of("bakery", "bakery", "bakery 2", "bak")) {
            var id = UUID.randomUUID().toString();
            map.put(id, connection(id, profile));
        }
        map.put("another key", connection("an id", "bakery"));
        // Then
        assertThat(map.startingWith(RecordForm.startOf("bakery")))
                .hasSize(2)
                .allMatch(connection -> connection.getProfileId().equals("bakery"));
        assertThat(map.startingWith(RecordForm.OTHERS)).hasSize(1);
    }

    private static Connection connection(String id, String profile) {
        return Connection.newBuilder()
                .setConnectionId(id)
                .setProfileId(profile)
                .setPlatform("x")
                .setAccountId("1")
                .setAccountName("harbour_bakery")
                .setAccountKind("user")
                .setStatus(ConnectionStatus.HEALTHY)
                .setTokenVersion(3)
                .setAccessExpiresAt(NOW.plusSeconds(7200))
                .setScopes(List.of("tweet.read", "tweet.write"))
                .setIsRenewable(true)
                .setConnectedAt(NOW)
                .setRefreshedAt(NOW)
                .setUpdatedAt(NOW)
                .build();
    }
}
