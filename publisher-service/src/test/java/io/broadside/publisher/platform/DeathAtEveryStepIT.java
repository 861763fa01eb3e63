package io.broadside.publisher.platform;

import static io.broadside.publisher.platform.Commands.anImage;
import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.events.Content;
import io.broadside.events.Media;
import io.broadside.events.MediaKind;
import io.broadside.events.Placement;
import io.broadside.publisher.platform.Outcome.Published;
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
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The same post again and again, until it has been through every step: each time the process dies one step later, after its
 * calls and before it can say what came of them. Of each there is one post in the end. Instagram and TikTok have theirs beside
 * what else is special to them.
 */
@Timeout(600)
final class DeathAtEveryStepIT {

    private static final Map<String, String> ACCOUNTS =
            Map.of("facebook", "1000000077", "x", "1111111111111111177", "linkedin", "urn:li:organization:5550077");
    private static final Secret TOKEN = Secret.of("token-77");
    private static final io.broadside.simulator.account.Platform LINKEDIN =
            io.broadside.simulator.account.Platform.of("linkedin");

    /** Each piece of a film is a step of its own. */
    private static final Duration SLICE = Duration.ofMillis(1);

    private final PlatformSimulator simulator = PlatformSimulator.start(SimulatorConfig.onPort(0));
    private final Vertx vertx = Vertx.vertx();
    private final Clock clock = Clock.systemUTC();
    private final PlatformHttp http = new PlatformHttp(
            vertx, HttpConfig.from(Settings.from(Map.of())), CallJournal.none(), new SimpleMeterRegistry(), clock);
    private final MediaFetch media =
            new MediaFetch(vertx, new MediaConfig(true, 1L << 32, 64 << 20, Duration.ofSeconds(5), SLICE));
    private final Rounds rounds = new Rounds(
            Platforms.all(
                    PlatformsConfig.from(Settings.from(Map.of(
                            "FACEBOOK_API_URI", simulator.facebook().toString(),
                            "FACEBOOK_UPLOAD_URI", simulator.facebook().toString(),
                            "X_API_URI", simulator.x().toString(),
                            "LINKEDIN_API_URI", simulator.uri(LINKEDIN).toString()))),
                    http,
                    media,
                    clock),
            clock);

    @BeforeEach
    void setUp() {
        var control = simulator.control();
        control.add(FacebookPage.of("1000000077", "Test Page", TOKEN.reveal()));
        control.add(XUser.of("1111111111111111177", "tester", TOKEN.reveal(), "x-refresh-77"));
        control.add(LinkedInMember.of("TestMember77", "Test Member", TOKEN.reveal())
                .withOrganizations(Organization.of("5550077", "Test Ltd")));
        control.set("facebookVideoProcessingSeconds", 0);
        control.set("xProcessingSeconds", 0);
        // A platform that refuses duplicates would hide that we made them.
        control.set("refuseDuplicates", false);
        control.set("linkedinDuplicateSeconds", 0);
    }

    @AfterEach
    void close() {
        media.close();
        http.close();
        vertx.close().await();
        simulator.close();
    }

    @ParameterizedTest(name = "{0} {1} {2}")
    @CsvSource({
        "facebook, FEED, image, draft show comment",
        "facebook, FEED, video-9MB.mp4, upload finish comment",
        "facebook, REEL, video-9MB.mp4, upload finish comment",
        "facebook, STORY, video-9MB.mp4, upload finish",
        "facebook, STORY, image, story",
        "x, FEED, image, create",
        "x, FEED, video-4MB.mp4, upload create",
        "linkedin, FEED, image, create comment",
        "linkedin, FEED, video-9MB.mp4, media process create comment",
        "linkedin, FEED, sample.pdf, process create comment",
    })
    void publishesOnceWhereverTheProcessDies(String platform, Placement placement, String file, String steps) {
        // Given
        var diedAt = new ArrayList<String>();
        var ids = new ArrayList<String>();
        var isThrough = false;
        // When
        for (var dies = 0; !isThrough; dies++) {
            var end = rounds.toTheEnd(
                    platform, ACCOUNTS.getOrDefault(platform, ""), TOKEN, content(placement, file, dies), dies);
            assertThat(end.outcome()).as("died at %s", end.diedAt()).isInstanceOf(Published.class);
            ids.add(((Published) end.outcome()).remoteId());
            end.diedAt().ifPresent(diedAt::add);
            isThrough = end.diedAt().isEmpty();
        }
        // Then
        assertThat(diedAt).as("every step of it").contains("first").contains(steps.split(" ", -1));
        assertThat(ids).doesNotHaveDuplicates();
        var texts = simulator.control().posts().stream()
                .collect(Collectors.groupingBy(post -> post.text(), Collectors.counting()));
        if (placement == Placement.STORY) {
            assertThat(simulator.control().posts()).hasSameSizeAs(ids);
        } else {
            assertThat(texts)
                    .allSatisfy((text, count) -> assertThat(count).as(text).isEqualTo(1));
            assertThat(comments(platform)).hasSameSizeAs(ids).doesNotHaveDuplicates();
        }
    }

    private Content.Builder content(Placement placement, String file, int number) {
        var content = Content.newBuilder().setPlacement(placement).setMedia(List.of(medium(file)));
        return placement == Placement.STORY
                ? content
                : content.setText("Look " + number).setFirstComment("First of " + number);
    }

    private Media medium(String file) {
        var at = simulator.uri() + "/media/";
        if (file.equals("image")) {
            return anImage(at + "sample.png");
        }
        var kind = file.endsWith(".pdf") ? MediaKind.DOCUMENT : MediaKind.VIDEO;
        return Media.newBuilder()
                .setUrl(at + file)
                .setKind(kind)
                .setTitle(kind == MediaKind.DOCUMENT ? "Three pages" : null)
                .build();
    }

    /** The texts of first comments; on X they are posts. */
    private List<String> comments(String platform) {
        var all = platform.equals("x")
                ? simulator.control().posts()
                : simulator.control().comments(io.broadside.simulator.account.Platform.of(platform));
        return all.stream()
                .map(comment -> comment.text())
                .filter(text -> text.startsWith("First"))
                .toList();
    }
}
