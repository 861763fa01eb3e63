package io.broadside.publisher.platform;

import static io.broadside.publisher.platform.Commands.aText;
import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.events.Content;
import io.broadside.events.Fault;
import io.broadside.events.Media;
import io.broadside.events.MediaKind;
import io.broadside.events.Placement;
import io.broadside.runtime.config.Settings;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a sender says of a file is held against what the platforms document. */
final class MediaFaultsTest {

    private final Bench bench = new Bench();

    @AfterEach
    void close() {
        bench.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"facebook", "instagram", "linkedin", "x", "tiktok", "bluesky"})
    void whatMeasuresNothingIsAMistakeAndNothingElseIsSaidOfIt(String platform) {
        // Given
        var medium = aMedium(MediaKind.VIDEO)
                .setSizeBytes(-1L)
                .setDurationMs(-3L)
                .setWidth(0)
                .setHeight(-1);
        // When
        var faults = faults(platform, Placement.FEED, medium);
        // Then
        assertThat(faults)
                .extracting(fault -> fault.getField() + " " + fault.getRule())
                .containsExactlyInAnyOrder(
                        "content.media[0].sizeBytes positive",
                        "content.media[0].durationMs positive",
                        "content.media[0].width positive",
                        "content.media[0].height positive");
    }

    @ParameterizedTest
    @CsvSource({
        // Instagram: images 4:5 to 1.91:1, where they are not in a story.
        "instagram, IMAGE, FEED, 800, 1000,",
        "instagram, IMAGE, FEED, 1200, 628,",
        "instagram, IMAGE, FEED, 780, 1000, aspectRatio",
        "instagram, IMAGE, FEED, 1950, 1000, aspectRatio",
        "instagram, IMAGE, STORY, 1080, 1920,",
        "instagram, VIDEO, REEL, 1920, 1080,",
        "instagram, VIDEO, FEED, 1921, 1080, maxWidth",
        // Facebook: reels 9:16, at least 540x960.
        "facebook, VIDEO, REEL, 540, 960,",
        "facebook, VIDEO, REEL, 360, 640, minSides",
        "facebook, VIDEO, REEL, 1920, 1080, aspectRatio",
        "facebook, VIDEO, FEED, 1920, 1080,",
        // X: videos 1:3 to 3:1, animations up to 1280x1080.
        "x, VIDEO, FEED, 400, 1200,",
        "x, VIDEO, FEED, 1200, 400,",
        "x, VIDEO, FEED, 380, 1200, aspectRatio",
        "x, VIDEO, FEED, 1240, 400, aspectRatio",
        "x, GIF, FEED, 1280, 1080,",
        "x, GIF, FEED, 1280, 1081, maxSides",
        "x, IMAGE, FEED, 10, 4000,",
        // LinkedIn: images of fewer than 36,152,320 pixels.
        "linkedin, IMAGE, FEED, 36152319, 1,",
        "linkedin, IMAGE, FEED, 6025387, 6, maxPixels",
        "linkedin, IMAGE, FEED, 2147483647, 2147483647, maxPixels",
        // TikTok: photos up to 1080p, videos with sides of 360 to 4096.
        "tiktok, IMAGE, FEED, 1920, 1080,",
        "tiktok, IMAGE, FEED, 1080, 1920,",
        "tiktok, IMAGE, FEED, 1081, 1900, maxSides",
        "tiktok, IMAGE, FEED, 1921, 1000, maxSides",
        "tiktok, VIDEO, FEED, 360, 4096,",
        "tiktok, VIDEO, FEED, 359, 640, sides",
        "tiktok, VIDEO, FEED, 4097, 640, sides",
    })
    void sidesAreHeldAgainstWhatIsDocumented(
            String platform, MediaKind kind, Placement placement, int width, int height, @Nullable String rule) {
        // Given
        var medium = aMedium(kind).setWidth(width).setHeight(height);
        // When
        var faults = faults(platform, placement, medium);
        // Then
        assertThat(faults).extracting(Fault::getRule).isEqualTo(rule == null ? List.of() : List.of(rule));
        assertThat(faults)
                .allSatisfy(fault -> assertThat(fault.getField()).isEqualTo("content.media[0].width"))
                .allSatisfy(fault -> assertThat(fault.getActual()).contains(width + "x" + height))
                .allSatisfy(fault -> assertThat(fault.getMessage()).endsWith("."));
    }

    @ParameterizedTest
    @CsvSource({
        "instagram, REEL, 3000,",
        "instagram, REEL, 900000,",
        "instagram, FEED, 2999, minDuration",
        "instagram, REEL, 900001, maxDuration",
        "instagram, STORY, 60000,",
        "instagram, STORY, 60001, maxDuration",
        "facebook, REEL, 3000,",
        "facebook, REEL, 90000,",
        "facebook, REEL, 2999, minDuration",
        "facebook, REEL, 90001, maxDuration",
        "facebook, STORY, 60000,",
        "facebook, STORY, 60001, maxDuration",
        "facebook, FEED, 7200000,",
        "x, FEED, 500,",
        "x, FEED, 140000,",
        "x, FEED, 499, minDuration",
        "x, FEED, 140001, maxDuration",
        "linkedin, FEED, 3000,",
        "linkedin, FEED, 1800000,",
        "linkedin, FEED, 2999, minDuration",
        "linkedin, FEED, 1800001, maxDuration",
        "tiktok, FEED, 600000,",
        "tiktok, FEED, 600001, maxDuration",
    })
    void theLengthOfAVideoIsHeldAgainstWhatIsDocumented(
            String platform, Placement placement, long milliseconds, @Nullable String rule) {
        // When
        var faults = faults(platform, placement, aMedium(MediaKind.VIDEO).setDurationMs(milliseconds));
        // Then
        assertThat(faults).extracting(Fault::getRule).isEqualTo(rule == null ? List.of() : List.of(rule));
        assertThat(faults)
                .allSatisfy(fault -> assertThat(fault.getField()).isEqualTo("content.media[0].durationMs"))
                .allSatisfy(fault -> assertThat(fault.getActual()).contains(Long.toString(milliseconds)));
    }

    @Test
    void theSentenceSaysWhatIsTakenWhatThereIsAndWhatToDo() {
        assertThat(faults("x", Placement.FEED, aMedium(MediaKind.VIDEO).setDurationMs(200_500L)))
                .extracting(Fault::getMessage)
                .containsExactly("X takes videos of 0.5 s to 140 s, and this lasts 200.5 s; use a shorter one.");
        assertThat(faults(
                        "instagram",
                        Placement.FEED,
                        aMedium(MediaKind.IMAGE).setWidth(1000).setHeight(2000)))
                .extracting(Fault::getMessage)
                .containsExactly(
                        "Instagram takes images with a width to height of 4:5 to 1.91:1, and this has 1000x2000;"
                                + " crop it, or use another one.");
    }

    @Test
    void linkedInRefusesVideosThatAreTooSmall() {
        assertThat(faults("linkedin", Placement.FEED, aMedium(MediaKind.VIDEO).setSizeBytes(75_000L)))
                .isEmpty();
        assertThat(faults("linkedin", Placement.FEED, aMedium(MediaKind.VIDEO).setSizeBytes(74_999L)))
                .extracting(Fault::getRule)
                .containsExactly("minBytes");
    }

    @Test
    void accountsThatMayCanPostLongerVideosOnX() {
        assertThat(faults(
                        Map.of("X_LONGEST_VIDEO", "10m"),
                        "x",
                        Placement.FEED,
                        aMedium(MediaKind.VIDEO).setDurationMs(600_000L)))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"1000,", ", 1000"})
    void ofOneSideAloneNothingIsConcluded(@Nullable Integer width, @Nullable Integer height) {
        for (var platform : List.of("facebook", "instagram", "linkedin", "tiktok", "x")) {
            assertThat(faults(
                            platform,
                            Placement.FEED,
                            aMedium(MediaKind.VIDEO).setWidth(width).setHeight(height)))
                    .isEmpty();
        }
    }

    private static Media.Builder aMedium(MediaKind kind) {
        return Media.newBuilder().setUrl("https://media.example.org/a").setKind(kind);
    }

    private List<Fault> faults(String platform, Placement placement, Media.Builder medium) {
        return faults(Map.of(), platform, placement, medium);
    }

    private List<Fault> faults(
            Map<String, String> settings, String platform, Placement placement, Media.Builder medium) {
        var text = placement == Placement.STORY ? Content.newBuilder() : aText("Hello");
        var content =
                text.setPlacement(placement).setMedia(List.of(medium.build())).build();
        var environment = new HashMap<>(Map.of("TIKTOK_VERIFIED_URLS", "https://media.example.org/"));
        environment.putAll(settings);
        return Platforms.all(
                        PlatformsConfig.from(Settings.from(environment)), bench.http(), bench.media(), bench.clock())
                .byId(platform)
                .orElseThrow()
                .faults(content);
    }
}
