package io.broadside.webhook.platform.x;

import static io.broadside.webhook.platform.RawDeliveries.aDelivery;
import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.events.InboundEvent;
import io.broadside.events.InboundKind;
import io.broadside.webhook.platform.Vectors;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class XEventsTest {

    private final XWebhooks x = new XWebhooks();

    @Test
    void aPostOfTheAccountIsAPublication() {
        // When
        var event = only(Vectors.X_POST.body());
        // Then
        assertThat(event.getKind()).isEqualTo(InboundKind.POST_PUBLISHED);
        assertThat(event.getAccountId()).isEqualTo("1111111111111111111");
        assertThat(event.getObjectId()).contains("2080761390344937001");
        assertThat(event.getText()).contains("hello é");
        assertThat(event.getOccurredAt()).contains(Instant.parse("2026-11-20T10:15:30Z"));
        assertThat(event.getDetails()).containsEntry("tag", "acct-42");
    }

    @Test
    void theAccountOfARevocationIsInItsPayload() {
        var event = only(Vectors.X_REVOCATION.body());
        assertThat(event.getKind()).isEqualTo(InboundKind.TOKEN_REVOKED);
        assertThat(event.getAccountId()).isEqualTo("1111111111111111111");
        assertThat(event.getOccurredAt()).contains(Instant.parse("2026-11-20T10:20:00Z"));
        assertThat(event.getDetails()).containsEntry("app_id", "29820954");
    }

    @ParameterizedTest
    @CsvSource({
        "post.delete, POST_DELETED",
        "post.mention.create, MENTION",
        "post.reply.create, COMMENT",
        "post.quote.create, OTHER",
        "like.create, REACTION",
        "dm.received, MESSAGE",
        "dm.read, OTHER",
        "profile.update.bio, OTHER",
    })
    void namesWhatItKnowsAndLeavesTheRestOther(String type, InboundKind kind) {
        var event = only(Vectors.X_POST.body().replace("post.create", type));
        assertThat(event.getKind()).isEqualTo(kind);
        assertThat(event.getPlatformKind()).isEqualTo(type);
    }

    @Test
    void aReplayHasTheSameEventIdAndAnotherEventAnother() {
        var event = only(Vectors.X_POST.body());
        assertThat(only(Vectors.X_POST.body().replace("hello", "Hello")).getEventId())
                .isEqualTo(event.getEventId());
        assertThat(only(Vectors.X_POST.body().replace("937796", "937797")).getEventId())
                .isNotEqualTo(event.getEventId());
        assertThat(only(Vectors.X_POST.body().replace("\"2080761390344937796\"", "\"-5\""))
                        .getEventId())
                .isNotEqualTo(event.getEventId());
    }

    @Test
    void theOlderApiTellsSeveralAtOnce() {
        // Given
        var body =
                "{\"for_user_id\":\"1\",\"tweet_create_events\":[{\"id_str\":\"10\",\"text\":\"a\",\"user\":{\"id_str\":\"1\"}},"
                        + "{\"id_str\":\"11\",\"in_reply_to_user_id_str\":\"1\",\"user\":{\"id_str\":\"2\",\"name\":\"Ada\"}},"
                        + "{\"id_str\":\"12\",\"user\":{\"id_str\":\"2\"}},"
                        + "{\"id_str\":\"13\",\"user\":{\"id_str\":\"2\"},\"retweeted_status\":{}}],"
                        + "\"tweet_delete_events\":[{\"status\":{\"id\":\"9\",\"user_id\":\"1\"},\"timestamp_ms\":\"1795000000123\"}]}";
        // When
        var normalised = x.normalise(aDelivery("x", body));
        // Then
        assertThat(normalised.faults()).isEmpty();
        assertThat(normalised.events())
                .extracting(InboundEvent::getKind)
                .containsExactly(
                        InboundKind.POST_PUBLISHED,
                        InboundKind.COMMENT,
                        InboundKind.MENTION,
                        InboundKind.OTHER,
                        InboundKind.POST_DELETED);
        assertThat(normalised.events().getLast().getOccurredAt()).contains(Instant.ofEpochMilli(1795000000123L));
    }

    @Test
    void theOlderApiTellsOfRevocationsToo() {
        var event = only(
                "{\"user_event\":{\"revoke\":{\"date_time\":\"2026-11-20T10:20:00+00:00\",\"target\":{\"app_id\":\"5\"},"
                        + "\"source\":{\"user_id\":\"1\"}}}}");
        assertThat(event.getKind()).isEqualTo(InboundKind.TOKEN_REVOKED);
        assertThat(event.getAccountId()).isEqualTo("1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{}",
                "[]",
                "{\"data\":7}",
                "{\"data\":{}}",
                "{\"data\":{\"event_type\":\"post.create\"}}",
                "{\"for_user_id\":\"1\"}",
                "{\"user_event\":{\"revoke\":{}}}",
                "<html>",
            })
    void whatCannotBeReadIsSaidAndNotThrown(String body) {
        var normalised = x.normalise(aDelivery("x", body));
        assertThat(normalised.events()).isEmpty();
        assertThat(normalised.faults()).hasSize(1);
    }

    private InboundEvent only(String body) {
        var normalised = x.normalise(aDelivery("x", body));
        assertThat(normalised.faults()).isEmpty();
        assertThat(normalised.events()).hasSize(1);
        return normalised.events().getFirst();
    }
}
