package io.broadside.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.events.Content;
import io.broadside.events.MediaKind;
import io.broadside.events.Placement;
import io.broadside.events.ThreadPart;
import java.net.URI;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChaosContentsTest {

    private final ChaosContents contents =
            new ChaosContents(URI.create("http://127.0.0.1:8090"), new SplittableRandom(42), true);

    @Test
    void everyWayThatCanBeCountedTakesPart() {
        assertThat(some("facebook"))
                .anyMatch(content -> content.getMedia().isEmpty())
                .anyMatch(has(MediaKind.IMAGE))
                .anyMatch(has(MediaKind.VIDEO).and(content -> content.getPlacement() == Placement.FEED))
                .anyMatch(has(MediaKind.VIDEO).and(content -> content.getPlacement() == Placement.REEL))
                .anyMatch(content -> content.getFirstComment().isPresent());
        assertThat(some("instagram"))
                .anyMatch(has(MediaKind.IMAGE))
                .anyMatch(has(MediaKind.VIDEO))
                .anyMatch(content -> content.getMedia().size() > 1)
                .anyMatch(content -> content.getFirstComment().isPresent());
        assertThat(some("linkedin"))
                .anyMatch(content -> content.getMedia().isEmpty())
                .anyMatch(content -> content.getMedia().size() > 1)
                .anyMatch(has(MediaKind.VIDEO))
                .anyMatch(has(MediaKind.DOCUMENT)
                        .and(content -> content.getMedia().getFirst().getTitle().isPresent()))
                .anyMatch(content -> content.getFirstComment().isPresent());
        assertThat(some("x"))
                .anyMatch(content -> content.getMedia().isEmpty())
                .anyMatch(has(MediaKind.IMAGE))
                .anyMatch(has(MediaKind.VIDEO))
                .anyMatch(content -> !content.getThread().isEmpty())
                .anyMatch(content -> content.getFirstComment().isPresent());
        assertThat(some("tiktok")).allMatch(has(MediaKind.VIDEO));
    }

    @ParameterizedTest
    @ValueSource(strings = {"facebook", "instagram", "linkedin", "tiktok", "x"})
    void everyPartOfAPostHasATextOfItsOwn(String platform) {
        assertThat(some(platform).stream().flatMap(ChaosContentsTest::texts)).doesNotHaveDuplicates();
    }

    private List<Content> some(String platform) {
        return IntStream.range(0, 500)
                .mapToObj(number -> contents.of(platform, "post " + number))
                .toList();
    }

    private static Stream<String> texts(Content content) {
        return Stream.of(
                        content.getText().stream(),
                        content.getThread().stream().map(ThreadPart::getText),
                        content.getFirstComment().stream())
                .flatMap(texts -> texts);
    }

    private static Predicate<Content> has(MediaKind kind) {
        return content -> content.getMedia().stream().anyMatch(medium -> medium.getKind() == kind);
    }
}
