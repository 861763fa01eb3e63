package io.broadside.publisher.platform.facebook;

import static io.broadside.publisher.platform.Commands.aCheckpoint;
import static io.broadside.publisher.platform.Commands.aCommand;
import static io.broadside.publisher.platform.Commands.aDescribedImage;
import static io.broadside.publisher.platform.Commands.aDoubt;
import static io.broadside.publisher.platform.Commands.aText;
import static io.broadside.publisher.platform.Commands.anImage;
import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.events.Attempt;
import io.broadside.events.AttemptEnd;
import io.broadside.events.Checkpoint;
import io.broadside.events.Content;
import io.broadside.events.Placement;
import io.broadside.events.PublishCommand;
import io.broadside.publisher.platform.Bench;
import io.broadside.publisher.platform.Found;
import io.broadside.publisher.platform.Outcome;
import io.broadside.publisher.platform.Outcome.Continue;
import io.broadside.publisher.platform.Outcome.Published;
import io.broadside.publisher.platform.Outcome.Rejected;
import io.broadside.publisher.platform.Outcome.Unconfirmed;
import io.broadside.publisher.platform.media.MediaConfig;
import io.broadside.publisher.platform.media.MediaFetch;
import io.broadside.schemas.ErrorCode;
import io.vertx.core.Vertx;
import java.net.URI;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Stories of photos, and comments below what is out. */
final class FacebookStoriesAndCommentsTest {

    private static final String PAGE = "1000000001";
    private static final String POST = PAGE + "_1220000001";
    private static final String PERMALINK = "https://www.facebook.com/1000000001/posts/1220000001";

    private final Bench bench = new Bench();
    private final FacebookPlatform platform = new FacebookPlatform(
            FacebookVideosTest.config(bench, true),
            FacebookVideosTest.noPrivateMedia(),
            bench.http(),
            bench.media(),
            bench.clock());

    @AfterEach
    void close() {
        bench.close();
    }

    @Test
    void makesAStoryOfAPhotoThatIsThereAlready() {
        // Given
        bench.server()
                .answers(200, "{\"id\":\"1220000050\"}")
                .answers(200, "{\"success\":true,\"post_id\":1220000099}")
                .answers(
                        200,
                        "{\"data\":[{\"post_id\":\"1220000099\",\"media_id\":\"1220000050\",\"url\":\"https://facebook.com/stories/9\"}]}");
        var start = command(Content.newBuilder()
                .setPlacement(Placement.STORY)
                .setMedia(List.of(aDescribedImage("https://cdn.example.org/p.jpg", "A cat"))));
        // When
        var outcome = publish(next(start, publish(start)));
        // Then
        assertThat(bench.server().asked().get(0).form())
                .isEqualTo(Map.of(
                        "url", "https://cdn.example.org/p.jpg", "alt_text_custom", "A cat", "published", "false"));
        assertThat(bench.server().asked().get(1).path()).isEqualTo("/v26.0/1000000001/photo_stories");
        assertThat(bench.server().asked().get(1).form()).isEqualTo(Map.of("photo_id", "1220000050"));
        assertThat(outcome)
                .isEqualTo(new Published("1220000099", Optional.of(URI.create("https://facebook.com/stories/9"))));
    }

    @Test
    void isPublishedEvenIfTheStoriesCannotBeRead() {
        bench.server()
                .answers(200, "{\"success\":true,\"post_id\":\"1220000099\"}")
                .answers(500, "");
        assertThat(publish(atStory())).isEqualTo(new Published("1220000099", Optional.empty()));
    }

    @Test
    void findsAStoryByItsPhoto() {
        // Given
        bench.server()
                .answers(
                        200,
                        "{\"data\":[{\"post_id\":\"1\",\"media_id\":\"2\"},{\"post_id\":\"1220000099\",\"media_id\":\"1220000050\"}]}");
        // Then
        assertThat(find(atStory())).isEqualTo(new Found.Landed("1220000099", Optional.empty()));
    }

    @Test
    void missesAStoryOnlyAfterAWhile() {
        // Given
        bench.server()
                .answers(200, "{\"data\":[]}")
                .answers(200, "{\"data\":[]}")
                .answers(500, "");
        // Then
        assertThat(find(atStory())).isInstanceOf(Found.CannotTell.class);
        assertThat(find(looked(atStory(), "story"))).isEqualTo(new Found.Absent());
        assertThat(find(looked(atStory(), "story"))).isInstanceOf(Found.CannotTell.class);
    }

    @Test
    void findsAStoryOnALaterPageOfTheList() {
        // Given
        bench.server()
                .answers(
                        200,
                        pageOfStories("\"cursors\":{\"after\":\"b+2\"},\"next\":\"https://graph.example.org/next\""))
                .answers(200, "{\"data\":[{\"post_id\":\"1220000099\",\"media_id\":\"1220000050\"}]}");
        // When
        var found = find(looked(atStory(), "story"));
        // Then
        assertThat(found).isEqualTo(new Found.Landed("1220000099", Optional.empty()));
        assertThat(bench.server().asked().getFirst().query()).isEqualTo(Map.of("limit", "100"));
        assertThat(bench.server().last().query()).isEqualTo(Map.of("limit", "100", "after", "b+2"));
    }

    @Test
    void learnsNothingFromStoriesThatAreNotAllThere() {
        // Given
        bench.server().answers(200, pageOfStories("\"next\":\"https://graph.example.org/next\""));
        for (var pages = 0; pages < 5; pages++) {
            bench.server()
                    .answers(
                            200,
                            pageOfStories(
                                    "\"cursors\":{\"after\":\"b2\"},\"next\":\"https://graph.example.org/next\""));
        }
        // Then
        assertThat(find(looked(atStory(), "story")))
                .as("no cursor to go on with")
                .isInstanceOfSatisfying(
                        Found.CannotTell.class, it -> assertThat(it.stopped()).isEmpty());
        assertThat(find(looked(atStory(), "story")))
                .as("no end")
                .isInstanceOfSatisfying(
                        Found.CannotTell.class, it -> assertThat(it.stopped()).isEmpty());
        assertThat(bench.server().asked()).hasSize(6);
    }

    private static String pageOfStories(String paging) {
        return "{\"data\":[{\"post_id\":\"1\",\"media_id\":\"2\"}],\"paging\":{" + paging + "}}";
    }

    /** The first call may have had its effect, although the second one is refused. */
    @Test
    void believesARefusalAfterADoubtOnlyOnceItWasLookedForInBetween() {
        // Given
        var refusal = "{\"error\":{\"code\":100,\"error_subcode\":0}}";
        var noRight = "{\"error\":{\"code\":10,\"error_subcode\":0}}";
        bench.server().answers(400, refusal).answers(400, refusal).answers(403, noRight);
        var again = PublishCommand.newBuilder(atStory())
                .setDoubt(null)
                .setDoubtedSince(Bench.NOW.minusSeconds(300))
                .setHistory(List.of(attempt(AttemptEnd.UNCONFIRMED, null), attempt(AttemptEnd.ABSENT, null)))
                .build();
        var onceMore = PublishCommand.newBuilder(again)
                .setHistory(List.of(attempt(AttemptEnd.UNCONFIRMED, "100"), attempt(AttemptEnd.ABSENT, null)))
                .build();
        // Then
        assertThat(publish(again)).isInstanceOf(Outcome.Unconfirmed.class);
        assertThat(publish(onceMore)).isInstanceOf(Outcome.Rejected.class);
        assertThat(publish(again)).as("a matter of rights").isInstanceOf(Outcome.Rejected.class);
    }

    private static Attempt attempt(AttemptEnd end, @Nullable String platformCode) {
        return Attempt.newBuilder()
                .setNumber(1)
                .setStartedAt(Bench.NOW.minusSeconds(100))
                .setDurationMs(100)
                .setStep("story")
                .setEnd(end)
                .setPlatformCode(platformCode)
                .setHttpStatus(platformCode == null ? null : 400)
                .build();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void writesTheFirstCommentOnceThePostIsOut(boolean inSteps) {
        // Given
        var platform = new FacebookPlatform(
                FacebookVideosTest.config(bench, inSteps),
                FacebookVideosTest.noPrivateMedia(),
                bench.http(),
                bench.media(),
                bench.clock());
        var post = "{\"id\":\"" + POST + "\",\"permalink_url\":\"" + PERMALINK + "\",\"is_published\":false}";
        bench.server().answers(200, post);
        if (inSteps) {
            bench.server().answers(200, "{\"success\":true}");
        }
        bench.server().answers(200, "{\"id\":\"1220000001_77\"}");
        var start = command(aText("Hello").setFirstComment("First & foremost"));
        // When
        var shown = platform.publish(start, Bench.TOKEN, bench.context());
        if (inSteps) {
            shown = platform.publish(next(start, shown), Bench.TOKEN, bench.context());
        }
        var commented = platform.publish(next(start, shown), Bench.TOKEN, bench.context());
        // Then
        assertThat(shown).isInstanceOfSatisfying(Continue.class, it -> {
            assertThat(it.checkpoint().getStep()).isEqualTo("comment");
            assertThat(it.checkpoint().getRemoteId()).contains(POST);
            assertThat(it.checkpoint().getUrl()).contains(PERMALINK);
            assertThat(it.notBefore()).isEmpty();
        });
        assertThat(bench.server().last().path()).isEqualTo("/v26.0/" + POST + "/comments");
        assertThat(bench.server().last().form()).isEqualTo(Map.of("message", "First & foremost"));
        assertThat(commented).isEqualTo(new Published(POST, Optional.of(URI.create(PERMALINK))));
    }

    @Test
    void writesNoCommentThatIsBlank() {
        bench.server().answers(200, "{\"id\":\"" + POST + "\",\"is_published\":true}");
        assertThat(publish(command(aText("Hello").setFirstComment(" ")))).isInstanceOf(Published.class);
    }

    @Test
    void goesOnToTheCommentOfAPostThatWasFound() {
        // Given
        bench.server()
                .answers(
                        200, "{\"id\":\"" + POST + "\",\"is_published\":true,\"permalink_url\":\"" + PERMALINK + "\"}");
        var command = PublishCommand.newBuilder(command(aText("Hello").setFirstComment("First")))
                .setCheckpoint(aCheckpoint("show", Map.of("postId", POST), Bench.NOW))
                .setDoubt(aDoubt("show", 0))
                .build();
        // Then
        assertThat(find(command)).isInstanceOfSatisfying(Found.Further.class, it -> {
            assertThat(it.checkpoint().getStep()).isEqualTo("comment");
            assertThat(it.checkpoint().getRemoteId()).contains(POST);
        });
    }

    @Test
    void isInDoubtAboutACommentWhoseAnswerWasLost() {
        bench.server().answers(500, "");
        assertThat(publish(atComment()))
                .isInstanceOfSatisfying(
                        Unconfirmed.class, it -> assertThat(it.step()).isEqualTo("comment"));
    }

    @Test
    void saysWhyACommentIsRefused() {
        bench.server().answers(400, "{\"error\":{\"code\":200,\"type\":\"OAuthException\"}}");
        assertThat(publish(atComment()))
                .isInstanceOfSatisfying(
                        Rejected.class, it -> assertThat(it.cause().code()).isEqualTo(ErrorCode.PERMISSION_MISSING));
    }

    @Test
    void findsACommentOfThePageByItsText() {
        // Given
        bench.server()
                .answers(
                        200,
                        "{\"data\":[{\"id\":\"1_1\",\"message\":\"Other\",\"from\":{\"id\":\"1000000001\"}},"
                                + "{\"id\":\"1_2\",\"message\":\"First  one\",\"from\":{\"id\":\"1000000001\"}}]}");
        // When
        var found = find(atComment());
        // Then
        assertThat(found).isEqualTo(new Found.Landed(POST, Optional.of(URI.create(PERMALINK))));
        assertThat(bench.server().last().path()).isEqualTo("/v26.0/" + POST + "/comments");
    }

    @Test
    void writesACommentAgainOnlyIfItIsMissingForAWhile() {
        // Given: somebody else wrote the same
        var others = "{\"data\":[{\"id\":\"1_2\",\"message\":\"First one\",\"from\":{\"id\":\"5\"}}]}";
        bench.server().answers(200, others).answers(200, others);
        // Then
        assertThat(find(atComment())).isInstanceOf(Found.CannotTell.class);
        assertThat(find(looked(atComment(), "comment"))).isEqualTo(new Found.Absent());
    }

    @Test
    void learnsNothingFromCommentsThatAreNotAllThere() {
        // Given
        var other = "{\"id\":\"1_2\",\"message\":\"Other\",\"from\":{\"id\":\"5\"}}";
        bench.server()
                .answers(200, "{\"data\":[" + other + ("," + other).repeat(99) + "]}")
                .answers(200, "{\"data\":[" + other + "],\"paging\":{\"next\":\"https://graph.example.org/next\"}}");
        // Then
        assertThat(find(looked(atComment(), "comment"))).isInstanceOf(Found.CannotTell.class);
        assertThat(find(looked(atComment(), "comment"))).isInstanceOf(Found.CannotTell.class);
    }

    @Test
    void takesPhotosInSlicesAndKeepsThoseThatAreThere() {
        // Given: one photo for each slice
        var vertx = Vertx.vertx();
        var media = new MediaFetch(
                vertx, new MediaConfig(true, 16 << 20, 64 << 20, Duration.ofSeconds(2), Duration.ofMillis(1)));
        bench.server()
                .answers(200, "{\"id\":\"1220000050\"}", Map.of())
                .answers(200, "{\"id\":\"1220000051\"}", Map.of());
        var platform = new FacebookPlatform(
                FacebookVideosTest.config(bench, true),
                FacebookVideosTest.noPrivateMedia(),
                bench.http(),
                media,
                bench.clock());
        var start = command(aText("Two").setMedia(Collections.nCopies(2, anImage("https://cdn.example.org/p.jpg"))));
        // When
        var first = platform.publish(start, Bench.TOKEN, bench.context());
        // Then
        assertThat(first).isInstanceOf(Continue.class);
        if (((Continue) first).checkpoint().getStep().equals("photos")) {
            first = platform.publish(next(start, first), Bench.TOKEN, bench.context());
        }
        assertThat(((Continue) first).checkpoint().getStep()).isEqualTo("draft");
        assertThat(((Continue) first).checkpoint().getValues()).containsEntry("photoIds", "1220000050,1220000051");
        assertThat(bench.server().asked()).hasSize(2);
        media.close();
        vertx.close().await();
    }

    private static PublishCommand atStory() {
        var story = Content.newBuilder()
                .setPlacement(Placement.STORY)
                .setMedia(List.of(anImage("https://cdn.example.org/p.jpg")));
        return PublishCommand.newBuilder(command(story))
                .setCheckpoint(aCheckpoint("story", Map.of("photoIds", "1220000050"), Bench.NOW.minusSeconds(60)))
                .setDoubt(aDoubt("story", 0))
                .build();
    }

    private static PublishCommand atComment() {
        return PublishCommand.newBuilder(command(aText("Hello").setFirstComment("First one")))
                .setCheckpoint(Checkpoint.newBuilder()
                        .setStep("comment")
                        .setAt(Bench.NOW.minusSeconds(60))
                        .setRemoteId(POST)
                        .setUrl(PERMALINK)
                        .build())
                .setDoubt(aDoubt("comment", 0))
                .build();
    }

    private static PublishCommand looked(PublishCommand command, String step) {
        return PublishCommand.newBuilder(command)
                .setDoubt(aDoubt(step, 2, Duration.ofMinutes(2)))
                .build();
    }

    private static PublishCommand command(Content.Builder content) {
        return aCommand("facebook", PAGE, content).build();
    }

    private static PublishCommand next(PublishCommand command, Outcome outcome) {
        return PublishCommand.newBuilder(command)
                .setCheckpoint(((Continue) outcome).checkpoint())
                .build();
    }

    private Outcome publish(PublishCommand command) {
        return platform.publish(command, Bench.TOKEN, bench.context());
    }

    private Found find(PublishCommand command) {
        return platform.find(command, Bench.TOKEN, bench.context());
    }
}
