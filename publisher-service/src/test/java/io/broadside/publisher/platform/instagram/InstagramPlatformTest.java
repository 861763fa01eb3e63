package io.broadside.publisher.platform.instagram;

import static io.broadside.publisher.platform.Commands.aCheckpoint;
import static io.broadside.publisher.platform.Commands.aDescribedImage;
import static io.broadside.publisher.platform.Commands.aLink;
import static io.broadside.publisher.platform.Commands.aText;
import static io.broadside.publisher.platform.Commands.aVideo;
import static io.broadside.publisher.platform.Commands.anImage;
import static io.broadside.publisher.platform.instagram.Account.CONTAINER;
import static io.broadside.publisher.platform.instagram.Account.ID;
import static io.broadside.publisher.platform.instagram.Account.PERMALINK;
import static io.broadside.publisher.platform.instagram.Account.POST;
import static io.broadside.publisher.platform.instagram.Account.aPicture;
import static io.broadside.publisher.platform.instagram.Account.aPost;
import static io.broadside.publisher.platform.instagram.Account.atStep;
import static io.broadside.publisher.platform.instagram.Account.checkpoint;
import static io.broadside.publisher.platform.instagram.Account.due;
import static io.broadside.publisher.platform.instagram.Account.entry;
import static io.broadside.publisher.platform.instagram.Account.error;
import static io.broadside.publisher.platform.instagram.Account.failed;
import static io.broadside.publisher.platform.instagram.Account.failures;
import static io.broadside.publisher.platform.instagram.Account.id;
import static io.broadside.publisher.platform.instagram.Account.list;
import static io.broadside.publisher.platform.instagram.Account.next;
import static io.broadside.publisher.platform.instagram.Account.permalink;
import static io.broadside.publisher.platform.instagram.Account.quota;
import static io.broadside.publisher.platform.instagram.Account.status;
import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.events.AttemptEnd;
import io.broadside.events.Content;
import io.broadside.events.Media;
import io.broadside.events.Placement;
import io.broadside.events.PublishCommand;
import io.broadside.publisher.platform.Bench;
import io.broadside.publisher.platform.FakeServer.Asked;
import io.broadside.publisher.platform.Found;
import io.broadside.publisher.platform.Outcome;
import io.broadside.publisher.platform.Outcome.Continue;
import io.broadside.publisher.platform.Outcome.Published;
import io.broadside.publisher.platform.Outcome.RateLimited;
import io.broadside.publisher.platform.Outcome.Rejected;
import io.broadside.publisher.platform.Outcome.Unavailable;
import io.broadside.publisher.platform.Outcome.Unconfirmed;
import io.broadside.runtime.config.Secret;
import io.broadside.schemas.ErrorCode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class InstagramPlatformTest {

    private final Account account = new Account();

    @AfterEach
    void close() {
        account.close();
    }

    @Test
    void publishesAnImageStepByStep() {
        // Given
        account.bench
                .server()
                .answers(200, id(CONTAINER))
                .answers(200, status("IN_PROGRESS"))
                .answers(
                        200,
                        "{\"status_code\":\"FINISHED\",\"status\":\"Finished: Media has been uploaded and it is ready to"
                                + " be published.\",\"id\":\"" + CONTAINER + "\"}")
                .answers(200, quota(2, 50))
                .answers(200, id(POST))
                .answers(200, permalink());
        var start = aPost(aText("Hi").setMedia(List.of(aDescribedImage("https://cdn.example.org/a.jpg", "A cat"))))
                .build();
        // When
        var made = account.publish(start);
        var notReady = account.publish(next(start, made));
        var ready = account.publish(next(start, notReady));
        var published = account.publish(next(start, ready));
        // Then
        assertThat(published).isEqualTo(new Published(POST, Optional.of(PERMALINK)));
        assertThat(asked())
                .containsExactly(
                        "POST /v26.0/" + ID + "/media",
                        "GET /v26.0/" + CONTAINER,
                        "GET /v26.0/" + CONTAINER,
                        "GET /v26.0/" + ID + "/content_publishing_limit",
                        "POST /v26.0/" + ID + "/media_publish",
                        "GET /v26.0/" + POST);
        var calls = account.bench.server().asked();
        assertThat(calls.get(0).text())
                .isEqualTo("image_url=https%3A%2F%2Fcdn.example.org%2Fa.jpg&caption=Hi&alt_text=A+cat");
        assertThat(calls.get(1).query()).isEqualTo(Map.of("fields", Account.STATUS_QUERY));
        assertThat(calls.get(3).query()).isEqualTo(Map.of("fields", "quota_usage,config"));
        assertThat(calls.get(4).text()).isEqualTo("creation_id=" + CONTAINER);
        assertThat(calls.get(5).query()).isEqualTo(Map.of("fields", "permalink"));
        assertThat(calls)
                .allSatisfy(call ->
                        assertThat(call.headers()).containsEntry("authorization", "Bearer " + Bench.TOKEN.reveal()));
        assertThat(List.of(due(made), due(notReady), due(ready)))
                .containsExactly(Bench.NOW.plusSeconds(3), Bench.NOW.plusSeconds(6), Bench.NOW);
    }

    @Test
    void makesAContainerForEachMediumOfACarouselAndOneForAll() {
        // Given
        var server = account.bench.server();
        server.answers(200, id("11"))
                .answers(200, id("12"))
                .answers(200, status("FINISHED"))
                .answers(200, status("IN_PROGRESS"))
                .answers(200, status("FINISHED"))
                .answers(200, id(CONTAINER))
                .answers(200, status("FINISHED"))
                .answers(200, quota(0, 100))
                .answers(200, id(POST))
                .answers(200, permalink());
        var start = aPost(aText("Two")
                        .setMedia(List.of(
                                aDescribedImage("https://cdn.example.org/a.jpg", "A cat"),
                                aVideo("https://cdn.example.org/b.mp4"))))
                .build();
        // When
        var outcome = account.publish(start);
        var steps = new java.util.ArrayList<String>();
        while (outcome instanceof Continue) {
            steps.add(checkpoint(outcome).getStep()
                    + checkpoint(outcome).getValues().getOrDefault("children", ""));
            outcome = account.publish(next(start, outcome));
        }
        // Then
        assertThat(outcome).isInstanceOf(Published.class);
        assertThat(steps)
                .containsExactly(
                        "child11,",
                        "children11,12",
                        "children11,12",
                        "container11,12",
                        "processing11,12",
                        "publish11,12");
        assertThat(server.asked().get(0).form())
                .isEqualTo(Map.of(
                        "image_url", "https://cdn.example.org/a.jpg", "alt_text", "A cat", "is_carousel_item", "true"));
        assertThat(server.asked().get(1).form())
                .isEqualTo(Map.of(
                        "media_type",
                        "VIDEO",
                        "video_url",
                        "https://cdn.example.org/b.mp4",
                        "is_carousel_item",
                        "true"));
        assertThat(asked().subList(2, 5)).containsExactly("GET /v26.0/11", "GET /v26.0/12", "GET /v26.0/12");
        assertThat(server.asked().get(5).form())
                .isEqualTo(Map.of("media_type", "CAROUSEL", "children", "11,12", "caption", "Two"));
    }

    @Test
    void aSingleVideoIsAReelThatShowsInTheFeed() {
        // Given
        var video = Media.newBuilder(aVideo("https://cdn.example.org/b.mp4"))
                .setThumbnailUrl("https://cdn.example.org/c.jpg")
                .build();
        // Then
        assertThat(fieldsOf(aText("Hi").setMedia(List.of(video))))
                .isEqualTo(Map.of(
                        "media_type", "REELS",
                        "video_url", "https://cdn.example.org/b.mp4",
                        "caption", "Hi",
                        "cover_url", "https://cdn.example.org/c.jpg",
                        "share_to_feed", "true"));
        assertThat(fieldsOf(aText("Hi")
                        .setMedia(List.of(aVideo("https://cdn.example.org/b.mp4")))
                        .setPlacement(Placement.REEL)
                        .setOptions(Map.of(
                                "instagram.shareToFeed", "false",
                                "instagram.thumbOffset", "1500",
                                "instagram.audioName", "Our song",
                                "instagram.collaborators", "@anna, ben.b",
                                "instagram.locationId", "7640348500"))))
                .isEqualTo(Map.of(
                        "media_type", "REELS",
                        "video_url", "https://cdn.example.org/b.mp4",
                        "caption", "Hi",
                        "share_to_feed", "false",
                        "thumb_offset", "1500",
                        "audio_name", "Our song",
                        "collaborators", "[\"anna\",\"ben.b\"]",
                        "location_id", "7640348500"));
    }

    @Test
    void aStoryIsOneImageOrVideo() {
        assertThat(fieldsOf(Content.newBuilder()
                        .setPlacement(Placement.STORY)
                        .setMedia(List.of(aDescribedImage("https://cdn.example.org/a.jpg", "A cat")))))
                .isEqualTo(Map.of("media_type", "STORIES", "image_url", "https://cdn.example.org/a.jpg"));
        assertThat(fieldsOf(Content.newBuilder()
                        .setPlacement(Placement.STORY)
                        .setMedia(List.of(aVideo("https://cdn.example.org/b.mp4")))))
                .isEqualTo(Map.of("media_type", "STORIES", "video_url", "https://cdn.example.org/b.mp4"));
    }

    @Test
    void aLinkIsTextAndAddressesAreAscii() {
        assertThat(fieldsOf(aText("Hi")
                        .setLink(aLink("https://example.org/x"))
                        .setMedia(List.of(anImage("https://cdn.example.org/caf\u00e9.jpg")))))
                .isEqualTo(Map.of(
                        "image_url", "https://cdn.example.org/caf%C3%A9.jpg", "caption", "Hi\nhttps://example.org/x"));
    }

    @ParameterizedTest
    @CsvSource({"instagram_login, false", "facebook_login, true"})
    void provesCallsToFacebooksHostOnly(String kind, boolean isProven) {
        // Given
        var bench = account.bench;
        bench.server().answers(200, id(CONTAINER));
        var proving = new InstagramPlatform(
                Account.config(bench, Optional.of(Secret.of("example-app-secret"))),
                Account.noPrivateMedia(),
                bench.http(),
                bench.clock());
        // When
        proving.publish(aPost(aPicture()).setAccountKind(kind).build(), Bench.TOKEN, bench.context());
        // Then
        var proof = "86d0c7f68d407d377907275842279121c9016c1a43704420cc6585f210bc95bf";
        assertThat(bench.server().last().query()).isEqualTo(isProven ? Map.of("appsecret_proof", proof) : Map.of());
    }

    @ParameterizedTest
    @CsvSource({
        "instagram_login, /v26.0/",
        "facebook_login, /by-facebook/v25.0/",
        "'', /by-facebook/v25.0/",
    })
    void callsTheHostWhereTheAccountsTokensWork(String kind, String base) {
        // Given
        account.bench.server().answers(200, id(CONTAINER));
        // When
        account.publish(aPost(aPicture()).setAccountKind(kind).build());
        // Then
        assertThat(asked()).containsExactly("POST " + base + ID + "/media");
    }

    @Test
    void writesTheFirstCommentOnceThePostIsOut() {
        // Given
        account.bench.server().answers(200, id(POST)).answers(200, permalink()).answers(200, id("17900000000000001"));
        var command = atStep("publish", aPicture().setFirstComment("First!")).build();
        // When
        var out = account.publish(command);
        var done = account.publish(next(command, out));
        // Then
        assertThat(checkpoint(out).getRemoteId()).contains(POST);
        assertThat(checkpoint(out).getUrl()).contains(PERMALINK.toString());
        assertThat(done).isEqualTo(new Published(POST, Optional.of(PERMALINK)));
        assertThat(asked().getLast()).isEqualTo("POST /v26.0/" + POST + "/comments");
        assertThat(account.bench.server().last().text()).isEqualTo("message=First%21");
    }

    @ParameterizedTest
    @CsvSource({
        "500, 2, 0, Unconfirmed",
        "400, 10, 0, Rejected",
        "400, 100, 33, Unavailable",
        "400, 4, 0, RateLimited",
        "200, 10, 0, Unconfirmed",
    })
    void saysWhatBecameOfTheFirstComment(int status, int code, int subcode, String outcome) {
        // Given
        account.bench.server().answers(status, error(code, subcode));
        // Then
        assertThat(name(account.publish(commenting()))).isEqualTo(outcome);
    }

    @Test
    void isPublishedEvenIfWhereItIsCannotBeRead() {
        // Given
        account.bench.server().answers(200, id(POST)).answers(500, "");
        // Then
        assertThat(account.publish(atStep("publish", aPicture()).build()))
                .isEqualTo(new Published(POST, Optional.empty()));
    }

    @Test
    void doesNotTakeAnIdThatIsNone() {
        // Given
        account.bench.server().answers(200, id("../me")).answers(200, id("1/2"));
        // Then
        assertThat(account.publish(aPost(aPicture()).build())).isInstanceOf(Unavailable.class);
        assertThat(account.publish(atStep("publish", aPicture()).build())).isInstanceOf(Unconfirmed.class);
    }

    @Test
    void asksEverMoreRarelyAndNotForEver() {
        // Given
        for (var i = 0; i < 4; i++) {
            account.bench.server().answers(200, status("IN_PROGRESS"));
        }
        // Then
        assertThat(due(account.publish(polled(1)))).isEqualTo(Bench.NOW.plusSeconds(12));
        assertThat(due(account.publish(polled(3)))).isEqualTo(Bench.NOW.plusSeconds(48));
        assertThat(due(account.publish(polled(30)))).isEqualTo(Bench.NOW.plusSeconds(60));
        var values = Map.of(
                "container",
                CONTAINER,
                "madeAt",
                Bench.NOW.minus(Duration.ofMinutes(61)).toString());
        assertThat(account.publish(atStep("processing", aPicture(), values).build()))
                .isInstanceOfSatisfying(
                        Rejected.class,
                        rejected -> assertThat(rejected.cause().code()).isEqualTo(ErrorCode.MEDIA_UNAVAILABLE));
    }

    @Test
    void waitsForTheQuotaBeforeItPublishes() {
        // Given
        account.bench.server().answers(200, status("FINISHED")).answers(200, quota(50, 50));
        // When
        var outcome = account.publish(atStep("processing", aPicture()).build());
        // Then
        assertThat(outcome).isInstanceOfSatisfying(RateLimited.class, limited -> {
            assertThat(limited.scope()).isEqualTo(Outcome.Scope.ACCOUNT);
            assertThat(limited.notBefore()).contains(Bench.NOW.plus(Duration.ofHours(1)));
        });
        assertThat(asked()).noneMatch(call -> call.startsWith("POST"));
    }

    @Test
    void waitsForTheAccountsCallsBeforeItPublishes() {
        // Given
        var header = "{\"" + ID + "\":[{\"type\":\"instagram\",\"call_count\":100,"
                + "\"estimated_time_to_regain_access\":19}]}";
        account.bench
                .server()
                .answers(200, status("FINISHED"))
                .answers(200, quota(1, 50), Map.of("X-Business-Use-Case-Usage", header));
        // Then
        assertThat(account.publish(atStep("processing", aPicture()).build()))
                .isInstanceOfSatisfying(
                        RateLimited.class,
                        limited -> assertThat(limited.notBefore()).contains(Bench.NOW.plus(Duration.ofMinutes(19))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"data\":[]}", "{}", "{\"data\":[{\"quota_usage\":60}]}", "<html>"})
    void goesOnWhereTheQuotaIsNotTold(String quota) {
        // Given
        account.bench.server().answers(200, status("FINISHED")).answers(200, quota);
        // Then
        assertThat(checkpoint(account.publish(atStep("processing", aPicture()).build()))
                        .getStep())
                .isEqualTo("publish");
    }

    @Test
    void doesNotGoOnWhereTheQuotaIsNotAnswered() {
        // Given
        account.bench.server().answers(200, status("FINISHED")).answers(503, "");
        // Then
        assertThat(account.publish(atStep("processing", aPicture()).build())).isInstanceOf(Unavailable.class);
    }

    @Test
    void makesAnExpiredContainerAnew() {
        // Given
        account.bench.server().answers(200, status("EXPIRED")).answers(200, status("EXPIRED"));
        var carousel = aText("Two")
                .setMedia(List.of(anImage("https://cdn.example.org/a.jpg"), anImage("https://cdn.example.org/b.jpg")));
        // When
        var again = checkpoint(account.publish(atStep("processing", aPicture()).build()));
        var fromTheChildrenOn = checkpoint(account.publish(
                atStep("processing", carousel, Map.of("container", CONTAINER, "children", "11,12", "ready", "2"))
                        .build()));
        // Then
        assertThat(again.getStep()).isEqualTo("container");
        assertThat(again.getValues()).doesNotContainKey("container");
        assertThat(fromTheChildrenOn.getStep()).isEqualTo("child");
        assertThat(fromTheChildrenOn.getValues()).doesNotContainKeys("container", "children", "ready");
    }

    @Test
    void givesUpOnAPostWhoseContainersExpireDayAfterDay() {
        // Given
        account.bench.server().answers(200, status("EXPIRED"));
        // Then
        assertThat(account.publish(atStep("processing", aPicture(), Map.of("container", CONTAINER, "expiries", "6"))
                        .build()))
                .isInstanceOf(Rejected.class);
    }

    @Test
    void makesOnlyTheChildAnewThatFailed() {
        // Given
        account.bench
                .server()
                .answers(200, status("FINISHED"))
                .answers(200, failed("2207052"))
                .answers(200, id("22"));
        var carousel = aText("Two")
                .setMedia(List.of(anImage("https://cdn.example.org/a.jpg"), anImage("https://cdn.example.org/b.jpg")));
        var command = atStep("children", carousel, Map.of("children", "11,12")).build();
        // When
        var failed = account.publish(command);
        var again = account.publish(next(command, failed));
        // Then
        assertThat(checkpoint(failed).getStep()).isEqualTo("child");
        assertThat(checkpoint(failed).getValues()).containsEntry("children", "11,");
        assertThat(due(failed)).isEqualTo(Bench.NOW.plusSeconds(30));
        assertThat(checkpoint(again).getValues())
                .containsEntry("children", "11,22")
                .containsEntry("ready", "1");
        assertThat(account.bench.server().last().form()).containsEntry("image_url", "https://cdn.example.org/b.jpg");
    }

    @Test
    void asksTheContainerBeforeItPublishesLongAfterwards() {
        // Given
        account.bench
                .server()
                .answers(200, status("FINISHED"))
                .answers(200, quota(0, 50))
                .answers(200, id(POST))
                .answers(200, permalink());
        var command = PublishCommand.newBuilder(atStep("publish", aPicture()).build())
                .setCheckpoint(aCheckpoint("publish", Map.of("container", CONTAINER), Bench.NOW.minusSeconds(60)))
                .build();
        // Then
        assertThat(account.publish(command)).isInstanceOf(Published.class);
        assertThat(asked())
                .startsWith(
                        "GET /v26.0/" + CONTAINER,
                        "GET /v26.0/" + ID + "/content_publishing_limit",
                        "POST /v26.0/" + ID + "/media_publish");
    }

    @Test
    void doesNotPublishAgainWhatIsOutByTheContainersWord() {
        // Given
        account.bench
                .server()
                .answers(200, status("PUBLISHED"))
                .answers(200, list(entry(POST, "Hi", "2026-11-20T10:15:10+0000", "IMAGE", "FEED")));
        var command = atStep("publish", aPicture())
                .setDoubtedSince(Bench.NOW.minusSeconds(30))
                .setHistory(failures(1, AttemptEnd.ABSENT, "2", Bench.NOW))
                .build();
        // When
        var live = account.publish(command);
        var published = account.publish(next(command, live));
        // Then
        assertThat(checkpoint(live).getRemoteId()).contains(CONTAINER);
        assertThat(published).isEqualTo(new Published(POST, Optional.of(PERMALINK)));
        assertThat(asked()).noneMatch(call -> call.startsWith("POST"));
    }

    @Test
    void saysSoWhereAPostThatIsOutIsNotListed() {
        // Given
        for (var i = 0; i < 4; i++) {
            account.bench.server().answers(200, list());
        }
        var command = atStep("live", aPicture()).build();
        // When
        var outcome = account.publish(command);
        var looks = 1;
        while (outcome instanceof Continue) {
            assertThat(due(outcome)).isEqualTo(Bench.NOW.plusSeconds(10));
            assertThat(checkpoint(outcome).getRemoteId()).contains(CONTAINER);
            outcome = account.publish(next(command, outcome));
            looks++;
        }
        // Then
        assertThat(looks).isEqualTo(4);
        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Rejected.class,
                        rejected -> assertThat(rejected.cause().code()).isEqualTo(ErrorCode.NOT_CONFIRMABLE));
    }

    @Test
    void waitsAfterATryThatWasTakenForSpamAndIsNotOut() {
        // Given
        account.bench.server().answers(200, status("FINISHED"));
        var command = atStep("processing", aPicture())
                .setHistory(failures(1, AttemptEnd.UNCONFIRMED, "4/2207051", Bench.NOW.minusSeconds(300)))
                .build();
        // Then
        assertThat(account.publish(command))
                .isInstanceOfSatisfying(
                        RateLimited.class,
                        limited -> assertThat(limited.notBefore())
                                .contains(Bench.NOW.minusSeconds(300).plus(Duration.ofHours(6))));
    }

    @Test
    void leavesAStepItDoesNotKnowToAPerson() {
        // Given
        var command = atStep("teleport", aPicture()).build();
        // Then
        assertThat(account.publish(command)).isInstanceOf(Unconfirmed.class);
        assertThat(account.find(command)).isInstanceOf(Found.CannotTell.class);
        assertThat(asked()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"child", "children", "container", "processing", "publish", "live", "comment"})
    void survivesACheckpointThatLacksWhatItShouldHold(String step) {
        // Given
        account.bench.server().answers(500, "");
        var values = Map.of("madeAt", "yesterday", "polls", "-1", "children", ",,,,");
        // Then
        assertThat(account.publish(atStep(step, aPicture(), values).build()))
                .isInstanceOfAny(Continue.class, Unavailable.class, Rejected.class);
        assertThat(account.find(atStep(step, aPicture(), values).build()))
                .isInstanceOfAny(Found.Absent.class, Found.CannotTell.class);
    }

    private Map<String, String> fieldsOf(Content.Builder content) {
        account.bench.server().answers(200, id(CONTAINER));
        assertThat(account.platform.faults(content.build())).isEmpty();
        assertThat(checkpoint(account.publish(aPost(content).build())).getStep())
                .isEqualTo("processing");
        return account.bench.server().last().form();
    }

    private static PublishCommand polled(int polls) {
        var values = Map.of("container", CONTAINER, "madeAt", Bench.NOW.toString(), "polls", Integer.toString(polls));
        return atStep("processing", aPicture(), values).build();
    }

    static PublishCommand commenting() {
        var command = atStep("comment", aPicture().setFirstComment("First!")).build();
        var out = io.broadside.events.Checkpoint.newBuilder(
                        command.getCheckpoint().orElseThrow())
                .setRemoteId(POST)
                .setUrl(PERMALINK.toString())
                .build();
        return PublishCommand.newBuilder(command).setCheckpoint(out).build();
    }

    private List<String> asked() {
        return account.bench.server().asked().stream()
                .map(InstagramPlatformTest::line)
                .toList();
    }

    private static String line(Asked asked) {
        return asked.method() + " " + asked.path();
    }

    private static String name(Outcome outcome) {
        return outcome.getClass().getSimpleName();
    }
}
