package io.broadside.webhook.platform.linkedin;

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

class LinkedInEventsTest {

    private final LinkedInWebhooks linkedIn = new LinkedInWebhooks();

    @Test
    void tellsWhatHappenedByIds() {
        // When
        var event = only(Vectors.LINKEDIN_COMMENT.body());
        // Then
        assertThat(event.getKind()).isEqualTo(InboundKind.COMMENT);
        assertThat(event.getPlatformKind()).isEqualTo("COMMENT");
        assertThat(event.getAccountId()).isEqualTo("urn:li:organization:5550001");
        assertThat(event.getObjectId())
                .contains("urn:li:comment:(urn:li:activity:7300000000000000002,7300000000000000003)");
        assertThat(event.getParentId()).contains("urn:li:share:7300000000000000001");
        assertThat(event.getOccurredAt()).contains(Instant.ofEpochMilli(1795169730000L));
    }

    @Test
    void keepsNothingOfWhatMembersSay() {
        // Given
        var body = Vectors.LINKEDIN_COMMENT
                .body()
                .replace(
                        "\"subscriber\"",
                        "\"decoratedGeneratedActivity\":{\"comment\":{\"text\":\"so private\"}},\"commentary\":\"so private\","
                                + "\"subscriber\"");
        // When
        var event = only(body);
        // Then
        assertThat(event.toString()).doesNotContain("so private");
        assertThat(event.getEventId())
                .isEqualTo(only(Vectors.LINKEDIN_COMMENT.body()).getEventId());
    }

    @ParameterizedTest
    @CsvSource({
        "LIKE, REACTION",
        "COMMENT, COMMENT",
        "ADMIN_COMMENT, COMMENT",
        "COMMENT_EDIT, COMMENT",
        "COMMENT_DELETE, OTHER",
        "SHARE, OTHER",
        "SHARE_MENTION, MENTION",
        "SOMETHING_NEW, OTHER",
    })
    void namesWhatItKnowsAndLeavesTheRestOther(String action, InboundKind kind) {
        assertThat(only(Vectors.LINKEDIN_COMMENT.body().replace("\"COMMENT\"", "\"" + action + "\""))
                        .getKind())
                .isEqualTo(kind);
    }

    @Test
    void everyNotificationOfABatchIsAnEventAndABadOneCostsNoOther() {
        // Given
        var one = "{\"notificationId\":%d,\"organizationalEntity\":\"urn:li:organization:1\",\"action\":\"LIKE\"}";
        var body = "{\"type\":\"ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS\",\"notifications\":[" + one.formatted(1)
                + ",{}," + one.formatted(2) + "]}";
        // When
        var normalised = linkedIn.normalise(aDelivery("linkedin", body));
        // Then
        assertThat(normalised.events())
                .hasSize(2)
                .extracting(InboundEvent::getEventId)
                .doesNotHaveDuplicates();
        assertThat(normalised.faults()).hasSize(1);
    }

    @Test
    void aLeadIsTold() {
        // Given
        var body = "{\"type\":\"LEAD_ACTION\",\"leadGenFormResponse\":\"urn:li:leadGenFormResponse:1\",\"owner\":"
                + "{\"sponsoredAccount\":\"urn:li:sponsoredAccount:2\"},\"associatedEntity\":\"urn:li:sponsoredCreative:3\","
                + "\"leadAction\":\"CREATED\",\"leadType\":\"SPONSORED\",\"occurredAt\":1795169730000}";
        // When
        var event = only(body);
        // Then
        assertThat(event.getKind()).isEqualTo(InboundKind.OTHER);
        assertThat(event.getPlatformKind()).isEqualTo("LEAD_ACTION");
        assertThat(event.getAccountId()).isEqualTo("urn:li:sponsoredAccount:2");
        assertThat(event.getObjectId()).contains("urn:li:leadGenFormResponse:1");
        assertThat(event.getDetails()).containsEntry("leadAction", "CREATED");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{}",
                "[]",
                "{\"notifications\":[]}",
                "{\"notifications\":[7]}",
                "{\"leadGenFormResponse\":\"a\"}",
                "<html>"
            })
    void whatCannotBeReadIsSaidAndNotThrown(String body) {
        var normalised = linkedIn.normalise(aDelivery("linkedin", body));
        assertThat(normalised.events()).isEmpty();
        assertThat(normalised.faults()).hasSize(1);
    }

    private InboundEvent only(String body) {
        var normalised = linkedIn.normalise(aDelivery("linkedin", body));
        assertThat(normalised.faults()).isEmpty();
        assertThat(normalised.events()).hasSize(1);
        return normalised.events().getFirst();
    }
}
