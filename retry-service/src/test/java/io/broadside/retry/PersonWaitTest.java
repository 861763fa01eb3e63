package io.broadside.retry;

import static io.broadside.retry.Fixtures.CONNECTION;
import static io.broadside.retry.Fixtures.START;
import static io.broadside.retry.Fixtures.aCommand;
import static io.broadside.retry.Fixtures.aToken;
import static io.broadside.retry.Fixtures.delayed;
import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.events.Amendment;
import io.broadside.events.Connection;
import io.broadside.events.ConnectionStatus;
import io.broadside.events.DelayCause;
import io.broadside.events.PublishCommand;
import io.broadside.events.ResultStatus;
import io.broadside.schemas.Topics;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A wait for a token that turns out to need a person. */
class PersonWaitTest {

    private final RetryDriver retry = new RetryDriver();

    @AfterEach
    void close() {
        retry.close();
    }

    @Test
    void whatWaitsForATokenSaysThatAPersonIsNeededAsSoonAsThatIsKnown() {
        // Given
        retry.delay(Topics.WAITING, delayed(DelayCause.TOKEN).setNeedsTokenVersion(4L));
        retry.results();

        // When
        connection(ConnectionStatus.NEEDS_REAUTH, 3);

        // Then
        assertThat(retry.results()).singleElement().satisfies(result -> {
            assertThat(result.getStatus()).isEqualTo(ResultStatus.WAITING);
            assertThat(result.getWaitingFor()).contains(DelayCause.PERSON);
            assertThat(result.getError().orElseThrow().getCode()).isEqualTo("TOKEN_REVOKED");
            assertThat(result.getError().orElseThrow().getMessage()).contains("connected again");
        });
        // And the publisher is not asked in vain meanwhile
        retry.pass(Duration.ofDays(3));
        assertThat(retry.commands()).isEmpty();
    }

    @Test
    void whatComesToWaitForATokenOfSuchAConnectionSaysSoAtOnce() {
        // Given
        connection(ConnectionStatus.REVOKED, 3);

        // When
        retry.delay(Topics.WAITING, delayed(DelayCause.TOKEN).setNeedsTokenVersion(4L));

        // Then
        assertThat(retry.results())
                .singleElement()
                .satisfies(result -> assertThat(result.getWaitingFor()).contains(DelayCause.PERSON));
    }

    @Test
    void newsOfAnOlderTokenChangesNothing() {
        // Given
        retry.delay(Topics.WAITING, delayed(DelayCause.RATE_LIMITED).setNotBefore(START.plusSeconds(60)));
        retry.delay(
                Topics.WAITING,
                delayed(DelayCause.TOKEN, aCommand("request-2", CONNECTION)).setNeedsTokenVersion(3L));
        retry.results();

        // When
        connection(ConnectionStatus.NEEDS_REAUTH, 3);

        // Then
        assertThat(retry.results()).isEmpty();
    }

    @Test
    void ofAnAccountThatWasDeletedAndConnectedAnewNoRefusalIsRemembered() {
        // Given
        retry.delay(
                Topics.WAITING,
                delayed(DelayCause.TOKEN, aCommand("request-1", CONNECTION).setRefusedTokenVersion(1L))
                        .setNeedsTokenVersion(2L));
        connection(ConnectionStatus.REVOKED, 1);
        connection(ConnectionStatus.DISCONNECTED, 2);

        // When: versions begin anew
        retry.token(aToken(CONNECTION, 1));
        connection(ConnectionStatus.HEALTHY, 1);
        retry.pass(RetryDriver.TICK);

        // Then
        assertThat(retry.commands())
                .singleElement()
                .satisfies(
                        command -> assertThat(command.getRefusedTokenVersion()).isEmpty());
    }

    @Test
    void afterReconnectingPostsGoOutInTheOrderTheyWereAccepted() {
        // Given
        for (var number : new int[] {3, 1, 5, 2, 4}) {
            retry.delay(
                    Topics.WAITING,
                    delayed(
                                    DelayCause.TOKEN,
                                    aCommand("request-" + number, CONNECTION).setAcceptedAt(START.plusSeconds(number)))
                            .setNeedsTokenVersion(4L));
        }
        connection(ConnectionStatus.NEEDS_REAUTH, 3);

        // When
        retry.token(aToken(CONNECTION, 4));
        connection(ConnectionStatus.HEALTHY, 4);
        retry.pass(RetryDriver.TICK);

        // Then
        assertThat(retry.commands())
                .extracting(PublishCommand::getRequestId)
                .containsExactly("request-1", "request-2", "request-3", "request-4", "request-5");
    }

    @Test
    void whatWaitsForATokenOfADisconnectedAccountWaitsForAPersonToo() {
        // Given: the publisher found no token at all
        retry.token(aToken(CONNECTION, 3));
        retry.noToken(CONNECTION);
        retry.delay(Topics.WAITING, delayed(DelayCause.TOKEN).setNeedsTokenVersion(1L));
        retry.results();

        // When
        connection(ConnectionStatus.DISCONNECTED, 3);

        // Then
        assertThat(retry.results())
                .singleElement()
                .satisfies(result -> assertThat(result.getWaitingFor()).contains(DelayCause.PERSON));
    }

    @Test
    void alsoIfItIsHeardOfTheTokenLast() {
        // Given
        retry.token(aToken(CONNECTION, 3));
        connection(ConnectionStatus.DISCONNECTED, 3);
        retry.noToken(CONNECTION);

        // When
        retry.delay(Topics.WAITING, delayed(DelayCause.TOKEN).setNeedsTokenVersion(1L));
        var told = retry.results();
        retry.token(aToken(CONNECTION, 4));
        connection(ConnectionStatus.HEALTHY, 4);
        retry.pass(RetryDriver.TICK);

        // Then
        assertThat(told)
                .singleElement()
                .satisfies(result -> assertThat(result.getWaitingFor()).contains(DelayCause.PERSON));
        assertThat(retry.commands()).hasSize(1);
    }

    @Test
    void whoseDeadlinePassesMeanwhileEndsThenAndTheOthersGoOutInOrder() {
        // Given
        for (var number : new int[] {2, 3, 1}) {
            var command = aCommand("request-" + number, CONNECTION).setAcceptedAt(START.plusSeconds(number));
            if (number == 2) {
                command.setDeadline(retry.now().plus(Duration.ofDays(2)));
            }
            retry.delay(Topics.WAITING, delayed(DelayCause.TOKEN, command).setNeedsTokenVersion(4L));
        }
        connection(ConnectionStatus.NEEDS_REAUTH, 3);
        retry.results();

        // When
        retry.pass(Duration.ofDays(3));
        var ended = retry.results();
        retry.token(aToken(CONNECTION, 4));
        connection(ConnectionStatus.HEALTHY, 4);
        retry.pass(RetryDriver.TICK);

        // Then
        assertThat(ended).singleElement().satisfies(result -> {
            assertThat(result.getRequestId()).isEqualTo("request-2");
            assertThat(result.getIsFinal()).isTrue();
            assertThat(result.getError().orElseThrow().getCode()).isEqualTo("DEADLINE_PASSED");
        });
        assertThat(retry.commands()).extracting(PublishCommand::getRequestId).containsExactly("request-1", "request-3");
    }

    @Test
    void aConnectionThatIsWellAgainWithTheSameTokenLetsThePublisherTry() {
        // Given
        retry.delay(Topics.WAITING, delayed(DelayCause.TOKEN).setNeedsTokenVersion(4L));
        connection(ConnectionStatus.NEEDS_REAUTH, 3);

        // When
        connection(ConnectionStatus.HEALTHY, 3);
        retry.pass(RetryDriver.TICK);

        // Then
        assertThat(retry.commands()).hasSize(1);
    }

    @Test
    void whoReconnectsAfterDaysIsNotToldThatTheOutageBeforeHasLastedThatLong() {
        // Given
        var command = afterAnOutage();
        waitsForAToken(command);
        connection(ConnectionStatus.NEEDS_REAUTH, 3);

        // Then
        assertThatAnOutageAfterReconnectingIsWaitedOut();
    }

    @Test
    void norIfItWasKnownThatAPersonIsNeededWhenItCame() {
        // Given
        var command = afterAnOutage();
        connection(ConnectionStatus.NEEDS_REAUTH, 3);
        waitsForAToken(command);

        // Then
        assertThatAnOutageAfterReconnectingIsWaitedOut();
    }

    private PublishCommand afterAnOutage() {
        retry.delay(Topics.BACKOFF_5XX, delayed(DelayCause.UNAVAILABLE).setSince(retry.now()));
        retry.pass(Duration.ofSeconds(2));
        return retry.commands().getFirst();
    }

    private void waitsForAToken(PublishCommand command) {
        retry.delay(
                Topics.WAITING,
                delayed(DelayCause.TOKEN, PublishCommand.newBuilder(command))
                        .setNeedsTokenVersion(4L)
                        .setSince(retry.now()));
    }

    private void assertThatAnOutageAfterReconnectingIsWaitedOut() {
        retry.pass(Duration.ofDays(3));
        retry.token(aToken(CONNECTION, 4));
        connection(ConnectionStatus.HEALTHY, 4);
        retry.pass(RetryDriver.TICK);
        var command = retry.commands().getFirst();
        retry.results();

        retry.delay(
                Topics.BACKOFF_5XX,
                delayed(DelayCause.UNAVAILABLE, PublishCommand.newBuilder(command))
                        .setSince(retry.now()));

        assertThat(retry.results()).singleElement().satisfies(result -> {
            assertThat(result.getStatus()).isEqualTo(ResultStatus.WAITING);
            assertThat(result.getWaitingFor()).contains(DelayCause.UNAVAILABLE);
        });
        assertThat(retry.deadLetters()).isEmpty();
    }

    @Test
    void whatWasReleasedWhileItWasAwayIsTriedAlthoughItNeedsAPerson() {
        // Given
        connection(ConnectionStatus.NEEDS_REAUTH, 3);
        var command = aCommand().build();
        retry.send(
                Topics.AMENDMENTS,
                CONNECTION,
                Amendment.newBuilder()
                        .setChangeId("change-1")
                        .setCommandId(command.getCommandId())
                        .setRequestId(command.getRequestId())
                        .setConnectionId(CONNECTION)
                        .setIsRelease(true)
                        .setRequestedAt(retry.now())
                        .build());

        // When
        retry.delay(Topics.WAITING, delayed(DelayCause.TOKEN).setNeedsTokenVersion(4L));
        retry.pass(RetryDriver.TICK);

        // Then
        assertThat(retry.commands()).hasSize(1);
    }

    private void connection(ConnectionStatus status, long tokenVersion) {
        retry.send(
                Topics.CONNECTIONS,
                CONNECTION,
                Connection.newBuilder()
                        .setConnectionId(CONNECTION)
                        .setProfileId("profile-1")
                        .setPlatform("facebook")
                        .setAccountId("page-1")
                        .setAccountName("Bakery")
                        .setAccountKind("page")
                        .setStatus(status)
                        .setTokenVersion(tokenVersion)
                        .setConnectedAt(START)
                        .setRefreshedAt(START)
                        .setUpdatedAt(START)
                        .build());
    }
}
