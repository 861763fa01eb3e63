package io.broadside.webhook.platform.meta;

import static io.broadside.webhook.platform.RawDeliveries.aDelivery;
import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.events.InboundEvent;
import io.broadside.events.InboundKind;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class InstagramEventsTest {

    private static final String COMMENT =
            "\"field\":\"comments\",\"value\":{\"id\":\"c-1\",\"text\":\"nice\",\"from\":{\"id\":\"u-1\",\"username\":\"ada\"},"
                    + "\"media\":{\"id\":\"m-1\",\"media_product_type\":\"FEED\"}}";

    private final MetaWebhooks instagram = MetaWebhooks.instagram();

    @Test
    void tellsAllThatACommentSays() {
        // When
        var event = only(entry("\"changes\":[{" + COMMENT + "}]"));
        // Then
        assertThat(event.getPlatform()).isEqualTo("instagram");
        assertThat(event.getAccountId()).isEqualTo("17840000000000001");
        assertThat(event.getKind()).isEqualTo(InboundKind.COMMENT);
        assertThat(event.getObjectId()).contains("c-1");
        assertThat(event.getParentId()).contains("m-1");
        assertThat(event.getText()).contains("nice");
        assertThat(event.getActorId()).contains("u-1");
        assertThat(event.getActorName()).contains("ada");
        assertThat(event.getDetails()).containsEntry("media.id", "m-1").doesNotContainKey("text");
    }

    @Test
    void aChangeThatIsSpreadOverItsEntryIsTheSame() {
        assertThat(only(entry(COMMENT))).isEqualTo(only(entry("\"changes\":[{" + COMMENT + "}]")));
    }

    @Test
    void anAnswerHangsOnTheCommentItAnswers() {
        assertThat(only(entry(COMMENT.replace("\"text\"", "\"parent_id\":\"c-0\",\"text\"")))
                        .getParentId())
                .contains("c-0");
    }

    @Test
    void aMentionIsKnownByMediaAndComment() {
        var mention = "\"field\":\"mentions\",\"value\":{\"media_id\":\"m-1\",\"comment_id\":\"c-1\"}";
        var event = only(entry(mention));
        assertThat(event.getKind()).isEqualTo(InboundKind.MENTION);
        assertThat(event.getObjectId()).contains("c-1");
        assertThat(event.getParentId()).contains("m-1");
        assertThat(only(entry(mention.replace("c-1", "c-2"))).getEventId()).isNotEqualTo(event.getEventId());
        assertThat(only(entry(mention.replace(",\"comment_id\":\"c-1\"", ""))).getObjectId())
                .contains("m-1");
    }

    @Test
    void insightsAreOther() {
        var event = only(entry("\"field\":\"story_insights\",\"value\":{\"media_id\":\"m-1\",\"exits\":-1}"));
        assertThat(event.getKind()).isEqualTo(InboundKind.OTHER);
        assertThat(event.getDetails()).containsEntry("exits", "-1");
    }

    @Test
    void aFieldWithoutAMeaningHereIsOtherWithItsName() {
        var event = only(entry("\"field\":\"creator_marketplace\",\"value\":{\"a\":1}"));
        assertThat(event.getKind()).isEqualTo(InboundKind.OTHER);
        assertThat(event.getPlatformKind()).isEqualTo("instagram.creator_marketplace");
    }

    @Test
    void aConversationIsTheAccountsOfInstagram() {
        var event = only(entry(
                "\"messaging\":[{\"sender\":{\"id\":\"2\"},\"recipient\":{\"id\":\"17840000000000001\"},\"timestamp\":1795000000123,"
                        + "\"message\":{\"mid\":\"mid-1\",\"text\":\"hello\"}}]"));
        assertThat(event.getPlatform()).isEqualTo("instagram");
        assertThat(event.getKind()).isEqualTo(InboundKind.MESSAGE);
        assertThat(event.getOccurredAt()).contains(Instant.ofEpochMilli(1795000000123L));
    }

    @Test
    void aMessageTakenBackIsNoNewMessage() {
        var message = "\"messaging\":[{\"sender\":{\"id\":\"2\"},\"timestamp\":5,\"message\":{\"mid\":\"mid-1\"%s}}]";
        var sent = only(entry(message.formatted(",\"text\":\"oh\"")));
        var deleted = only(entry(message.formatted(",\"is_deleted\":true")));
        assertThat(deleted.getKind()).isEqualTo(InboundKind.OTHER);
        assertThat(deleted.getEventId()).isNotEqualTo(sent.getEventId());
    }

    private InboundEvent only(String body) {
        var normalised = instagram.normalise(aDelivery("instagram", body));
        assertThat(normalised.faults()).isEmpty();
        assertThat(normalised.events()).hasSize(1);
        return normalised.events().getFirst();
    }

    private static String entry(String content) {
        return "{\"object\":\"instagram\",\"entry\":[{\"id\":\"17840000000000001\",\"time\":1795000000," + content
                + "}]}";
    }
}
