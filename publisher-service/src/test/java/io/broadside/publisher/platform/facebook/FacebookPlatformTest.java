package io.broadside.publisher.platform.facebook;

import static io.broadside.publisher.platform.Commands.aCheckpoint;
import static io.broadside.publisher.platform.Commands.aCommand;
import static io.broadside.publisher.platform.Commands.aDescribedImage;
import static io.broadside.publisher.platform.Commands.aDoubt;
import static io.broadside.publisher.platform.Commands.aLink;
import static io.broadside.publisher.platform.Commands.aText;
import static io.broadside.publisher.platform.Commands.anImage;
import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.events.Attempt;
import io.broadside.events.AttemptEnd;
import io.broadside.events.Content;
import io.broadside.events.Doubt;
import io.broadside.events.PublishCommand;
import io.broadside.publisher.platform.Bench;
import io.broadside.publisher.platform.FakeServer.Asked;
import io.broadside.publisher.platform.Found;
import io.broadside.publisher.platform.Outcome;
import io.broadside.publisher.platform.Outcome.Continue;
import io.broadside.publisher.platform.Outcome.Published;
import io.broadside.publisher.platform.Outcome.Unconfirmed;
import io.broadside.schemas.ErrorCode;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class FacebookPlatformTest {

    private static final String PAGE = "1000000001";
    private static final String POST = PAGE + "_1220000001";
    private static final String PERMALINK = "https://www.facebook.com/1000000001/posts/1220000001";

    private static final String DUPLICATE = "{\"error\":{\"code\":506,\"type\":\"OAuthException\"}}";

    private final Bench bench = new Bench();
    private final FacebookPlatform inSteps = platform(true);
    private final FacebookPlatform inOneCall = platform(false);

    @AfterEach
    void close() {
        bench.close();
    }

    @Test
    void postsTextAndLinkInOneCall() {
        // Given
        bench.server().answers(200, "{\"id\":\"" + POST + "\",\"permalink_url\":\"" + PERMALINK + "\"}");
        // When
        var outcome = publish(inOneCall, command(aText("Hello").setLink(aLink("https://example.org/a"))));
        // Then
        assertThat(outcome).isEqualTo(new Published(POST, Optional.of(URI.create(PERMALINK))));
        var asked = bench.server().last();
        assertThat(asked.method() + " " + asked.path()).isEqualTo("POST /v26.0/1000000001/feed");
        assertThat(asked.form())
                .isEqualTo(Map.of("message", "Hello", "link", "https://example.org/a", "fields", "id,permalink_url"));
    }

    @Test
    void postsAPhotoInOneCallAndReadsWhereItIs() {
        // Given
        bench.server()
                .answers(200, "{\"id\":\"1220000050\",\"post_id\":\"" + POST + "\"}")
                .answers(200, "{\"permalink_url\":\"" + PERMALINK + "\",\"id\":\"" + POST + "\"}");
        // When
        var outcome = publish(
                inOneCall,
                command(aText("Hi").setMedia(List.of(aDescribedImage("https://cdn.example.org/p.jpg", "A cat")))));
        // Then
        assertThat(outcome).isEqualTo(new Published(POST, Optional.of(URI.create(PERMALINK))));
        assertThat(bench.server().asked().getFirst().path()).isEqualTo("/v26.0/1000000001/photos");
        assertThat(bench.server().asked().getFirst().form())
                .isEqualTo(Map.of("url", "https://cdn.example.org/p.jpg", "alt_text_custom", "A cat", "caption", "Hi"));
    }

    @Test
    void isPublishedEvenIfWhereItIsCannotBeRead() {
        // Given
        bench.server()
                .answers(200, "{\"id\":\"1220000050\",\"post_id\":\"" + POST + "\"}")
                .answers(500, "");
        // When
        var outcome =
                publish(inOneCall, command(aText("Hi").setMedia(List.of(anImage("https://cdn.example.org/p.jpg")))));
        // Then
        assertThat(outcome).isEqualTo(new Published(POST, Optional.empty()));
    }

    @Test
    void sendsPhotosFirstAndThenThePostThatShowsThem() {
        // Given
        bench.server()
                .answers(200, "{\"id\":\"1220000050\"}")
                .answers(200, "{\"id\":\"1220000051\"}")
                .answers(200, "{\"id\":\"1000000001_1220000060\",\"permalink_url\":\"" + PERMALINK + "\"}");
        var start = command(aText("Two")
                .setMedia(List.of(anImage("https://cdn.example.org/p.jpg"), anImage("https://cdn.example.org/q.jpg"))));
        // When
        var first = publish(inOneCall, start);
        var second = publish(inOneCall, next(start, first));
        // Then
        assertThat(bench.server().asked().get(0).form())
                .isEqualTo(Map.of("url", "https://cdn.example.org/p.jpg", "published", "false"));
        assertThat(second).isInstanceOf(Published.class);
        assertThat(bench.server().last().path()).isEqualTo("/v26.0/1000000001/feed");
        assertThat(bench.server().last().form())
                .containsEntry("attached_media", "[{\"media_fbid\":\"1220000050\"},{\"media_fbid\":\"1220000051\"}]")
                .containsEntry("message", "Two");
    }

    @Test
    void makesAPostOfPhotosUnseenAndThenShowsIt() {
        // Given
        bench.server()
                .answers(200, "{\"id\":\"1220000050\"}")
                .answers(200, "{\"id\":\"" + POST + "\",\"is_published\":false}")
                .answers(200, "{\"success\":true}")
                .answers(200, "{\"permalink_url\":\"" + PERMALINK + "\",\"id\":\"" + POST + "\"}");
        var start = command(Content.newBuilder().setMedia(List.of(anImage("https://cdn.example.org/p.jpg"))));
        // When
        var photos = publish(inSteps, start);
        var draft = publish(inSteps, next(start, photos));
        var shown = publish(inSteps, next(start, draft));
        // Then
        assertThat(bench.server().asked())
                .extracting(Asked::path)
                .startsWith("/v26.0/1000000001/photos", "/v26.0/1000000001/feed", "/v26.0/" + POST);
        assertThat(bench.server().asked().get(0).form())
                .isEqualTo(Map.of("url", "https://cdn.example.org/p.jpg", "published", "false"));
        assertThat(bench.server().asked().get(1).form())
                .isEqualTo(Map.of(
                        "attached_media",
                        "[{\"media_fbid\":\"1220000050\"}]",
                        "published",
                        "false",
                        "fields",
                        "id,permalink_url,is_published"));
        assertThat(shown).isEqualTo(new Published(POST, Optional.of(URI.create(PERMALINK))));
    }

    @Test
    void makesAPostUnseenAndThenShowsIt() {
        // Given
        bench.server()
                .answers(
                        200, "{\"id\":\"" + POST + "\",\"permalink_url\":\"" + PERMALINK + "\",\"is_published\":false}")
                .answers(200, "{\"success\":true}");
        var start = command(aText("Hello"));
        // When
        var first = publish(inSteps, start);
        var second = publish(inSteps, next(start, first));
        // Then
        assertThat(bench.server().asked().getFirst().form())
                .isEqualTo(Map.of("message", "Hello", "published", "false", "fields", "id,permalink_url,is_published"));
        assertThat(bench.server().last().path()).isEqualTo("/v26.0/" + POST);
        assertThat(bench.server().last().form()).isEqualTo(Map.of("is_published", "true"));
        assertThat(second).isEqualTo(new Published(POST, Optional.of(URI.create(PERMALINK))));
    }

    @Test
    void acceptsADraftThatFacebookShowsAtOnce() {
        // Given
        bench.server().answers(200, "{\"id\":\"" + POST + "\",\"is_published\":true}");
        // When
        var outcome = publish(inSteps, command(aText("Hello")));
        // Then
        assertThat(outcome).isEqualTo(new Published(POST, Optional.empty()));
    }

    @Test
    void looksBeforeMakingADraftWithALinkAgain() {
        // Given
        bench.server().answers(500, "").answers(500, "");
        // Then
        assertThat(publish(inSteps, command(aText("Hello").setLink(aLink("https://example.org/a")))))
                .isInstanceOf(Unconfirmed.class);
        assertThat(publish(inSteps, command(aText("Hello")))).isInstanceOf(Outcome.Unavailable.class);
    }

    @Test
    void sendsAPhotoUnseenWhenPostingInSteps() {
        // Given
        bench.server()
                .answers(200, "{\"id\":\"1220000050\"}")
                .answers(200, "{\"id\":\"" + POST + "\",\"is_published\":false}")
                .answers(200, "{\"success\":true}")
                .answers(200, "{\"permalink_url\":\"" + PERMALINK + "\"}");
        var start = command(aText("Hi").setMedia(List.of(anImage("https://cdn.example.org/p.jpg"))));
        // When
        var photos = next(start, publish(inSteps, start));
        var draft = next(photos, publish(inSteps, photos));
        var shown = publish(inSteps, draft);
        // Then
        assertThat(shown).isEqualTo(new Published(POST, Optional.of(URI.create(PERMALINK))));
        assertThat(bench.server().asked().get(1).form())
                .containsEntry("attached_media", "[{\"media_fbid\":\"1220000050\"}]");
    }

    @Test
    void isNotSureOfAPostThatFacebookFailedOn() {
        // Given
        bench.server()
                .answers(
                        500,
                        "{\"error\":{\"message\":\"An unexpected error has occurred. Please retry your request later.\","
                                + "\"type\":\"OAuthException\",\"is_transient\":true,\"code\":2,\"fbtrace_id\":\"Axx\"}}");
        // When
        var outcome = publish(inOneCall, command(aText("Hello")));
        // Then
        assertThat(outcome).isInstanceOf(Unconfirmed.class);
    }

    @Test
    void asksThePostItselfWhetherItIsShown() {
        // Given
        bench.server()
                .answers(200, "{\"is_published\":true,\"permalink_url\":\"" + PERMALINK + "\",\"id\":\"" + POST + "\"}")
                .answers(200, "{\"is_published\":false,\"id\":\"" + POST + "\"}")
                .answers(400, "{\"error\":{\"code\":100,\"error_subcode\":33}}");
        // Then
        assertThat(find(inSteps, drafted())).isEqualTo(new Found.Landed(POST, Optional.of(URI.create(PERMALINK))));
        assertThat(find(inSteps, drafted())).isEqualTo(new Found.Absent());
        assertThat(find(inSteps, drafted())).isInstanceOf(Found.CannotTell.class);
        assertThat(bench.server().last().path()).isEqualTo("/v26.0/" + POST);
        assertThat(bench.server().last().query()).isEqualTo(Map.of("fields", "id,is_published,permalink_url"));
    }

    @Test
    void takesAWordForWhetherAPostIsShownAndNothingForNoEvidence() {
        // Given
        bench.server()
                .answers(200, "{\"is_published\":\"true\",\"id\":\"" + POST + "\"}")
                .answers(200, "{\"is_published\":\"false\",\"id\":\"" + POST + "\"}")
                .answers(200, "{\"id\":\"" + POST + "\"}");
        // Then
        assertThat(find(inSteps, drafted())).isEqualTo(new Found.Landed(POST, Optional.empty()));
        assertThat(find(inSteps, drafted())).isEqualTo(new Found.Absent());
        assertThat(find(inSteps, drafted()))
                .as("a look that went through")
                .isInstanceOfSatisfying(
                        Found.CannotTell.class, it -> assertThat(it.stopped()).isEmpty());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "200 | {\"is_published\":true,\"id\":\"1000000001_1220000001\"} | Published",
                "200 | {\"is_published\":false,\"id\":\"1000000001_1220000001\"} | Rejected",
                "200 | {\"id\":\"1000000001_1220000001\"} | Unconfirmed",
                "503 | <html> | Unconfirmed",
                "400 | {\"error\":{\"code\":100,\"error_subcode\":33}} | Rejected",
            })
    void asksThePostBeforeItBelievesThatItIsNotToBeShown(int status, String post, String outcome) {
        // Given
        var command = PublishCommand.newBuilder(drafted()).setDoubt(null).build();
        bench.server().answers(400, "{\"error\":{\"code\":100}}").answers(status, post);
        // When
        var shown = publish(inSteps, command);
        // Then
        assertThat(shown.getClass().getSimpleName()).isEqualTo(outcome);
        assertThat(bench.server().asked().get(1).query()).isEqualTo(Map.of("fields", "id,is_published,permalink_url"));
    }

    @Test
    void findsItsPostInTheFeed() {
        // Given
        bench.server()
                .answers(
                        200,
                        feed(entry("1", "Someone else's", "2026-11-20T10:15:20+0000", "") + ","
                                + entry(POST, "Cafe\u0301  with\nmilk", "2026-11-20T10:15:10+0000", "")));
        // When
        var found = find(inOneCall, inDoubt(aText("Café with milk ")));
        // Then
        assertThat(found).isEqualTo(new Found.Landed(POST, Optional.of(URI.create(PERMALINK))));
        assertThat(bench.server().last().path()).isEqualTo("/v26.0/1000000001/feed");
        assertThat(bench.server().last().query())
                .containsEntry("since", "1795169690")
                .containsEntry("limit", "100")
                .containsEntry("fields", FeedSearch.FIELDS);
    }

    @Test
    void doesNotTakeAnOlderPostForIts() {
        // Given
        bench.server().answers(200, feed(entry(POST, "Hello", "2026-11-20T10:14:49+0000", "")));
        // Then
        assertThat(find(inOneCall, inDoubt(aText("Hello")))).isInstanceOf(Found.CannotTell.class);
    }

    @Test
    void doesNotTakeAVisitorsPostForIts() {
        // Given
        bench.server()
                .answers(200, feed(entry(POST, "Hello", "2026-11-20T10:15:10+0000", ",\"from\":{\"id\":\"77\"}")));
        // Then
        assertThat(find(inOneCall, inDoubt(aText("Hello")))).isInstanceOf(Found.CannotTell.class);
    }

    @Test
    void learnsNothingFromAPostThatIsMissing() {
        // Given
        bench.server().answers(200, "{\"data\":[]}");
        // Then
        assertThat(find(inOneCall, inDoubt(aText("Hello")))).isInstanceOf(Found.CannotTell.class);
    }

    @Test
    void findsALinkBehindFacebooksOwn() {
        // Given
        var share = ",\"attachments\":{\"data\":[{\"media_type\":\"link\",\"url\":"
                + "\"https://l.facebook.com/l.php?u=https%3A%2F%2Fexample.org%2Fa%2F&h=AT0\"}]}";
        bench.server()
                .answers(200, feed(entry(POST, "", "2026-11-20T10:15:10+0000", share)))
                .answers(200, feed(entry(POST, "", "2026-11-20T10:15:10+0000", share)));
        // Then
        assertThat(find(inOneCall, inDoubt(Content.newBuilder().setLink(aLink("https://www.example.org/a")))))
                .isInstanceOf(Found.Landed.class);
        assertThat(find(inOneCall, inDoubt(Content.newBuilder().setLink(aLink("https://example.org/b")))))
                .isInstanceOf(Found.CannotTell.class);
    }

    @Test
    void findsItsPhotosByTheirIds() {
        // Given
        var album = ",\"attachments\":{\"data\":[{\"media_type\":\"album\",\"subattachments\":{\"data\":["
                + "{\"target\":{\"id\":\"1220000050\"}},{\"target\":{\"id\":\"1220000051\"}}]}}]}";
        bench.server().answers(200, feed(entry(POST, "changed", "2026-11-20T10:15:10+0000", album)));
        var command = PublishCommand.newBuilder(inDoubt(aText("Two")
                        .setMedia(List.of(anImage("https://cdn.example.org/p"), anImage("https://cdn.example.org/q")))))
                .setCheckpoint(aCheckpoint("feed", Map.of("photoIds", "1220000050,1220000051"), Bench.NOW))
                .build();
        // Then
        assertThat(find(inOneCall, command)).isInstanceOf(Found.Landed.class);
    }

    @Test
    void knowsThatADraftFoundInTheFeedIsNotOut() {
        // Given
        var share =
                ",\"is_published\":false,\"attachments\":{\"data\":[{\"unshimmed_url\":\"https://example.org/a\"}]}";
        bench.server().answers(200, feed(entry(POST, "Hello", "2026-11-20T10:15:10+0000", share)));
        // Then
        assertThat(find(inSteps, inDoubt(aText("Hello").setLink(aLink("https://example.org/a")))))
                .isEqualTo(new Found.Absent());
    }

    /** Where ours was to be shown at once, one that is not shown is somebody else's, and ours may be out all the same. */
    @Test
    void doesNotTakeSomebodysDraftOfTheSameTextForItsOwn() {
        // Given
        bench.server().answers(200, feed(entry(POST, "Hello", "2026-11-20T10:15:10+0000", ",\"is_published\":false")));
        // Then
        assertThat(find(inOneCall, inDoubt(aText("Hello")))).isInstanceOf(Found.CannotTell.class);
    }

    /** Our own photos are in it, so it is ours, and all that is left is to show it. */
    @Test
    void goesOnWithADraftThatItsPhotosProveToBeIts() {
        // Given
        var album = ",\"is_published\":false,\"attachments\":{\"data\":[{\"target\":{\"id\":\"1220000050\"}}]}";
        bench.server().answers(200, feed(entry(POST, "", "2026-11-20T10:15:10+0000", album)));
        var command = PublishCommand.newBuilder(inDoubt(aText("Two")
                        .setMedia(List.of(anImage("https://cdn.example.org/p"), anImage("https://cdn.example.org/q")))))
                .setCheckpoint(aCheckpoint("draft", Map.of("photoIds", "1220000050,1220000051"), Bench.NOW))
                .build();
        // Then
        assertThat(find(inSteps, command)).isInstanceOfSatisfying(Found.Further.class, it -> {
            assertThat(it.checkpoint().getStep()).isEqualTo("show");
            assertThat(it.checkpoint().getValues()).containsEntry("postId", POST);
            assertThat(it.checkpoint().getRemoteId()).isEmpty();
        });
    }

    /** A draft of mere text leaves no doubt when its answer is lost: nobody sees it. */
    @ParameterizedTest
    @CsvSource({
        "SERVER_ERROR, Unconfirmed",
        "TIMED_OUT, Unconfirmed",
        "NO_CONNECTION, Rejected",
        ", Rejected",
    })
    void looksForADraftThatFacebookCallsADuplicateAfterALostAnswer(@Nullable String earlier, String outcome) {
        // Given
        bench.server().answers(400, DUPLICATE);
        var history = earlier == null ? List.<Attempt>of() : List.of(unavailable("publish", earlier));
        var command = PublishCommand.newBuilder(command(aText("Hello")))
                .setHistory(history)
                .build();
        // Then
        assertThat(publish(inSteps, command).getClass().getSimpleName()).isEqualTo(outcome);
    }

    @Test
    void looksForADraftThatFacebookCallsADuplicateAfterItsCallerWasKilled() {
        // Given
        bench.server().answers(400, DUPLICATE);
        var command = PublishCommand.newBuilder(command(aText("Hello")))
                .setDoubtedSince(Bench.NOW.minusSeconds(45))
                .build();
        // Then
        assertThat(publish(inSteps, command))
                .isInstanceOfSatisfying(
                        Unconfirmed.class, it -> assertThat(it.cause().code()).isEqualTo(ErrorCode.DUPLICATE_REFUSED));
    }

    @Test
    void showsTheDraftThatFacebookMeantByADuplicate() {
        // Given: made by the first call, a minute ago
        var draft = entry(POST, "Hello", "2026-11-20T10:14:31+0000", ",\"is_published\":false");
        bench.server().answers(200, feed(draft)).answers(200, feed(""));
        // Then
        assertThat(find(inSteps, calledDuplicate())).isInstanceOfSatisfying(Found.Further.class, it -> {
            assertThat(it.checkpoint().getStep()).isEqualTo("show");
            assertThat(it.checkpoint().getValues()).containsEntry("postId", POST);
        });
        assertThat(bench.server().last().query()).containsEntry("since", "1795169660");
        assertThat(find(inSteps, calledDuplicate()))
                .as("not there, or not yet")
                .isInstanceOfSatisfying(
                        Found.CannotTell.class, it -> assertThat(it.stopped()).isEmpty());
    }

    @Test
    void doesNotShowADraftThatIsOlderThanItsFirstCall() {
        // Given
        bench.server().answers(200, feed(entry(POST, "Hello", "2026-11-20T10:14:19+0000", ",\"is_published\":false")));
        // Then
        assertThat(find(inSteps, calledDuplicate())).isInstanceOf(Found.CannotTell.class);
    }

    @Test
    void takesNoPostOfOthersForItsDraft() {
        // Given: somebody has published the same text since; a draft is shown by nobody but us
        bench.server().answers(200, feed(entry(POST, "Hello", "2026-11-20T10:14:31+0000", ",\"is_published\":true")));
        // Then
        assertThat(find(inSteps, calledDuplicate())).isInstanceOf(Found.CannotTell.class);
    }

    @Test
    void saysThatNothingIsPublishedWhereFacebookKeptAPhotoAndDoesNotTakeItAgain() {
        // Given
        var duplicate = "{\"error\":{\"code\":100,\"error_subcode\":1366051}}";
        bench.server().answers(400, duplicate).answers(400, duplicate);
        var photo = command(aText("Hi").setMedia(List.of(anImage("https://cdn.example.org/p.jpg"))));
        var lost = PublishCommand.newBuilder(photo)
                .setHistory(List.of(unavailable("publish", "TIMED_OUT")))
                .build();
        var killed = PublishCommand.newBuilder(photo)
                .setDoubtedSince(Bench.NOW.minusSeconds(45))
                .build();
        // Then: once and for all
        for (var command : List.of(lost, killed)) {
            assertThat(publish(inSteps, command)).isInstanceOfSatisfying(Outcome.Rejected.class, it -> {
                assertThat(it.cause().code()).isEqualTo(ErrorCode.DUPLICATE_REFUSED);
                assertThat(it.cause().detail()).startsWith("Nothing was published");
            });
        }
    }

    @ParameterizedTest
    @CsvSource({
        "http://10.0.0.1/p.jpg, publicAddress",
        "http://localhost/p.jpg, publicAddress",
        "https://files.internal/p.jpg, publicAddress",
        "https://scontent.xx.fbcdn.net/p.jpg, unsupported",
        "https://FBCDN.net/p.jpg, unsupported",
        "https://notfbcdn.net/p.jpg, ",
        "https://cdn.example.org/p.jpg, ",
    })
    void wantsPhotosWhereFacebookFetchesThem(String url, @Nullable String rule) {
        // Given
        var content = aText("Hi").setMedia(List.of(anImage(url))).build();
        // Then
        assertThat(inSteps.faults(content))
                .extracting(fault -> fault.getField() + " " + fault.getRule())
                .isEqualTo(rule == null ? List.of() : List.of("content.media[0].url " + rule));
    }

    @Test
    void takesPhotosFromHereWherePrivateMediaAreAllowed() {
        // Given
        var content = aText("Hi")
                .setMedia(List.of(anImage("http://127.0.0.1:8090/p.jpg")))
                .build();
        // Then
        assertThat(new FacebookRules(content, true).faults()).isEmpty();
    }

    @Test
    void leavesAStepItDoesNotKnowToAPerson() {
        // Given
        var command = PublishCommand.newBuilder(command(aText("Hello")))
                .setCheckpoint(aCheckpoint("teleport", Map.of(), Bench.NOW))
                .build();
        // Then
        assertThat(publish(inSteps, command)).isInstanceOf(Unconfirmed.class);
        assertThat(find(inSteps, command)).isInstanceOf(Found.CannotTell.class);
        assertThat(bench.server().asked()).isEmpty();
    }

    private FacebookPlatform platform(boolean steps) {
        return new FacebookPlatform(
                FacebookVideosTest.config(bench, steps),
                FacebookVideosTest.noPrivateMedia(),
                bench.http(),
                bench.media(),
                bench.clock());
    }

    private Outcome publish(FacebookPlatform platform, PublishCommand command) {
        return platform.publish(command, Bench.TOKEN, bench.context());
    }

    private Found find(FacebookPlatform platform, PublishCommand command) {
        return platform.find(command, Bench.TOKEN, bench.context());
    }

    private static PublishCommand command(Content.Builder content) {
        return aCommand("facebook", PAGE, content).build();
    }

    private static PublishCommand inDoubt(Content.Builder content) {
        return aCommand("facebook", PAGE, content)
                .setDoubt(aDoubt("publish", 0))
                .build();
    }

    /** The first call a minute ago, the one that was called a duplicate half a minute ago. */
    private static PublishCommand calledDuplicate() {
        return aCommand("facebook", PAGE, aText("Hello"))
                .setHistory(List.of(unavailable("publish", "SERVER_ERROR")))
                .setDoubtedSince(Bench.NOW.minusSeconds(30))
                .setDoubt(Doubt.newBuilder(aDoubt("draft", 0))
                        .setCause(ErrorCode.DUPLICATE_REFUSED.name())
                        .build())
                .build();
    }

    private static Attempt unavailable(String step, String errorCode) {
        return Attempt.newBuilder()
                .setNumber(1)
                .setStartedAt(Bench.NOW.minusSeconds(60))
                .setDurationMs(100)
                .setStep(step)
                .setEnd(AttemptEnd.UNAVAILABLE)
                .setErrorCode(errorCode)
                .build();
    }

    private static PublishCommand drafted() {
        return PublishCommand.newBuilder(inDoubt(aText("Hello")))
                .setCheckpoint(aCheckpoint("show", Map.of("postId", POST), Bench.NOW.minusSeconds(31)))
                .build();
    }

    private static PublishCommand next(PublishCommand command, Outcome outcome) {
        assertThat(outcome).isInstanceOf(Continue.class);
        return PublishCommand.newBuilder(command)
                .setCheckpoint(((Continue) outcome).checkpoint())
                .build();
    }

    private static String feed(String entries) {
        return "{\"data\":[" + entries + "]}";
    }

    private static String entry(String id, String message, String createdTime, String more) {
        var text = message.isEmpty() ? "" : "\"message\":\"" + message.replace("\n", "\\n") + "\",";
        return "{" + text + "\"created_time\":\"" + createdTime + "\",\"permalink_url\":\"" + PERMALINK + "\"" + more
                + ",\"id\":\"" + id + "\"}";
    }
}
