package io.broadside.publisher.platform.instagram;

import static io.broadside.publisher.platform.Commands.aDescribedImage;
import static io.broadside.publisher.platform.Commands.aLink;
import static io.broadside.publisher.platform.Commands.aText;
import static io.broadside.publisher.platform.Commands.aVideo;
import static io.broadside.publisher.platform.Commands.anImage;
import static io.broadside.publisher.platform.instagram.Account.aPicture;
import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.events.Content;
import io.broadside.events.Fault;
import io.broadside.events.Media;
import io.broadside.events.MediaKind;
import io.broadside.events.Placement;
import io.broadside.events.ThreadPart;
import io.broadside.events.Visibility;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

final class InstagramRulesTest {

    private static final Media IMAGE = anImage("https://cdn.example.org/a.jpg");
    private static final Media VIDEO = aVideo("https://cdn.example.org/b.mp4");

    @Test
    void takesWhatInstagramTakes() {
        assertThat(found(aPicture().setFirstComment("First!"))).isEmpty();
        assertThat(found(aText("a".repeat(2200)).setMedia(Collections.nCopies(10, IMAGE))))
                .isEmpty();
        assertThat(found(Content.newBuilder().setMedia(List.of(IMAGE, VIDEO)))).isEmpty();
        assertThat(found(aText("Hi").setPlacement(Placement.REEL).setMedia(List.of(VIDEO))))
                .isEmpty();
        assertThat(found(Content.newBuilder().setPlacement(Placement.STORY).setMedia(List.of(IMAGE))))
                .isEmpty();
        assertThat(found(aText("").setPlacement(Placement.STORY).setMedia(List.of(VIDEO))))
                .isEmpty();
        assertThat(found(aPicture().setVisibility(Visibility.PUBLIC))).isEmpty();
    }

    @Test
    void publishesNoTextAlone() {
        assertThat(found(aText("Hello"))).containsExactly("content.media minItems");
        assertThat(found(aText("Hello").setLink(aLink("https://example.org"))))
                .containsExactly("content.media minItems");
    }

    @Test
    void namesAllFaultsAtOnce() {
        // Given
        var content = aText("#x ".repeat(31) + "@y ".repeat(21) + "a".repeat(2200))
                .setThread(List.of(ThreadPart.newBuilder().setText("2/2").build()))
                .setFirstComment("c".repeat(2201))
                .setVisibility(Visibility.PRIVATE)
                .setOptions(Map.of("instagram.mood", "good", "tiktok.disableDuet", "true"))
                .setLink(aLink("ftp://example.org"))
                .setMedia(Collections.nCopies(11, anImage("https://user:secret@example.org/a.jpg")));
        // When
        var faults = InstagramRules.faults(content.build(), false);
        // Then
        assertThat(found(content))
                .contains(
                        "content.text maxLength",
                        "content.text maxHashtags",
                        "content.text maxMentions",
                        "content.thread unsupported",
                        "content.firstComment maxLength",
                        "content.visibility unsupported",
                        "content.options.instagram.mood unsupported",
                        "content.link.url webAddress",
                        "content.media maxItems",
                        "content.media[10].url webAddress");
        assertThat(faults).noneMatch(fault -> fault.toString().contains("secret"));
        assertThat(faults).allMatch(fault -> fault.getMessage().endsWith("."));
        assertThat(faults).noneMatch(fault -> fault.getField().contains("tiktok"));
    }

    @Test
    void countsHashtagsAndMentionsAsPeopleDo() {
        assertThat(found(withText("#a".repeat(31)))).isEmpty();
        assertThat(found(withText("&#39; ".repeat(31)))).isEmpty();
        assertThat(found(withText("mail@example.org ".repeat(21)))).isEmpty();
        assertThat(found(withText("#\u00e9t\u00e9 ".repeat(30)))).isEmpty();
        assertThat(found(withText("#\u00e9t\u00e9\n".repeat(31)))).containsExactly("content.text maxHashtags");
        assertThat(found(withText("(@a.b) ".repeat(21)))).containsExactly("content.text maxMentions");
    }

    @Test
    void countsTheLinkAsPartOfTheCaption() {
        assertThat(found(withText("a".repeat(2190)).setLink(aLink("https://example.org/"))))
                .containsExactly("content.text maxLength");
    }

    @ParameterizedTest
    @EnumSource(
            value = MediaKind.class,
            names = {"IMAGE", "VIDEO"},
            mode = EnumSource.Mode.EXCLUDE)
    void publishesImagesAndVideosOnly(MediaKind kind) {
        var medium = Media.newBuilder(IMAGE).setKind(kind).setContentType("x/y").build();
        assertThat(found(aText("Hi").setMedia(List.of(medium)))).containsExactly("content.media[0].kind unsupported");
    }

    @Test
    void aReelIsOneVideo() {
        var reel = aText("Hi").setPlacement(Placement.REEL);
        assertThat(found(reel.setMedia(List.of(IMAGE)))).containsExactly("content.media[0].kind unsupported");
        assertThat(found(reel.setMedia(List.of(VIDEO, VIDEO)))).containsExactly("content.media maxItems");
        assertThat(found(reel.setMedia(List.of()))).containsExactly("content.media minItems");
    }

    @Test
    void aStoryIsOneMediumWithoutWords() {
        var story = aText("Hi").setPlacement(Placement.STORY).setFirstComment("First!");
        assertThat(found(story.setMedia(List.of(IMAGE, IMAGE))))
                .containsExactly(
                        "content.media maxItems", "content.text unsupported", "content.firstComment unsupported");
        assertThat(found(Content.newBuilder()
                        .setPlacement(Placement.STORY)
                        .setMedia(List.of(IMAGE))
                        .setLink(aLink("https://example.org"))))
                .containsExactly("content.link unsupported");
    }

    @ParameterizedTest
    @CsvSource({
        "IMAGE, FEED, 8388608, image/jpeg, ''",
        "IMAGE, FEED, 8388609, image/JPEG; q=1, sizeBytes maxBytes",
        "IMAGE, FEED, 1, image/png, contentType contentType",
        "VIDEO, FEED, 314572800, video/mp4, ''",
        "VIDEO, FEED, 314572801, video/quicktime, sizeBytes maxBytes",
        "VIDEO, STORY, 104857601, video/mp4, sizeBytes maxBytes",
        "VIDEO, REEL, 1, video/webm, contentType contentType",
    })
    void knowsTypesAndSizes(MediaKind kind, Placement placement, long size, String type, String fault) {
        var medium = Media.newBuilder(IMAGE)
                .setKind(kind)
                .setSizeBytes(size)
                .setContentType(type)
                .build();
        var content = Content.newBuilder().setPlacement(placement).setMedia(List.of(medium));
        assertThat(found(content)).isEqualTo(fault.isEmpty() ? List.of() : List.of("content.media[0]." + fault));
    }

    @Test
    void knowsThatOnlyReelsHaveCovers() {
        // Given
        var covered = Media.newBuilder(VIDEO)
                .setThumbnailUrl("https://cdn.example.org/c.jpg")
                .build();
        // Then
        assertThat(found(aText("Hi").setMedia(List.of(covered)))).isEmpty();
        assertThat(found(aText("Hi").setMedia(List.of(covered, IMAGE))))
                .containsExactly("content.media[0].thumbnailUrl unsupported");
        assertThat(found(Content.newBuilder().setPlacement(Placement.STORY).setMedia(List.of(covered))))
                .containsExactly("content.media[0].thumbnailUrl unsupported");
    }

    @Test
    void knowsTheLimitOfDescriptions() {
        assertThat(found(aText("Hi")
                        .setMedia(List.of(aDescribedImage("https://cdn.example.org/a.jpg", "d".repeat(1001))))))
                .containsExactly("content.media[0].altText maxLength");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://localhost/a.jpg",
                "http://127.0.0.1:8090/a.jpg",
                "http://10.1.2.3/a.jpg",
                "http://[::1]/a.jpg",
                "https://files/a.jpg",
                "https://files.internal/a.jpg",
                "https://printer.local/a.jpg",
            })
    void wantsAddressesThatMetaCanReach(String url) {
        var content = aText("Hi").setMedia(List.of(anImage(url)));
        assertThat(found(content)).containsExactly("content.media[0].url publicAddress");
        assertThat(InstagramRules.faults(content.build(), true)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "instagram.shareToFeed, maybe, form",
        "instagram.thumbOffset, 1.5, form",
        "instagram.audioName, ' ', form",
        "instagram.collaborators, 'a,b,c,d', form",
        "instagram.collaborators, 'a b', form",
        "instagram.collaborators, 'a,,b', form",
        "instagram.locationId, here, form",
        "instagram.ShareToFeed, true, unsupported",
    })
    void checksTheOptionsOfReels(String option, String value, String rule) {
        assertThat(found(aText("Hi").setMedia(List.of(VIDEO)).setOptions(Map.of(option, value))))
                .containsExactly("content.options." + option + " " + rule);
    }

    @Test
    void refusesOptionsThatWouldBeLost() {
        assertThat(found(aPicture().setOptions(Map.of("instagram.shareToFeed", "true"))))
                .containsExactly("content.options.instagram.shareToFeed unsupported");
        assertThat(found(Content.newBuilder()
                        .setPlacement(Placement.STORY)
                        .setMedia(List.of(IMAGE))
                        .setOptions(Map.of("instagram.locationId", "1"))))
                .containsExactly("content.options.instagram.locationId unsupported");
    }

    private static Content.Builder withText(String text) {
        return aText(text).setMedia(List.of(IMAGE));
    }

    private static List<String> found(Content.Builder content) {
        return InstagramRules.faults(content.build(), false).stream()
                .map(InstagramRulesTest::line)
                .toList();
    }

    private static String line(Fault fault) {
        return fault.getField() + " " + fault.getRule();
    }
}
