package io.broadside.webhook.platform.tiktok;

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

class TikTokEventsTest {

    private final TikTokWebhooks tikTok = new TikTokWebhooks();

    @Test
    void aPublicationNamesTheHandleItBeganWith() {
        // When
        var event = only(Vectors.TIKTOK_POST.body());
        // Then
        assertThat(event.getKind()).isEqualTo(InboundKind.POST_PUBLISHED);
        assertThat(event.getPlatformKind()).isEqualTo("post.publish.complete");
        assertThat(event.getAccountId()).isEqualTo("_000abcDEFtestOpenId");
        assertThat(event.getPublishId()).contains("v_pub_file~v2-1.700000000000000001");
        assertThat(event.getObjectId()).isEmpty();
        assertThat(event.getOccurredAt()).contains(Instant.ofEpochSecond(1795169725));
        assertThat(event.getDetails())
                .containsEntry("publish_type", "DIRECT_PUBLISH")
                .containsEntry("client_key", "awtestclientkey01");
    }

    @Test
    void aPostThatIsPublicNamesItself() {
        var event = only(
                event("post.publish.publicly_available", "{\"publish_id\":\"p-1\",\"post_id\":7300000000000000009}"));
        assertThat(event.getKind()).isEqualTo(InboundKind.POST_PUBLISHED);
        assertThat(event.getObjectId()).contains("7300000000000000009");
        assertThat(event.getPublishId()).contains("p-1");
    }

    @Test
    void aPostThatBecomesPublicAgainIsToldAgain() {
        // Given
        var body = event(
                "post.publish.publicly_available",
                "{\"publish_id\":\"p-1\",\"post_id\":7,\"publish_type\":\"DIRECT_PUBLISH\"}");
        var complete = event("post.publish.complete", "{\"publish_id\":\"p-1\",\"publish_type\":\"DIRECT_PUBLISH\"}");
        // When / Then
        assertThat(only(later(body)).getEventId()).isNotEqualTo(only(body).getEventId());
        assertThat(only(later(complete)).getEventId()).isEqualTo(only(complete).getEventId());
    }

    @Test
    void whoDisconnectsIsTheAccount() {
        var event = only(Vectors.TIKTOK_REMOVAL.body());
        assertThat(event.getKind()).isEqualTo(InboundKind.ACCOUNT_DEAUTHORIZED);
        assertThat(event.getAccountId()).isEqualTo("_000abcDEFtestOpenId");
        assertThat(event.getOccurredAt()).contains(Instant.ofEpochSecond(1795169800));
        assertThat(event.getDetails())
                .containsEntry("reason", "1")
                .containsEntry("reason.meaning", "user disconnected");
    }

    @ParameterizedTest
    @CsvSource({
        "post.publish.complete, POST_PUBLISHED",
        "post.publish.publicly_available, POST_PUBLISHED",
        "post.publish.failed, POST_FAILED",
        "post.publish.inbox_delivered, OTHER",
        "post.publish.no_longer_publicaly_available, OTHER",
        "video.publish.completed, POST_PUBLISHED",
        "video.upload.failed, POST_FAILED",
        "authorization.removed, ACCOUNT_DEAUTHORIZED",
        "portability.download.ready, OTHER",
        "something.new, OTHER",
    })
    void namesWhatItKnowsAndLeavesTheRestOther(String name, InboundKind kind) {
        var event = only(event(name, "{\"publish_id\":\"p-1\"}"));
        assertThat(event.getKind()).isEqualTo(kind);
        assertThat(event.getPlatformKind()).isEqualTo(name);
    }

    @Test
    void aPublicationThatIsToldAgainLaterIsTheSameEvent() {
        var body = Vectors.TIKTOK_POST.body();
        assertThat(only(body.replace("1795169725", "1795169999")).getEventId())
                .isEqualTo(only(body).getEventId());
        assertThat(only(body.replace("complete", "failed")).getEventId())
                .isNotEqualTo(only(body).getEventId());
        assertThat(only(body.replace("700000000000000001", "700000000000000002"))
                        .getEventId())
                .isNotEqualTo(only(body).getEventId());
    }

    @Test
    void whatIsPublishedOutOfTheInboxTwiceIsTwoEvents() {
        var body = Vectors.TIKTOK_POST.body().replace("DIRECT_PUBLISH", "INBOX_SHARE");
        assertThat(only(body.replace("1795169725", "1795169999")).getEventId())
                .isNotEqualTo(only(body).getEventId());
    }

    @Test
    void whoDisconnectsTwiceHasDoneItTwice() {
        var body = Vectors.TIKTOK_REMOVAL.body();
        assertThat(only(body.replace("1795169800", "1795169801")).getEventId())
                .isNotEqualTo(only(body).getEventId());
    }

    @Test
    void contentThatIsAnObjectIsReadTooAndContentThatIsNothingIsSaid() {
        assertThat(
                        only("{\"event\":\"post.publish.failed\",\"user_openid\":\"u\",\"content\":{\"publish_id\":\"p-1\"}}")
                                .getPublishId())
                .contains("p-1");
        var normalised = tikTok.normalise(
                aDelivery("tiktok", "{\"event\":\"something\",\"user_openid\":\"u\",\"content\":\"{cut\"}"));
        assertThat(normalised.events()).hasSize(1);
        assertThat(normalised.faults()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{}", "[]", "7", "{\"event\":\"a\"}", "{\"user_openid\":\"a\"}", "<html>"})
    void whatCannotBeReadIsSaidAndNotThrown(String body) {
        var normalised = tikTok.normalise(aDelivery("tiktok", body));
        assertThat(normalised.events()).isEmpty();
        assertThat(normalised.faults()).hasSize(1);
    }

    private static String later(String body) {
        return body.replace("1795169725", "1795169999");
    }

    private static String event(String name, String content) {
        return "{\"client_key\":\"key\",\"event\":\"" + name
                + "\",\"create_time\":1795169725,\"user_openid\":\"u\",\"content\":\"" + content.replace("\"", "\\\"")
                + "\"}";
    }

    private InboundEvent only(String body) {
        var normalised = tikTok.normalise(aDelivery("tiktok", body));
        assertThat(normalised.faults()).isEmpty();
        assertThat(normalised.events()).hasSize(1);
        return normalised.events().getFirst();
    }
}
