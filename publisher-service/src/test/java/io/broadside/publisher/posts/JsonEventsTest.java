package io.broadside.publisher.posts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.broadside.events.Content;
import io.broadside.events.ContentOverride;
import io.broadside.events.Fault;
import io.broadside.events.Link;
import io.broadside.events.Media;
import io.broadside.events.MediaKind;
import io.broadside.events.Placement;
import io.broadside.events.PublishRequest;
import io.broadside.events.Target;
import io.broadside.events.ThreadPart;
import io.broadside.events.Visibility;
import io.broadside.publisher.posts.JsonEvents.Read;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonEventsTest {

    private static final String LEAST = "{\"requestId\":\"r\",\"content\":{},\"targets\":[]%s}";

    @Test
    void whatHasADefaultCanBeLeftOut() {
        // When
        var request = request("""
                {"requestId": "spring-sale-1",
                 "content": {"text": "Spring sale"},
                 "targets": [{"profileId": "bakery", "platform": "facebook"}]}""");
        // Then
        assertThat(request)
                .isEqualTo(PublishRequest.newBuilder()
                        .setRequestId("spring-sale-1")
                        .setContent(Content.newBuilder().setText("Spring sale").build())
                        .setTargets(List.of(Target.newBuilder()
                                .setProfileId("bakery")
                                .setPlatform("facebook")
                                .build()))
                        .build());
    }

    @Test
    void everythingThatAnEventCanSayGoesThereAndBack() {
        // Given
        var picture = Media.newBuilder()
                .setUrl("https://example.org/a.jpg")
                .setKind(MediaKind.IMAGE)
                .setAltText("A tray of rolls 🥐")
                .setTitle("Rolls")
                .setThumbnailUrl("https://example.org/t.jpg")
                .setContentType("image/jpeg")
                .setSizeBytes(5_000_000_000L)
                .setWidth(1080)
                .setHeight(1350)
                .setDurationMs(4_000L)
                .build();
        var request = PublishRequest.newBuilder()
                .setRequestId("r-1")
                .setContent(Content.newBuilder()
                        .setText("Text \"with\" quotes\n")
                        .setLink(Link.newBuilder()
                                .setUrl("https://example.org")
                                .setTitle("T")
                                .build())
                        .setMedia(List.of(picture))
                        .setPlacement(Placement.REEL)
                        .setThread(List.of(ThreadPart.newBuilder()
                                .setText("More")
                                .setMedia(List.of(picture))
                                .build()))
                        .setFirstComment("First")
                        .setVisibility(Visibility.FOLLOWERS)
                        .setOptions(Map.of("tiktok.disableDuet", "true"))
                        .build())
                .setTargets(List.of(Target.newBuilder()
                        .setConnectionId("c-1")
                        .setOverride(ContentOverride.newBuilder()
                                .setMedia(List.of())
                                .setPlacement(Placement.STORY)
                                .build())
                        .build()))
                .setPublishAt(Instant.parse("2026-12-01T08:00:00.123Z"))
                .setDeadline(Instant.parse("2026-12-02T08:00:00Z"))
                .setLabels(Map.of("campaign", "spring"))
                .setRequestedAt(Instant.parse("2026-11-20T10:00:00Z"))
                .build();
        // Then
        assertThat(request(EventJson.of(request).toString())).isEqualTo(request);
    }

    @Test
    void everyFaultIsToldAtOnceWithItsPath() {
        // When
        var faults = faults("""
                {"requestId": 7,
                 "content": {"txet": "Hello", "media": [{"kind": "PICTURE"}], "visibility": null},
                 "targets": {"platform": "x"},
                 "publishAt": "tomorrow",
                 "labels": {"campaign": 3}}""");
        // Then
        assertThat(faults)
                .extracting(Fault::getField, Fault::getRule)
                .containsExactlyInAnyOrder(
                        tuple("requestId", "type"),
                        tuple("content.txet", "knownField"),
                        tuple("content.media[0].url", "required"),
                        tuple("content.media[0].kind", "oneOf"),
                        tuple("content.visibility", "oneOf"),
                        tuple("targets", "type"),
                        tuple("publishAt", "time"),
                        tuple("labels.campaign", "type"));
    }

    @ParameterizedTest
    @CsvSource({
        "2026-12-01T08:00:00Z, 2026-12-01T08:00:00Z",
        "2026-12-01T08:00:00+02:00, 2026-12-01T06:00:00Z",
        "2026-12-01T08:00:00.123456Z, 2026-12-01T08:00:00.123Z"
    })
    void timesHaveAnOffset(String text, Instant time) {
        assertThat(request(LEAST.formatted(",\"publishAt\":\"" + text + "\"")).getPublishAt())
                .contains(time);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"2026-12-01T08:00:00\"",
                "\"2026-12-01\"",
                "1764576000",
                "\"+999999999-12-31T23:59:59Z\"",
                "\"\"",
                "true",
                "{}"
            })
    void whatIsNoTimeWithAnOffsetIsAFault(String value) {
        assertThat(faults(LEAST.formatted(",\"publishAt\":" + value)))
                .extracting(Fault::getField, Fault::getRule)
                .containsExactly(tuple("publishAt", "time"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"cut \\ud83d", "\\udd50 cut", "\\udd50\\ud83e", "nul \\u0000"})
    void whatIsNoTextIsAFault(String text) {
        assertThat(faults("{\"requestId\":\"r\",\"content\":{\"text\":\"" + text + "\"},\"targets\":[]}"))
                .extracting(Fault::getField, Fault::getRule)
                .containsExactly(tuple("content.text", "text"));
    }

    @Test
    void wholeCharactersAreTextHoweverTheyAreEscaped() {
        var request = request("{\"requestId\":\"r\",\"content\":{\"text\":\"\\ud83e\\udd50 \\u00e9\"},\"targets\":[]}");
        assertThat(request.getContent().getText()).contains("🥐 é");
    }

    @Test
    void nullIsTheSameAsAbsentWhereAbsentIsAllowed() {
        assertThat(request(LEAST.formatted(",\"publishAt\":null,\"deadline\":null"))
                        .getPublishAt())
                .isEmpty();
    }

    @Test
    void unknownIsForReadersAndNotForSenders() {
        assertThat(faults(LEAST.formatted(",\"order\":\"UNKNOWN\"")))
                .extracting(Fault::getRule)
                .containsExactly("oneOf");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "nothing",
                "[]",
                "null",
                "\"text\"",
                "{\"requestId\":\"r\",\"requestId\":\"s\",\"content\":{},\"targets\":[]}",
                "{\"requestId\":\"r\",\"content\":{},\"targets\":[]} {}",
                "{\"requestId\":\"r\",\"content\":{},\"targets\":["
            })
    void whatIsNoJsonObjectIsUnreadable(String text) {
        assertThat(JsonEvents.request(text)).isInstanceOf(Read.Unreadable.class);
    }

    @Test
    void nestingWithoutEndIsUnreadable() {
        assertThat(JsonEvents.request("{\"a\":" + "[".repeat(100_000))).isInstanceOf(Read.Unreadable.class);
    }

    @Test
    void faultsAreBoundedWhateverComes() {
        // Given
        var body = new StringBuilder("{\"requestId\":\"r\",\"content\":{},\"targets\":[]");
        for (var i = 0; i < 10_000; i++) {
            body.append(",\"field").append("x".repeat(20)).append(i).append("\":1");
        }
        // Then
        assertThat(faults(body.append('}').toString())).hasSize(100);
    }

    private static PublishRequest request(String text) {
        return switch (JsonEvents.request(text)) {
            case Read.Request(var request) -> request;
            case Read.Faulty(var faults) -> throw new AssertionError("Faults: " + faults);
            case Read.Unreadable(var message) -> throw new AssertionError(message);
        };
    }

    private static List<Fault> faults(String text) {
        return switch (JsonEvents.request(text)) {
            case Read.Request(var request) -> throw new AssertionError("No fault was found: " + request);
            case Read.Faulty(var faults) -> faults;
            case Read.Unreadable(var message) -> throw new AssertionError(message);
        };
    }
}
