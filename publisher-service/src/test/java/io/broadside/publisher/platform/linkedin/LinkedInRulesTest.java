package io.broadside.publisher.platform.linkedin;

import static io.broadside.publisher.platform.Commands.aDescribedImage;
import static io.broadside.publisher.platform.Commands.aLink;
import static io.broadside.publisher.platform.Commands.aText;
import static io.broadside.publisher.platform.Commands.anImage;
import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.events.Content;
import io.broadside.events.Fault;
import io.broadside.events.Link;
import io.broadside.events.Media;
import io.broadside.events.MediaKind;
import io.broadside.events.Placement;
import io.broadside.events.ThreadPart;
import io.broadside.events.Visibility;
import io.broadside.runtime.config.Settings;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class LinkedInRulesTest {

    private static final LinkedInConfig REST = LinkedInConfig.from(Settings.from(Map.of()));
    private static final LinkedInConfig UGC = LinkedInConfig.from(Settings.from(Map.of("LINKEDIN_POSTS_API", "ugc")));

    @Test
    void takesWhatLinkedInTakes() {
        var pictured = Link.newBuilder(aLink("https://example.org"))
                .setThumbnailUrl("https://example.org/a.png")
                .build();
        for (var content : List.of(
                aText("Hello"),
                aText("Hello").setLink(pictured),
                Content.newBuilder().setLink(aLink("https://example.org")),
                Content.newBuilder().setMedia(List.of(image())),
                aText("Hello").setMedia(Collections.nCopies(20, aDescribedImage("https://example.org/a.png", "d"))),
                aText("Hello").setMedia(List.of(image(), medium(MediaKind.GIF))),
                aText("Hello").setMedia(List.of(medium(MediaKind.VIDEO))),
                aText("Hello").setMedia(List.of(titled(MediaKind.DOCUMENT))),
                aText("Hello").setVisibility(Visibility.CONNECTIONS),
                aText("Hello").setFirstComment("More"),
                aText("a".repeat(3_000)),
                aText("Hello").setOptions(Map.of("tiktok.disableDuet", "true")))) {
            assertThat(faults(content)).isEmpty();
        }
    }

    @Test
    void namesAllFaultsAtOnce() {
        // Given
        var content = aText("Hello")
                .setPlacement(Placement.REEL)
                .setThread(List.of(ThreadPart.newBuilder().setText("2/2").build()))
                .setFirstComment("c".repeat(1_251))
                .setVisibility(Visibility.FRIENDS)
                .setOptions(Map.of("linkedin.mood", "good"))
                .setLink(Link.newBuilder(aLink("ftp://example.org"))
                        .setThumbnailUrl("file:///etc/passwd")
                        .build())
                .setMedia(Collections.nCopies(21, anImage("https://user:secret@example.org/a.png")));
        // When
        var faults = faults(content);
        // Then
        assertThat(faults)
                .extracting(Fault::getField, Fault::getRule)
                .contains(
                        Tuple.tuple("content.placement", "unsupported"),
                        Tuple.tuple("content.thread", "unsupported"),
                        Tuple.tuple("content.firstComment", "maxLength"),
                        Tuple.tuple("content.visibility", "unsupported"),
                        Tuple.tuple("content.options.linkedin.mood", "unsupported"),
                        Tuple.tuple("content.link.url", "webAddress"),
                        Tuple.tuple("content.link.thumbnailUrl", "webAddress"),
                        Tuple.tuple("content.link", "unsupported"),
                        Tuple.tuple("content.media", "maxItems"),
                        Tuple.tuple("content.media[20].url", "webAddress"));
        assertThat(faults).noneMatch(fault -> fault.toString().contains("secret"));
        assertThat(faults).allMatch(fault -> fault.getMessage().endsWith("."));
    }

    @Test
    void countsTheTextAsItIsSent() {
        assertThat(faults(aText("(".repeat(1_501)))).singleElement().satisfies(fault -> {
            assertThat(fault.getField()).isEqualTo("content.text");
            assertThat(fault.getRule()).isEqualTo("maxLength");
            assertThat(fault.getLimit()).contains("3000");
            assertThat(fault.getActual()).contains("3002");
            assertThat(fault.getMessage()).contains("shorten the text by 2");
        });
        assertThat(LinkedInRules.faults(UGC, aText("(".repeat(3_000)).build())).isEmpty();
        assertThat(LinkedInRules.faults(UGC, aText("a".repeat(3_001)).build())).hasSize(1);
    }

    @Test
    void showsOneKindOfMedia() {
        assertThat(fields(aText("a").setMedia(List.of(image(), medium(MediaKind.VIDEO)))))
                .containsExactly("content.media");
        assertThat(fields(aText("a").setMedia(List.of(medium(MediaKind.VIDEO), medium(MediaKind.VIDEO)))))
                .containsExactly("content.media");
        assertThat(fields(aText("a").setMedia(List.of(medium(MediaKind.VIDEO), titled(MediaKind.DOCUMENT)))))
                .containsExactly("content.media");
    }

    @Test
    void wantsATitleForADocument() {
        assertThat(fields(aText("a").setMedia(List.of(medium(MediaKind.DOCUMENT)))))
                .containsExactly("content.media[0].title");
    }

    @Test
    void losesNothingInSilence() {
        var described = Media.newBuilder(medium(MediaKind.VIDEO))
                .setAltText("A cat")
                .setThumbnailUrl("https://example.org/a.png")
                .build();
        assertThat(fields(aText("a").setMedia(List.of(described))))
                .containsExactly("content.media[0].altText", "content.media[0].thumbnailUrl");
        assertThat(fields(
                        aText("a").setMedia(List.of(aDescribedImage("https://example.org/a.png", "d".repeat(4_087))))))
                .containsExactly("content.media[0].altText");
        assertThat(fields(aText("a").setFirstComment(" "))).containsExactly("content.firstComment");
    }

    @ParameterizedTest
    @EnumSource(
            value = MediaKind.class,
            names = {"IMAGE", "VIDEO", "DOCUMENT"})
    void knowsTheSizesThatAreTold(MediaKind kind) {
        var large = Media.newBuilder(titled(kind)).setSizeBytes(525_000_000L).build();
        assertThat(fields(aText("a").setMedia(List.of(large)))).containsExactly("content.media[0].sizeBytes");
    }

    @Test
    void knowsWhatTheOlderApiLacks() {
        var content = aText("a")
                .setMedia(List.of(medium(MediaKind.VIDEO)))
                .setFirstComment("More")
                .build();
        var link = aText("a")
                .setLink(Link.newBuilder(aLink("https://example.org"))
                        .setThumbnailUrl("https://example.org/a.png")
                        .build())
                .build();
        assertThat(LinkedInRules.faults(UGC, content))
                .extracting(Fault::getField)
                .containsExactly("content.media[0].kind", "content.firstComment");
        assertThat(LinkedInRules.faults(UGC, link))
                .extracting(Fault::getField)
                .containsExactly("content.link.thumbnailUrl");
    }

    private static List<Fault> faults(Content.Builder content) {
        return LinkedInRules.faults(REST, content.build());
    }

    @Test
    void titlesHaveALimit() {
        var link = Link.newBuilder()
                .setUrl("https://example.org")
                .setTitle("t".repeat(401))
                .build();
        var document = Media.newBuilder(titled(MediaKind.DOCUMENT))
                .setTitle("t".repeat(401))
                .build();
        assertThat(fields(aText("a").setLink(link))).containsExactly("content.link.title");
        assertThat(fields(aText("a").setMedia(List.of(document)))).containsExactly("content.media[0].title");
    }

    private static List<String> fields(Content.Builder content) {
        return faults(content).stream().map(Fault::getField).toList();
    }

    private static Media image() {
        return anImage("https://example.org/a.png");
    }

    private static Media medium(MediaKind kind) {
        return Media.newBuilder(image()).setKind(kind).build();
    }

    private static Media titled(MediaKind kind) {
        return Media.newBuilder(medium(kind)).setTitle("A title").build();
    }
}
