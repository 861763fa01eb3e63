package io.broadside.publisher.platform.x;

import static io.broadside.publisher.platform.Commands.aCheckpoint;
import static io.broadside.publisher.platform.Commands.aCommand;
import static io.broadside.publisher.platform.Commands.aText;
import static io.broadside.publisher.platform.Commands.anImage;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.events.Checkpoint;
import io.broadside.events.Media;
import io.broadside.events.MediaKind;
import io.broadside.events.PublishCommand;
import io.broadside.publisher.platform.Bench;
import io.broadside.publisher.platform.Found;
import io.broadside.publisher.platform.Outcome;
import io.broadside.publisher.platform.Outcome.Continue;
import io.broadside.publisher.platform.Outcome.Published;
import io.broadside.publisher.platform.Outcome.Rejected;
import io.broadside.publisher.platform.Outcome.Unavailable;
import io.broadside.publisher.platform.media.MediaConfig;
import io.broadside.publisher.platform.media.MediaFetch;
import io.broadside.schemas.ErrorCode;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Videos and animations to X. */
final class XUploadsTest {

    private static final String USER = "1111111111111111111";
    private static final String MEDIA = "1900000000000000001";
    private static final String POST = "2080761390344937001";
    private static final Buffer FILM = bytes("\u0000\u0000\u0000\u0018ftypmp42" + "0123456789".repeat(209_714));
    private static final Buffer GIF = bytes("GIF89a and more");
    private static final String VERSION = "2097152 \"one\"";

    private final Bench bench = new Bench();
    private final XPlatform x = new XPlatform(config(bench), bench.http(), bench.media(), bench.clock());

    static XConfig config(Bench bench) {
        return new XConfig(
                bench.server().uri(),
                280,
                Duration.ofSeconds(140),
                Duration.ofMinutes(3),
                1024 * 1024,
                Duration.ofMinutes(30));
    }

    @AfterEach
    void close() {
        bench.close();
    }

    @Test
    void uploadsAVideoInPiecesWaitsForItAndPostsIt() {
        // Given: the answers of X' own documents
        serve(FILM);
        bench.server()
                .answers(
                        200,
                        "{\"data\":{\"id\":\"" + MEDIA + "\",\"media_key\":\"13_" + MEDIA
                                + "\",\"expires_after_secs\":1295999}}");
        serve(FILM);
        bench.server()
                .answers(200, "{\"data\":{\"expires_at\":1796465730}}")
                .answers(204, "")
                .answers(200, processing("pending", 1))
                .answers(200, processing("in_progress", 1))
                .answers(
                        200,
                        "{\"data\":{\"id\":\"" + MEDIA
                                + "\",\"expires_after_secs\":86400,\"processing_info\":{\"state\":\"succeeded\"}}}")
                .answers(201, "{\"data\":{\"id\":\"" + POST + "\",\"text\":\"Look\"}}");
        var start = command(film());
        // When
        var begun = publish(start);
        var sent = publish(next(start, begun));
        var completed = publish(next(start, sent));
        var asked = publish(next(start, completed));
        var ready = publish(next(start, asked));
        var posted = publish(next(start, ready));
        // Then
        var calls = bench.server().asked().stream()
                .filter(it -> it.path().startsWith("/2"))
                .toList();
        assertThat(calls)
                .extracting(it -> it.method() + " " + it.path())
                .containsExactly(
                        "POST /2/media/upload/initialize",
                        "POST /2/media/upload/" + MEDIA + "/append",
                        "POST /2/media/upload/" + MEDIA + "/append",
                        "POST /2/media/upload/" + MEDIA + "/finalize",
                        "GET /2/media/upload",
                        "GET /2/media/upload",
                        "POST /2/tweets");
        assertThat(calls.get(0).text())
                .isEqualTo("{\"media_type\":\"video/mp4\",\"total_bytes\":2097152,\"media_category\":\"tweet_video\"}");
        assertThat(calls.get(1).latin1())
                .contains("name=\"segment_index\"\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n0\r\n")
                .contains("name=\"media\"; filename=");
        assertThat(calls.get(2).latin1())
                .contains("name=\"segment_index\"\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n1\r\n");
        assertThat(calls.get(3).body().length()).isZero();
        assertThat(calls.get(4).query()).isEqualTo(Map.of("command", "STATUS", "media_id", MEDIA));
        assertThat(calls.getLast().text())
                .isEqualTo("{\"text\":\"Look\",\"media\":{\"media_ids\":[\"" + MEDIA + "\"]}}");
        assertThat(completed).isInstanceOfSatisfying(Continue.class, it -> {
            assertThat(it.checkpoint().getStep()).isEqualTo("processing");
            assertThat(it.notBefore()).contains(Bench.NOW.plusSeconds(1));
        });
        assertThat(ready)
                .isInstanceOfSatisfying(
                        Continue.class,
                        it -> assertThat(it.checkpoint().getValues())
                                .isEqualTo(Map.of("mediaIds", MEDIA, "expireAt", "2026-11-21T10:15:30Z")));
        assertThat(posted).isInstanceOf(Published.class);
    }

    @Test
    void uploadsAnAnimationWithItsDescription() {
        // Given
        serve(GIF);
        bench.server().answers(200, data());
        serve(GIF);
        bench.server().answers(200, "{}").answers(200, data()).answers(200, "{\"data\":{\"id\":\"" + MEDIA + "\"}}");
        var start = command(Media.newBuilder(gif()).setAltText("A cat").build());
        // When
        var ready = publish(next(start, publish(next(start, publish(start)))));
        // Then
        assertThat(bench.server().asked().get(1).text())
                .isEqualTo("{\"media_type\":\"image/gif\",\"total_bytes\":15,\"media_category\":\"tweet_gif\"}");
        assertThat(bench.server().last().path()).isEqualTo("/2/media/metadata");
        assertThat(((Continue) ready).checkpoint().getStep()).isEqualTo("create");
    }

    @Test
    void pausesWhenItsSliceIsOverAndGoesOnWhereItWas() {
        // Given: one piece for each slice
        var vertx = Vertx.vertx();
        var media = new MediaFetch(
                vertx, new MediaConfig(true, 16 << 20, 64 << 20, Duration.ofSeconds(2), Duration.ofMillis(1)));
        var slow = new XPlatform(config(bench), bench.http(), media, bench.clock());
        serve(FILM);
        bench.server().answers(200, "{}");
        serve(FILM);
        bench.server().answers(200, "{}");
        var start = command(film());
        // When
        var paused = slow.publish(at(uploading("0")), Bench.TOKEN, bench.context());
        var sent = slow.publish(next(start, paused), Bench.TOKEN, bench.context());
        // Then
        assertThat(((Continue) paused).checkpoint().getValues()).containsEntry("offset", "1048576");
        assertThat(((Continue) sent).checkpoint().getValues()).containsEntry("offset", "2097152");
        assertThat(bench.server().last().latin1()).contains("\r\n\r\n1\r\n");
        media.close();
        vertx.close().await();
    }

    @Test
    void refusesAFileThatChangedBetweenTwoSlices() {
        bench.server().answers(200, FILM, Map.of("etag", "\"two\""));
        assertThat(publish(at(uploading("1048576"))))
                .isInstanceOfSatisfying(
                        Rejected.class, it -> assertThat(it.cause().code()).isEqualTo(ErrorCode.MEDIA_UNAVAILABLE));
    }

    @ParameterizedTest
    @CsvSource({"503, Unavailable", "429, RateLimited", "401, TokenExpired", "413, Rejected", "400, Rejected"})
    void publishesNothingWhenAPieceIsNotTaken(int status, String outcome) {
        serve(FILM);
        bench.server().answers(status, "{\"title\":\"t\",\"type\":\"about:blank\",\"status\":" + status + "}");
        assertThat(publish(at(uploading("0"))).getClass().getSimpleName()).isEqualTo(outcome);
    }

    @Test
    void beginsAnewWhatXNoLongerKnowsButNotForEver() {
        // Given
        var gone = "{\"title\":\"Not Found Error\",\"type\":\"https://api.twitter.com/2/problems/resource-not-found\"}";
        serve(FILM);
        bench.server().answers(404, gone);
        serve(FILM);
        bench.server().answers(404, gone);
        // When
        var first = publish(at(uploading("0")));
        var often = new HashMap<>(uploading("0"));
        often.put("restarts", "2");
        var third = publish(at(often));
        // Then
        assertThat(((Continue) first).checkpoint().getValues()).isEqualTo(Map.of("restarts", "1"));
        assertThat(third).isInstanceOf(Rejected.class);
    }

    /** A 400 is what X answers to any mistake: whether it knows the upload decides. */
    @ParameterizedTest
    @CsvSource({"400, Continue", "404, Continue", "200, Rejected", "503, Rejected"})
    void beginsAnewWhatHasExpiredAndIsAnsweredLikeAMistake(int status, String outcome) {
        // Given
        var problem = "{\"title\":\"Invalid Request\",\"type\":\"https://api.twitter.com/2/problems/invalid-request\"}";
        serve(FILM);
        bench.server().answers(400, problem).answers(status, problem);
        // Then
        assertThat(publish(at(uploading("0"))).getClass().getSimpleName()).isEqualTo(outcome);
    }

    @Test
    void asksForAnUploadWhoseCompletionXRefusesTheSecondTime() {
        // Given
        bench.server()
                .answers(400, "{\"title\":\"Invalid Request\",\"type\":\"about:blank\",\"status\":400}")
                .answers(200, processing("pending", 7));
        // Then
        assertThat(publish(at(uploading("2097152"))))
                .isInstanceOfSatisfying(
                        Continue.class, it -> assertThat(it.notBefore()).contains(Bench.NOW.plusSeconds(7)));
    }

    @Test
    void completesAgainWhenTheAnswerWasLost() {
        bench.server().answers(503, "");
        assertThat(publish(at(uploading("2097152")))).isInstanceOf(Unavailable.class);
    }

    @Test
    void refusesWhatXCouldNotProcess() {
        bench.server()
                .answers(
                        200,
                        "{\"data\":{\"id\":\"" + MEDIA
                                + "\",\"processing_info\":{\"state\":\"failed\",\"error\":{\"code\":1,\"name\":\"InvalidMedia\"}}}}");
        assertThat(publish(at(working("2026-11-20T10:15:00Z"))))
                .isInstanceOfSatisfying(
                        Rejected.class, it -> assertThat(it.cause().code()).isEqualTo(ErrorCode.MEDIA_UNAVAILABLE));
    }

    @ParameterizedTest
    @CsvSource({"2026-11-20T09:45:31Z, Continue", "2026-11-20T09:45:30Z, Rejected"})
    void doesNotWaitForXForEver(String since, String outcome) {
        bench.server().answers(200, processing("in_progress", 5));
        assertThat(publish(at(working(since))).getClass().getSimpleName()).isEqualTo(outcome);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"data\":{\"id\":\"../../users/me\"}}", "<html>"})
    void believesNoAnswerWithoutAnId(String body) {
        serve(FILM);
        bench.server().answers(200, body);
        assertThat(publish(command(film()))).isInstanceOf(Unavailable.class);
    }

    @ParameterizedTest
    @CsvSource({"VIDEO, true", "GIF, false"})
    void refusesAFileOfAnotherKindWithoutTroublingX(MediaKind kind, boolean isGif) {
        serve(isGif ? GIF : FILM);
        var medium = Media.newBuilder(film()).setKind(kind).build();
        assertThat(publish(command(medium))).isInstanceOf(Rejected.class);
        assertThat(bench.server().asked()).hasSize(1);
    }

    @Test
    void uploadsImagesInSlices() {
        // Given
        var vertx = Vertx.vertx();
        var media = new MediaFetch(
                vertx, new MediaConfig(true, 16 << 20, 64 << 20, Duration.ofSeconds(2), Duration.ofMillis(1)));
        var slow = new XPlatform(config(bench), bench.http(), media, bench.clock());
        var png = bytes("\u0089PNG\r\n\u001a\n and more");
        bench.server().answers(200, png, Map.of()).answers(200, data());
        bench.server().answers(200, png, Map.of()).answers(200, "{\"data\":{\"id\":\"2\"}}");
        var image = anImage(bench.server().uri() + "/a.png");
        var start = aCommand("x", USER, aText("Look").setMedia(List.of(image, image)))
                .build();
        // When
        var first = slow.publish(start, Bench.TOKEN, bench.context());
        var second = slow.publish(next(start, first), Bench.TOKEN, bench.context());
        // Then
        assertThat(((Continue) first).checkpoint().getStep()).isEqualTo("upload");
        assertThat(((Continue) first).checkpoint().getValues()).containsEntry("mediaIds", MEDIA);
        assertThat(((Continue) second).checkpoint().getStep()).isEqualTo("create");
        assertThat(((Continue) second).checkpoint().getValues()).containsEntry("mediaIds", MEDIA + ",2");
        media.close();
        vertx.close().await();
    }

    @Test
    void knowsThatNothingIsPublishedWhileItUploads() {
        var found = x.find(at(uploading("1048576")), Bench.TOKEN, bench.context());
        assertThat(found).isEqualTo(new Found.Absent());
        assertThat(bench.server().asked()).isEmpty();
    }

    private static Map<String, String> uploading(String offset) {
        return Map.of(
                "uploadId", MEDIA,
                "size", "2097152",
                "offset", offset,
                "piece", "1048576",
                "file", VERSION);
    }

    private static Map<String, String> working(String since) {
        var values = new HashMap<>(uploading("2097152"));
        values.put("since", since);
        return values;
    }

    private static String processing(String state, int after) {
        return "{\"data\":{\"id\":\"" + MEDIA + "\",\"processing_info\":{\"state\":\"" + state
                + "\",\"check_after_secs\":" + after + "}}}";
    }

    private static String data() {
        return "{\"data\":{\"id\":\"" + MEDIA + "\",\"expires_after_secs\":86400}}";
    }

    private static Buffer bytes(String text) {
        return Buffer.buffer(text.getBytes(ISO_8859_1));
    }

    private void serve(Buffer file) {
        bench.server().answers(200, file, Map.of("etag", "\"one\""));
    }

    private Media film() {
        return Media.newBuilder()
                .setUrl(bench.server().uri() + "/film.mp4")
                .setKind(MediaKind.VIDEO)
                .build();
    }

    private Media gif() {
        return Media.newBuilder(film()).setKind(MediaKind.GIF).build();
    }

    private static PublishCommand command(Media medium) {
        return aCommand("x", USER, aText("Look").setMedia(List.of(medium))).build();
    }

    private PublishCommand at(Map<String, String> values) {
        return PublishCommand.newBuilder(command(film()))
                .setCheckpoint(aCheckpoint("upload", values, Bench.NOW.minusSeconds(60)))
                .build();
    }

    private Outcome publish(PublishCommand command) {
        return x.publish(command, Bench.TOKEN, bench.context());
    }

    private static PublishCommand next(PublishCommand command, Outcome outcome) {
        assertThat(outcome).isInstanceOf(Continue.class);
        return PublishCommand.newBuilder(command)
                .setCheckpoint(
                        Checkpoint.newBuilder(((Continue) outcome).checkpoint()).build())
                .build();
    }
}
