package io.broadside.publisher.budget;

import static io.broadside.publisher.budget.Bench.NOW;
import static io.broadside.publisher.budget.Bench.aCommand;
import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.events.Checkpoint;
import io.broadside.events.Content;
import io.broadside.events.Media;
import io.broadside.events.MediaKind;
import io.broadside.events.Placement;
import io.broadside.events.PublishCommand;
import io.broadside.publisher.platform.Cause;
import io.broadside.publisher.platform.Outcome.Scope;
import io.broadside.publisher.platform.Platforms;
import io.broadside.publisher.platform.PlatformsConfig;
import io.broadside.publisher.platform.Quotas;
import io.broadside.runtime.config.Settings;
import io.broadside.runtime.http.Reply.Answer;
import io.broadside.schemas.ErrorCode;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The limits of Instagram, LinkedIn and TikTok, as each lets them be known. */
class PlatformBudgetsTest {

    private static final Instant MIDNIGHT = Instant.parse("2026-11-21T00:00:00Z");

    private final Bench bench =
            new Bench(Platforms.quotas(PlatformsConfig.from(Settings.from(Map.of("LINKEDIN_POSTS_PER_APP", "200"))))
                    .toArray(Quotas[]::new));

    @Test
    void onInstagramTheQuotaThatTheAccountWasToldHoldsItsPosts() {
        // Given
        asked(40, 50);
        // When
        var held = bench.refused(image());
        // Then
        assertThat(held.until()).isEqualTo(NOW.plus(Duration.ofHours(1)));
        assertThat(held.because())
                .isEqualTo(
                        "Instagram allows 50 posts for this account in 24 hours; 40 are used, and the rest is kept for"
                                + " scheduled posts");
        assertThat(bench.budgets.hold(at(image(), "publish"))).isEmpty();
    }

    @Test
    void onInstagramWithAllPostsOfTheDayUsedNoneIsPublished() {
        // Given
        asked(50, 50);
        // Then
        assertThat(bench.refused(at(image(), "publish")).because())
                .isEqualTo("Instagram allows 50 posts for this account in 24 hours, and all of them are used");
        assertThat(bench.budgets.hold(at(image(), "comment"))).isEmpty();
    }

    @Test
    void onInstagramWhatIsPublishedCountsUntilTheQuotaIsToldAnew() {
        // Given
        asked(48, 50);
        // When
        bench.answered(image(), "ig.media.publish", Map.of());
        bench.answered(image(), "ig.media.publish", Map.of());
        // Then
        assertThat(bench.budgets.hold(at(image(), "publish"))).isPresent();
        bench.clock.set(NOW.plus(Duration.ofMinutes(1)));
        asked(30, 50);
        assertThat(bench.budgets.hold(image())).isEmpty();
    }

    @Test
    void onInstagramContainersCountWhateverBecomesOfThem() {
        // Given
        for (var i = 0; i < 318; i++) {
            bench.ended(image(), "ig.media.create", new Answer(400, Map.of(), "{}"));
        }
        // Then: one more of 320 is there, but not the three of a carousel
        assertThat(bench.budgets.hold(image())).isEmpty();
        assertThat(bench.refused(carousel()).because())
                .startsWith("Instagram allows 400 uploads for this account in 24 hours; 318 are used");
    }

    @Test
    void onInstagramTheBusinessUseCaseIsAnHourOrTheMinutesNamed() {
        // Given
        var usage = "{\"17841400000000001\":[{\"type\":\"instagram\",\"call_count\":100,\"total_cputime\":25,"
                + "\"total_time\":25,\"estimated_time_to_regain_access\":19}]}";
        bench.answered(image(), "ig.container", Map.of("x-business-use-case-usage", usage));
        // Then
        assertThat(bench.refused(image()).until()).isEqualTo(NOW.plus(Duration.ofMinutes(19)));
    }

    @Test
    void onFacebookAPageHasSoManyReelsADay() {
        // Given
        var reel = aCommand("facebook")
                .setContent(Content.newBuilder()
                        .setPlacement(Placement.REEL)
                        .setMedia(List.of(Media.newBuilder()
                                .setUrl("https://cdn.example.org/b.mp4")
                                .setKind(MediaKind.VIDEO)
                                .build()))
                        .build())
                .build();
        for (var i = 0; i < 24; i++) {
            bench.answered(reel, "page.video_reels.finish", Map.of());
        }
        // Then
        assertThat(bench.refused(reel).because())
                .startsWith("Facebook allows 30 reels for this account in 24 hours; 24 are used");
        assertThat(bench.budgets.hold(at(reel, "finish"))).isEmpty();
        assertThat(bench.budgets.hold(aCommand("facebook").build())).isEmpty();
    }

    @Test
    void onLinkedInADayBeginsAtMidnightUtc() {
        // Given
        var post = aCommand("linkedin").build();
        created(post, 120);
        // When
        var held = bench.refused(post);
        // Then
        assertThat(held.until()).isEqualTo(MIDNIGHT);
        assertThat(held.because())
                .startsWith("LinkedIn allows 150 posts for this account in one day UTC; 120 are used");
        assertThat(bench.budgets.hold(at(post, "create"))).isEmpty();
        bench.clock.set(MIDNIGHT);
        assertThat(bench.budgets.hold(post)).isEmpty();
    }

    @Test
    void onLinkedInTheAppHasItsOwnDayAndCommentsAreNoPosts() {
        // Given
        var mine = aCommand("linkedin").build();
        var others = aCommand("linkedin").setConnectionId("connection-2").build();
        created(mine, 110);
        created(others, 90);
        // Then
        assertThat(bench.refused(at(others, "create")).because())
                .isEqualTo("LinkedIn allows 200 posts for this app in one day UTC, and all of them are used");
        assertThat(bench.budgets.hold(at(others, "comment"))).isEmpty();
    }

    @Test
    void onTikTokAnAccountBeginsSoManyVideosInAMinute() {
        // Given
        for (var i = 0; i < 4; i++) {
            bench.answered(film(), "post.video.init", Map.of());
        }
        // When
        var held = bench.refused(film());
        // Then
        assertThat(held.until()).isEqualTo(NOW.plus(Duration.ofMinutes(1)));
        assertThat(held.because())
                .isEqualTo("TikTok allows 6 videos for this account in one minute; 4 are used, and the rest is kept for"
                        + " scheduled posts");
        assertThat(bench.budgets.hold(PublishCommand.newBuilder(film())
                        .setConnectionId("connection-2")
                        .build()))
                .isEmpty();
    }

    @Test
    void onTikTokUploadsAndQuestionsDoNotCountAsBeginnings() {
        // Given
        for (var i = 0; i < 6; i++) {
            bench.answered(film(), "post.video.init", Map.of());
        }
        // Then
        assertThat(bench.budgets.hold(at(film(), "begin"))).isPresent();
        assertThat(bench.budgets.hold(at(film(), "upload"))).isEmpty();
        assertThat(bench.budgets.hold(at(film(), "finish"))).isEmpty();
        assertThat(bench.budgets.hold(at(film(), "status"))).isEmpty();
    }

    @Test
    void onTikTokAPostIsAskedForSoOften() {
        // Given
        for (var i = 0; i < 30; i++) {
            bench.answered(film(), "post.status", Map.of());
        }
        // Then
        assertThat(bench.budgets.hold(at(film(), "status"))).isPresent();
        bench.clock.set(NOW.plus(Duration.ofMinutes(1)));
        assertThat(bench.budgets.hold(at(film(), "status"))).isEmpty();
    }

    /** What has begun goes on: its upload address would expire, and a post that is out is to be told of. */
    @Test
    void onTikTokACapOfTheAccountHoldsWhatIsNotBegun() {
        // Given
        var until = NOW.plus(Duration.ofHours(2));
        // When
        bench.budgets.refused(film(), Scope.ENDPOINT, Optional.of(until), Cause.of(ErrorCode.RATE_LIMITED));
        // Then
        assertThat(bench.refused(film()).until()).isEqualTo(until);
        assertThat(bench.budgets.hold(photo())).isPresent();
        assertThat(bench.budgets.hold(at(film(), "begin"))).isPresent();
        for (var step : List.of("upload", "finish", "status", "cancel")) {
            assertThat(bench.budgets.hold(at(film(), step))).as(step).isEmpty();
            assertThat(bench.budgets.holdLook(at(film(), step))).as(step).isEmpty();
        }
        assertThat(bench.budgets.hold(ofAnother(film()))).isEmpty();
    }

    @Test
    void onTikTokACapOfTheAppHoldsWhatIsNotBegunOfAllAccounts() {
        // Given
        var until = NOW.plus(Duration.ofHours(6));
        // When
        bench.budgets.refused(film(), Scope.APP_ENDPOINT, Optional.of(until), Cause.of(ErrorCode.RATE_LIMITED));
        // Then
        assertThat(bench.refused(ofAnother(film())).until()).isEqualTo(until);
        for (var step : List.of("upload", "finish", "status", "cancel")) {
            assertThat(bench.budgets.hold(ofAnother(at(film(), step)))).as(step).isEmpty();
            assertThat(bench.budgets.holdLook(ofAnother(at(film(), step))))
                    .as(step)
                    .isEmpty();
        }
    }

    private static PublishCommand ofAnother(PublishCommand command) {
        return PublishCommand.newBuilder(command)
                .setConnectionId("connection-2")
                .build();
    }

    private static PublishCommand photo() {
        var photo = Media.newBuilder()
                .setUrl("https://cdn.example.org/a.jpg")
                .setKind(MediaKind.IMAGE)
                .build();
        return aCommand("tiktok")
                .setContent(Content.newBuilder().setMedia(List.of(photo)).build())
                .build();
    }

    private void asked(int used, int total) {
        var body = "{\"data\":[{\"quota_usage\":" + used + ",\"config\":{\"quota_total\":" + total
                + ",\"quota_duration\":86400}}]}";
        bench.ended(image(), "ig.limit", new Answer(200, Map.of(), body));
    }

    private void created(PublishCommand command, int times) {
        for (var i = 0; i < times; i++) {
            bench.answered(command, "posts.create", Map.of());
        }
    }

    private static PublishCommand image() {
        return with("instagram", MediaKind.IMAGE, 1);
    }

    private static PublishCommand carousel() {
        return with("instagram", MediaKind.IMAGE, 2);
    }

    private static PublishCommand film() {
        return with("tiktok", MediaKind.VIDEO, 1);
    }

    private static PublishCommand with(String platform, MediaKind kind, int count) {
        var medium = Media.newBuilder()
                .setUrl("https://example.org/medium")
                .setKind(kind)
                .build();
        var content = Content.newBuilder()
                .setText("Look")
                .setMedia(List.copyOf(Collections.nCopies(count, medium)))
                .build();
        return aCommand(platform).setContent(content).build();
    }

    private static PublishCommand at(PublishCommand command, String step) {
        return PublishCommand.newBuilder(command)
                .setCheckpoint(Checkpoint.newBuilder()
                        .setStep(step)
                        .setValues(Map.of())
                        .setAt(NOW)
                        .build())
                .build();
    }
}
