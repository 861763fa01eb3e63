package io.broadside.publisher.platform.x;

import static io.broadside.publisher.platform.Commands.aCheckpoint;
import static io.broadside.publisher.platform.Commands.aCommand;
import static io.broadside.publisher.platform.Commands.aText;
import static io.broadside.publisher.platform.Commands.anImage;
import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.events.Content;
import io.broadside.events.Media;
import io.broadside.events.MediaKind;
import io.broadside.events.PublishCommand;
import io.broadside.events.ThreadPart;
import io.broadside.publisher.platform.Bench;
import io.broadside.publisher.platform.Quotas.Need;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class XQuotasTest {

    private static final Map<String, String> BEGUN =
            Map.of("uploadId", "19", "size", "5000000", "offset", "1000000", "piece", "1000000");

    private final XQuotas quotas = new XQuotas();

    @Test
    void aPostThatIsNotBegunNeedsItsUploadsAndTheCallThatPosts() {
        var described = Media.newBuilder(anImage("https://example.org/b"))
                .setAltText("A cat")
                .build();
        assertThat(next(aText("Hello"))).containsExactly(new Need("tweets.create", 1));
        assertThat(next(aText("Look").setMedia(List.of(anImage("https://example.org/a"), described))))
                .containsExactlyInAnyOrder(
                        new Need("tweets.create", 1), new Need("media.upload", 2), new Need("media.metadata", 1));
        assertThat(next(film()))
                .containsExactlyInAnyOrder(new Need("tweets.create", 1), new Need("media.initialize", 1));
    }

    @ParameterizedTest
    @CsvSource({"1000000, media.append, 4", "4999999, media.append, 1", "5000000, media.finalize, 1"})
    void aVideoNeedsThePiecesThatItLacks(String offset, String endpoint, int calls) {
        var values = new HashMap<>(BEGUN);
        values.put("offset", offset);
        assertThat(next(at(film(), "upload", values))).containsExactly(new Need(endpoint, calls));
    }

    @Test
    void aVideoThatXWorksOnNeedsAQuestion() {
        var values = new HashMap<>(BEGUN);
        values.put("since", "2026-11-20T10:15:30Z");
        assertThat(next(at(film(), "processing", values))).containsExactly(new Need("media.status", 1));
    }

    @Test
    void aPartOfAThreadNeedsItsOwn() {
        // Given
        var thread = aText("One")
                .setThread(List.of(ThreadPart.newBuilder()
                        .setText("Two")
                        .setMedia(List.of(anImage("https://example.org/a")))
                        .build()));
        // Then
        assertThat(next(at(thread, "upload", Map.of("posted", "1")))).containsExactly(new Need("media.upload", 1));
        assertThat(next(at(thread, "create", Map.of("posted", "1", "mediaIds", "7"))))
                .containsExactly(new Need("tweets.create", 1));
    }

    private List<Need> next(Content.Builder content) {
        return next(aCommand("x", "1", content).build());
    }

    private List<Need> next(PublishCommand command) {
        return quotas.next(command);
    }

    private static Content.Builder film() {
        return aText("Look")
                .setMedia(List.of(Media.newBuilder()
                        .setUrl("https://example.org/film.mp4")
                        .setKind(MediaKind.VIDEO)
                        .build()));
    }

    private static PublishCommand at(Content.Builder content, String step, Map<String, String> values) {
        return aCommand("x", "1", content)
                .setCheckpoint(aCheckpoint(step, values, Bench.NOW))
                .build();
    }
}
