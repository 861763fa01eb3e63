package io.broadside.publisher.platform.tiktok;

import static io.broadside.publisher.platform.Commands.aLink;
import static io.broadside.publisher.platform.Commands.aText;
import static io.broadside.publisher.platform.Commands.anImage;
import static io.broadside.publisher.platform.tiktok.TikTokFixtures.aVideo;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.broadside.events.Content;
import io.broadside.events.Fault;
import io.broadside.events.Media;
import io.broadside.events.MediaKind;
import io.broadside.events.Placement;
import io.broadside.events.ThreadPart;
import io.broadside.events.Visibility;
import io.broadside.runtime.config.ConfigException;
import io.broadside.runtime.config.Settings;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TikTokFaultsTest {

    private static final Media VIDEO = aVideo("http://media.example.org/a.mp4");
    private static final Media PHOTO = anImage("https://media.example.org/a.jpg");

    @Test
    void takesOneVideoOrPhotos() {
        assertThat(faults(aText("a").setMedia(List.of(VIDEO)))).isEmpty();
        assertThat(faults(aText("a").setMedia(Collections.nCopies(35, PHOTO)))).isEmpty();
        assertThat(faults(Content.newBuilder().setMedia(List.of(VIDEO)))).isEmpty();
        assertThat(rules(aText("a"))).containsExactly(Tuple.tuple("content.media", "required"));
        assertThat(rules(aText("a").setMedia(List.of(VIDEO, PHOTO))))
                .containsExactly(Tuple.tuple("content.media", "maxItems"));
        assertThat(rules(aText("a").setMedia(Collections.nCopies(36, PHOTO))))
                .containsExactly(Tuple.tuple("content.media", "maxItems"));
    }

    @ParameterizedTest
    @EnumSource(
            value = MediaKind.class,
            names = {"IMAGE", "VIDEO"},
            mode = EnumSource.Mode.EXCLUDE)
    void takesNothingElse(MediaKind kind) {
        var medium = Media.newBuilder(PHOTO).setKind(kind).build();
        assertThat(rules(aText("a").setMedia(List.of(medium))))
                .containsExactly(Tuple.tuple("content.media[0].kind", "unsupported"));
    }

    @Test
    void countsInUtf16Units() {
        assertThat(faults(aText("😀".repeat(1_100)).setMedia(List.of(VIDEO)))).isEmpty();
        assertThat(faults(aText("a".repeat(2_201)).setMedia(List.of(VIDEO))))
                .singleElement()
                .satisfies(fault -> {
                    assertThat(fault.getField()).isEqualTo("content.text");
                    assertThat(fault.getLimit()).contains("2200");
                    assertThat(fault.getActual()).contains("2201");
                    assertThat(fault.getMessage()).contains("shorten it by 1.");
                });
        assertThat(faults(aText("a".repeat(4_000)).setMedia(List.of(PHOTO)))).isEmpty();
        assertThat(rules(aText("a".repeat(4_001))
                        .setMedia(List.of(PHOTO))
                        .setOptions(Map.of("tiktok.title", "t".repeat(91)))))
                .containsExactly(
                        Tuple.tuple("content.text", "maxLength"),
                        Tuple.tuple("content.options.tiktok.title", "maxLength"));
    }

    @Test
    void namesAllFaultsAtOnce() {
        // Given
        var content = aText("Hello")
                .setPlacement(Placement.STORY)
                .setThread(List.of(ThreadPart.newBuilder().setText("2/2").build()))
                .setFirstComment("first")
                .setVisibility(Visibility.CONNECTIONS)
                .setLink(aLink("https://example.org"))
                .setOptions(Map.of("tiktok.mood", "good", "tiktok.disableDuet", "true", "x.mood", "bad"))
                .setMedia(List.of(anImage("https://user:secret@example.org/a.png")));
        // When
        var faults = faults(content);
        // Then
        assertThat(faults)
                .extracting(Fault::getField, Fault::getRule)
                .containsExactlyInAnyOrder(
                        Tuple.tuple("content.placement", "unsupported"),
                        Tuple.tuple("content.thread", "unsupported"),
                        Tuple.tuple("content.firstComment", "unsupported"),
                        Tuple.tuple("content.visibility", "unsupported"),
                        Tuple.tuple("content.link", "unsupported"),
                        Tuple.tuple("content.media[0].url", "webAddress"),
                        Tuple.tuple("content.options.tiktok.disableDuet", "unsupported"),
                        Tuple.tuple("content.options.tiktok.mood", "unsupported"));
        assertThat(faults).allMatch(fault -> fault.getMessage().endsWith("."));
        assertThat(faults.toString()).doesNotContain("secret");
    }

    @ParameterizedTest
    @CsvSource({
        "tiktok.disableComment, yes, boolean",
        "tiktok.disableDuet, 1, boolean",
        "tiktok.disableStitch, '', boolean",
        "tiktok.brandContent, no, boolean",
        "tiktok.brandOrganic, on, boolean",
        "tiktok.madeWithAi, maybe, boolean",
        "tiktok.pullFromUrl, x, boolean",
        "tiktok.coverTimestamp, -1, number",
        "tiktok.coverTimestamp, 1.5, number",
        "tiktok.coverIndex, 0, unsupported",
        "tiktok.autoAddMusic, true, unsupported",
        "tiktok.title, A, unsupported",
    })
    void knowsTheOptionsOfAVideo(String option, String value, String rule) {
        assertThat(rules(aText("a").setMedia(List.of(VIDEO)).setOptions(Map.of(option, value))))
                .containsExactly(Tuple.tuple("content.options." + option, rule));
    }

    @ParameterizedTest
    @CsvSource({
        "tiktok.coverIndex, 2, number",
        "tiktok.coverIndex, x, number",
        "tiktok.autoAddMusic, x, boolean",
        "tiktok.coverTimestamp, 0, unsupported",
        "tiktok.madeWithAi, true, unsupported",
        "tiktok.pullFromUrl, true, unsupported",
    })
    void knowsTheOptionsOfPhotos(String option, String value, String rule) {
        assertThat(rules(aText("a").setMedia(List.of(PHOTO, PHOTO)).setOptions(Map.of(option, value))))
                .containsExactly(Tuple.tuple("content.options." + option, rule));
    }

    @Test
    void knowsTheLimitsOfFiles() {
        var large = Media.newBuilder(VIDEO)
                .setSizeBytes(4_000_000_001L)
                .setContentType("video/x-matroska")
                .build();
        assertThat(rules(aText("a").setMedia(List.of(large))))
                .containsExactly(
                        Tuple.tuple("content.media[0].contentType", "unsupported"),
                        Tuple.tuple("content.media[0].sizeBytes", "maxBytes"));
        var webm = Media.newBuilder(aVideo("https://media.example.org/a.webm"))
                .setContentType("video/webm")
                .build();
        assertThat(faults(aText("a").setMedia(List.of(webm)))).isEmpty();
        assertThat(faults(aText("a").setMedia(List.of(webm)).setOptions(Map.of("tiktok.pullFromUrl", "true"))))
                .isEmpty();
        var png = Media.newBuilder(PHOTO)
                .setSizeBytes(20_000_001L)
                .setContentType("image/PNG; q=1")
                .build();
        assertThat(rules(aText("a").setMedia(List.of(png))))
                .containsExactly(
                        Tuple.tuple("content.media[0].contentType", "unsupported"),
                        Tuple.tuple("content.media[0].sizeBytes", "maxBytes"));
        var webp = Media.newBuilder(PHOTO)
                .setSizeBytes(20_000_000L)
                .setContentType("image/webp")
                .build();
        assertThat(faults(aText("a").setMedia(List.of(webp)))).isEmpty();
    }

    @Test
    void wantsVerifiedAddressesForWhatTikTokFetches() {
        // Given
        var pulled = Map.of("tiktok.pullFromUrl", "true");
        var verified = Map.of("TIKTOK_VERIFIED_URLS", "https://media.example.org/, https://cdn.example.org/ours/");
        // Then
        assertThat(rules(aText("a").setMedia(List.of(VIDEO)).setOptions(pulled)))
                .containsExactly(Tuple.tuple("content.media[0].url", "https"));
        assertThat(rules(aText("a").setMedia(List.of(anImage("http://media.example.org/a.jpg")))))
                .containsExactly(Tuple.tuple("content.media[0].url", "https"));
        assertThat(faults(aText("a").setMedia(List.of(PHOTO, anImage("https://cdn.example.org/ours/b.jpg"))), verified))
                .isEmpty();
        for (var elsewhere : List.of(
                "https://cdn.example.org/theirs/b.jpg",
                "https://media.example.org.evil.net/a.jpg",
                "https://evil.net/https://media.example.org/a.jpg")) {
            assertThat(faults(aText("a").setMedia(List.of(anImage(elsewhere))), verified))
                    .extracting(Fault::getRule)
                    .containsExactly("verifiedAddress");
        }
        assertThat(faults(aText("a").setMedia(List.of(VIDEO)), Map.of("TIKTOK_PULL_VIDEOS", "true")))
                .extracting(Fault::getRule)
                .containsExactly("https");
        assertThat(faults(
                        aText("a").setMedia(List.of(VIDEO)).setOptions(Map.of("tiktok.pullFromUrl", "false")),
                        Map.of("TIKTOK_PULL_VIDEOS", "true")))
                .isEmpty();
    }

    @Test
    void isForTheAccountAloneWhileTheAppIsNotAudited() {
        // Given
        var unaudited = Map.of("TIKTOK_APP_AUDITED", "false");
        // Then
        for (var visibility : List.of(Visibility.PUBLIC, Visibility.FOLLOWERS, Visibility.FRIENDS)) {
            var content = aText("a").setMedia(List.of(VIDEO)).setVisibility(visibility);
            assertThat(faults(content)).isEmpty();
            assertThat(faults(content, unaudited)).extracting(Fault::getField).containsExactly("content.visibility");
        }
        for (var visibility : List.of(Visibility.PRIVATE, Visibility.PLATFORM_DEFAULT)) {
            assertThat(faults(aText("a").setMedia(List.of(VIDEO)).setVisibility(visibility), unaudited))
                    .isEmpty();
        }
    }

    @Test
    void doesNotHidePaidPartnerships() {
        assertThat(rules(aText("a")
                        .setMedia(List.of(VIDEO))
                        .setVisibility(Visibility.PRIVATE)
                        .setOptions(Map.of("tiktok.brandContent", "true"))))
                .containsExactly(Tuple.tuple("content.options.tiktok.brandContent", "unsupported"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "TIKTOK_API_VERSION=2",
                "TIKTOK_VERIFIED_URLS=https://media.example.org",
                "TIKTOK_VERIFIED_URLS=http://media.example.org/",
                "TIKTOK_CHUNK_BYTES=5242879",
                "TIKTOK_CHUNK_BYTES=64000001",
                "TIKTOK_PROCESSING_LIMIT=0s",
                "TIKTOK_API_URI=https://open.tiktokapis.com/?a=b",
            })
    void refusesSettingsThatCannotBe(String setting) {
        var parts = setting.split("=", 2);
        assertThatThrownBy(() -> TikTokConfig.from(Settings.from(Map.of(parts[0], parts[1]))))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(parts[0]);
    }

    private static List<Tuple> rules(Content.Builder content) {
        return faults(content).stream()
                .map(fault -> Tuple.tuple(fault.getField(), fault.getRule()))
                .toList();
    }

    private static List<Fault> faults(Content.Builder content) {
        return faults(content, Map.of());
    }

    private static List<Fault> faults(Content.Builder content, Map<String, String> settings) {
        return TikTokFaults.of(content.build(), TikTokConfig.from(Settings.from(settings)));
    }
}
