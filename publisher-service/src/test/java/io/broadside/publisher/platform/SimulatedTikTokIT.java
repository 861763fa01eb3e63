package io.broadside.publisher.platform;

import static io.broadside.publisher.platform.Commands.aCommand;
import static io.broadside.publisher.platform.Commands.aText;
import static io.broadside.publisher.platform.Commands.anImage;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.broadside.events.Checkpoint;
import io.broadside.events.Content;
import io.broadside.events.Doubt;
import io.broadside.events.Media;
import io.broadside.events.MediaKind;
import io.broadside.events.PublishCommand;
import io.broadside.events.Visibility;
import io.broadside.publisher.platform.media.MediaConfig;
import io.broadside.publisher.platform.media.MediaFetch;
import io.broadside.runtime.config.Secret;
import io.broadside.runtime.config.Settings;
import io.broadside.runtime.http.CallContext;
import io.broadside.runtime.http.CallJournal;
import io.broadside.runtime.http.HttpConfig;
import io.broadside.runtime.http.PlatformHttp;
import io.broadside.runtime.tracing.Trace;
import io.broadside.simulator.PlatformSimulator;
import io.broadside.simulator.SimulatorConfig;
import io.broadside.simulator.account.TikTokCreator;
import io.broadside.simulator.failure.Failure;
import io.broadside.simulator.failure.FailureKind;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** TikTok against a double that knows what was really published, with failures and crashes at every step. */
final class SimulatedTikTokIT {

    private static final io.broadside.simulator.account.Platform TIKTOK =
            io.broadside.simulator.account.Platform.TIKTOK;
    private static final String CREATOR = "-000test77OpenId";
    private static final Secret TOKEN = Secret.of("tiktok-token-77");
    private static final int MOST_ROUNDS = 60;

    private final MovedClock clock = new MovedClock();
    private final PlatformSimulator simulator =
            PlatformSimulator.start(SimulatorConfig.onPort(0).withClock(clock));
    private final Vertx vertx = Vertx.vertx();
    private final PlatformHttp http = new PlatformHttp(
            vertx,
            HttpConfig.from(Settings.from(Map.of("HTTP_CALL_TIMEOUT", "2s", "HTTP_BREAKER_MINIMUM_CALLS", "100000"))),
            CallJournal.none(),
            new SimpleMeterRegistry(),
            clock);
    private final MediaFetch media = new MediaFetch(
            vertx, new MediaConfig(true, 64 << 20, 64 << 20, Duration.ofSeconds(5), Duration.ofSeconds(20)));
    private final Platform tikTok = Platforms.all(
                    PlatformsConfig.from(Settings.from(Map.of(
                            "TIKTOK_API_URI", simulator.uri(TIKTOK).toString(), "TIKTOK_CHUNK_BYTES", "5242880"))),
                    http,
                    media,
                    clock)
            .byId("tiktok")
            .orElseThrow();

    SimulatedTikTokIT() {
        simulator.control().add(TikTokCreator.of(CREATOR, "tester", TOKEN.reveal(), "tiktok-refresh-77"));
    }

    @AfterEach
    void close() {
        media.close();
        http.close();
        vertx.close().await();
        simulator.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"sample.mp4", "video-5MB.mp4", "video-16MB.mp4"})
    void publishesAVideoOfAnySize(String file) {
        // When
        var end = toTheEnd(video(file));
        // Then
        assertThat(end).isEqualTo("Published");
        assertThat(published()).isEqualTo(1);
        assertThat(simulator.control().posts().getFirst().text()).isEqualTo("Look at this #film");
    }

    @ParameterizedTest
    @CsvSource({"PUBLIC", "FRIENDS", "PRIVATE", "PLATFORM_DEFAULT"})
    void publishesForWhomItIsMeant(Visibility visibility) {
        assertThat(toTheEnd(video("sample.mp4").setVisibility(visibility))).isEqualTo("Published");
    }

    @Test
    void publishesPhotos() {
        // When
        var end = toTheEnd(photos());
        // Then
        assertThat(end).isEqualTo("Published");
        assertThat(published()).isEqualTo(1);
    }

    @Test
    void letsTikTokFetchAVideo() {
        assertThat(toTheEnd(pulled())).isEqualTo("Published");
        assertThat(published()).isEqualTo(1);
    }

    @ParameterizedTest(name = "{0} {1} after {2} calls")
    @CsvSource({
        "creator_info.query, CUT_BEFORE_EFFECT, 0",
        "creator_info.query, OUTAGE_PAGE, 0",
        "video.init, CUT_BEFORE_EFFECT, 0",
        "video.init, CUT_AFTER_EFFECT, 0",
        "video.init, SERVER_ERROR_AFTER_EFFECT, 0",
        "video.init, EMPTY_SUCCESS_AFTER_EFFECT, 0",
        "upload, CUT_BEFORE_EFFECT, 0",
        "upload, CUT_AFTER_EFFECT, 0",
        "upload, SERVER_ERROR_BEFORE_EFFECT, 0",
        "upload, SERVER_ERROR_AFTER_EFFECT, 0",
        "upload, HANG_AFTER_EFFECT, 0",
        "upload, CUT_BEFORE_EFFECT, 2",
        "upload, CUT_AFTER_EFFECT, 2",
        "upload, SERVER_ERROR_BEFORE_EFFECT, 2",
        "upload, SERVER_ERROR_AFTER_EFFECT, 2",
        "upload, HANG, 2",
        "upload, HANG_AFTER_EFFECT, 2",
        "upload, OUTAGE_PAGE, 2",
        "status.fetch, CUT_BEFORE_EFFECT, 0",
        "status.fetch, SERVER_ERROR_BEFORE_EFFECT, 0",
        "status.fetch, RATE_LIMITED, 0",
    })
    void publishesAVideoOnceWhateverFails(String endpoint, FailureKind kind, int uploadsBefore) {
        // When
        var end = toTheEnd(video("video-16MB.mp4"), (uploads, step) -> {
            if (uploads == uploadsBefore) {
                simulator.control().inject(Failure.of(TIKTOK, endpoint, kind));
            }
        });
        // Then
        assertThat(simulator.control().calls(0)).anyMatch(call -> call.failure().isPresent());
        assertThat(end).isEqualTo("Published");
        assertThat(published()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"begin", "upload", "finish", "status"})
    void publishesAVideoOnceAlthoughTheProcessDiesInAStep(String step) {
        assertThat(dyingIn(step, video("video-16MB.mp4"))).isEqualTo("Published");
        assertThat(published()).isEqualTo(1);
    }

    @Test
    void findsAFetchedVideoWhoseAnswerWasLost() {
        assertThat(dyingIn("pull", pulled())).isEqualTo("Landed");
        assertThat(published()).isEqualTo(1);
    }

    @Test
    void doesNotSendPhotosAgainWhoseAnswerWasLost() {
        assertThat(dyingIn("photos", photos())).isEqualTo("CannotTell");
        assertThat(published()).isEqualTo(1);
    }

    @Test
    void saysWhyTikTokGaveAPostUp() {
        // Given
        simulator
                .control()
                .inject(Failure.of(TIKTOK, "processing", FailureKind.REFUSED_BEFORE_EFFECT)
                        .code("frame_rate_check_failed"));
        // Then
        assertThat(toTheEnd(video("sample.mp4"))).isEqualTo("Rejected frame_rate_check_failed");
        assertThat(published()).isZero();
    }

    @Test
    void waitsWhenTheAccountHasPostedAllItMay() {
        // Given
        simulator.control().set("tiktokPostsPerDay", 0);
        // Then
        assertThat(toTheEnd(video("sample.mp4"))).isEqualTo("RateLimited");
    }

    @Test
    void refusesAVisibilityThatAPrivateAccountDoesNotOffer() {
        // Given
        simulator
                .control()
                .add(TikTokCreator.of(CREATOR, "tester", TOKEN.reveal(), "tiktok-refresh-77")
                        .asPrivate());
        // Then
        assertThat(toTheEnd(video("sample.mp4").setVisibility(Visibility.PUBLIC)))
                .startsWith("Rejected");
        assertThat(toTheEnd(video("sample.mp4").setVisibility(Visibility.FOLLOWERS)))
                .isEqualTo("Published");
    }

    /** Told before each call how many pieces went out so far, and at which step the command is. */
    private interface BeforeCall {
        void at(int uploads, String step);
    }

    private String toTheEnd(Content.Builder content) {
        return toTheEnd(content, (_, _) -> {});
    }

    /** As the publisher does it; what it would wait for, the clock is moved to. */
    private String toTheEnd(Content.Builder content, BeforeCall before) {
        var command = command(content);
        var limited = 0;
        var told = -1;
        for (var round = 0; round < MOST_ROUNDS; round++) {
            var uploads = uploads();
            if (uploads > told) {
                told = uploads;
                before.at(uploads, step(command));
            }
            if (command.getDoubt().isPresent()) {
                var found = tikTok.find(command, TOKEN, context());
                if (found instanceof Found.Landed) {
                    return "Published";
                }
                command = afterLook(command, found);
                continue;
            }
            var outcome = tikTok.publish(command, TOKEN, context());
            if (outcome instanceof Outcome.RateLimited && limited++ > 1) {
                return "RateLimited";
            }
            if (outcome instanceof Outcome.Rejected(var cause)) {
                return "Rejected " + cause.platformCode().orElse("");
            }
            if (outcome instanceof Outcome.Published) {
                return "Published";
            }
            command = after(command, outcome);
        }
        throw new AssertionError("no end at " + step(command));
    }

    /** The process that makes this step's call dies before it can say what came of it. */
    private String dyingIn(String step, Content.Builder content) {
        var command = command(content);
        var isDead = false;
        for (var round = 0; round < MOST_ROUNDS; round++) {
            if (command.getDoubt().isPresent()) {
                var found = tikTok.find(command, TOKEN, context());
                if (found instanceof Found.Landed) {
                    return step.equals("pull") ? "Landed" : "Published";
                }
                if (found instanceof Found.CannotTell) {
                    return "CannotTell";
                }
                command = afterLook(command, found);
                continue;
            }
            var outcome = tikTok.publish(command, TOKEN, context());
            if (step(command).equals(step) && !isDead) {
                isDead = true;
                clock.advance(Duration.ofSeconds(90));
                if (step.equals("pull") || step.equals("photos")) {
                    // TikTok fetches by itself, whether or not anybody is still there.
                    await().atMost(Duration.ofMinutes(1)).until(() -> published() == 1);
                    clock.advance(Duration.ofSeconds(5));
                }
                command = inDoubt(command, step(command));
            } else if (outcome instanceof Outcome.Published) {
                return "Published";
            } else {
                command = after(command, outcome);
                if (step.equals("status") && step(command).equals("status") && !isDead) {
                    isDead = true;
                    clock.advance(Duration.ofSeconds(90));
                }
            }
        }
        throw new AssertionError("no end at " + step(command));
    }

    private PublishCommand after(PublishCommand command, Outcome outcome) {
        return switch (outcome) {
            case Outcome.Continue(var checkpoint, var notBefore) -> {
                moveTo(notBefore);
                yield PublishCommand.newBuilder(command)
                        .setCheckpoint(checkpoint)
                        .build();
            }
            case Outcome.Underway(var checkpoint, var notBefore) -> {
                moveTo(notBefore);
                yield inDoubt(
                        PublishCommand.newBuilder(command)
                                .setCheckpoint(checkpoint)
                                .build(),
                        checkpoint.getStep());
            }
            case Outcome.Unconfirmed(var step, var _) -> {
                clock.advance(Duration.ofSeconds(2));
                yield inDoubt(command, step);
            }
            case Outcome.RateLimited limited -> {
                moveTo(limited.notBefore());
                yield command;
            }
            case Outcome.Unavailable _ -> {
                clock.advance(Duration.ofSeconds(1));
                yield command;
            }
            case Outcome.Published _, Outcome.Rejected _, Outcome.TokenExpired _, Outcome.TokenRevoked _ ->
                throw new AssertionError(outcome);
        };
    }

    private PublishCommand afterLook(PublishCommand command, Found found) {
        return switch (found) {
            case Found.Absent() ->
                PublishCommand.newBuilder(command).setDoubt(null).build();
            case Found.Underway(var notBefore) -> {
                moveTo(notBefore);
                yield command;
            }
            case Found.CannotTell _ -> {
                clock.advance(Duration.ofSeconds(10));
                yield command;
            }
            case Found.Landed _, Found.Further _ -> throw new AssertionError(found);
        };
    }

    private void moveTo(Optional<Instant> notBefore) {
        notBefore.filter(clock.instant()::isBefore).ifPresent(clock::set);
    }

    private PublishCommand inDoubt(PublishCommand command, String step) {
        // As the publisher knows it of a process that is gone: since its command was written.
        var since = clock.instant().minus(Duration.ofMinutes(2));
        var doubt = Doubt.newBuilder()
                .setSince(since)
                .setStep(step)
                .setCause("OWNER_LOST")
                .build();
        return PublishCommand.newBuilder(command)
                .setDoubt(doubt)
                .setDoubtedSince(command.getDoubtedSince().orElse(since))
                .build();
    }

    private static String step(PublishCommand command) {
        return command.getCheckpoint().map(Checkpoint::getStep).orElse("begin");
    }

    private int uploads() {
        return (int) simulator.control().calls(0).stream()
                .filter(call -> call.endpoint().equals("upload"))
                .count();
    }

    private long published() {
        return simulator.control().posts(TIKTOK).size();
    }

    private Content.Builder video(String file) {
        return aText("Look at this #film").setMedia(List.of(film(file)));
    }

    private Content.Builder pulled() {
        return video("sample.mp4").setOptions(Map.of("tiktok.pullFromUrl", "true"));
    }

    private Content.Builder photos() {
        var photo = anImage(simulator.uri() + "/media/sample.jpg");
        return aText("Two of them").setMedia(List.of(photo, photo));
    }

    private Media film(String file) {
        return Media.newBuilder()
                .setUrl(simulator.uri() + "/media/" + file)
                .setKind(MediaKind.VIDEO)
                .build();
    }

    private PublishCommand command(Content.Builder content) {
        return aCommand("tiktok", CREATOR, content)
                .setAcceptedAt(clock.instant())
                .build();
    }

    private static CallContext context() {
        return CallContext.forConnection("connection-1", Trace.root());
    }

    /** Goes on by itself as clocks do, and further when it is moved: what is waited for comes at once. */
    private static final class MovedClock extends Clock {

        private volatile Duration ahead = Duration.ZERO;

        void advance(Duration time) {
            ahead = ahead.plus(time);
        }

        void set(Instant instant) {
            advance(Duration.between(instant(), instant));
        }

        @Override
        public Instant instant() {
            return Instant.now().plus(ahead);
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }
}
