package io.broadside.publisher.platform;

import static io.broadside.publisher.platform.Commands.aCommand;
import static io.broadside.publisher.platform.Commands.aDescribedImage;
import static io.broadside.publisher.platform.Commands.aLink;
import static io.broadside.publisher.platform.Commands.aText;
import static io.broadside.publisher.platform.Commands.anImage;
import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.events.Content;
import io.broadside.events.Doubt;
import io.broadside.events.PublishCommand;
import io.broadside.publisher.platform.Outcome.Continue;
import io.broadside.publisher.platform.Outcome.Published;
import io.broadside.publisher.platform.Outcome.Unconfirmed;
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
import io.broadside.simulator.account.BlueskyAccount;
import io.broadside.simulator.account.FacebookPage;
import io.broadside.simulator.account.XUser;
import io.broadside.simulator.failure.Failure;
import io.broadside.simulator.failure.FailureKind;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Platforms against doubles that are as strict as the real networks, and that know what was really published. */
final class SimulatedPlatformsIT {

    private static final Map<String, String> ACCOUNTS =
            Map.of("bluesky", "did:plc:simsimsimsimsimsimsim777", "facebook", "1000000077", "x", "1111111111111111177");
    private static final Map<String, String> TOKENS =
            Map.of("bluesky", "bluesky-token-77", "facebook", "page-token-77", "x", "x-token-77");
    private static final Map<String, String> CALLS =
            Map.of("bluesky", "com.atproto.repo.putRecord", "facebook", "page.feed", "x", "tweets.create");

    private final PlatformSimulator simulator = PlatformSimulator.start(SimulatorConfig.onPort(0));
    private final Vertx vertx = Vertx.vertx();
    private final Clock clock = Clock.systemUTC();
    private final PlatformHttp http = new PlatformHttp(
            vertx,
            HttpConfig.from(Settings.from(Map.of("HTTP_CALL_TIMEOUT", "1s"))),
            CallJournal.none(),
            new SimpleMeterRegistry(),
            clock);
    private final MediaFetch media = new MediaFetch(
            vertx, new MediaConfig(true, 16 << 20, 64 << 20, Duration.ofSeconds(5), Duration.ofSeconds(20)));
    private final Platforms platforms = Platforms.all(
            PlatformsConfig.from(Settings.from(Map.of(
                    "BLUESKY_SERVICE_URI",
                            simulator
                                    .uri(io.broadside.simulator.account.Platform.BLUESKY)
                                    .toString(),
                    "FACEBOOK_API_URI", simulator.facebook().toString(),
                    "FACEBOOK_PUBLISH_IN_STEPS", "false",
                    "X_API_URI", simulator.x().toString()))),
            http,
            media,
            clock);

    SimulatedPlatformsIT() {
        simulator.control().add(FacebookPage.of("1000000077", "Test Page", "page-token-77"));
        simulator
                .control()
                .add(BlueskyAccount.of(
                        "did:plc:simsimsimsimsimsimsim777", "tester.test", "bluesky-token-77", "bluesky-refresh-77"));
        simulator.control().add(XUser.of("1111111111111111177", "tester", "x-token-77", "x-refresh-77"));
    }

    @AfterEach
    void close() {
        media.close();
        http.close();
        vertx.close().await();
        simulator.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"facebook", "x"})
    void publishesATextWithALink(String platform) {
        // When
        var outcome = toTheEnd(platform, aText("Tom & Jerry <3 café").setLink(aLink("https://example.org/a?b=c&d=e")));
        // Then
        assertThat(outcome).isInstanceOf(Published.class);
        assertThat(published(platform)).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"bluesky, 1", "bluesky, 4", "facebook, 1", "facebook, 3", "x, 1", "x, 4"})
    void publishesImages(String platform, int count) {
        // Given
        var images = java.util.stream.IntStream.range(0, count)
                .mapToObj(i -> aDescribedImage(simulator.uri() + "/media/sample.png?" + i, "A picture"))
                .toList();
        // When
        var outcome = toTheEnd(platform, aText("Look").setMedia(images));
        // Then
        assertThat(outcome).isInstanceOf(Published.class);
        assertThat(published(platform)).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({
        "bluesky, SERVER_ERROR_AFTER_EFFECT",
        "bluesky, CUT_AFTER_EFFECT",
        "bluesky, HANG_AFTER_EFFECT",
        "facebook, SERVER_ERROR_AFTER_EFFECT",
        "facebook, CUT_AFTER_EFFECT",
        "facebook, HANG_AFTER_EFFECT",
        "x, SERVER_ERROR_AFTER_EFFECT",
        "x, CUT_AFTER_EFFECT",
        "x, HANG_AFTER_EFFECT",
    })
    void findsAPostWhoseAnswerWasLost(String platform, FailureKind failure) {
        // Given
        fail(platform, failure);
        var command = command(platform, aText("Tom & Jerry <3").setLink(aLink("https://example.org/a")));
        var since = clock.instant();
        var outcome = publish(command);
        assertThat(outcome).isInstanceOf(Unconfirmed.class);
        // When
        var found = find(inDoubt(command, since, 0));
        // Then
        var id = simulator.control().posts().getFirst().id();
        assertThat(found)
                .isInstanceOfSatisfying(
                        Found.Landed.class,
                        landed -> assertThat(landed.remoteId()).isEqualTo(id));
    }

    @ParameterizedTest
    @CsvSource({"SERVER_ERROR_BEFORE_EFFECT", "CUT_BEFORE_EFFECT", "HANG", "OUTAGE_PAGE"})
    void putsAgainOnBlueskyWhatIsNotThereAndWhatIsThereStaysOnce(FailureKind failure) {
        // Given
        fail("bluesky", failure);
        var command = command("bluesky", aText("Hello"));
        var since = clock.instant();
        assertThat(publish(command)).isInstanceOf(Unconfirmed.class);
        assertThat(find(inDoubt(command, since, 0))).isEqualTo(new Found.Absent());
        // When
        var again = publish(command);
        var onceMore = publish(command);
        // Then
        assertThat(again).isInstanceOf(Published.class).isEqualTo(onceMore);
        assertThat(published("bluesky")).isEqualTo(1);
    }

    @Test
    void findsAPostWithAnImageOnXWhoseAnswerWasLost() {
        // Given
        var command = command("x", aText("Look").setMedia(List.of(anImage(simulator.uri() + "/media/sample.png"))));
        var since = clock.instant();
        var uploaded = next(command, publish(command));
        fail("x", FailureKind.CUT_AFTER_EFFECT);
        assertThat(publish(uploaded)).isInstanceOf(Unconfirmed.class);
        // Then
        assertThat(find(inDoubt(uploaded, since, 0))).isInstanceOf(Found.Landed.class);
    }

    @ParameterizedTest
    @CsvSource({"SERVER_ERROR_BEFORE_EFFECT", "CUT_BEFORE_EFFECT", "HANG", "OUTAGE_PAGE"})
    void findsNothingOfAPostThatIsNotThere(FailureKind failure) {
        for (var platform : List.of("facebook", "x")) {
            // Given
            fail(platform, failure);
            var command = command(platform, aText("Hello " + failure));
            var since = clock.instant();
            assertThat(publish(command)).isInstanceOf(Unconfirmed.class);
            // Then
            assertThat(find(inDoubt(command, since, 0))).isInstanceOf(Found.CannotTell.class);
            assertThat(published(platform)).isZero();
        }
        assertThat(find(inDoubt(command("x", aText("Hello " + failure)), clock.instant(), 2)))
                .isEqualTo(new Found.Absent());
    }

    @ParameterizedTest
    @CsvSource({
        "RATE_LIMITED, RateLimited",
        "RATE_LIMITED_WITH_RETRY_AFTER, RateLimited",
        "TOKEN_EXPIRED, TokenExpired",
        "PERMISSION_MISSING, Rejected",
    })
    void saysWhatARefusalAsksFor(FailureKind failure, String outcome) {
        for (var platform : List.of("bluesky", "facebook", "x")) {
            fail(platform, failure);
            assertThat(publish(command(platform, aText("Hello"))).getClass().getSimpleName())
                    .isEqualTo(outcome);
            assertThat(published(platform)).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"facebook", "x"})
    void isRefusedTheSameTextTwice(String platform) {
        assertThat(publish(command(platform, aText("Again")))).isInstanceOf(Published.class);
        assertThat(publish(command(platform, aText("Again")))).isInstanceOf(Outcome.Rejected.class);
        assertThat(published(platform)).isEqualTo(1);
    }

    /** As the publisher does it: the next step from a command that has the checkpoint. */
    private Outcome toTheEnd(String platform, Content.Builder content) {
        var command = command(platform, content);
        var outcome = publish(command);
        while (outcome instanceof Continue) {
            command = next(command, outcome);
            outcome = publish(command);
        }
        return outcome;
    }

    private Outcome publish(PublishCommand command) {
        return platform(command).publish(command, token(command), context());
    }

    private Found find(PublishCommand command) {
        return platform(command).find(command, token(command), context());
    }

    private void fail(String platform, FailureKind kind) {
        var network = io.broadside.simulator.account.Platform.of(platform);
        simulator.control().inject(Failure.of(network, CALLS.getOrDefault(platform, "*"), kind));
    }

    private long published(String platform) {
        return simulator
                .control()
                .posts(io.broadside.simulator.account.Platform.of(platform))
                .size();
    }

    private Platform platform(PublishCommand command) {
        return platforms.byId(command.getPlatform()).orElseThrow();
    }

    private static Secret token(PublishCommand command) {
        return Secret.of(TOKENS.getOrDefault(command.getPlatform(), ""));
    }

    private static CallContext context() {
        return CallContext.forConnection("connection-1", Trace.root());
    }

    private PublishCommand command(String platform, Content.Builder content) {
        return aCommand(platform, ACCOUNTS.getOrDefault(platform, ""), content)
                .setAcceptedAt(clock.instant())
                .build();
    }

    private static PublishCommand next(PublishCommand command, Outcome outcome) {
        assertThat(outcome).isInstanceOf(Continue.class);
        return PublishCommand.newBuilder(command)
                .setCheckpoint(((Continue) outcome).checkpoint())
                .build();
    }

    private static PublishCommand inDoubt(PublishCommand command, Instant since, int looks) {
        var doubt = Doubt.newBuilder()
                .setSince(since)
                .setStep("publish")
                .setCause("TIMED_OUT")
                .setLooks(looks)
                .setUnseen(looks)
                .setUnseenSince(looks == 0 ? null : Instant.EPOCH)
                .build();
        return PublishCommand.newBuilder(command).setDoubt(doubt).build();
    }
}
