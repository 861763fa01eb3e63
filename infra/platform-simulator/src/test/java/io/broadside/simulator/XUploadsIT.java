package io.broadside.simulator;

import static io.broadside.simulator.SimulatorClient.X_TOKEN;
import static io.broadside.simulator.SimulatorClient.X_USER;
import static java.util.concurrent.TimeUnit.MINUTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.broadside.simulator.SimulatorClient.Answer;
import io.broadside.simulator.account.Platform;
import io.broadside.simulator.failure.Failure;
import io.broadside.simulator.failure.FailureKind;
import io.broadside.simulator.http.Json;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Uploads to X in pieces. */
class XUploadsIT {
    private static final int PIECE = 1024 * 1024;

    private final PlatformSimulator simulator = PlatformSimulator.start(SimulatorConfig.onPort(0));
    private final SimulatorClient client = new SimulatorClient(simulator);

    @AfterEach
    void stop() {
        client.close();
        simulator.close();
    }

    @Test
    void postsAVideoOnceItIsProcessed() throws Exception {
        // Given
        var video = client.media("video-2MB.mp4");
        var begun = initialize(video.length, "video/mp4", "tweet_video");
        var id = begun.text("/data/id");
        // When
        assertThat(append(id, 1, Arrays.copyOfRange(video, PIECE, video.length)).status())
                .isEqualTo(200);
        assertThat(append(id, 0, Arrays.copyOfRange(video, 0, PIECE)).status()).isEqualTo(200);
        var complete = complete(id);
        var early = post(id);
        awaitState(id, "succeeded");
        var posted = post(id);
        // Then
        assertThat(begun.text("/data/media_key")).isEqualTo("13_" + id);
        assertThat(complete.text("/data/processing_info/state")).isIn("pending", "in_progress");
        assertThat(complete.json().at("/data/processing_info/check_after_secs").asInt())
                .isPositive();
        assertThat(early.status()).isEqualTo(400);
        assertThat(posted.status()).isEqualTo(201);
        assertThat(simulator.control().posts(Platform.X))
                .singleElement()
                .satisfies(post -> assertThat(post.media()).hasSize(1));
    }

    @Test
    void knowsTheSameVideoHoweverItWasCut() throws Exception {
        // Given
        simulator.control().set("xProcessingSeconds", 0);
        simulator.control().set("refuseDuplicates", false);
        var video = client.media("video-2MB.mp4");
        // When
        for (int cut : new int[] {PIECE, 700_001, 123}) {
            var id = initialize(video.length, "video/mp4", "tweet_video").text("/data/id");
            append(id, 0, Arrays.copyOfRange(video, 0, cut));
            append(id, 1, Arrays.copyOfRange(video, cut, video.length));
            complete(id);
            assertThat(post(id).status()).isEqualTo(201);
        }
        // Then
        assertThat(simulator.control().report().x().duplicatesPublished()).isEqualTo(2);
    }

    @Test
    void takesAPieceOnceMoreAndCompletesOnceMore() throws Exception {
        // Given
        var image = client.image();
        var id = initialize(image.length, "image/jpeg", "tweet_image").text("/data/id");
        append(id, 0, new byte[image.length]);
        // When
        append(id, 0, image);
        var complete = complete(id);
        var again = complete(id);
        // Then
        assertThat(complete.status()).isEqualTo(200);
        assertThat(complete.json().at("/data").has("processing_info")).isFalse();
        assertThat(again.text("/data/id")).isEqualTo(id);
        assertThat(post(id).status()).isEqualTo(201);
    }

    @Test
    void refusesUploadsWithHolesOrOfOtherLengths() throws Exception {
        // Given
        var image = client.image();
        var holed = initialize(image.length, "image/jpeg", "tweet_image").text("/data/id");
        append(holed, 1, image);
        var shorter = initialize(image.length + 1, "image/jpeg", "tweet_image").text("/data/id");
        append(shorter, 0, image);
        var noVideo = initialize(image.length, "video/mp4", "tweet_video").text("/data/id");
        append(noVideo, 0, image);
        // Then
        for (var id : new String[] {holed, shorter, noVideo}) {
            assertThat(complete(id).status()).isEqualTo(400);
            assertThat(post(id).status()).isEqualTo(400);
        }
        assertThat(initialize(0, "video/mp4", "tweet_video").status()).isEqualTo(400);
        assertThat(initialize(600 * PIECE, "video/mp4", "tweet_video").status()).isEqualTo(400);
        assertThat(initialize(5, "video/mp4", "tweet_image").status()).isEqualTo(400);
        assertThat(complete("123").status()).isEqualTo(404);
        assertThat(append(holed, 1000, image).status()).isEqualTo(400);
    }

    @Test
    void mixesNoVideoWithImages() throws Exception {
        // Given
        simulator.control().set("xProcessingSeconds", 0);
        var image = upload(client.image(), "image/jpeg", "tweet_image");
        var gif = upload(client.media("sample.gif"), "image/gif", "tweet_gif");
        // When
        var mixed = client.json(
                "/x/2/tweets",
                X_TOKEN,
                "{\"text\":\"\",\"media\":{\"media_ids\":[\"" + image + "\",\"" + gif + "\"]}}");
        // Then
        assertThat(mixed.status()).isEqualTo(400);
        assertThat(post(gif).status()).isEqualTo(201);
    }

    @Test
    void failsToProcessWhenItIsToldTo() throws Exception {
        // Given
        simulator
                .control()
                .inject(Failure.of(Platform.X, "media.processing", FailureKind.REFUSED_BEFORE_EFFECT)
                        .account(X_USER)
                        .code("InvalidMedia"));
        // When
        var id = upload(client.media("sample.mp4"), "video/mp4", "tweet_video");
        // Then
        awaitState(id, "failed");
        assertThat(status(id).text("/data/processing_info/error/name")).isEqualTo("InvalidMedia");
        assertThat(post(id).status()).isEqualTo(400);
    }

    @Test
    void continuesAnUploadAfterARestart(@TempDir Path directory) throws Exception {
        // Given
        var config = SimulatorConfig.onPort(0).withDataDirectory(directory);
        var video = client.media("video-2MB.mp4");
        String id;
        try (var first = PlatformSimulator.start(config);
                var caller = new SimulatorClient(first)) {
            id = initialize(caller, video.length, "video/mp4", "tweet_video").text("/data/id");
            append(caller, id, 0, Arrays.copyOfRange(video, 0, PIECE));
        }
        // When
        try (var second = PlatformSimulator.start(config);
                var caller = new SimulatorClient(second)) {
            append(caller, id, 1, Arrays.copyOfRange(video, PIECE, video.length));
            // Then
            assertThat(caller.json("/x/2/media/upload/" + id + "/finalize", X_TOKEN, "")
                            .status())
                    .isEqualTo(200);
        }
    }

    private String upload(byte[] bytes, String type, String category) throws Exception {
        var id = initialize(bytes.length, type, category).text("/data/id");
        append(id, 0, bytes);
        assertThat(complete(id).status()).isEqualTo(200);
        return id;
    }

    private void awaitState(String id, String state) {
        await().atMost(1, MINUTES)
                .until(() -> status(id).text("/data/processing_info/state").equals(state));
    }

    private Answer status(String id) throws Exception {
        return client.get("/x/2/media/upload?command=STATUS&media_id=" + id, X_TOKEN);
    }

    private Answer initialize(long length, String type, String category) throws Exception {
        return initialize(client, length, type, category);
    }

    private static Answer initialize(SimulatorClient caller, long length, String type, String category)
            throws Exception {
        return caller.json(
                "/x/2/media/upload/initialize",
                X_TOKEN,
                Json.object()
                        .put("media_type", type)
                        .put("total_bytes", length)
                        .put("media_category", category)
                        .toString());
    }

    private Answer append(String id, int index, byte[] piece) throws Exception {
        return append(client, id, index, piece);
    }

    private static Answer append(SimulatorClient caller, String id, int index, byte[] piece) throws Exception {
        return caller.multipart(
                "/x/2/media/upload/" + id + "/append",
                X_TOKEN,
                Map.of("segment_index", Integer.toString(index)),
                "media",
                piece);
    }

    private Answer complete(String id) throws Exception {
        return client.json("/x/2/media/upload/" + id + "/finalize", X_TOKEN, "");
    }

    private Answer post(String mediaId) throws Exception {
        return client.json("/x/2/tweets", X_TOKEN, "{\"text\":\"\",\"media\":{\"media_ids\":[\"" + mediaId + "\"]}}");
    }
}
