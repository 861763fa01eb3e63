package io.broadside.publisher.platform;

import static io.broadside.publisher.platform.Commands.aText;
import static io.broadside.publisher.platform.Commands.anImage;
import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.events.Content;
import io.broadside.events.Media;
import io.broadside.events.MediaKind;
import io.broadside.events.Placement;
import io.broadside.events.ThreadPart;
import io.broadside.publisher.platform.Outcome.Published;
import io.broadside.publisher.platform.Outcome.Rejected;
import io.broadside.publisher.platform.media.MediaConfig;
import io.broadside.publisher.platform.media.MediaFetch;
import io.broadside.runtime.config.Secret;
import io.broadside.runtime.config.Settings;
import io.broadside.runtime.http.CallJournal;
import io.broadside.runtime.http.HttpConfig;
import io.broadside.runtime.http.PlatformHttp;
import io.broadside.simulator.PlatformSimulator;
import io.broadside.simulator.SimulatorConfig;
import io.broadside.simulator.account.FacebookPage;
import io.broadside.simulator.account.LinkedInMember;
import io.broadside.simulator.account.LinkedInMember.Organization;
import io.broadside.simulator.account.XUser;
import io.broadside.simulator.failure.Failure;
import io.broadside.simulator.failure.FailureKind;
import io.broadside.simulator.post.Publication;
import io.broadside.simulator.post.Publication.Kind;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Posts of several steps against doubles that know what was really published, whatever fails on the way. */
@Timeout(600)
final class SimulatedMediaIT {

    private static final Map<String, String> ACCOUNTS =
            Map.of("facebook", "1000000077", "x", "1111111111111111177", "linkedin", "urn:li:organization:5550077");
    private static final Map<String, String> TOKENS =
            Map.of("facebook", "page-token-77", "x", "x-token-77", "linkedin", "linkedin-token-77");

    private static final io.broadside.simulator.account.Platform LINKEDIN =
            io.broadside.simulator.account.Platform.of("linkedin");

    private final PlatformSimulator simulator = PlatformSimulator.start(SimulatorConfig.onPort(0));
    private final Vertx vertx = Vertx.vertx();
    private final Clock clock = Clock.systemUTC();
    private final PlatformHttp http = new PlatformHttp(
            vertx,
            HttpConfig.from(Settings.from(Map.of("HTTP_CALL_TIMEOUT", "2s", "HTTP_BREAKER_MINIMUM_CALLS", "100000"))),
            CallJournal.none(),
            new SimpleMeterRegistry(),
            clock);
    private final MediaFetch media = new MediaFetch(
            vertx, new MediaConfig(true, 1L << 32, 64 << 20, Duration.ofSeconds(5), Duration.ofMillis(100)));
    private final Rounds rounds = new Rounds(
            Platforms.all(
                    PlatformsConfig.from(Settings.from(Map.of(
                            "FACEBOOK_API_URI", simulator.facebook().toString(),
                            "X_API_URI", simulator.x().toString(),
                            "LINKEDIN_API_URI", simulator.uri(LINKEDIN).toString()))),
                    http,
                    media,
                    clock),
            clock);

    @BeforeEach
    void setUp() {
        simulator.control().add(FacebookPage.of("1000000077", "Test Page", "page-token-77"));
        simulator.control().add(XUser.of("1111111111111111177", "tester", "x-token-77", "x-refresh-77"));
        simulator
                .control()
                .add(LinkedInMember.of("TestMember77", "Test Member", "linkedin-token-77")
                        .withOrganizations(Organization.of("5550077", "Test Ltd")));
        simulator.control().set("facebookVideoProcessingSeconds", 0);
        simulator.control().set("xProcessingSeconds", 0);
    }

    @AfterEach
    void close() {
        media.close();
        http.close();
        vertx.close().await();
        simulator.close();
    }

    @ParameterizedTest
    @CsvSource({"FEED, VIDEO, VIDEO", "REEL, VIDEO, REEL", "STORY, VIDEO, STORY", "STORY, IMAGE, STORY"})
    void publishesOnFacebookWhereItBelongs(Placement placement, MediaKind medium, Kind kind) {
        // Given: in several slices
        var content = Content.newBuilder()
                .setPlacement(placement)
                .setMedia(List.of(medium == MediaKind.VIDEO ? film("video-30MB.mp4") : image()));
        if (placement != Placement.STORY) {
            content.setText("Tom & Jerry <3").setFirstComment("First & foremost");
        }
        // When
        var outcome = toTheEnd("facebook", content);
        // Then
        assertThat(outcome).isInstanceOf(Published.class);
        assertThat(simulator.control().posts()).singleElement().satisfies(post -> {
            assertThat(post.kind()).isEqualTo(kind);
            assertThat(post.id()).isEqualTo(((Published) outcome).remoteId());
        });
        assertThat(comments("facebook")).hasSize(placement == Placement.STORY ? 0 : 1);
    }

    @ParameterizedTest
    @CsvSource({
        "FEED, page.videos.transfer, CUT_BEFORE_EFFECT",
        "FEED, page.videos.transfer, CUT_AFTER_EFFECT",
        "FEED, page.videos.transfer, SERVER_ERROR_AFTER_EFFECT",
        "FEED, page.videos.start, CUT_AFTER_EFFECT",
        "FEED, page.videos.finish, CUT_BEFORE_EFFECT",
        "FEED, page.videos.finish, CUT_AFTER_EFFECT",
        "FEED, page.videos.finish, SERVER_ERROR_AFTER_EFFECT",
        "FEED, video.read, OUTAGE_PAGE",
        "FEED, post.comments, CUT_AFTER_EFFECT",
        "FEED, post.comments, SERVER_ERROR_BEFORE_EFFECT",
        "REEL, video.upload, CUT_BEFORE_EFFECT",
        "REEL, video.upload, CUT_AFTER_EFFECT",
        "REEL, page.video_reels.start, HANG_AFTER_EFFECT",
        "REEL, page.video_reels.finish, HANG_AFTER_EFFECT",
        "REEL, page.video_reels.finish, SERVER_ERROR_BEFORE_EFFECT",
        "STORY, page.video_stories.finish, CUT_AFTER_EFFECT",
        "STORY, page.video_stories.finish, CUT_BEFORE_EFFECT",
        "STORY, page.stories.read, SERVER_ERROR_BEFORE_EFFECT",
    })
    void losesNoVideoAndPostsNoneTwiceOnFacebook(Placement placement, String endpoint, FailureKind failure) {
        // Given
        fail("facebook", endpoint, failure);
        var content = Content.newBuilder().setPlacement(placement).setMedia(List.of(film("video-10MB.mp4")));
        if (placement != Placement.STORY) {
            content.setFirstComment("First");
        }
        // When
        var outcome = toTheEnd("facebook", content);
        // Then
        assertThat(outcome).isInstanceOf(Published.class);
        assertThat(simulator.control().posts())
                .extracting(Publication::id)
                .containsExactly(((Published) outcome).remoteId());
        assertThat(comments("facebook")).hasSize(placement == Placement.STORY ? 0 : 1);
    }

    @Test
    void findsAPhotoStoryWhoseAnswerWasLost() {
        // Given
        fail("facebook", "page.photo_stories", FailureKind.CUT_AFTER_EFFECT);
        // When
        var outcome = toTheEnd(
                "facebook", Content.newBuilder().setPlacement(Placement.STORY).setMedia(List.of(image())));
        // Then
        assertThat(outcome).isInstanceOf(Published.class);
        assertThat(simulator.control().posts()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({"facebook, video.processing", "x, media.processing"})
    void saysThatAVideoCouldNotBeProcessed(String platform, String endpoint) {
        // Given
        fail(platform, endpoint, FailureKind.REFUSED_BEFORE_EFFECT);
        // Then
        assertThat(toTheEnd(platform, aText("Look").setMedia(List.of(film("sample.mp4")))))
                .isInstanceOf(Rejected.class);
        assertThat(simulator.control().posts()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(
            value = FailureKind.class,
            names = {"CUT_BEFORE_EFFECT", "CUT_AFTER_EFFECT", "SERVER_ERROR_BEFORE_EFFECT", "SERVER_ERROR_AFTER_EFFECT"
            })
    void postsAVideoOnXWhateverFailsBeforeIt(FailureKind failure) {
        for (var endpoint : List.of("media.initialize", "media.append", "media.finalize", "media.status")) {
            fail("x", endpoint, failure);
        }
        // When
        var outcome = toTheEnd("x", aText("Look " + failure).setMedia(List.of(film("video-10MB.mp4"))));
        // Then
        assertThat(outcome).isInstanceOf(Published.class);
        assertThat(simulator.control().posts())
                .extracting(Publication::id)
                .containsExactly(((Published) outcome).remoteId());
    }

    @Test
    void postsAnAnimationOnX() {
        // Given
        var gif = Media.newBuilder(image())
                .setUrl(simulator.uri() + "/media/sample.gif")
                .setKind(MediaKind.GIF)
                .setAltText("A ball")
                .build();
        // Then
        assertThat(toTheEnd("x", aText("Look").setMedia(List.of(gif)))).isInstanceOf(Published.class);
        assertThat(simulator.control().posts()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({"SLOW, 0", "CUT_AFTER_EFFECT, 1", "SERVER_ERROR_AFTER_EFFECT, 1", "HANG_AFTER_EFFECT, 1"})
    void postsEveryPartOfAThreadOnceAndInOrder(FailureKind failure, int times) {
        // Given
        if (times > 0) {
            simulator
                    .control()
                    .inject(Failure.of(io.broadside.simulator.account.Platform.X, "tweets.create", failure)
                            .times(3));
        }
        var content = aText("One")
                .setThread(List.of(
                        ThreadPart.newBuilder()
                                .setText("Two")
                                .setMedia(List.of(image()))
                                .build(),
                        ThreadPart.newBuilder().setText("Three").build()))
                .setFirstComment("Last");
        // When
        var outcome = toTheEnd("x", content);
        // Then
        assertThat(outcome).isInstanceOf(Published.class);
        var posts = simulator.control().posts();
        assertThat(posts).extracting(Publication::text).containsExactly("One", "Two", "Three", "Last");
        assertThat(((Published) outcome).remoteId()).isEqualTo(posts.getFirst().id());
        assertThat(posts.subList(1, 4))
                .extracting(post -> post.replyTo().orElse(""))
                .containsExactly(
                        posts.get(0).id(), posts.get(1).id(), posts.get(0).id());
    }

    private Outcome toTheEnd(String platform, Content.Builder content) {
        return rounds.toTheEnd(
                platform, ACCOUNTS.getOrDefault(platform, ""), Secret.of(TOKENS.getOrDefault(platform, "")), content);
    }

    private void fail(String platform, String endpoint, FailureKind kind) {
        var network = io.broadside.simulator.account.Platform.of(platform);
        simulator.control().inject(Failure.of(network, endpoint, kind));
    }

    private List<Publication> comments(String platform) {
        return simulator.control().comments(io.broadside.simulator.account.Platform.of(platform));
    }

    private Media film(String name) {
        return Media.newBuilder()
                .setUrl(simulator.uri() + "/media/" + name)
                .setKind(MediaKind.VIDEO)
                .build();
    }

    private Media image() {
        return anImage(simulator.uri() + "/media/sample.png");
    }
}
