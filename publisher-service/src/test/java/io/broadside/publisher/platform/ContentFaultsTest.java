package io.broadside.publisher.platform;

import static io.broadside.publisher.platform.Commands.aDescribedImage;
import static io.broadside.publisher.platform.Commands.aLink;
import static io.broadside.publisher.platform.Commands.aText;
import static io.broadside.publisher.platform.Commands.anImage;
import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.events.Content;
import io.broadside.events.Fault;
import io.broadside.events.Media;
import io.broadside.events.MediaKind;
import io.broadside.events.Placement;
import io.broadside.events.ThreadPart;
import io.broadside.events.Visibility;
import io.broadside.runtime.config.Settings;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ContentFaultsTest {

    private final Bench bench = new Bench();
    private final Platforms platforms =
            Platforms.all(PlatformsConfig.from(Settings.from(Map.of())), bench.http(), bench.media(), bench.clock());

    @AfterEach
    void close() {
        bench.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"facebook", "x"})
    void needsSomethingToPublish(String platform) {
        assertThat(faults(platform, aText("  \n")))
                .extracting(Fault::getField, Fault::getRule)
                .containsExactly(Tuple.tuple("content", "required"));
        assertThat(faults(platform, Content.newBuilder())).hasSize(1);
        assertThat(faults(platform, Content.newBuilder().setLink(aLink("https://example.org"))))
                .isEmpty();
        assertThat(faults(platform, Content.newBuilder().setMedia(List.of(anImage("https://example.org/a.png")))))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"facebook", "x"})
    void namesAllFaultsAtOnce(String platform) {
        // Given
        var content = aText("Hello")
                .setPlacement(Placement.UNKNOWN)
                .setVisibility(Visibility.PRIVATE)
                .setOptions(Map.of(platform + ".mood", "good", "tiktok.disableDuet", "true"))
                .setLink(aLink("ftp://example.org"))
                .setMedia(Collections.nCopies(11, anImage("https://user:secret@example.org/a.png")));
        // When
        var faults = faults(platform, content);
        // Then
        assertThat(faults)
                .extracting(Fault::getField, Fault::getRule)
                .contains(
                        Tuple.tuple("content.placement", "unsupported"),
                        Tuple.tuple("content.visibility", "unsupported"),
                        Tuple.tuple("content.options." + platform + ".mood", "unsupported"),
                        Tuple.tuple("content.link.url", "webAddress"),
                        Tuple.tuple("content.media", "maxItems"),
                        Tuple.tuple("content.media[10].url", "webAddress"));
        assertThat(faults).noneMatch(fault -> fault.toString().contains("secret"));
        assertThat(faults).allMatch(fault -> fault.getMessage().endsWith("."));
        assertThat(faults).noneMatch(fault -> fault.getField().contains("tiktok"));
    }

    @ParameterizedTest
    @CsvSource({
        "facebook, IMAGE, image/webp, true",
        "facebook, IMAGE, 'image/JPEG; q=1', false",
        "facebook, VIDEO, video/webm, true",
        "facebook, VIDEO, video/quicktime, false",
        "x, IMAGE, image/tiff, true",
        "x, IMAGE, image/webp, false",
        "x, VIDEO, video/webm, true",
        "x, GIF, image/png, true",
        "linkedin, IMAGE, image/webp, true",
        "linkedin, IMAGE, image/png, false",
        "linkedin, VIDEO, video/quicktime, true",
    })
    void refusesTypesThatThePlatformDoesNotTake(String platform, MediaKind kind, String type, boolean isRefused) {
        var media = Media.newBuilder(anImage("https://example.org/a"))
                .setKind(kind)
                .setContentType(type)
                .build();
        assertThat(faults(platform, aText("Hello").setMedia(List.of(media))))
                .extracting(Fault::getField)
                .containsExactlyElementsOf(isRefused ? List.of("content.media[0].contentType") : List.of());
    }

    /** Whatever a platform takes, this installation has a limit of its own for what goes through it. */
    @ParameterizedTest
    @CsvSource({
        "facebook, VIDEO, 16777216",
        "facebook, IMAGE, 4194304",
        "x, VIDEO, 16777216",
        "x, IMAGE, 5242880",
        "linkedin, VIDEO, 16777216",
    })
    void refusesFilesLargerThanAnyThatIsTakenHere(String platform, MediaKind kind, String limit) {
        var media = Media.newBuilder(anImage("https://example.org/a"))
                .setKind(kind)
                .setSizeBytes(20_000_000L)
                .build();
        assertThat(faults(platform, aText("Hello").setMedia(List.of(media))))
                .singleElement()
                .satisfies(fault -> {
                    assertThat(fault.getField()).isEqualTo("content.media[0].sizeBytes");
                    assertThat(fault.getLimit()).contains(limit);
                });
    }

    @ParameterizedTest
    @CsvSource({"facebook, GIF", "facebook, DOCUMENT", "facebook, UNKNOWN", "x, DOCUMENT", "x, UNKNOWN"})
    void refusesMediaThatThePlatformDoesNotHave(String platform, MediaKind kind) {
        var media =
                Media.newBuilder(anImage("https://example.org/a")).setKind(kind).build();
        assertThat(faults(platform, aText("Hello").setMedia(List.of(media))))
                .extracting(Fault::getField, Fault::getRule)
                .containsExactly(Tuple.tuple("content.media[0].kind", "unsupported"));
    }

    @ParameterizedTest
    @CsvSource({
        "FEED, 'VIDEO', ''",
        "FEED, 'VIDEO IMAGE', content.media",
        "FEED, 'VIDEO VIDEO', content.media",
        "REEL, 'VIDEO', ''",
        "REEL, '', content.media",
        "REEL, 'IMAGE', content.media[0].kind",
        "REEL, 'VIDEO VIDEO', content.media",
    })
    void knowsWhatFacebookShowsWhere(Placement placement, String kinds, String field) {
        assertThat(faults("facebook", aText("Hello").setPlacement(placement).setMedia(media(kinds))))
                .extracting(Fault::getField)
                .containsExactlyElementsOf(field.isEmpty() ? List.of() : List.of(field));
    }

    @ParameterizedTest
    @CsvSource({"'VIDEO', ''", "'IMAGE', ''", "'IMAGE IMAGE', content.media"})
    void knowsWhatAStoryOnFacebookIs(String kinds, String field) {
        var story = Content.newBuilder().setPlacement(Placement.STORY).setMedia(media(kinds));
        assertThat(faults("facebook", story))
                .extracting(Fault::getField)
                .containsExactlyElementsOf(field.isEmpty() ? List.of() : List.of(field));
        assertThat(faults("facebook", story.setText("Hello").setFirstComment("first")))
                .extracting(Fault::getField)
                .contains("content.text", "content.firstComment");
    }

    @Test
    void knowsWhatFacebookHasNot() {
        var film = Media.newBuilder(media("VIDEO").getFirst())
                .setAltText("A film")
                .setThumbnailUrl("https://example.org/cover.jpg")
                .build();
        var content = aText("Hello")
                .setThread(List.of(ThreadPart.newBuilder().setText("2/2").build()))
                .setFirstComment("c".repeat(8_001))
                .setLink(aLink("https://example.org"))
                .setMedia(List.of(film));
        assertThat(faults("facebook", content))
                .extracting(Fault::getField, Fault::getRule)
                .containsExactly(
                        Tuple.tuple("content.thread", "unsupported"),
                        Tuple.tuple("content.link", "unsupported"),
                        Tuple.tuple("content.media[0].altText", "unsupported"),
                        Tuple.tuple("content.media[0].thumbnailUrl", "unsupported"),
                        Tuple.tuple("content.firstComment", "maxLength"));
    }

    @ParameterizedTest
    @CsvSource({
        "'IMAGE IMAGE IMAGE IMAGE', ''",
        "'VIDEO', ''",
        "'GIF', ''",
        "'VIDEO IMAGE', content.media",
        "'GIF GIF', content.media",
    })
    void knowsWhichMediaGoTogetherOnX(String kinds, String field) {
        assertThat(faults("x", aText("Hello").setMedia(media(kinds))))
                .extracting(Fault::getField)
                .containsExactlyElementsOf(field.isEmpty() ? List.of() : List.of(field));
    }

    @Test
    void checksEveryPartOfAThreadOnX() {
        var content = aText("1/5")
                .setThread(List.of(
                        part("a".repeat(281)),
                        part(" "),
                        ThreadPart.newBuilder()
                                .setText("")
                                .setMedia(media("VIDEO IMAGE"))
                                .build(),
                        part("$AAPL $TSLA")))
                .setFirstComment("b".repeat(281));
        assertThat(faults("x", content))
                .extracting(Fault::getField, Fault::getRule)
                .containsExactly(
                        Tuple.tuple("content.thread[0].text", "maxWeightedLength"),
                        Tuple.tuple("content.thread[1]", "required"),
                        Tuple.tuple("content.thread[2].media", "maxItems"),
                        Tuple.tuple("content.thread[3].text", "maxCashtags"),
                        Tuple.tuple("content.firstComment", "maxWeightedLength"));
    }

    @Test
    void knowsXsLimitsOfThreadsAndVideos() {
        var film = Media.newBuilder(media("VIDEO").getFirst())
                .setAltText("A film")
                .setThumbnailUrl("https://example.org/cover.jpg")
                .setSizeBytes(512L * 1024 * 1024 + 1)
                .build();
        assertThat(faults(
                        "x",
                        aText("Hello")
                                .setThread(Collections.nCopies(25, part("more")))
                                .setMedia(List.of(film))))
                .extracting(Fault::getField, Fault::getRule)
                .containsExactly(
                        Tuple.tuple("content.thread", "maxItems"),
                        Tuple.tuple("content.media[0].sizeBytes", "maxBytes"),
                        Tuple.tuple("content.media[0].altText", "unsupported"),
                        Tuple.tuple("content.media[0].thumbnailUrl", "unsupported"));
        assertThat(faults("x", aText("Hello").setPlacement(Placement.REEL)))
                .extracting(Fault::getField)
                .containsExactly("content.placement");
    }

    @ParameterizedTest
    @CsvSource({
        "x.replySettings, following, true",
        "x.replySettings, everybody, false",
        "x.madeWithAi, true, true",
        "x.madeWithAi, yes, false",
        "x.paidPartnership, false, true",
        "x.replysettings, following, false",
    })
    void knowsXsOptions(String name, String value, boolean isFine) {
        assertThat(faults("x", aText("Hello").setOptions(Map.of(name, value))))
                .extracting(Fault::getField)
                .containsExactlyElementsOf(isFine ? List.of() : List.of("content.options." + name));
    }

    @Test
    void countsAsXDoes() {
        assertThat(faults("x", aText("a".repeat(280)))).isEmpty();
        assertThat(faults("x", aText("漢".repeat(160)))).singleElement().satisfies(fault -> {
            assertThat(fault.getField()).isEqualTo("content.text");
            assertThat(fault.getRule()).isEqualTo("maxWeightedLength");
            assertThat(fault.getLimit()).contains("280");
            assertThat(fault.getActual()).contains("320");
            assertThat(fault.getMessage()).contains("shorten the text by 40");
        });
    }

    @Test
    void countsTheLinkAsPartOfTheText() {
        var content = aText("a".repeat(257)).setLink(aLink("https://example.org/a/rather/long/address"));
        assertThat(faults("x", content))
                .singleElement()
                .satisfies(fault -> assertThat(fault.getActual()).contains("281"));
    }

    @Test
    void refusesWhatCannotBeCountedOnX() {
        // Given
        var text = "http://a.co/" + "(a)".repeat(30_000);
        var content = aText(text).setThread(List.of(part(text))).setFirstComment("b ".repeat(60_000));
        // Then
        assertThat(faults("x", content))
                .extracting(Fault::getField, Fault::getRule)
                .containsExactly(
                        Tuple.tuple("content.text", "maxWeightedLength"),
                        Tuple.tuple("content.thread[0].text", "maxWeightedLength"),
                        Tuple.tuple("content.firstComment", "maxWeightedLength"));
    }

    @Test
    void refusesCharactersThatXRefuses() {
        assertThat(faults("x", aText("a\ufffeb"))).extracting(Fault::getRule).containsExactly("forbiddenCharacters");
    }

    @Test
    void knowsXsLimitsForImages() {
        var images = Collections.nCopies(5, aDescribedImage("https://example.org/a.png", "d".repeat(1001)));
        assertThat(faults("x", aText("Hello").setMedia(images)))
                .extracting(Fault::getField, Fault::getRule)
                .containsExactly(
                        Tuple.tuple("content.media", "maxItems"),
                        Tuple.tuple("content.media[0].altText", "maxLength"),
                        Tuple.tuple("content.media[1].altText", "maxLength"),
                        Tuple.tuple("content.media[2].altText", "maxLength"),
                        Tuple.tuple("content.media[3].altText", "maxLength"),
                        Tuple.tuple("content.media[4].altText", "maxLength"));
    }

    @Test
    void knowsFacebooksLimits() {
        assertThat(faults("facebook", aText("a".repeat(63_206)))).isEmpty();
        assertThat(faults("facebook", aText("a".repeat(63_207))))
                .singleElement()
                .satisfies(fault -> {
                    assertThat(fault.getRule()).isEqualTo("maxLength");
                    assertThat(fault.getActual()).contains("63207");
                });
        var large = Media.newBuilder(anImage("https://example.org/a.png"))
                .setSizeBytes(5_000_000L)
                .build();
        assertThat(faults("facebook", aText("a").setMedia(List.of(large))))
                .extracting(Fault::getField, Fault::getRule)
                .containsExactly(Tuple.tuple("content.media[0].sizeBytes", "maxBytes"));
    }

    @Test
    void saysThatFacebookShowsALinkOrPhotos() {
        var content = aText("a")
                .setLink(aLink("https://example.org"))
                .setMedia(List.of(anImage("https://example.org/a.png")));
        assertThat(faults("facebook", content)).extracting(Fault::getField).containsExactly("content.link");
        assertThat(faults("x", content)).isEmpty();
    }

    @Test
    void listsThePlatforms() {
        assertThat(platforms.ids()).containsExactly("bluesky", "facebook", "instagram", "linkedin", "tiktok", "x");
        assertThat(platforms.byId("x")).map(Platform::id).contains("x");
        assertThat(platforms.byId("X")).isEmpty();
        assertThat(platforms.byId("myspace")).isEmpty();
    }

    private static ThreadPart part(String text) {
        return ThreadPart.newBuilder().setText(text).build();
    }

    private static List<Media> media(String kinds) {
        return Stream.of(kinds.split(" ", -1))
                .filter(kind -> !kind.isEmpty())
                .map(kind -> Media.newBuilder(anImage("https://example.org/a"))
                        .setKind(MediaKind.valueOf(kind))
                        .build())
                .toList();
    }

    private List<Fault> faults(String platform, Content.Builder content) {
        return platforms.byId(platform).orElseThrow().faults(content.build());
    }
}
