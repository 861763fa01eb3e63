package io.broadside.publisher.platform;

import static io.broadside.publisher.platform.Commands.aCommand;
import static io.broadside.publisher.platform.Commands.aDescribedImage;
import static io.broadside.publisher.platform.Commands.aText;
import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.events.Content;
import io.broadside.events.Doubt;
import io.broadside.events.Link;
import io.broadside.events.Media;
import io.broadside.events.MediaKind;
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
import io.broadside.simulator.account.LinkedInMember;
import io.broadside.simulator.account.LinkedInMember.Organization;
import io.broadside.simulator.failure.Failure;
import io.broadside.simulator.failure.FailureKind;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** LinkedIn's adapter against a double that was written from LinkedIn's documents by somebody else. */
final class SimulatedLinkedInIT {

    private static final String MEMBER = "urn:li:person:TestMember77";
    private static final String ORGANIZATION = "urn:li:organization:5550077";
    private static final Secret TOKEN = Secret.of("linkedin-token-77");
    private static final io.broadside.simulator.account.Platform LINKEDIN =
            io.broadside.simulator.account.Platform.of("linkedin");
    private static final String TRICKY =
            "Launch (beta) of snake_case & <b> for #coffee @home [1] {x} ~100% * C:\\temp | end";

    private final PlatformSimulator simulator = PlatformSimulator.start(SimulatorConfig.onPort(0));
    private final Vertx vertx = Vertx.vertx();
    private final Clock clock = Clock.systemUTC();
    private final PlatformHttp http = new PlatformHttp(
            vertx,
            HttpConfig.from(Settings.from(Map.of("HTTP_CALL_TIMEOUT", "2s"))),
            CallJournal.none(),
            new SimpleMeterRegistry(),
            clock);
    private final MediaFetch media = new MediaFetch(
            vertx, new MediaConfig(true, 64 << 20, 64 << 20, Duration.ofSeconds(5), Duration.ofSeconds(20)));

    SimulatedLinkedInIT() {
        simulator
                .control()
                .add(LinkedInMember.of("TestMember77", "Test Member", TOKEN.reveal())
                        .withOrganizations(Organization.of("5550077", "Test Ltd")));
    }

    @AfterEach
    void close() {
        media.close();
        http.close();
        vertx.close().await();
        simulator.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {MEMBER, ORGANIZATION})
    void publishesEveryCharacterOfAText(String author) {
        // When
        var outcome = toTheEnd(author, aText(TRICKY));
        // Then
        assertThat(outcome).isInstanceOf(Published.class);
        assertThat(simulator.control().posts(LINKEDIN))
                .singleElement()
                .satisfies(post -> assertThat(post.text()).isEqualTo(TRICKY));
    }

    @Test
    void publishesALinkWithItsCard() {
        // Given
        var link = Link.newBuilder()
                .setUrl("https://example.org/a?b=c&d=e")
                .setTitle("A page")
                .setDescription("About (something)")
                .build();
        // Then
        assertThat(toTheEnd(ORGANIZATION, aText("Read").setLink(link))).isInstanceOf(Published.class);
        assertThat(simulator.control().posts(LINKEDIN).getFirst().link()).contains("https://example.org/a?b=c&d=e");
    }

    @ParameterizedTest
    @CsvSource({MEMBER + ", 1", MEMBER + ", 3", ORGANIZATION + ", 1", ORGANIZATION + ", 20"})
    void publishesImages(String author, int count) {
        // Given
        var image = aDescribedImage(simulator.uri() + "/media/sample.png", "A picture");
        // Then
        assertThat(toTheEnd(author, aText("Look").setMedia(Collections.nCopies(count, image))))
                .isInstanceOf(Published.class);
        assertThat(simulator.control().posts(LINKEDIN).getFirst().media()).hasSize(count);
    }

    @ParameterizedTest
    @CsvSource({MEMBER + ", video-1MB.mp4", ORGANIZATION + ", video-9MB.mp4"})
    void publishesAVideo(String author, String file) {
        assertThat(toTheEnd(author, aText("Watch").setMedia(List.of(aFile(file, MediaKind.VIDEO)))))
                .isInstanceOf(Published.class);
    }

    @Test
    void publishesADocument() {
        // Given
        var document = Media.newBuilder(aFile("sample.pdf", MediaKind.DOCUMENT))
                .setTitle("Our year")
                .build();
        // Then
        assertThat(toTheEnd(ORGANIZATION, aText("Read").setMedia(List.of(document))))
                .isInstanceOf(Published.class);
    }

    @Test
    void writesAFirstCommentAsItIs() {
        assertThat(toTheEnd(ORGANIZATION, aText("Post").setFirstComment(TRICKY)))
                .isInstanceOf(Published.class);
        assertThat(simulator.control().comments(LINKEDIN))
                .singleElement()
                .satisfies(comment -> assertThat(comment.text()).isEqualTo(TRICKY));
    }

    @ParameterizedTest
    @CsvSource({"SERVER_ERROR_AFTER_EFFECT", "CUT_AFTER_EFFECT", "HANG_AFTER_EFFECT"})
    void findsAPostOfAnOrganizationWhoseAnswerWasLost(FailureKind failure) {
        // Given
        simulator.control().inject(Failure.of(LINKEDIN, "posts.create", failure));
        var command = command(ORGANIZATION, aText(TRICKY));
        var since = clock.instant();
        assertThat(platform().publish(command, TOKEN, context())).isInstanceOf(Unconfirmed.class);
        // When
        var found = platform().find(inDoubt(command, since), TOKEN, context());
        // Then
        assertThat(found)
                .isInstanceOfSatisfying(
                        Found.Landed.class,
                        landed -> assertThat(landed.remoteId())
                                .isEqualTo(
                                        simulator.control().posts().getFirst().id()));
    }

    @Test
    void cannotTellWhatBecameOfAPostOfAMember() {
        // Given
        simulator.control().inject(Failure.of(LINKEDIN, "posts.create", FailureKind.CUT_AFTER_EFFECT));
        var command = command(MEMBER, aText("Hello"));
        var since = clock.instant();
        assertThat(platform().publish(command, TOKEN, context())).isInstanceOf(Unconfirmed.class);
        // Then
        assertThat(platform().find(inDoubt(command, since), TOKEN, context())).isInstanceOf(Found.CannotTell.class);
        assertThat(simulator.control().posts(LINKEDIN)).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({
        "RATE_LIMITED, RateLimited",
        "TOKEN_EXPIRED, TokenExpired",
        "TOKEN_REVOKED, TokenRevoked",
        "PERMISSION_MISSING, Rejected",
    })
    void saysWhatARefusalAsksFor(FailureKind failure, String outcome) {
        // Given
        simulator.control().inject(Failure.of(LINKEDIN, "posts.create", failure));
        // Then
        assertThat(platform()
                        .publish(command(MEMBER, aText("Hello")), TOKEN, context())
                        .getClass()
                        .getSimpleName())
                .isEqualTo(outcome);
        assertThat(simulator.control().posts()).isEmpty();
    }

    private Outcome toTheEnd(String author, Content.Builder content) {
        var command = command(author, content);
        var outcome = platform().publish(command, TOKEN, context());
        for (var round = 0; outcome instanceof Continue(var checkpoint, var _) && round < 60; round++) {
            command =
                    PublishCommand.newBuilder(command).setCheckpoint(checkpoint).build();
            outcome = platform().publish(command, TOKEN, context());
        }
        return outcome;
    }

    private Platform platform() {
        return Platforms.all(
                        PlatformsConfig.from(Settings.from(Map.of(
                                "LINKEDIN_API_URI", simulator.uri(LINKEDIN).toString()))),
                        http,
                        media,
                        clock)
                .byId("linkedin")
                .orElseThrow();
    }

    private Media aFile(String name, MediaKind kind) {
        return Media.newBuilder()
                .setUrl(simulator.uri() + "/media/" + name)
                .setKind(kind)
                .build();
    }

    private PublishCommand command(String author, Content.Builder content) {
        return aCommand("linkedin", author, content)
                .setAcceptedAt(clock.instant())
                .build();
    }

    private static PublishCommand inDoubt(PublishCommand command, Instant since) {
        var doubt = Doubt.newBuilder()
                .setSince(since)
                .setStep("create")
                .setCause("TIMED_OUT")
                .build();
        return PublishCommand.newBuilder(command).setDoubt(doubt).build();
    }

    private static CallContext context() {
        return CallContext.forConnection("connection-1", Trace.root());
    }
}
