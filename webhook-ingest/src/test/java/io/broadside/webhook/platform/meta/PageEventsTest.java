package io.broadside.webhook.platform.meta;

import static io.broadside.webhook.platform.RawDeliveries.RECEIVED_AT;
import static io.broadside.webhook.platform.RawDeliveries.aDelivery;
import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.events.InboundEvent;
import io.broadside.events.InboundKind;
import io.broadside.webhook.platform.Normalised;
import io.broadside.webhook.platform.Vectors;
import java.time.Instant;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PageEventsTest {

    private static final String COMMENT =
            "\"item\":\"comment\",\"verb\":\"add\",\"comment_id\":\"10_30\",\"post_id\":\"1_10\","
                    + "\"parent_id\":\"1_10\",\"created_time\":1795000000,\"from\":{\"id\":\"2000\",\"name\":\"Ada\"},\"message\":\"nice\"";

    private final MetaWebhooks facebook = MetaWebhooks.facebook();

    @Test
    void tellsAllThatACommentSays() {
        // When
        var event = only(feed(COMMENT));
        // Then
        assertThat(event.getPlatform()).isEqualTo("facebook");
        assertThat(event.getApp()).isEqualTo("demo");
        assertThat(event.getAccountId()).isEqualTo("1000000001");
        assertThat(event.getKind()).isEqualTo(InboundKind.COMMENT);
        assertThat(event.getPlatformKind()).isEqualTo("feed.comment.add");
        assertThat(event.getOccurredAt()).contains(Instant.ofEpochSecond(1795000000));
        assertThat(event.getReceivedAt()).isEqualTo(RECEIVED_AT);
        assertThat(event.getActorId()).contains("2000");
        assertThat(event.getActorName()).contains("Ada");
        assertThat(event.getObjectId()).contains("10_30");
        assertThat(event.getParentId()).contains("1_10");
        assertThat(event.getText()).contains("nice");
        assertThat(event.getDeliveryId()).isEqualTo("delivery-1");
        assertThat(event.getDetails()).containsEntry("post_id", "1_10").doesNotContainKey("message");
    }

    @ParameterizedTest
    @CsvSource({
        "comment,  add,    2000,       COMMENT",
        "comment,  edited, 2000,       COMMENT",
        "comment,  hide,   2000,       OTHER",
        "comment,  remove, 2000,       OTHER",
        "reaction, add,    2000,       REACTION",
        "reaction, remove, 2000,       OTHER",
        "status,   add,    1000000001, POST_PUBLISHED",
        "photo,    add,    1000000001, POST_PUBLISHED",
        "video,    add,    1000000001, POST_PUBLISHED",
        "share,    add,    1000000001, POST_PUBLISHED",
        "post,     remove, 1000000001, POST_DELETED",
        "status,   edited, 1000000001, OTHER",
        "status,   add,    2000,       OTHER",
        "event,    add,    1000000001, OTHER",
    })
    void namesWhatCameToBeAndLeavesTheRestOther(String item, String verb, String from, InboundKind kind) {
        var event = only(feed("\"item\":\"%s\",\"verb\":\"%s\",\"post_id\":\"1_10\",\"from\":{\"id\":\"%s\"}"
                .formatted(item, verb, from)));
        assertThat(event.getKind()).isEqualTo(kind);
        assertThat(event.getPlatformKind()).isEqualTo("feed." + item + "." + verb);
    }

    @Test
    void aPostThatIsNotPublishedYetIsNoPublication() {
        assertThat(only(feed("\"item\":\"status\",\"verb\":\"add\",\"post_id\":\"1_10\",\"published\":0"))
                        .getKind())
                .isEqualTo(InboundKind.OTHER);
    }

    @Test
    void aMentionIsAMention() {
        var event = only(change("mention", "\"item\":\"post\",\"verb\":\"add\",\"post_id\":\"7_8\""));
        assertThat(event.getKind()).isEqualTo(InboundKind.MENTION);
        assertThat(event.getObjectId()).contains("7_8");
    }

    @Test
    void aRedeliveryHasTheSameEventIdWhateverIsAroundIt() {
        // Given
        var once = only(feed(COMMENT));
        var again = facebook.normalise(
                aDelivery(
                        "facebook",
                        "{\"object\":\"page\",\"entry\":[{\"id\":\"1000000001\",\"time\":1795009999,\"changes\":[{\"value\":{"
                                + COMMENT
                                + "},\"field\":\"feed\"},{\"field\":\"feed\",\"value\":{\"item\":\"like\",\"verb\":\"add\"}}]}]}"));
        // Then
        assertThat(again.events()).extracting(InboundEvent::getEventId).contains(once.getEventId());
        assertThat(once.getEventId()).startsWith("facebook-").hasSize(41);
    }

    @ParameterizedTest
    @CsvSource({
        "\"10_30\", \"10_31\"",
        "\"add\",   \"remove\"",
        "\"2000\",  \"2001\"",
        "1795000000, 1795000001",
        "\"comment\", \"reaction\"",
    })
    void anotherHappeningHasAnotherEventId(String part, String other) {
        assertThat(only(feed(COMMENT.replace(part, other))).getEventId())
                .isNotEqualTo(only(feed(COMMENT)).getEventId());
    }

    @Test
    void twoEditsOfOneCommentAreTwoEvents() {
        var edit = COMMENT.replace("\"add\"", "\"edited\"");
        assertThat(only(feed(edit)).getEventId())
                .isNotEqualTo(only(feed(edit.replace("nice", "nicer"))).getEventId());
    }

    @Test
    void anEditBackToAnEarlierTextIsAnEventOfItsOwn() {
        // Given
        var edit = COMMENT.replace("\"add\"", "\"edited\"") + ",\"edited_time\":1795000100";
        // When
        var back = edit.replace("1795000100", "1795000300");
        // Then
        assertThat(only(feed(edit)).getEventId()).isNotEqualTo(only(feed(back)).getEventId());
        assertThat(only(feed(edit)).getEventId()).isEqualTo(only(feed(edit)).getEventId());
    }

    @Test
    void aDraftAndItsPublicationAreTwoEvents() {
        // Given
        var draft =
                "\"item\":\"status\",\"verb\":\"add\",\"post_id\":\"1_10\",\"created_time\":1795000000,\"published\":0";
        // When
        var published = only(feed(draft.replace("\"published\":0", "\"published\":1")));
        // Then
        assertThat(published.getKind()).isEqualTo(InboundKind.POST_PUBLISHED);
        assertThat(published.getEventId()).isNotEqualTo(only(feed(draft)).getEventId());
        // As when nothing is said of it.
        assertThat(published.getEventId())
                .isEqualTo(only(feed(draft.replace(",\"published\":0", ""))).getEventId());
    }

    @Test
    void aPostThatSaysOfItselfThatItIsNotPublishedIsNoPublicationEither() {
        // Given
        var post = "\"item\":\"photo\",\"verb\":\"add\",\"post_id\":\"1_10\",\"post\":{\"is_published\":%s}";
        // When / Then
        assertThat(only(feed(post.formatted("false"))).getKind()).isEqualTo(InboundKind.OTHER);
        assertThat(only(feed(post.formatted("true"))).getKind()).isEqualTo(InboundKind.POST_PUBLISHED);
        assertThat(only(feed(post.formatted("false"))).getEventId())
                .isNotEqualTo(only(feed(post.formatted("true"))).getEventId());
    }

    @Test
    void aLongNameOrUrlCostsNoEvent() {
        // When
        var event = only(feed(COMMENT.replace("Ada", "A".repeat(600))
                + ",\"post\":{\"permalink_url\":\"https://example.org/" + "u".repeat(600) + "\"}"));
        // Then
        assertThat(event.getKind()).isEqualTo(InboundKind.COMMENT);
        assertThat(event.getActorName()).contains("A".repeat(512));
        assertThat(event.getUrl()).isEmpty();
    }

    @Test
    void commentsWithoutIdsAreToldApartByAllTheySay() {
        var first = only(Vectors.FACEBOOK_COMMENT.body());
        var second = only(Vectors.FACEBOOK_COMMENT.body().replace("caf", "Caf"));
        assertThat(first.getText()).contains("café 😀");
        assertThat(first.getEventId()).isNotEqualTo(second.getEventId());
    }

    @Test
    void aMessageIsKnownByItsMid() {
        // Given
        var body =
                "{\"object\":\"page\",\"entry\":[{\"id\":\"1\",\"time\":5,\"messaging\":[{\"sender\":{\"id\":\"2\"},\"recipient\":"
                        + "{\"id\":\"1\"},\"timestamp\":1795000000123,\"message\":{\"mid\":\"m-1\",\"text\":\"hello\",\"is_echo\":true}}]}]}";
        // When
        var event = only(body);
        // Then
        assertThat(event.getKind()).isEqualTo(InboundKind.MESSAGE);
        assertThat(event.getPlatformKind()).isEqualTo("messaging.message");
        assertThat(event.getObjectId()).contains("m-1");
        assertThat(event.getText()).contains("hello");
        assertThat(event.getOccurredAt()).contains(Instant.ofEpochMilli(1795000000123L));
        assertThat(event.getDetails()).containsEntry("is_echo", "true").containsEntry("recipient", "1");
        assertThat(event.getEventId())
                .isEqualTo(only(body.replace("\"time\":5", "\"time\":6")).getEventId());
    }

    @Test
    void otherHappeningsInAConversationAreOther() {
        var body =
                "{\"object\":\"page\",\"entry\":[{\"id\":\"1\",\"messaging\":[{\"sender\":{\"id\":\"2\"},\"timestamp\":1795000000123,"
                        + "\"%s\":{\"mid\":\"m-1\",\"watermark\":7,\"action\":\"react\",\"emoji\":\"x\"}}]}]}";
        assertThat(only(body.formatted("read"))).satisfies(event -> {
            assertThat(event.getKind()).isEqualTo(InboundKind.OTHER);
            assertThat(event.getPlatformKind()).isEqualTo("messaging.read");
        });
        assertThat(only(body.formatted("reaction")).getKind()).isEqualTo(InboundKind.REACTION);
    }

    @Test
    void withoutValuesTheNamesOfWhatChangedAreTold() {
        var event = only("{\"object\":\"page\",\"entry\":[{\"id\":\"1\",\"time\":5,\"changed_fields\":[\"feed\"]}]}");
        assertThat(event.getKind()).isEqualTo(InboundKind.OTHER);
        assertThat(event.getDetails()).containsEntry("changed_fields", "[\"feed\"]");
    }

    @Test
    void aDeauthorisationIsOfThePersonWhoLeft() {
        // When
        var normalised = facebook.normalise(aDelivery(
                "facebook", Vectors.FACEBOOK_DEAUTHORISATION.contentType(), Vectors.FACEBOOK_DEAUTHORISATION.body()));
        // Then
        assertThat(normalised.events()).singleElement().satisfies(event -> {
            assertThat(event.getKind()).isEqualTo(InboundKind.ACCOUNT_DEAUTHORIZED);
            assertThat(event.getAccountId()).isEqualTo("2000000002");
            assertThat(event.getOccurredAt()).contains(Instant.ofEpochSecond(1795000000));
        });
    }

    @Test
    void aRequestToDeleteDataIsToldAsSuch() {
        // When
        var vector = Vectors.FACEBOOK_DATA_DELETION;
        var normalised = facebook.normalise(vector.delivery(vector.bytes(), vector.signature()));
        // Then
        assertThat(normalised.events()).singleElement().satisfies(event -> {
            assertThat(event.getKind()).isEqualTo(InboundKind.DATA_DELETION_REQUESTED);
            assertThat(event.getAccountId()).isEqualTo("2000000002");
        });
    }

    @Test
    void whichProductItIsOfIsWhatADeliverySaysAndNotWhereItComesTo() {
        assertThat(MetaWebhooks.instagram()
                        .normalise(aDelivery("instagram", feed(COMMENT)))
                        .events()
                        .getFirst()
                        .getEventId())
                .isEqualTo(only(feed(COMMENT)).getEventId());
    }

    @Test
    void anUpdateInAnArrayIsReadToo() {
        assertThat(only("[" + feed(COMMENT) + "]").getEventId())
                .isEqualTo(only(feed(COMMENT)).getEventId());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "7",
                "{}",
                "[]",
                "{\"entry\":{}}",
                "{\"entry\":[]}",
                "{\"entry\":[7]}",
                "{\"entry\":[{\"id\":\"1\"}]}",
                "{\"entry\":[{\"id\":\"1\",\"changes\":[{}]}]}",
                "{\"entry\":[{\"id\":\"1\",\"changes\":[{\"field\":\"feed\"}]}]}",
                "{\"entry\":[{\"id\":\"1\",\"changes\":[]}]} trailing",
            })
    void whatCannotBeReadIsSaidAndNotThrown(String body) {
        var normalised = facebook.normalise(aDelivery("facebook", body));
        assertThat(normalised.events()).isEmpty();
        assertThat(normalised.faults()).isNotEmpty();
    }

    @Test
    void deepNestingIsSaidAndNotThrown() {
        assertThat(facebook.normalise(aDelivery("facebook", "[".repeat(100_000)))
                        .faults())
                .containsExactly("The body is not JSON.");
    }

    @Test
    void oneBadUpdateOfABatchCostsNoneOfTheOthers() {
        // Given
        var changes = IntStream.range(0, 1_000)
                .mapToObj(i -> i == 500
                        ? "{\"field\":\"feed\",\"value\":{\"post_id\":\"" + "9".repeat(600) + "\"}}"
                        : "{\"field\":\"feed\",\"value\":{" + COMMENT.replace("10_30", "10_" + i) + "}}")
                .collect(Collectors.joining(","));
        // When
        var normalised = facebook.normalise(aDelivery(
                "facebook", "{\"object\":\"page\",\"entry\":[{\"id\":\"1\",\"changes\":[" + changes + "]}]}"));
        // Then
        assertThat(normalised.events())
                .hasSize(999)
                .extracting(InboundEvent::getEventId)
                .doesNotHaveDuplicates();
        assertThat(normalised.faults()).hasSize(1);
    }

    private InboundEvent only(String body) {
        Normalised normalised = facebook.normalise(aDelivery("facebook", body));
        assertThat(normalised.faults()).isEmpty();
        assertThat(normalised.events()).hasSize(1);
        return normalised.events().getFirst();
    }

    private static String feed(String value) {
        return change("feed", value);
    }

    private static String change(String field, String value) {
        return "{\"object\":\"page\",\"entry\":[{\"id\":\"1000000001\",\"time\":1795000001,\"changes\":[{\"field\":\""
                + field + "\",\"value\":{" + value + "}}]}]}";
    }
}
