package io.broadside.simulator;

import static io.broadside.simulator.TikTokClient.CREATOR;
import static io.broadside.simulator.TikTokClient.OTHER_TOKEN;
import static io.broadside.simulator.TikTokClient.TOKEN;
import static io.broadside.simulator.TikTokClient.info;
import static io.broadside.simulator.TikTokClient.pull;
import static io.broadside.simulator.TikTokClient.upload;
import static io.broadside.simulator.TikTokClient.video;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.broadside.simulator.account.Platform;
import io.broadside.simulator.account.TikTokCreator;
import io.broadside.simulator.failure.Failure;
import io.broadside.simulator.failure.FailureKind;
import io.broadside.simulator.http.Json;
import io.broadside.simulator.post.Publication;
import io.broadside.testkit.SettableClock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Publishing on TikTok's double, with what it checks on the way. */
class TikTokIT {
    private final SettableClock clock = new SettableClock(Instant.parse("2026-11-20T10:15:30Z"));
    private final PlatformSimulator simulator =
            PlatformSimulator.start(SimulatorConfig.onPort(0).withClock(clock));
    private final SimulatorClient client = new SimulatorClient(simulator);
    private final TikTokClient tiktok = new TikTokClient(client);

    @AfterEach
    void stop() {
        client.close();
        simulator.close();
    }

    @Test
    void saysWhatACreatorMayChoose() throws Exception {
        // Given
        simulator
                .control()
                .add(TikTokCreator.of("private-1", "shy", "shy-token", "shy-refresh")
                        .asPrivate());
        // When
        var open = tiktok.creatorInfo();
        var shy = tiktok.post("post/publish/creator_info/query/", "shy-token", "");
        // Then
        assertThat(open.status()).isEqualTo(200);
        assertThat(open.text("/error/code")).isEqualTo("ok");
        assertThat(open.text("/data/creator_username")).isEqualTo("harbourbakery");
        assertThat(open.json().at("/data/privacy_level_options").toString())
                .isEqualTo("[\"PUBLIC_TO_EVERYONE\",\"MUTUAL_FOLLOW_FRIENDS\",\"SELF_ONLY\"]");
        assertThat(open.json().at("/data/max_video_post_duration_sec").asInt()).isPositive();
        assertThat(shy.json().at("/data/privacy_level_options").toString())
                .isEqualTo("[\"FOLLOWER_OF_CREATOR\",\"MUTUAL_FOLLOW_FRIENDS\",\"SELF_ONLY\"]");
    }

    @Test
    void takesAVideoInChunksAndPublishesIt() throws Exception {
        // Given
        tiktok.creatorInfo();
        var begun = tiktok.init(11_000_123, 5_000_000, 2);
        var url = begun.text("/data/upload_url");
        var id = begun.text("/data/publish_id");
        // When
        var first = tiktok.put(url, video(5_000_000, 1), "bytes 0-4999999/11000123");
        var halfway = tiktok.status(id);
        var last = tiktok.put(url, chunk(6_000_123), "bytes 5000000-11000122/11000123");
        // Then
        assertThat(begun.text("/error/code")).isEqualTo("ok");
        assertThat(id).matches("v_pub_file~v2-1\\.[0-9]{19}");
        assertThat(first.status()).isEqualTo(206);
        assertThat(first.header("Content-Range")).isEqualTo("bytes 0-4999999/11000123");
        assertThat(halfway.text("/data/status")).isEqualTo("PROCESSING_UPLOAD");
        assertThat(halfway.json().at("/data/uploaded_bytes").asLong()).isEqualTo(5_000_000);
        assertThat(last.status()).isEqualTo(201);
        assertThat(posts()).singleElement().satisfies(post -> {
            assertThat(post.kind()).isEqualTo(Publication.Kind.VIDEO);
            assertThat(post.text()).isEqualTo("hi #demo");
            assertThat(post.accountId()).isEqualTo(CREATOR);
        });
        assertThat(simulator.control().report().of(Platform.TIKTOK).more())
                .containsEntry("initsWithoutCreatorInfo", 0L);
    }

    @Test
    void tellsTheIdOfAPublicPostAfterModerationOnly() throws Exception {
        // Given
        simulator.control().set("tiktokProcessingSeconds", 10);
        simulator.control().set("tiktokModerationSeconds", 60);
        var id = tiktok.publish("hello", "PUBLIC_TO_EVERYONE");
        var secret = tiktok.publish("for me", "SELF_ONLY");
        // When
        var atOnce = tiktok.status(id);
        clock.advance(Duration.ofSeconds(10));
        var processed = tiktok.status(id);
        clock.advance(Duration.ofMinutes(1));
        var moderated = tiktok.status(id);
        var ofSecret = tiktok.status(secret);
        simulator.control().set("tiktokPostIdIsScalar", true);
        var scalar = tiktok.status(id);
        // Then
        var postId = simulator.control().posts(Platform.TIKTOK).getFirst().id();
        assertThat(atOnce.text("/data/status")).isEqualTo("PROCESSING_UPLOAD");
        assertThat(processed.text("/data/status")).isEqualTo("PUBLISH_COMPLETE");
        assertThat(processed.json().at("/data/publicaly_available_post_id").isMissingNode())
                .isTrue();
        assertThat(moderated.body()).contains("\"publicaly_available_post_id\":[" + postId + "]");
        assertThat(scalar.body()).contains("\"publicaly_available_post_id\":" + postId + ",");
        assertThat(ofSecret.text("/data/status")).isEqualTo("PUBLISH_COMPLETE");
        assertThat(ofSecret.json().at("/data/publicaly_available_post_id").isMissingNode())
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        // less than 5 MB is one chunk of its own size
        "1000, 1000, 1, true",
        "4999999, 4999999, 1, true",
        "4999999, 1000000, 4, false",
        // the number is rounded down
        "50000123, 10000000, 5, true",
        "50000123, 10000000, 6, false",
        "5000000, 5000000, 1, true",
        "64000000, 64000000, 1, true",
        "64000001, 64000001, 1, false",
        "64000001, 32000000, 2, true",
        "20000000, 4999999, 4, false",
        "200000000, 64000001, 3, false",
        "4000000001, 64000000, 62, false",
        "0, 0, 0, false",
        "5000000, 6000000, 0, false",
    })
    void knowsWhichChunksAreAllowed(long size, long chunk, long chunks, boolean isAllowed) throws Exception {
        // When
        var answer = tiktok.init(size, chunk, chunks);
        // Then
        assertThat(answer.status()).isEqualTo(isAllowed ? 200 : 400);
        assertThat(answer.text("/error/code")).isEqualTo(isAllowed ? "ok" : "invalid_params");
    }

    @Test
    void takesChunksInOrderAndSaysHowFarItIs() throws Exception {
        // Given
        var url = tiktok.init(11_000_000, 5_000_000, 2).text("/data/upload_url");
        // When
        var early = tiktok.put(url, chunk(6_000_000), "bytes 5000000-10999999/11000000");
        var first = tiktok.put(url, video(5_000_000, 1), "bytes 0-4999999/11000000");
        var again = tiktok.put(url, video(5_000_000, 1), "bytes 0-4999999/11000000");
        // Then
        assertThat(early.status()).isEqualTo(416);
        assertThat(first.status()).isEqualTo(206);
        assertThat(again.status()).isEqualTo(416);
        assertThat(again.header("Content-Range")).isEqualTo("bytes 0-4999999/11000000");
        assertThat(posts()).isEmpty();
    }

    @Test
    void refusesChunksThatAreNotAsAnnounced() throws Exception {
        // Given
        var url = tiktok.init(11_000_000, 5_000_000, 2).text("/data/upload_url");
        // Then
        assertThat(tiktok.put(url, video(100, 1), "bytes 0-99/11000000").status())
                .isEqualTo(400);
        assertThat(tiktok.put(url, video(100, 1), "bytes 0-4999999/11000000").status())
                .isEqualTo(400);
        assertThat(tiktok.put(url, video(100, 1), "bytes 0-99/12000000").status())
                .isEqualTo(416);
        assertThat(tiktok.put(url, video(100, 1), "0-99").status()).isEqualTo(400);
        assertThat(tiktok.put(url, video(100, 1), "bytes 0-99/11000000", "application/octet-stream")
                        .status())
                .isEqualTo(400);
        assertThat(tiktok.put(url.replaceAll("upload_token=.*", "upload_token=guess"), video(99, 1), "bytes 0-98/99")
                        .status())
                .isEqualTo(404);
        clock.advance(Duration.ofHours(1));
        assertThat(tiktok.put(url, video(5_000_000, 1), "bytes 0-4999999/11000000")
                        .status())
                .isEqualTo(403);
    }

    @Test
    void refusesSomethingElseThanAVideoOnceItHasAllOfIt() throws Exception {
        // Given
        var text = TikTokClient.text();
        var begun = tiktok.init(text.length, text.length, 1);
        // When
        var put = tiktok.put(begun.text("/data/upload_url"), text, "bytes 0-" + (text.length - 1) + "/" + text.length);
        // Then
        assertThat(put.status()).isEqualTo(201);
        var status = tiktok.status(begun.text("/data/publish_id"));
        assertThat(status.text("/data/status")).isEqualTo("FAILED");
        assertThat(status.text("/data/fail_reason")).isEqualTo("file_format_check_failed");
        assertThat(posts()).isEmpty();
    }

    @Test
    void failsWhileProcessingAsItIsTold() throws Exception {
        // Given
        simulator
                .control()
                .inject(Failure.of(Platform.TIKTOK, "processing", FailureKind.REFUSED_BEFORE_EFFECT)
                        .code("frame_rate_check_failed"));
        // When
        var id = tiktok.publish("hello", "PUBLIC_TO_EVERYONE");
        clock.advance(Duration.ofSeconds(10));
        // Then
        var status = tiktok.status(id);
        assertThat(status.status()).isEqualTo(200);
        assertThat(status.text("/error/code")).isEqualTo("ok");
        assertThat(status.text("/data/status")).isEqualTo("FAILED");
        assertThat(status.text("/data/fail_reason")).isEqualTo("frame_rate_check_failed");
        assertThat(posts()).isEmpty();
    }

    @Test
    void pullsAVideoFromAnAddress() throws Exception {
        // When
        var begun = tiktok.init(info("pulled", "PUBLIC_TO_EVERYONE"), pull(simulator.uri() + "/media/sample.mp4"));
        // Then
        assertThat(begun.json().at("/data/upload_url").isMissingNode()).isTrue();
        assertThat(begun.text("/data/publish_id")).startsWith("v_pub_url~");
        await().atMost(60, SECONDS).untilAsserted(() -> assertThat(posts()).hasSize(1));
    }

    @Test
    void failsAPullThatBringsNothing() throws Exception {
        // When
        var begun = tiktok.init(info("pulled", "PUBLIC_TO_EVERYONE"), pull(simulator.uri() + "/media/nothing.mp4"));
        // Then
        var id = begun.text("/data/publish_id");
        await().atMost(60, SECONDS)
                .untilAsserted(() ->
                        assertThat(tiktok.status(id).text("/data/fail_reason")).isEqualTo("video_pull_failed"));
        assertThat(posts()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://example.org/a.mp4", "https://example.org/a.mp4"})
    void pullsFromVerifiedAddressesOnly(String url) throws Exception {
        // When
        var answer = tiktok.init(info("pulled", "PUBLIC_TO_EVERYONE"), pull(url));
        // Then
        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.text("/error/code")).isEqualTo("url_ownership_unverified");
    }

    @Test
    void publishesPhotosThatAreAllFit() throws Exception {
        // Given
        var jpeg = simulator.uri() + "/media/sample.jpg";
        var png = simulator.uri() + "/media/sample.png";
        var info = Json.object()
                .put("title", "Two")
                .put("description", "of them")
                .put("privacy_level", "PUBLIC_TO_EVERYONE");
        // When
        var good = tiktok.photos("DIRECT_POST", info, jpeg, jpeg + "?2");
        var bad = tiktok.photos("DIRECT_POST", info, jpeg, png);
        // Then
        await().atMost(60, SECONDS)
                .untilAsserted(() -> assertThat(posts()).singleElement().satisfies(post -> {
                    assertThat(post.kind()).isEqualTo(Publication.Kind.POST);
                    assertThat(post.text()).isEqualTo("Two\nof them");
                    assertThat(post.media()).hasSize(2);
                }));
        assertThat(good.text("/data/publish_id")).startsWith("p_pub_url~");
        var badId = bad.text("/data/publish_id");
        await().atMost(60, SECONDS)
                .untilAsserted(() -> assertThat(tiktok.status(badId).text("/data/fail_reason"))
                        .isEqualTo("file_format_check_failed"));
    }

    @Test
    void leavesDraftsToTheCreator() throws Exception {
        // When
        var begun = tiktok.inbox(upload(1_000, 1_000, 1));
        tiktok.put(begun.text("/data/upload_url"), video(1_000, 1), "bytes 0-999/1000");
        clock.advance(Duration.ofSeconds(5));
        // Then
        assertThat(begun.text("/data/publish_id")).startsWith("v_inbox_file~");
        assertThat(tiktok.status(begun.text("/data/publish_id")).text("/data/status"))
                .isEqualTo("SEND_TO_USER_INBOX");
        assertThat(posts()).isEmpty();
    }

    @Test
    void refusesPrivacyThatTheCreatorDoesNotHave() throws Exception {
        // When
        var answer = tiktok.init(info("hi", "FOLLOWER_OF_CREATOR"), upload(1_000, 1_000, 1));
        // Then
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text("/error/code")).isEqualTo("privacy_level_option_mismatch");
    }

    @Test
    void refusesWhatIsNotAsTikTokWantsIt() throws Exception {
        // Given
        var path = "/tiktok/v2/post/publish/video/init/";
        var withoutCharset = client.json(path, TOKEN, "{}");
        var withoutSlash = tiktok.post("post/publish/video/init", TOKEN, "{}");
        var unknownField = tiktok.init(info("hi", "SELF_ONLY").put("privacy", "x"), upload(1_000, 1_000, 1));
        var tooLong = tiktok.init(info("x".repeat(2_201), "SELF_ONLY"), upload(1_000, 1_000, 1));
        var noToken = tiktok.post("post/publish/creator_info/query/", "nobody", "");
        // Then
        assertThat(withoutCharset.text("/error/code")).isEqualTo("invalid_params");
        assertThat(withoutCharset.text("/error/message")).isEqualTo("request post info is empty");
        assertThat(withoutSlash.status()).isEqualTo(404);
        assertThat(unknownField.text("/error/code")).isEqualTo("invalid_params");
        assertThat(tooLong.text("/error/code")).isEqualTo("invalid_params");
        assertThat(noToken.status()).isEqualTo(401);
        assertThat(noToken.text("/error/code")).isEqualTo("access_token_invalid");
    }

    @Test
    void cancelsWhatIsNotYetHere() throws Exception {
        // Given
        var begun = tiktok.init(1_000, 1_000, 1);
        var id = begun.text("/data/publish_id");
        var done = tiktok.publish("done", "SELF_ONLY");
        // When
        var cancelled = tiktok.post("post/publish/cancel/", TOKEN, "{\"publish_id\":\"" + id + "\"}");
        var tooLate = tiktok.post("post/publish/cancel/", TOKEN, "{\"publish_id\":\"" + done + "\"}");
        // Then
        assertThat(cancelled.text("/error/code")).isEqualTo("ok");
        assertThat(tiktok.status(id).text("/data/fail_reason")).isEqualTo("publish_cancelled");
        assertThat(tiktok.put(begun.text("/data/upload_url"), video(1_000, 1), "bytes 0-999/1000")
                        .status())
                .isEqualTo(403);
        assertThat(tooLate.text("/error/code")).isEqualTo("publish_not_cancellable");
        assertThat(posts()).hasSize(1);
    }

    @Test
    void keepsPostsOfCreatorsApart() throws Exception {
        // Given
        var id = tiktok.publish("mine", "SELF_ONLY");
        var body = "{\"publish_id\":\"" + id + "\"}";
        // Then
        assertThat(tiktok.post("post/publish/status/fetch/", OTHER_TOKEN, body).text("/error/code"))
                .isEqualTo("token_not_authorized_for_specified_publish_id");
        assertThat(tiktok.status("v_pub_file~v2-1.1").text("/error/code")).isEqualTo("invalid_publish_id");
    }

    @Test
    void listsPublicVideosTheNewestFirst() throws Exception {
        // Given
        tiktok.publish("first", "PUBLIC_TO_EVERYONE");
        clock.advance(Duration.ofSeconds(10));
        tiktok.publish("x".repeat(200), "PUBLIC_TO_EVERYONE");
        tiktok.publish("secret", "SELF_ONLY");
        clock.advance(Duration.ofSeconds(10));
        // When
        var list = tiktok.post("video/list/?fields=id,title,create_time", TOKEN, "{\"max_count\":20}");
        var page = tiktok.post("video/list/?fields=id", TOKEN, "{\"max_count\":1}");
        var rest = tiktok.post(
                "video/list/?fields=title", TOKEN, "{\"max_count\":20,\"cursor\":" + page.text("/data/cursor") + "}");
        // Then
        assertThat(list.json().at("/data/videos")).hasSize(2);
        assertThat(list.text("/data/videos/0/title")).isEqualTo("x".repeat(150));
        assertThat(list.text("/data/videos/1/title")).isEqualTo("first");
        assertThat(list.json().at("/data/videos/0/share_url").isMissingNode()).isTrue();
        assertThat(list.json().at("/data/has_more").asBoolean()).isFalse();
        assertThat(page.json().at("/data/has_more").asBoolean()).isTrue();
        assertThat(rest.text("/data/videos/0/title")).isEqualTo("first");
    }

    @Test
    void countsWhatIsPostedTwice() throws Exception {
        // When
        tiktok.publish("again", "SELF_ONLY");
        tiktok.publish("again", "SELF_ONLY");
        // Then
        var numbers = simulator.control().report().of(Platform.TIKTOK);
        assertThat(numbers.published()).isEqualTo(2);
        assertThat(numbers.duplicatesPublished()).isEqualTo(1);
        assertThat(numbers.more()).containsEntry("initsWithoutCreatorInfo", 2L);
    }

    private List<Publication> posts() {
        return simulator.control().posts(Platform.TIKTOK);
    }

    private static byte[] chunk(int length) {
        var bytes = new byte[length];
        Arrays.fill(bytes, (byte) 7);
        return bytes;
    }
}
