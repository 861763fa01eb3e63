package io.broadside.publisher.platform.instagram;

import static io.broadside.publisher.platform.Commands.aCommand;
import static io.broadside.publisher.platform.Commands.aDescribedImage;
import static io.broadside.publisher.platform.Commands.aText;
import static io.broadside.publisher.platform.Commands.aVideo;
import static io.broadside.publisher.platform.Commands.anImage;
import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.events.Attempt;
import io.broadside.events.AttemptEnd;
import io.broadside.events.Checkpoint;
import io.broadside.events.Content;
import io.broadside.events.Doubt;
import io.broadside.events.Media;
import io.broadside.events.Placement;
import io.broadside.events.PublishCommand;
import io.broadside.publisher.platform.Cause;
import io.broadside.publisher.platform.Found;
import io.broadside.publisher.platform.Outcome;
import io.broadside.publisher.platform.media.MediaConfig;
import io.broadside.runtime.config.Secret;
import io.broadside.runtime.config.Settings;
import io.broadside.runtime.http.CallContext;
import io.broadside.runtime.http.CallJournal;
import io.broadside.runtime.http.HttpConfig;
import io.broadside.runtime.http.PlatformHttp;
import io.broadside.runtime.tracing.Trace;
import io.broadside.simulator.PlatformSimulator;
import io.broadside.simulator.SimulatorConfig;
import io.broadside.simulator.account.FacebookPage;
import io.broadside.simulator.failure.Failure;
import io.broadside.simulator.failure.FailureKind;
import io.broadside.simulator.instagram.InstagramAccount;
import io.broadside.simulator.post.Publication;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Instagram against its double, which knows what was really published; commands are handled as the publisher does it. */
final class SimulatedInstagramIT {

    private static final String ACCOUNT = "17840000000000077";
    private static final String INSTAGRAM_TOKEN = "instagram-token-77";
    private static final String PAGE_TOKEN = "page-token-77";
    private static final io.broadside.simulator.account.Platform INSTAGRAM =
            io.broadside.simulator.instagram.InstagramPlatform.ID;

    /** Stands still but for the waits of commands; the double lives by it too. */
    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-11-20T10:15:30Z"));

    private final Clock clock = clockOf(now::get);
    private final PlatformSimulator simulator =
            PlatformSimulator.start(SimulatorConfig.onPort(0).withClock(clock));
    private final Vertx vertx = Vertx.vertx();
    private final PlatformHttp http = new PlatformHttp(
            vertx,
            HttpConfig.from(Settings.from(Map.of("HTTP_CALL_TIMEOUT", "1s", "HTTP_BREAKER_MINIMUM_CALLS", "100000"))),
            CallJournal.none(),
            new SimpleMeterRegistry(),
            Clock.systemUTC());
    private final InstagramPlatform platform = new InstagramPlatform(
            new InstagramConfig(
                    new InstagramConfig.Api(simulator.uri(INSTAGRAM), "v26.0"),
                    new InstagramConfig.Api(simulator.facebook(), "v26.0"),
                    Duration.ofSeconds(3),
                    Duration.ofHours(23),
                    Duration.ofMinutes(1),
                    Optional.empty()),
            new MediaConfig(true, 16 << 20, 64 << 20, Duration.ofSeconds(5), Duration.ofSeconds(20)),
            http,
            clock);

    SimulatedInstagramIT() {
        simulator.control().add(FacebookPage.of("1000000077", "Test Page", PAGE_TOKEN));
        simulator
                .control()
                .add(InstagramAccount.of(ACCOUNT, "tester", INSTAGRAM_TOKEN).withPageId("1000000077"));
    }

    @AfterEach
    void close() {
        http.close();
        vertx.close().await();
        simulator.close();
    }

    enum Sample {
        IMAGE,
        CAROUSEL,
        REEL,
        IMAGE_STORY,
        VIDEO_STORY
    }

    @ParameterizedTest
    @EnumSource(Sample.class)
    void publishesEveryKindOfPost(Sample sample) {
        // When
        var end = run(command(content(sample)));
        // Then
        assertThat(end.what()).isEqualTo("PUBLISHED");
        assertThat(end.url()).isPresent();
        assertThat(posts()).singleElement().satisfies(post -> {
            assertThat(end.id()).contains(post.id());
            assertThat(post.media()).hasSize(sample == Sample.CAROUSEL ? 3 : 1);
            assertThat(post.text()).isEqualTo(sample.name().endsWith("STORY") ? "" : "Tom & Jerry <3 caf\u00e9");
        });
    }

    @Test
    void publishesByFacebookLoginWithTheTokenOfThePage() {
        // Given
        var command = PublishCommand.newBuilder(command(content(Sample.CAROUSEL).setFirstComment("First!")))
                .setAccountKind("facebook_login")
                .build();
        // Then
        assertThat(run(command).what()).isEqualTo("PUBLISHED");
        isPublishedOnceWithItsComment();
    }

    static Stream<Arguments> failures() {
        var anywhere = List.of(
                FailureKind.SERVER_ERROR_BEFORE_EFFECT,
                FailureKind.SERVER_ERROR_AFTER_EFFECT,
                FailureKind.CUT_BEFORE_EFFECT,
                FailureKind.CUT_AFTER_EFFECT,
                FailureKind.EMPTY_SUCCESS_AFTER_EFFECT,
                FailureKind.OUTAGE_PAGE,
                FailureKind.RATE_LIMITED,
                FailureKind.RATE_LIMITED_WITH_RETRY_AFTER);
        var endpoints =
                List.of("media.create", "container.read", "publishing_limit.read", "media.publish", "media.comments");
        return Stream.of(
                        endpoints.stream()
                                .flatMap(endpoint -> anywhere.stream().map(kind -> Arguments.of(endpoint, kind))),
                        Stream.of("media.publish", "media.comments")
                                .flatMap(endpoint -> Stream.of(
                                                FailureKind.HANG_AFTER_EFFECT,
                                                FailureKind.HANG,
                                                FailureKind.ERROR_IN_SUCCESS_BEFORE_EFFECT)
                                        .map(kind -> Arguments.of(endpoint, kind))),
                        Stream.of(
                                Arguments.of("media.publish", FailureKind.ERROR_IN_SUCCESS_AFTER_EFFECT),
                                Arguments.of("media.comments", FailureKind.ERROR_IN_SUCCESS_AFTER_EFFECT),
                                Arguments.of("media.publish", FailureKind.REFUSED_AFTER_EFFECT),
                                Arguments.of("media.read", FailureKind.SERVER_ERROR_BEFORE_EFFECT)))
                .flatMap(all -> all);
    }

    @ParameterizedTest(name = "{1} at {0}")
    @MethodSource("failures")
    void publishesOnceWhateverFailsOnTheWay(String endpoint, FailureKind kind) {
        // Given
        simulator.control().inject(Failure.of(INSTAGRAM, endpoint, kind));
        // When
        var end = run(command(content(Sample.CAROUSEL).setFirstComment("First!")));
        // Then
        assertThat(end.what()).isEqualTo("PUBLISHED");
        assertThat(simulator.control().failures()).isEmpty();
        isPublishedOnceWithItsComment();
    }

    static IntStream calls() {
        return IntStream.range(0, 12);
    }

    @ParameterizedTest
    @MethodSource("calls")
    void publishesOnceAlthoughTheProcessDiesAfterACall(int call) {
        // When
        var end = run(
                command(content(Sample.CAROUSEL).setFirstComment("First!")),
                number -> number == call || number == call + 1);
        // Then
        assertThat(end.what()).isEqualTo("PUBLISHED");
        isPublishedOnceWithItsComment();
    }

    @ParameterizedTest
    @CsvSource({"REFUSED_BEFORE_EFFECT, 6", "REFUSED_AFTER_EFFECT, 0"})
    void findsOutWhetherAPostThatIsTakenForSpamIsOut(FailureKind kind, int hours) {
        // Given
        var start = clock.instant();
        simulator.control().inject(Failure.of(INSTAGRAM, "media.publish", kind).code("4/2207051"));
        // When
        var end = run(command(content(Sample.IMAGE)));
        // Then
        assertThat(end.what()).isEqualTo("PUBLISHED");
        assertThat(posts()).hasSize(1);
        assertThat(Duration.between(start, clock.instant()).toHours()).isEqualTo(hours);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1/2207032", "-1/2207053", "24/2207006", "9004/2207052", "-1/2207077"})
    void makesNoSecondPostOfOneThatIsOutAndRefusedAllTheSame(String code) {
        // Given
        simulator
                .control()
                .inject(Failure.of(INSTAGRAM, "media.publish", FailureKind.REFUSED_AFTER_EFFECT)
                        .code(code));
        // Then
        assertThat(run(command(content(Sample.IMAGE))).what()).isEqualTo("PUBLISHED");
        assertThat(posts()).hasSize(1);
    }

    @Test
    void waitsUntilTheQuotaHasRoomAndMakesWhatExpiredMeanwhileAnew() {
        // Given
        var start = clock.instant();
        simulator.control().set("instagramPublishesPerDay", 1);
        assertThat(run(command(content(Sample.IMAGE))).what()).isEqualTo("PUBLISHED");
        // When
        var end = run(command(content(Sample.CAROUSEL)));
        // Then
        assertThat(end.what()).isEqualTo("PUBLISHED");
        assertThat(posts()).hasSize(2);
        assertThat(Duration.between(start, clock.instant())).isBetween(Duration.ofHours(24), Duration.ofHours(26));
    }

    @ParameterizedTest
    @CsvSource({
        "2207052, 1, PUBLISHED",
        "2207052, 3, FAILED",
        "2207082, 1, PUBLISHED",
        "2207026, 1, FAILED",
    })
    void makesMediaAnewThatFailedInProcessing(String code, int times, String end) {
        // Given
        simulator
                .control()
                .inject(Failure.of(INSTAGRAM, "container.processing", FailureKind.REFUSED_BEFORE_EFFECT)
                        .code(code)
                        .times(times));
        // Then
        assertThat(run(command(content(Sample.REEL))).what()).isEqualTo(end);
        assertThat(posts()).hasSize(end.equals("PUBLISHED") ? 1 : 0);
    }

    @Test
    void givesUpOnAFileThatIsNotThere() {
        // Given
        var command = command(aText("Hi").setMedia(List.of(anImage(simulator.uri() + "/media/missing.jpg"))));
        // Then
        assertThat(run(command).what()).isEqualTo("FAILED");
        assertThat(posts()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"20, PUBLISHED", "86400, INCOMPLETE"})
    void findsThePostInAListThatIsLate(int lag, String what) {
        // Given
        simulator.control().set("readLagSeconds", lag);
        simulator.control().inject(Failure.of(INSTAGRAM, "media.publish", FailureKind.CUT_AFTER_EFFECT));
        // When
        var end = run(command(content(Sample.IMAGE)));
        // Then
        assertThat(end.what()).isEqualTo(what);
        assertThat(posts()).hasSize(1);
        assertThat(end.id().equals(Optional.of(posts().getFirst().id()))).isEqualTo(what.equals("PUBLISHED"));
    }

    @ParameterizedTest
    @CsvSource({"TOKEN_EXPIRED, TokenExpired", "TOKEN_REVOKED, TokenRevoked", "PERMISSION_MISSING, FAILED"})
    void saysWhatARefusalAsksFor(FailureKind kind, String what) {
        for (var endpoint : List.of("media.create", "container.read", "media.publish")) {
            simulator.control().clearFailures();
            simulator
                    .control()
                    .add(InstagramAccount.of(ACCOUNT, "tester", INSTAGRAM_TOKEN).withPageId("1000000077"));
            simulator.control().inject(Failure.of(INSTAGRAM, endpoint, kind));
            assertThat(run(command(content(Sample.IMAGE))).what()).as(endpoint).isEqualTo(what);
        }
        assertThat(posts()).isEmpty();
    }

    private void isPublishedOnceWithItsComment() {
        assertThat(posts()).hasSize(1);
        assertThat(simulator.control().comments(INSTAGRAM))
                .singleElement()
                .satisfies(comment -> assertThat(comment.replyTo())
                        .contains(posts().getFirst().id()));
    }

    private List<Publication> posts() {
        return simulator.control().posts(INSTAGRAM);
    }

    /** What became of a command. */
    private record End(String what, Optional<String> id, Optional<URI> url) {
        static End of(String what) {
            return new End(what, Optional.empty(), Optional.empty());
        }
    }

    private End run(PublishCommand start) {
        return run(start, _ -> false);
    }

    /** As publisher and retry-service do it, but that waits take no time. */
    private End run(PublishCommand start, IntPredicate diesAfter) {
        var command = start;
        for (var call = 0; call < 5000; call++) {
            var begun = clock.instant();
            if (command.getDoubt().isPresent()) {
                switch (platform.find(command, token(command), context())) {
                    case Found.Landed(var id, var url) -> {
                        return new End("PUBLISHED", Optional.of(id), url);
                    }
                    case Found.Further(var checkpoint) -> command = without(command, checkpoint);
                    case Found.Absent() -> {
                        command = PublishCommand.newBuilder(with(command, begun, AttemptEnd.ABSENT, Optional.empty()))
                                .setDoubt(null)
                                .build();
                        pass(Duration.ofMillis(500));
                    }
                    case Found.CannotTell(var cause, var stopped) -> {
                        command = lookedInVain(
                                stopped.isEmpty(),
                                begun,
                                with(command, begun, AttemptEnd.CANNOT_TELL, Optional.of(cause)));
                        if (command.getDoubt().orElseThrow().getLooks() == 7) {
                            return End.of("UNCONFIRMED");
                        }
                        pass(Duration.ofSeconds(30));
                    }
                    case Found.Underway underway -> throw new AssertionError(underway);
                }
                continue;
            }
            var outcome = platform.publish(command, token(command), context());
            if (diesAfter.test(call)) {
                command = doubting(command, begun, "OWNER_LOST");
                pass(Duration.ofSeconds(2));
                continue;
            }
            switch (outcome) {
                case Outcome.Published(var id, var url) -> {
                    return new End("PUBLISHED", Optional.of(id), url);
                }
                case Outcome.Continue(var checkpoint, var notBefore) -> {
                    command = without(with(command, begun, AttemptEnd.CONTINUED, Optional.empty()), checkpoint);
                    notBefore.ifPresent(this::passUntil);
                }
                case Outcome.RateLimited(var scope, var notBefore, var cause) -> {
                    command = with(command, begun, AttemptEnd.RATE_LIMITED, Optional.of(cause));
                    passUntil(notBefore.orElse(begun.plusSeconds(60)));
                }
                case Outcome.Unavailable(var cause) -> {
                    command = with(command, begun, AttemptEnd.UNAVAILABLE, Optional.of(cause));
                    pass(Duration.ofMillis(500));
                }
                case Outcome.Unconfirmed(var step, var cause) -> {
                    command = doubting(
                            with(command, begun, AttemptEnd.UNCONFIRMED, Optional.of(cause)),
                            begun,
                            cause.code().name());
                    pass(Duration.ofSeconds(2));
                }
                case Outcome.Rejected _ -> {
                    return ended(command, "FAILED");
                }
                case Outcome.TokenExpired _, Outcome.TokenRevoked _ -> {
                    return ended(command, outcome.getClass().getSimpleName());
                }
                case Outcome.Underway underway -> throw new AssertionError(underway);
            }
        }
        throw new AssertionError("The command never ends");
    }

    private static End ended(PublishCommand command, String what) {
        var out = command.getCheckpoint().flatMap(Checkpoint::getRemoteId);
        return out.isPresent() ? new End("INCOMPLETE", out, Optional.empty()) : End.of(what);
    }

    private static PublishCommand without(PublishCommand command, Checkpoint checkpoint) {
        return PublishCommand.newBuilder(command)
                .setDoubt(null)
                .setCheckpoint(checkpoint)
                .build();
    }

    private static PublishCommand doubting(PublishCommand command, Instant since, String cause) {
        return PublishCommand.newBuilder(command)
                .setDoubt(Doubt.newBuilder()
                        .setSince(since)
                        .setStep("publish")
                        .setCause(cause)
                        .build())
                .setDoubtedSince(command.getDoubtedSince().orElse(since))
                .build();
    }

    private static PublishCommand lookedInVain(boolean wentThrough, Instant begun, PublishCommand command) {
        var doubt = command.getDoubt().orElseThrow();
        var looked = Doubt.newBuilder(doubt).setLooks(doubt.getLooks() + 1);
        if (wentThrough) {
            looked.setUnseen(doubt.getUnseen() + 1)
                    .setUnseenSince(doubt.getUnseenSince().orElse(begun));
        }
        return PublishCommand.newBuilder(command).setDoubt(looked.build()).build();
    }

    private static PublishCommand with(PublishCommand command, Instant begun, AttemptEnd end, Optional<Cause> cause) {
        var history = new ArrayList<>(command.getHistory());
        history.add(Attempt.newBuilder()
                .setNumber(1)
                .setStartedAt(begun)
                .setDurationMs(1)
                .setStep(command.getCheckpoint().map(Checkpoint::getStep).orElse("publish"))
                .setEnd(end)
                .setPlatformCode(cause.flatMap(Cause::platformCode).orElse(null))
                .build());
        return PublishCommand.newBuilder(command).setHistory(history).build();
    }

    private void pass(Duration time) {
        now.updateAndGet(instant -> instant.plus(time));
    }

    private void passUntil(Instant time) {
        now.updateAndGet(instant -> instant.isBefore(time) ? time : instant);
    }

    private PublishCommand command(Content.Builder content) {
        assertThat(platform.faults(content.build())).isEmpty();
        return aCommand("instagram", ACCOUNT, content)
                .setAccountKind("instagram_login")
                .setAcceptedAt(clock.instant())
                .build();
    }

    private Content.Builder content(Sample sample) {
        var text = aText("Tom & Jerry <3 caf\u00e9");
        return switch (sample) {
            case IMAGE -> text.setMedia(List.of(image(1)));
            case CAROUSEL -> text.setMedia(List.of(image(1), video(), image(2)));
            case REEL -> text.setMedia(List.of(video()));
            case IMAGE_STORY ->
                Content.newBuilder().setPlacement(Placement.STORY).setMedia(List.of(image(1)));
            case VIDEO_STORY ->
                Content.newBuilder().setPlacement(Placement.STORY).setMedia(List.of(video()));
        };
    }

    private Media image(int number) {
        return aDescribedImage(simulator.uri() + "/media/sample.jpg?" + number, "A picture");
    }

    private Media video() {
        return aVideo(simulator.uri() + "/media/sample.mp4");
    }

    private static Secret token(PublishCommand command) {
        return Secret.of(command.getAccountKind().equals("instagram_login") ? INSTAGRAM_TOKEN : PAGE_TOKEN);
    }

    private static CallContext context() {
        return CallContext.forConnection("connection-1", Trace.root());
    }

    private static Clock clockOf(InstantSource source) {
        return source.withZone(ZoneOffset.UTC);
    }
}
