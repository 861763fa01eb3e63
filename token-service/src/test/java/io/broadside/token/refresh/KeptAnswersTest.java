package io.broadside.token.refresh;

import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.events.Connection;
import io.broadside.events.ConnectionStatus;
import io.broadside.runtime.dispatch.Outputs;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class KeptAnswersTest {

    private static final Instant GRANTED = Instant.parse("2026-11-26T04:00:00Z");

    private final KeptAnswers answers = new KeptAnswers();

    @Test
    void anAnswerIsKeptForTheTokenThatWasRenewed() {
        // When
        answers.keep(connection(3, GRANTED), Outputs.none());
        // Then
        assertThat(answers.of(connection(3, GRANTED))).isPresent();
        assertThat(answers.of(connection(4, GRANTED))).isEmpty();
    }

    @Test
    void aConnectionThatWasDeletedAndMadeAnewGetsNothingOfTheFormerOne() {
        // When
        answers.keep(connection(1, GRANTED), Outputs.none());
        // Then
        assertThat(answers.of(connection(1, GRANTED.plusSeconds(60)))).isEmpty();
    }

    private static Connection connection(long version, Instant grantedAt) {
        return Connection.newBuilder()
                .setConnectionId("connection-1")
                .setProfileId("bakery")
                .setPlatform("instagram")
                .setAccountId("1")
                .setAccountName("Bakery")
                .setAccountKind("business")
                .setStatus(ConnectionStatus.HEALTHY)
                .setTokenVersion(version)
                .setConnectedAt(GRANTED)
                .setRefreshedAt(GRANTED)
                .setUpdatedAt(GRANTED)
                .setGrantedAt(grantedAt)
                .build();
    }
}
