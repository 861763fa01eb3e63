package io.broadside.simulator;

import static io.broadside.simulator.SimulatorClient.PAGE;
import static io.broadside.simulator.SimulatorClient.PAGE_TOKEN;
import static java.util.concurrent.TimeUnit.MINUTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.broadside.simulator.SimulatorClient.Answer;
import io.broadside.simulator.account.Platform;
import io.broadside.simulator.failure.Failure;
import io.broadside.simulator.failure.FailureKind;
import io.broadside.simulator.post.Publication;
import io.broadside.simulator.post.Publication.Kind;
import io.broadside.simulator.post.Publications;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Videos, reels, stories and comments of Pages. */
class FacebookVideosIT {
    private static final String BASE = "/facebook/v26.0/";
    private static final int MEBIBYTE = 1024 * 1024;

    private final PlatformSimulator simulator = PlatformSimulator.start(SimulatorConfig.onPort(0));
    private final SimulatorClient client = new SimulatorClient(simulator);

    @BeforeEach
    void processAtOnce() {
        simulator.control().set("facebookVideoProcessingSeconds", 0);
    }

    @AfterEach
    void stop() {
        client.close();
        simulator.close();
    }

    @Test
    void publishesAVideoFromItsAddressOrInOnePiece() throws Exception {
        // When
        var byAddress = post("videos", Map.of("file_url", media("video-2MB.mp4"), "description", "Look", "title", "T"));
        var inOnePiece = client.multipart(
                BASE + PAGE + "/videos",
                PAGE_TOKEN,
                Map.of("description", "Look"),
                "source",
                client.media("video-2MB.mp4"));
        // Then
        assertThat(inOnePiece.status()).isEqualTo(200);
        assertThat(posts(Kind.VIDEO))
                .extracting(Publication::id)
                .containsExactly(byAddress.text("/id"), inOnePiece.text("/id"));
        assertThat(simulator.control().report().facebook().duplicatesPublished())
                .isEqualTo(1);
        var video = read(byAddress.text("/id"), "id,status,title,description,published,post_id,permalink_url");
        assertThat(video.text("/status/video_status")).isEqualTo("ready");
        assertThat(video.text("/status/publishing_phase/publish_status")).isEqualTo("published");
        assertThat(video.text("/title")).isEqualTo("T");
        var post = read(PAGE + "_" + video.text("/post_id"), "message,attachments");
        assertThat(post.text("/message")).isEqualTo("Look");
        assertThat(post.text("/attachments/data/0/target/id")).isEqualTo(byAddress.text("/id"));
    }

    @Test
    void refusesAVideoThatIsNoneOrCannotBeFetched() throws Exception {
        // When
        var missing = post("videos", Map.of("file_url", media("missing.mp4")));
        var image = post("videos", Map.of("file_url", media("sample.jpg")));
        var nothing = post("videos", Map.of("description", "Look"));
        // Then
        assertRefused(missing, 389);
        assertRefused(image, 6000);
        assertRefused(nothing, 100);
        assertThat(simulator.control().posts()).isEmpty();
    }

    @Test
    void takesAVideoInPieces() throws Exception {
        // Given
        var video = client.media("video-6MB.mp4");
        var begun = post("videos", Map.of("upload_phase", "start", "file_size", Integer.toString(video.length)));
        var session = begun.text("/upload_session_id");
        // When
        var offsets = transfer(session, begun, video);
        var wrong = transfer(session, begun, video);
        var unfinished = finish(session);
        var last = transfer(session, offsets, video);
        var finished = finish(session);
        var again = finish(session);
        // Then
        assertThat(begun.text("/start_offset")).isEqualTo("0");
        assertThat(offsets.text("/start_offset")).isEqualTo("4194304");
        assertThat(offsets.text("/end_offset")).isEqualTo(Integer.toString(video.length));
        assertRefused(wrong, 6001);
        assertRefused(unfinished, 6001);
        assertThat(last.text("/start_offset")).isEqualTo(Integer.toString(video.length));
        assertThat(finished.body()).isEqualTo("{\"success\":true}");
        assertRefused(again, 100);
        assertThat(posts(Kind.VIDEO)).extracting(Publication::id).containsExactly(begun.text("/video_id"));
    }

    @Test
    void forgetsACancelledUpload() throws Exception {
        // Given
        var session = post("videos", Map.of("upload_phase", "start", "file_size", "5"))
                .text("/upload_session_id");
        // When
        var cancelled = post("videos", Map.of("upload_phase", "cancel", "upload_session_id", session));
        // Then
        assertThat(cancelled.status()).isEqualTo(200);
        assertRefused(finish(session), 100);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void publishesAReelInThreePhases(boolean byAddress) throws Exception {
        // Given
        var video = client.media("video-2MB.mp4");
        var begun = post("video_reels", Map.of("upload_phase", "start"));
        var id = begun.text("/video_id");
        var early = finishReel(id, "PUBLISHED");
        // When
        if (byAddress) {
            assertThat(client.send(upload(begun)
                                    .header("file_url", media("video-2MB.mp4"))
                                    .POST(BodyPublishers.noBody()))
                            .status())
                    .isEqualTo(200);
        } else {
            assertThat(upload(begun, 0, video.length, Arrays.copyOfRange(video, 0, MEBIBYTE))
                            .status())
                    .isEqualTo(200);
            assertThat(upload(begun, 0, video.length, video).text("/debug_info/type"))
                    .isEqualTo("OffsetInvalidError");
            assertThat(upload(begun, MEBIBYTE, video.length, Arrays.copyOfRange(video, MEBIBYTE, video.length))
                            .status())
                    .isEqualTo(200);
        }
        var before = read(id, "status");
        var finished = finishReel(id, "PUBLISHED");
        var again = finishReel(id, "PUBLISHED");
        // Then
        assertRefused(early, 100);
        assertThat(before.text("/status/video_status")).isEqualTo("ready");
        assertThat(before.text("/status/publishing_phase/status")).isEqualTo("not_started");
        assertThat(finished.body()).isEqualTo("{\"success\":true}");
        assertRefused(again, 100);
        assertThat(read(id, "status").text("/status/publishing_phase/publish_status"))
                .isEqualTo("published");
        assertThat(posts(Kind.REEL)).singleElement().satisfies(post -> {
            assertThat(post.id()).isEqualTo(id);
            assertThat(post.text()).isEqualTo("A reel");
        });
        assertThat(client.get(BASE + PAGE + "/video_reels", PAGE_TOKEN)
                        .json()
                        .at("/data")
                        .findValuesAsText("id"))
                .containsExactly(id);
    }

    @Test
    void showsHowFarAReelIs() throws Exception {
        // Given
        simulator.control().set("facebookVideoProcessingSeconds", 1);
        var video = client.media("sample.mp4");
        var begun = post("video_reels", Map.of("upload_phase", "start"));
        var id = begun.text("/video_id");
        // Then
        assertThat(read(id, "status").text("/status/video_status")).isEqualTo("uploading");
        upload(begun, 0, video.length, video);
        assertThat(read(id, "status").text("/status/video_status")).isEqualTo("processing");
        finishReel(id, "PUBLISHED");
        await().atMost(1, MINUTES)
                .until(() -> read(id, "status")
                        .text("/status/publishing_phase/publish_status")
                        .equals("published"));
    }

    @Test
    void keepsADraftUnseen() throws Exception {
        // When
        var id = reel("DRAFT");
        // Then
        assertThat(read(id, "status").text("/status/publishing_phase/publish_status"))
                .isEqualTo("draft");
        assertThat(simulator.control().posts()).isEmpty();
    }

    @Test
    void limitsTheReelsOfADay() throws Exception {
        // Given
        simulator.control().set("facebookReelsPerDay", 1);
        reel("PUBLISHED");
        // When
        var video = client.media("sample.mp4");
        var begun = post("video_reels", Map.of("upload_phase", "start"));
        upload(begun, 0, video.length, video);
        // Then
        assertRefused(finishReel(begun.text("/video_id"), "PUBLISHED"), 613);
    }

    @Test
    void neverShowsWhatFailsInProcessing() throws Exception {
        // Given
        simulator
                .control()
                .inject(Failure.of(Platform.FACEBOOK, "video.processing", FailureKind.REFUSED_BEFORE_EFFECT)
                        .code("1363047"));
        // When
        var id = reel("PUBLISHED");
        // Then
        var status = read(id, "status");
        assertThat(status.text("/status/video_status")).isEqualTo("error");
        assertThat(status.text("/status/processing_phase/error/message")).contains("1363047");
        assertThat(status.text("/status/publishing_phase/publish_status")).isEqualTo("error");
        assertThat(simulator.control().posts()).isEmpty();
    }

    @Test
    void publishesAReelAlthoughTheAnswerIsLost() throws Exception {
        // Given
        var video = client.media("sample.mp4");
        var begun = post("video_reels", Map.of("upload_phase", "start"));
        upload(begun, 0, video.length, video);
        simulator
                .control()
                .inject(Failure.of(Platform.FACEBOOK, "page.video_reels.finish", FailureKind.CUT_AFTER_EFFECT));
        // When
        assertThatThrownBy(() -> finishReel(begun.text("/video_id"), "PUBLISHED"))
                .isInstanceOf(IOException.class);
        // Then
        assertThat(posts(Kind.REEL)).hasSize(1);
        assertThat(read(begun.text("/video_id"), "status").text("/status/publishing_phase/publish_status"))
                .isEqualTo("published");
    }

    @Test
    void publishesStoriesOfPhotosAndVideosOnce() throws Exception {
        // Given
        var photo = post("photos", Map.of("url", media("sample.jpg"), "published", "false"))
                .text("/id");
        var video = client.media("sample.mp4");
        var begun = post("video_stories", Map.of("upload_phase", "start"));
        upload(begun, 0, video.length, video);
        // When
        var ofPhoto = post("photo_stories", Map.of("photo_id", photo));
        var ofVideo = post("video_stories", Map.of("upload_phase", "finish", "video_id", begun.text("/video_id")));
        var again = post("photo_stories", Map.of("photo_id", photo));
        // Then
        assertThat(ofPhoto.text("/success")).isEqualTo("true");
        assertThat(ofPhoto.json().path("post_id").isNumber()).isTrue();
        assertRefused(again, 100);
        var stories = client.get(BASE + PAGE + "/stories", PAGE_TOKEN);
        assertThat(stories.json().at("/data").findValuesAsText("media_id"))
                .containsExactly(begun.text("/video_id"), photo);
        assertThat(stories.json().at("/data").findValuesAsText("post_id"))
                .containsExactly(ofVideo.text("/post_id"), ofPhoto.text("/post_id"));
        assertThat(posts(Kind.STORY))
                .extracting(Publication::id)
                .containsExactly(ofPhoto.text("/post_id"), ofVideo.text("/post_id"));
    }

    @Test
    void countsTheSameCommentAgain() throws Exception {
        // Given
        var post = client.feed("Hello").text("/id");
        // When
        for (int i = 0; i < 2; i++) {
            client.form(BASE + post + "/comments", PAGE_TOKEN, Map.of("message", "First"));
        }
        // Then
        assertThat(client.get(BASE + post + "/comments?fields=id,message,from", PAGE_TOKEN)
                        .json()
                        .at("/data")
                        .findValuesAsText("message"))
                .containsExactly("First", "First");
        assertThat(simulator.control().comments(Platform.FACEBOOK)).hasSize(2);
        var numbers = simulator.control().report().facebook();
        assertThat(numbers.published()).isEqualTo(1);
        assertThat(numbers.duplicatesPublished()).isEqualTo(1);
        assertThat(numbers.kinds()).containsEntry(Kind.COMMENT, new Publications.Counts(2, 1));
        assertThat(client.get("/control/report", "")
                        .json()
                        .at("/facebook/kinds/comment/published")
                        .asInt())
                .isEqualTo(2);
    }

    @Test
    void continuesAnUploadAfterARestart(@TempDir Path directory) throws Exception {
        // Given
        var config = SimulatorConfig.onPort(0).withDataDirectory(directory);
        var video = client.media("video-2MB.mp4");
        String id;
        try (var first = PlatformSimulator.start(config);
                var caller = new SimulatorClient(first)) {
            id = caller.form(BASE + PAGE + "/video_reels", PAGE_TOKEN, Map.of("upload_phase", "start"))
                    .text("/video_id");
            send(caller, id, 0, video.length, Arrays.copyOfRange(video, 0, MEBIBYTE));
        }
        // When
        try (var second = PlatformSimulator.start(config);
                var caller = new SimulatorClient(second)) {
            var rest = send(caller, id, MEBIBYTE, video.length, Arrays.copyOfRange(video, MEBIBYTE, video.length));
            var finished = caller.form(
                    BASE + PAGE + "/video_reels",
                    PAGE_TOKEN,
                    Map.of("upload_phase", "finish", "video_id", id, "video_state", "PUBLISHED"));
            // Then
            assertThat(rest.status()).isEqualTo(200);
            assertThat(finished.status()).isEqualTo(200);
        }
        try (var third = PlatformSimulator.start(config)) {
            assertThat(third.control().posts()).extracting(Publication::id).containsExactly(id);
        }
    }

    @Test
    void fetchesALongVideo() throws Exception {
        // When
        var answer = post("videos", Map.of("file_url", media("video-300MB.mp4")));
        // Then
        assertThat(answer.status()).isEqualTo(200);
        assertThat(posts(Kind.VIDEO))
                .singleElement()
                .satisfies(post -> assertThat(post.media().getFirst()).startsWith("content:314572800-"));
    }

    private String reel(String state) throws Exception {
        var video = client.media("sample.mp4");
        var begun = post("video_reels", Map.of("upload_phase", "start"));
        upload(begun, 0, video.length, video);
        assertThat(finishReel(begun.text("/video_id"), state).status()).isEqualTo(200);
        return begun.text("/video_id");
    }

    private Answer finishReel(String id, String state) throws Exception {
        return post(
                "video_reels",
                Map.of("upload_phase", "finish", "video_id", id, "video_state", state, "description", "A reel"));
    }

    private Answer transfer(String session, Answer offsets, byte[] video) throws Exception {
        int start = Integer.parseInt(offsets.text("/start_offset"));
        int end = Integer.parseInt(offsets.text("/end_offset"));
        var fields = new HashMap<String, String>();
        fields.put("upload_phase", "transfer");
        fields.put("upload_session_id", session);
        fields.put("start_offset", Integer.toString(start));
        return client.multipart(
                BASE + PAGE + "/videos", PAGE_TOKEN, fields, "video_file_chunk", Arrays.copyOfRange(video, start, end));
    }

    private Answer finish(String session) throws Exception {
        return post("videos", Map.of("upload_phase", "finish", "upload_session_id", session));
    }

    private HttpRequest.Builder upload(Answer begun) {
        var path =
                begun.text("/upload_url").substring(simulator.uri().toString().length());
        return client.request(path, "").header("Authorization", "OAuth " + PAGE_TOKEN);
    }

    private Answer upload(Answer begun, long offset, long size, byte[] bytes) throws Exception {
        return send(client, begun.text("/video_id"), offset, size, bytes);
    }

    private static Answer send(SimulatorClient caller, String id, long offset, long size, byte[] bytes)
            throws Exception {
        return caller.send(caller.request("/facebook/video-upload/v26.0/" + id, "")
                .header("Authorization", "OAuth " + PAGE_TOKEN)
                .header("offset", Long.toString(offset))
                .header("file_size", Long.toString(size))
                .POST(BodyPublishers.ofByteArray(bytes)));
    }

    private Answer post(String edge, Map<String, String> fields) throws Exception {
        return client.form(BASE + PAGE + "/" + edge, PAGE_TOKEN, fields);
    }

    private Answer read(String id, String fields) throws Exception {
        return client.get(BASE + id + "?fields=" + fields, PAGE_TOKEN);
    }

    private List<Publication> posts(Kind kind) {
        return simulator.control().posts(Platform.FACEBOOK).stream()
                .filter(post -> post.kind() == kind)
                .toList();
    }

    private String media(String name) {
        return simulator.uri() + "/media/" + name;
    }

    private static void assertRefused(Answer answer, int code) {
        assertThat(answer.json().at("/error/code").asInt()).as(answer.body()).isEqualTo(code);
    }
}
