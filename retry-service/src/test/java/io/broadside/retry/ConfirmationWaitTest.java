package io.broadside.retry;

import static io.broadside.retry.Fixtures.CONNECTION;
import static io.broadside.retry.Fixtures.aCommand;
import static io.broadside.retry.Fixtures.aDoubt;
import static io.broadside.retry.Fixtures.delayed;
import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.events.Checkpoint;
import io.broadside.events.Confirmation;
import io.broadside.events.Content;
import io.broadside.events.DelayCause;
import io.broadside.events.DelayedCommand;
import io.broadside.events.InboundKind;
import io.broadside.events.PublishCommand;
import io.broadside.schemas.Topics;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What waits to learn its fate looks as soon as the platform tells of a post that may be it. */
class ConfirmationWaitTest {

    /** The next look would be in five minutes. */
    private static final int LOOKS = 5;

    private final RetryDriver retry = new RetryDriver();

    @AfterEach
    void close() {
        retry.close();
    }

    @Test
    void aPostInDoubtIsLookedForAtOnce() {
        // Given
        retry.delay(Topics.BACKOFF_UNCONFIRMED, delayed(DelayCause.UNCONFIRMED, inDoubt("request-1", "Hello")));
        retry.pass(RetryDriver.TICK);
        assertThat(retry.commands()).isEmpty();
        // When
        retry.confirm(published("Hello").build());
        retry.pass(RetryDriver.TICK);
        // Then
        assertThat(retry.commands())
                .singleElement()
                .isEqualTo(inDoubt("request-1", "Hello").setRound(1).build());
        retry.pass(Duration.ofMinutes(6));
        assertThat(retry.commands()).as("once").isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Spring sale! https://example.org/a | Spring sale! https://t.co/xyz | 1",
                "Spring sale                        | SPRING   SALE…                | 1",
                "Spring sale                        | Autumn sale                   | 0",
                "Spring sale                        |                               | 1",
            })
    void onlyAPostWithItsTextMayBeIt(String text, @Nullable String told, int released) {
        // Given
        retry.delay(Topics.BACKOFF_UNCONFIRMED, delayed(DelayCause.UNCONFIRMED, inDoubt("request-1", text)));
        // When
        retry.confirm(published(told).build());
        retry.pass(RetryDriver.TICK);
        // Then
        assertThat(retry.commands()).hasSize(released);
    }

    @Test
    void aPostFromBeforeTheCallIsNotIt() {
        // Given
        retry.delay(Topics.BACKOFF_UNCONFIRMED, delayed(DelayCause.UNCONFIRMED, inDoubt("request-1", "Hello")));
        // When
        retry.confirm(published("Hello").setAt(Fixtures.START.minusSeconds(61)).build());
        retry.pass(RetryDriver.TICK);
        // Then
        assertThat(retry.commands()).isEmpty();
    }

    @Test
    void aPublicationThatIsNamedReleasesTheCommandThatBeganItAndNoOther() {
        // Given
        retry.delay(Topics.WAITING, processed("request-1", "publish-1"));
        retry.delay(Topics.WAITING, processed("request-2", "publish-2"));
        // When
        retry.confirm(published(null).setPublishId("publish-2").build());
        retry.pass(RetryDriver.TICK);
        // Then
        assertThat(retry.commands()).extracting(PublishCommand::getRequestId).containsExactly("request-2");
    }

    @Test
    void aPublicationThatNobodyRemembersReleasesWhatMayHaveBegunIt() {
        // Given: the answer that named it was lost
        retry.delay(Topics.BACKOFF_UNCONFIRMED, delayed(DelayCause.UNCONFIRMED, inDoubt("request-1", "Hello")));
        retry.delay(Topics.WAITING, processed("request-2", "publish-2"));
        // When
        retry.confirm(published(null).setPublishId("publish-1").build());
        retry.pass(RetryDriver.TICK);
        // Then
        assertThat(retry.commands()).extracting(PublishCommand::getRequestId).containsExactly("request-1");
    }

    /** Where the call that begins a publication is the one that publishes, its checkpoint has values, but no id. */
    @Test
    void aPublicationThatNobodyRemembersReleasesWhatRemembersOtherThings() {
        // Given
        retry.delay(
                Topics.BACKOFF_UNCONFIRMED,
                delayed(DelayCause.UNCONFIRMED, inDoubtAt("request-1", Map.of("privacy", "SELF_ONLY"))));
        retry.delay(
                Topics.BACKOFF_UNCONFIRMED,
                delayed(DelayCause.UNCONFIRMED, inDoubtAt("request-2", Map.of("publishId", "publish-2"))));
        // When
        retry.confirm(published(null).setPublishId("publish-1").build());
        retry.pass(RetryDriver.TICK);
        // Then
        assertThat(retry.commands()).extracting(PublishCommand::getRequestId).containsExactly("request-1");
    }

    @Test
    void aPublicationFromBeforeTheCallIsNotIt() {
        // Given
        retry.delay(Topics.BACKOFF_UNCONFIRMED, delayed(DelayCause.UNCONFIRMED, inDoubt("request-1", "Hello")));
        // When
        retry.confirm(published(null)
                .setPublishId("publish-1")
                .setAt(Fixtures.START.minusSeconds(61))
                .build());
        retry.pass(RetryDriver.TICK);
        // Then
        assertThat(retry.commands()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(
            value = DelayCause.class,
            names = {"RATE_LIMITED", "UNAVAILABLE", "SCHEDULED", "TOKEN", "PERSON", "BUDGET"})
    void whatWaitsForSomethingElseWaitsOn(DelayCause cause) {
        // Given
        retry.delay(
                Topics.WAITING,
                delayed(cause, inDoubt("request-1", "Hello").setRefusedTokenVersion(3L))
                        .setNotBefore(Fixtures.START.plusSeconds(600)));
        // When
        retry.confirm(published("Hello").build());
        retry.pass(RetryDriver.TICK);
        // Then
        assertThat(retry.commands()).isEmpty();
    }

    @Test
    void theConnectionsOfOthersAreNotConcerned() {
        // Given
        retry.delay(Topics.BACKOFF_UNCONFIRMED, delayed(DelayCause.UNCONFIRMED, inDoubt("request-1", "Hello")));
        // When
        retry.confirm(published("Hello").setConnectionId("connection-2").build());
        retry.pass(RetryDriver.TICK);
        // Then
        assertThat(retry.commands()).isEmpty();
    }

    private static DelayedCommand.Builder processed(String requestId, String publishId) {
        var checkpoint = Checkpoint.newBuilder()
                .setStep("status")
                .setValues(Map.of("publishId", publishId))
                .setAt(Fixtures.START)
                .build();
        return delayed(DelayCause.PROCESSING, aCommand(requestId, CONNECTION).setCheckpoint(checkpoint))
                .setNotBefore(Fixtures.START.plusSeconds(60));
    }

    private static PublishCommand.Builder inDoubtAt(String requestId, Map<String, String> values) {
        var checkpoint = Checkpoint.newBuilder()
                .setStep("photos")
                .setValues(values)
                .setAt(Fixtures.START)
                .build();
        return inDoubt(requestId, "Hello").setCheckpoint(checkpoint);
    }

    private static PublishCommand.Builder inDoubt(String requestId, String text) {
        return aCommand(requestId, CONNECTION)
                .setContent(Content.newBuilder().setText(text).build())
                .setDoubt(aDoubt(LOOKS));
    }

    private static Confirmation.Builder published(@Nullable String text) {
        return Confirmation.newBuilder()
                .setConnectionId(CONNECTION)
                .setEventId("event-1")
                .setKind(InboundKind.POST_PUBLISHED)
                .setText(text)
                .setAt(Fixtures.START.plusSeconds(1));
    }
}
