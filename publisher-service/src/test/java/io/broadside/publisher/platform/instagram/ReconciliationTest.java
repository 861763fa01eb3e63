package io.broadside.publisher.platform.instagram;

import static io.broadside.publisher.platform.Commands.aDoubt;
import static io.broadside.publisher.platform.Commands.aText;
import static io.broadside.publisher.platform.Commands.aVideo;
import static io.broadside.publisher.platform.Commands.anImage;
import static io.broadside.publisher.platform.instagram.Account.CONTAINER;
import static io.broadside.publisher.platform.instagram.Account.ID;
import static io.broadside.publisher.platform.instagram.Account.PERMALINK;
import static io.broadside.publisher.platform.instagram.Account.POST;
import static io.broadside.publisher.platform.instagram.Account.aPicture;
import static io.broadside.publisher.platform.instagram.Account.atStep;
import static io.broadside.publisher.platform.instagram.Account.entry;
import static io.broadside.publisher.platform.instagram.Account.error;
import static io.broadside.publisher.platform.instagram.Account.inDoubt;
import static io.broadside.publisher.platform.instagram.Account.list;
import static io.broadside.publisher.platform.instagram.Account.status;
import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.events.AttemptEnd;
import io.broadside.events.Content;
import io.broadside.events.Placement;
import io.broadside.events.PublishCommand;
import io.broadside.publisher.platform.Bench;
import io.broadside.publisher.platform.Found;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ReconciliationTest {

    private static final String OURS = entry(POST, "Hi", "2026-11-20T10:15:10+0000", "IMAGE", "FEED");

    private final Account account = new Account();

    @AfterEach
    void close() {
        account.close();
    }

    @Test
    void findsThePostOfAContainerThatIsPublished() {
        // Given
        account.bench
                .server()
                .answers(200, status("PUBLISHED"))
                .answers(200, list(entry("1", "Something else", "2026-11-20T10:15:20+0000", "IMAGE", "FEED"), OURS));
        // Then
        assertThat(account.find(inDoubt(aPicture()).build())).isEqualTo(new Found.Landed(POST, Optional.of(PERMALINK)));
        var list = account.bench.server().last();
        assertThat(list.path()).isEqualTo("/v26.0/" + ID + "/media");
        assertThat(list.query())
                .containsEntry("fields", "id,caption,timestamp,media_type,media_product_type,permalink")
                .containsEntry("since", "1795169689");
    }

    @Test
    void goesOnWithTheFirstComment() {
        // Given
        account.bench.server().answers(200, status("PUBLISHED")).answers(200, list(OURS));
        // When
        var found = account.find(inDoubt(aPicture().setFirstComment("First!")).build());
        // Then
        assertThat(found).isInstanceOfSatisfying(Found.Further.class, further -> {
            assertThat(further.checkpoint().getStep()).isEqualTo("comment");
            assertThat(further.checkpoint().getRemoteId()).contains(POST);
            assertThat(further.checkpoint().getUrl()).contains(PERMALINK.toString());
        });
    }

    @ParameterizedTest
    @CsvSource({
        "Someone's, 2026-11-20T10:15:10+0000, IMAGE, FEED",
        "Hi, 2026-11-20T10:14:48+0000, IMAGE, FEED",
        "Hi, yesterday, IMAGE, FEED",
        "Hi, 2026-11-20T10:15:10+0000, VIDEO, REELS",
        "Hi, 2026-11-20T10:15:10+0000, IMAGE, STORY",
    })
    void doesNotTakeAnotherPostForItsOwn(String caption, String timestamp, String type, String product) {
        // Given
        account.bench
                .server()
                .answers(200, status("PUBLISHED"))
                .answers(200, list(entry(POST, caption, timestamp, type, product)));
        // Then
        isOutWithoutAnIdOfItsOwn(account.find(inDoubt(aPicture()).build()));
    }

    @Test
    void doesNotChooseBetweenTwoThatFit() {
        // Given
        account.bench
                .server()
                .answers(200, status("PUBLISHED"))
                .answers(200, list(OURS, entry("2", "Hi", "2026-11-20T10:15:20+0000", "IMAGE", "FEED")));
        // Then
        isOutWithoutAnIdOfItsOwn(account.find(inDoubt(aPicture()).build()));
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 400, 500})
    void isSureThatAPublishedContainerIsOutWhateverBecomesOfTheList(int status) {
        // Given
        account.bench.server().answers(200, status("PUBLISHED")).answers(status, error(10, 0));
        // Then
        isOutWithoutAnIdOfItsOwn(account.find(inDoubt(aPicture()).build()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"FINISHED", "IN_PROGRESS"})
    void takesAContainerForUnpublishedOnlyOnceItStaysSo(String status) {
        // Given
        for (var i = 0; i < 3; i++) {
            account.bench.server().answers(200, status(status));
        }
        // Then
        assertThat(account.find(inDoubt(aPicture()).build())).isInstanceOf(Found.CannotTell.class);
        assertThat(account.find(looked(2, Duration.ofSeconds(59)))).isInstanceOf(Found.CannotTell.class);
        assertThat(account.find(looked(2, Duration.ofSeconds(60)))).isEqualTo(new Found.Absent());
        assertThat(account.bench.server().asked())
                .hasSize(3)
                .allMatch(asked -> asked.path().equals("/v26.0/" + CONTAINER));
    }

    @Test
    void knowsThatAnExpiredContainerIsNotOut() {
        // Given
        account.bench.server().answers(200, status("EXPIRED"));
        // Then
        assertThat(account.find(inDoubt(aPicture()).build())).isEqualTo(new Found.Absent());
    }

    @Test
    void looksIntoTheListWhereTheContainerFailed() {
        // Given
        account.bench
                .server()
                .answers(200, status("ERROR"))
                .answers(200, list(OURS))
                .answers(200, status("ERROR"))
                .answers(200, list())
                .answers(200, status("ERROR"))
                .answers(200, list());
        // Then
        assertThat(account.find(inDoubt(aPicture()).build())).isInstanceOf(Found.Landed.class);
        assertThat(account.find(inDoubt(aPicture()).build())).isInstanceOf(Found.CannotTell.class);
        assertThat(account.find(looked(2, Duration.ofMinutes(2)))).isEqualTo(new Found.Absent());
    }

    @ParameterizedTest
    @CsvSource({"100, 33", "24, 2207008", "24, 2207006"})
    void looksIntoTheListWhereTheContainerIsNotToBeSeen(int code, int subcode) {
        // Given
        account.bench
                .server()
                .answers(400, error(code, subcode))
                .answers(200, list(OURS))
                .answers(400, error(code, subcode))
                .answers(200, list())
                .answers(400, error(code, subcode))
                .answers(500, "");
        // Then
        assertThat(account.find(inDoubt(aPicture()).build())).isInstanceOf(Found.Landed.class);
        assertThat(account.find(looked(6, Duration.ofHours(1)))).isInstanceOf(Found.CannotTell.class);
        assertThat(account.find(looked(6, Duration.ofHours(1)))).isInstanceOf(Found.CannotTell.class);
    }

    @Test
    void cannotTellFromAWordItDoesNotKnow() {
        // Given
        account.bench.server().answers(200, status("ON_HOLD"));
        // Then
        assertThat(account.find(looked(6, Duration.ofHours(1)))).isInstanceOf(Found.CannotTell.class);
    }

    @Test
    void looksForStoriesAmongStories() {
        // Given
        account.bench
                .server()
                .answers(200, status("PUBLISHED"))
                .answers(
                        200,
                        list("{\"id\":\"" + POST
                                + "\",\"timestamp\":\"2026-11-20T10:15:10+0000\",\"media_type\":\"VIDEO\","
                                + "\"permalink\":\"" + PERMALINK + "\"}"));
        var story = Content.newBuilder()
                .setPlacement(Placement.STORY)
                .setMedia(List.of(aVideo("https://cdn.example.org/b.mp4")));
        // Then
        assertThat(account.find(inDoubt(story).build())).isEqualTo(new Found.Landed(POST, Optional.of(PERMALINK)));
        assertThat(account.bench.server().last().path()).isEqualTo("/v26.0/" + ID + "/stories");
    }

    /** Another story of the same type fits as well: only with the container's own word is it this one. */
    @Test
    void takesNoStoryForItsThatItsContainerDoesNotCallPublished() {
        // Given
        var listed = list("{\"id\":\"" + POST
                + "\",\"timestamp\":\"2026-11-20T10:15:10+0000\",\"media_type\":\"VIDEO\"," + "\"permalink\":\""
                + PERMALINK + "\"}");
        account.bench
                .server()
                .answers(200, status("ERROR"))
                .answers(200, listed)
                .answers(400, error(100, 33))
                .answers(200, listed);
        var story = Content.newBuilder()
                .setPlacement(Placement.STORY)
                .setMedia(List.of(aVideo("https://cdn.example.org/b.mp4")));
        var command = PublishCommand.newBuilder(looked(6, Duration.ofHours(1)))
                .setContent(story.build())
                .build();
        // Then
        assertThat(account.find(command)).isInstanceOf(Found.CannotTell.class);
        assertThat(account.find(command)).isInstanceOf(Found.CannotTell.class);
    }

    @ParameterizedTest
    @CsvSource({"REELS, VIDEO, 1", "FEED, CAROUSEL_ALBUM, 2"})
    void findsReelsAndCarousels(String product, String type, int media) {
        // Given
        account.bench
                .server()
                .answers(200, status("PUBLISHED"))
                .answers(200, list(entry(POST, "Cafe\u0301  with\\nmilk", "2026-11-20T10:15:10+0000", type, product)));
        var content = aText("Caf\u00e9 with milk ")
                .setMedia(
                        media == 1
                                ? List.of(aVideo("https://cdn.example.org/b.mp4"))
                                : List.of(
                                        anImage("https://cdn.example.org/a.jpg"),
                                        aVideo("https://cdn.example.org/b.mp4")));
        // Then
        assertThat(account.find(inDoubt(content).build())).isInstanceOf(Found.Landed.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"child", "children", "container", "processing", "live"})
    void knowsThatNobodySeesWhatIsOnlyPrepared(String step) {
        assertThat(account.find(
                        atStep(step, aPicture()).setDoubt(aDoubt(step, 0)).build()))
                .isEqualTo(new Found.Absent());
        assertThat(account.bench.server().asked()).isEmpty();
    }

    @Test
    void findsItsFirstComment() {
        // Given
        account.bench
                .server()
                .answers(200, list("{\"id\":\"1\",\"text\":\"Nice\"}", "{\"id\":\"2\",\"text\":\"First!\"}"))
                .answers(200, list("{\"id\":\"1\",\"text\":\"Nice\"}"))
                .answers(200, list())
                .answers(500, "")
                .answers(200, "{}");
        var command = InstagramPlatformTest.commenting();
        var often = PublishCommand.newBuilder(command)
                .setDoubt(aDoubt("comment", 2, Duration.ofSeconds(60)))
                .build();
        // Then
        assertThat(account.find(command)).isEqualTo(new Found.Landed(POST, Optional.of(PERMALINK)));
        assertThat(account.bench.server().last().path()).isEqualTo("/v26.0/" + POST + "/comments");
        assertThat(account.find(command)).isInstanceOf(Found.CannotTell.class);
        assertThat(account.find(often)).isEqualTo(new Found.Absent());
        assertThat(account.find(often)).isInstanceOf(Found.CannotTell.class);
        assertThat(account.find(often)).isInstanceOf(Found.CannotTell.class);
    }

    @Test
    void learnsNothingFromCommentsThatAreNotAllThere() {
        // Given
        var other = "{\"id\":\"1\",\"text\":\"Nice\"}";
        account.bench
                .server()
                .answers(200, list(Collections.nCopies(50, other).toArray(String[]::new)))
                .answers(200, "{\"data\":[" + other + "],\"paging\":{\"next\":\"https://graph.example.org/next\"}}");
        var often = PublishCommand.newBuilder(InstagramPlatformTest.commenting())
                .setDoubt(aDoubt("comment", 2, Duration.ofSeconds(60)))
                .build();
        // Then
        assertThat(account.find(often)).isInstanceOf(Found.CannotTell.class);
        assertThat(account.find(often)).isInstanceOf(Found.CannotTell.class);
    }

    @Test
    void goesInNoCirclesWithAContainerThatIsReadyAndRefused() {
        // Given
        account.bench.server().answers(200, status("FINISHED")).answers(200, status("FINISHED"));
        var twice = Account.failures(2, AttemptEnd.UNCONFIRMED, "9004/2207052", Bench.NOW);
        var often = Account.failures(3, AttemptEnd.UNCONFIRMED, "9004/2207052", Bench.NOW);
        var looked = looked(2, Duration.ofHours(1));
        // Then
        assertThat(account.find(
                        PublishCommand.newBuilder(looked).setHistory(twice).build()))
                .isEqualTo(new Found.Absent());
        assertThat(account.find(
                        PublishCommand.newBuilder(looked).setHistory(often).build()))
                .isInstanceOf(Found.CannotTell.class);
    }

    private static void isOutWithoutAnIdOfItsOwn(Found found) {
        assertThat(found).isInstanceOfSatisfying(Found.Further.class, further -> {
            assertThat(further.checkpoint().getStep()).isEqualTo("live");
            assertThat(further.checkpoint().getRemoteId()).contains(CONTAINER);
        });
    }

    private static PublishCommand looked(int looks, Duration since) {
        return inDoubt(aPicture()).setDoubt(aDoubt("publish", looks, since)).build();
    }
}
