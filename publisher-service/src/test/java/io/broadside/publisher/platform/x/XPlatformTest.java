package io.broadside.publisher.platform.x;

import static io.broadside.publisher.platform.Commands.A_FORMER_DOUBT;
import static io.broadside.publisher.platform.Commands.aCheckpoint;
import static io.broadside.publisher.platform.Commands.aCommand;
import static io.broadside.publisher.platform.Commands.aDescribedImage;
import static io.broadside.publisher.platform.Commands.aDoubt;
import static io.broadside.publisher.platform.Commands.aText;
import static io.broadside.publisher.platform.Commands.anImage;
import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.events.Content;
import io.broadside.events.PublishCommand;
import io.broadside.publisher.platform.Bench;
import io.broadside.publisher.platform.Found;
import io.broadside.publisher.platform.Outcome;
import io.broadside.publisher.platform.Outcome.Continue;
import io.broadside.publisher.platform.Outcome.Published;
import io.broadside.publisher.platform.Outcome.RateLimited;
import io.broadside.publisher.platform.Outcome.Rejected;
import io.broadside.publisher.platform.Outcome.Unconfirmed;
import io.broadside.schemas.ErrorCode;
import io.vertx.core.buffer.Buffer;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class XPlatformTest {

    private static final String USER = "1111111111111111111";
    private static final String POST = "2080761390344937001";
    private static final Published PUBLISHED =
            new Published(POST, Optional.of(URI.create("https://x.com/i/web/status/" + POST)));
    private static final Buffer PNG = Buffer.buffer(new byte[] {(byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10, 1, 2, 3});

    private final Bench bench = new Bench();
    private final XPlatform x = new XPlatform(XUploadsTest.config(bench), bench.http(), bench.media(), bench.clock());

    @AfterEach
    void close() {
        bench.close();
    }

    @Test
    void createsAPost() {
        // Given
        bench.server()
                .answers(
                        201,
                        "{\"data\":{\"id\":\"" + POST + "\",\"text\":\"hello\"}}",
                        Map.of(
                                "x-rate-limit-limit",
                                "100",
                                "x-rate-limit-remaining",
                                "99",
                                "x-rate-limit-reset",
                                "1795170600"));
        // When
        var outcome = publish(command(aText("hello")));
        // Then
        assertThat(outcome).isEqualTo(PUBLISHED);
        var asked = bench.server().last();
        assertThat(asked.method() + " " + asked.path()).isEqualTo("POST /2/tweets");
        assertThat(asked.headers()).containsEntry("content-type", "application/json");
        assertThat(asked.text()).isEqualTo("{\"text\":\"hello\"}");
    }

    @Test
    void isRefusedADuplicateForGoodUnlessItMayBeItsOwn() {
        // Given
        var duplicate =
                "{\"detail\":\"You are not allowed to create a Tweet with duplicate content.\",\"type\":\"about:blank\","
                        + "\"title\":\"Forbidden\",\"status\":403}";
        bench.server().answers(403, duplicate).answers(403, duplicate);
        var afterDoubt = aCommand("x", USER, aText("hello"))
                .setDoubtedSince(A_FORMER_DOUBT)
                .build();
        // Then
        assertThat(publish(command(aText("hello"))))
                .isInstanceOfSatisfying(
                        Rejected.class,
                        rejected -> assertThat(rejected.cause().code()).isEqualTo(ErrorCode.DUPLICATE_REFUSED));
        assertThat(publish(afterDoubt)).isInstanceOf(Unconfirmed.class);
    }

    @Test
    void doesNotCallBeforeTheReset() {
        // Given
        bench.server()
                .answers(
                        429,
                        "{\"title\":\"Too Many Requests\",\"detail\":\"Too Many Requests\",\"type\":\"about:blank\",\"status\":429}",
                        Map.of("x-rate-limit-remaining", "0", "x-rate-limit-reset", "1795170600"));
        // When
        var outcome = publish(command(aText("hello")));
        // Then
        assertThat(outcome)
                .isInstanceOfSatisfying(
                        RateLimited.class,
                        limited -> assertThat(limited.notBefore()).contains(Instant.ofEpochSecond(1795170600)));
    }

    @Test
    void isNotSureOfASuccessWithoutAPost() {
        // Given
        bench.server().answers(201, "{\"errors\":[{\"title\":\"t\",\"detail\":\"d\",\"type\":\"about:blank\"}]}");
        // Then
        assertThat(publish(command(aText("hello")))).isInstanceOf(Unconfirmed.class);
    }

    @Test
    void uploadsImagesFirstAndThenCreatesThePost() {
        // Given
        bench.server()
                .answers(200, PNG, Map.of("content-type", "text/plain"))
                .answers(
                        200,
                        "{\"data\":{\"id\":\"1900000000000000001\",\"media_key\":\"3_1\",\"expires_after_secs\":86400}}")
                .answers(200, "{\"data\":{\"id\":\"1900000000000000001\"}}")
                .answers(200, PNG, Map.of())
                .answers(201, "{\"data\":{\"id\":\"1900000000000000002\",\"expires_after_secs\":3600}}")
                .answers(201, "{\"data\":{\"id\":\"" + POST + "\",\"text\":\"\"}}");
        var url = bench.server().uri() + "/a.png";
        var start = command(Content.newBuilder().setMedia(List.of(aDescribedImage(url, "A cat"), anImage(url))));
        // When
        var first = publish(start);
        var second = publish(next(start, first));
        // Then
        assertThat(((Continue) first).checkpoint().getValues())
                .isEqualTo(Map.of(
                        "mediaIds", "1900000000000000001,1900000000000000002", "expireAt", "2026-11-20T11:15:30Z"));
        var asked = bench.server().asked();
        assertThat(asked.get(1).path()).isEqualTo("/2/media/upload");
        assertThat(asked.get(1).headers().get("content-type")).startsWith("multipart/form-data; boundary=");
        assertThat(asked.get(1).latin1())
                .contains("name=\"media_category\"")
                .contains("\r\n\r\ntweet_image\r\n")
                .contains("name=\"media\"; filename=\"image\"")
                .contains("Content-Type: image/png")
                .contains("\u0089PNG\r\n\u001a\n\u0001\u0002\u0003");
        assertThat(asked.get(2).path()).isEqualTo("/2/media/metadata");
        assertThat(asked.get(2).text())
                .isEqualTo("{\"id\":\"1900000000000000001\",\"metadata\":{\"alt_text\":{\"text\":\"A cat\"}}}");
        assertThat(asked.get(5).text())
                .isEqualTo(
                        "{\"text\":\"\",\"media\":{\"media_ids\":[\"1900000000000000001\",\"1900000000000000002\"]}}");
        assertThat(second).isEqualTo(PUBLISHED);
    }

    @Test
    void uploadsAgainWhatIsAboutToExpire() {
        // Given
        bench.server()
                .answers(200, PNG, Map.of())
                .answers(200, "{\"data\":{\"id\":\"1900000000000000003\",\"expires_after_secs\":86400}}");
        var command = withImage()
                .setCheckpoint(aCheckpoint(
                        "create",
                        Map.of("mediaIds", "1900000000000000001", "expireAt", "2026-11-20T10:20:00Z"),
                        Bench.NOW.minusSeconds(86_000)))
                .build();
        // When
        var outcome = publish(command);
        // Then
        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Continue.class,
                        next -> assertThat(next.checkpoint().getValues())
                                .containsEntry("mediaIds", "1900000000000000003"));
    }

    @Test
    void waitsForAnImageThatXStillWorksOn() {
        // Given
        bench.server()
                .answers(200, PNG, Map.of())
                .answers(
                        202,
                        "{\"data\":{\"id\":\"1900000000000000003\",\"processing_info\":{\"state\":\"pending\",\"check_after_secs\":3}}}");
        // Then
        assertThat(publish(withImage().build()))
                .isInstanceOfSatisfying(
                        Continue.class, next -> assertThat(next.notBefore()).contains(Bench.NOW.plusSeconds(3)));
    }

    @Test
    void refusesAFileThatIsNoImageWithoutTroublingX() {
        // Given
        bench.server().answers(200, "<html>", Map.of("content-type", "image/png"));
        // Then
        assertThat(publish(withImage().build()))
                .isInstanceOfSatisfying(
                        Rejected.class,
                        rejected -> assertThat(rejected.cause().code()).isEqualTo(ErrorCode.MEDIA_UNAVAILABLE));
        assertThat(bench.server().asked()).hasSize(1);
    }

    @Test
    void triesAgainLaterWhenTheHostOfAnImageIsDown() {
        // Given
        bench.server().answers(503, "");
        // Then
        assertThat(publish(withImage().build())).isInstanceOf(Outcome.Unavailable.class);
    }

    @Test
    void findsItsPostInTheTimeline() {
        // Given
        bench.server()
                .answers(
                        200,
                        timeline("{\"id\":\"1\",\"text\":\"other\",\"created_at\":\"2026-11-20T10:15:20.000Z\"},"
                                + "{\"id\":\"" + POST
                                + "\",\"text\":\"a &amp; b\",\"created_at\":\"2026-11-20T10:15:01.000Z\"}"));
        // When
        var found = find(inDoubt(aText("a & b"), 0));
        // Then
        assertThat(found).isEqualTo(new Found.Landed(POST, PUBLISHED.permalink()));
        assertThat(bench.server().last().path()).isEqualTo("/2/users/" + USER + "/tweets");
        assertThat(bench.server().last().query())
                .isEqualTo(Map.of(
                        "start_time", "2026-11-20T10:14:50Z",
                        "max_results", "100",
                        "tweet.fields", "created_at,text,entities,referenced_tweets,attachments"));
    }

    @Test
    void doesNotTakeAnotherPostForIts() {
        var others = List.of(
                "{\"id\":\"1\",\"text\":\"hello\",\"created_at\":\"2026-11-20T10:14:49.000Z\"}",
                "{\"id\":\"1\",\"text\":\"hello!\",\"created_at\":\"2026-11-20T10:15:01.000Z\"}",
                "{\"id\":\"1\",\"text\":\"hello\"}",
                "{\"id\":\"1\",\"text\":\"hello\",\"created_at\":\"2026-11-20T10:15:01.000Z\",\"attachments\":{\"media_keys\":[\"3_1\"]}}",
                "{\"id\":\"1\",\"text\":\"hello\",\"created_at\":\"2026-11-20T10:15:01.000Z\",\"referenced_tweets\":"
                        + "[{\"type\":\"replied_to\",\"id\":\"7\"}]}");
        for (var other : others) {
            bench.server().answers(200, timeline(other));
            assertThat(find(inDoubt(aText("hello"), 0))).as(other).isInstanceOf(Found.CannotTell.class);
        }
    }

    /** Two posts of an image each, both without a text: the files tell them apart. */
    @ParameterizedTest
    @CsvSource({"3_1777777777777777777, Landed", "3_1888888888888888888, Absent", "a-new-form, CannotTell"})
    void knowsItsPostByItsFiles(String key, String found) {
        // Given
        var image = Content.newBuilder().setMedia(List.of(anImage("https://cdn.example.org/a.png")));
        var command = PublishCommand.newBuilder(inDoubt(image, 2))
                .setCheckpoint(aCheckpoint("create", Map.of("mediaIds", "1777777777777777777"), Bench.NOW))
                .build();
        bench.server()
                .answers(
                        200,
                        timeline("{\"id\":\"" + POST + "\",\"text\":\"https://t.co/abc\",\"created_at\":"
                                + "\"2026-11-20T10:15:01.000Z\",\"entities\":{\"urls\":[{\"url\":\"https://t.co/abc\","
                                + "\"media_key\":\"" + key + "\"}]},\"attachments\":{\"media_keys\":[\"" + key
                                + "\"]}}"));
        // Then
        assertThat(find(command).getClass().getSimpleName()).isEqualTo(found);
    }

    /** X appends a link to the media, and need not say of it what it is. */
    @ParameterizedTest(name = "{0}, {1}, {2}: {3}")
    @CsvSource({
        "hello, https://x.com/u/status/1/photo/1, 3_1777777777777777777, Landed",
        "hello, '', 3_1777777777777777777, Landed",
        "'', https://x.com/u/status/1/photo/1, 3_1777777777777777777, Landed",
        "'', '', 3_1777777777777777777, Landed",
        "'see example.org', https://x.com/u/status/1/photo/1, 3_1777777777777777777, Landed",
        "hello, https://x.com/u/status/1/video/1, a-new-form, Landed",
        "hello, https://x.com/u/status/1/photo/1, 3_1888888888888888888, Absent",
    })
    void knowsItsPostWithAnyLinkToItsMedia(String text, String expanded, String key, String found) {
        // Given
        var entities = expanded.isEmpty()
                ? ""
                : "\"entities\":{\"urls\":[{\"url\":\"https://t.co/a\",\"expanded_url\":\"" + expanded + "\"}]},";
        bench.server()
                .answers(
                        200,
                        timeline("{\"id\":\"" + POST + "\",\"text\":\""
                                + (text + " https://t.co/a").strip().replace("example.org", "https://t.co/b")
                                + "\",\"created_at\":\"2026-11-20T10:15:01.000Z\"," + entities
                                + "\"attachments\":{\"media_keys\":[\"" + key + "\"]}}"));
        // Then
        assertThat(find(withUpload(text)).getClass().getSimpleName()).isEqualTo(found);
    }

    /** Neither is it taken for the one that is looked for, nor is that called absent beside it. */
    @Test
    void isNotSureOfAPostWithItsMediaAndAnotherText() {
        // Given
        bench.server()
                .answers(
                        200,
                        timeline("{\"id\":\"" + POST + "\",\"text\":\"bye https://t.co/a\",\"created_at\":"
                                + "\"2026-11-20T10:15:01.000Z\",\"attachments\":{\"media_keys\":"
                                + "[\"3_1777777777777777777\"]}}"));
        // Then
        assertThat(find(withUpload("hello"))).isInstanceOf(Found.CannotTell.class);
    }

    @Test
    void isSureThatAPostIsAbsentOnlyAfterSeveralLooks() {
        // Given
        var empty = "{\"meta\":{\"result_count\":0}}";
        bench.server().answers(200, empty).answers(200, empty).answers(200, empty);
        // Then
        assertThat(find(inDoubt(aText("hello"), 0))).isInstanceOf(Found.CannotTell.class);
        assertThat(find(inDoubt(aText("hello"), 1))).isInstanceOf(Found.CannotTell.class);
        assertThat(find(inDoubt(aText("hello"), 2))).isEqualTo(new Found.Absent());
    }

    @Test
    void isNotSureBeforeTheTimelineHasHadItsTime() {
        // Given
        bench.server().answers(200, "{\"meta\":{\"result_count\":0}}");
        // Then
        assertThat(find(inDoubt(aText("hello"), 5, Duration.ofMinutes(2)))).isInstanceOf(Found.CannotTell.class);
    }

    @Test
    void isNotSureOfAnythingOnAPageThatIsNotTheLast() {
        // Given
        bench.server()
                .answers(200, "{\"data\":[],\"meta\":{\"result_count\":0,\"next_token\":\"more\"}}")
                .answers(200, "{\"errors\":[{\"detail\":\"d\"}],\"meta\":{\"result_count\":0}}");
        // Then
        assertThat(find(inDoubt(aText("hello"), 5))).isInstanceOf(Found.CannotTell.class);
        assertThat(find(inDoubt(aText("hello"), 5))).isInstanceOf(Found.CannotTell.class);
    }

    @Test
    void looksFromTheFirstAttemptThatWasInDoubt() {
        // Given
        bench.server().answers(200, "{\"meta\":{\"result_count\":0}}");
        var command = PublishCommand.newBuilder(inDoubt(aText("hello"), 0))
                .setDoubtedSince(A_FORMER_DOUBT)
                .build();
        // When
        find(command);
        // Then
        assertThat(bench.server().last().query()).containsEntry("start_time", "2026-11-20T10:14:35Z");
    }

    @Test
    void saysWhyALookFailed() {
        // Given
        bench.server().answers(401, "{\"title\":\"Unauthorized\",\"type\":\"about:blank\",\"status\":401}");
        // Then
        assertThat(find(inDoubt(aText("hello"), 0)))
                .isInstanceOfSatisfying(
                        Found.CannotTell.class,
                        it -> assertThat(it.cause().code()).isEqualTo(ErrorCode.TOKEN_EXPIRED));
    }

    private Outcome publish(PublishCommand command) {
        return x.publish(command, Bench.TOKEN, bench.context());
    }

    private Found find(PublishCommand command) {
        return x.find(command, Bench.TOKEN, bench.context());
    }

    private static PublishCommand command(Content.Builder content) {
        return aCommand("x", USER, content).build();
    }

    private PublishCommand.Builder withImage() {
        return aCommand(
                "x",
                USER,
                aText("hello").setMedia(List.of(anImage(bench.server().uri() + "/a.png"))));
    }

    private static PublishCommand withUpload(String text) {
        var content = aText(text).setMedia(List.of(anImage("https://cdn.example.org/a.png")));
        return PublishCommand.newBuilder(inDoubt(content, 2))
                .setCheckpoint(aCheckpoint("create", Map.of("mediaIds", "1777777777777777777"), Bench.NOW))
                .build();
    }

    private static PublishCommand inDoubt(Content.Builder content, int looks) {
        return inDoubt(content, looks, Duration.ofMinutes(5));
    }

    private static PublishCommand inDoubt(Content.Builder content, int looks, Duration since) {
        return aCommand("x", USER, content)
                .setDoubt(aDoubt("create", looks, since))
                .build();
    }

    private static PublishCommand next(PublishCommand command, Outcome outcome) {
        assertThat(outcome).isInstanceOf(Continue.class);
        return PublishCommand.newBuilder(command)
                .setCheckpoint(((Continue) outcome).checkpoint())
                .build();
    }

    private static String timeline(String posts) {
        return "{\"data\":[" + posts + "],\"meta\":{\"result_count\":2}}";
    }
}
