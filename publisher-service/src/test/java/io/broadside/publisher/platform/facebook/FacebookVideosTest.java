package io.broadside.publisher.platform.facebook;

import static io.broadside.publisher.platform.Commands.aCheckpoint;
import static io.broadside.publisher.platform.Commands.aCommand;
import static io.broadside.publisher.platform.Commands.aDoubt;
import static io.broadside.publisher.platform.Commands.aText;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.events.Attempt;
import io.broadside.events.AttemptEnd;
import io.broadside.events.Content;
import io.broadside.events.Media;
import io.broadside.events.MediaKind;
import io.broadside.events.Placement;
import io.broadside.events.PublishCommand;
import io.broadside.publisher.platform.Bench;
import io.broadside.publisher.platform.FakeServer.Asked;
import io.broadside.publisher.platform.Found;
import io.broadside.publisher.platform.Outcome;
import io.broadside.publisher.platform.Outcome.Continue;
import io.broadside.publisher.platform.Outcome.Rejected;
import io.broadside.publisher.platform.Outcome.TokenExpired;
import io.broadside.publisher.platform.Outcome.Unavailable;
import io.broadside.publisher.platform.Outcome.Unconfirmed;
import io.broadside.publisher.platform.Outcome.Underway;
import io.broadside.publisher.platform.media.MediaConfig;
import io.broadside.publisher.platform.media.MediaFetch;
import io.broadside.runtime.http.Reply.Answer;
import io.broadside.schemas.ErrorCode;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.groups.Tuple;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Videos in the feed, reels and video stories. */
final class FacebookVideosTest {

    private static final String PAGE = "1000000001";
    private static final Buffer FILM =
            Buffer.buffer(("\u0000\u0000\u0000\u0018ftypmp42" + "0123456789".repeat(1_000)).getBytes(ISO_8859_1));
    private static final String VERSION = FILM.length() + " \"one\"";
    private static final String SUCCESS = "{\"success\":true}";

    private final Bench bench = new Bench();
    private final Vertx vertx = Vertx.vertx();
    private final MediaFetch inShortSlices = new MediaFetch(
            vertx, new MediaConfig(true, 16 << 20, 64 << 20, Duration.ofSeconds(2), Duration.ofMillis(1)));
    private final FacebookPlatform platform =
            new FacebookPlatform(config(bench, true), noPrivateMedia(), bench.http(), bench.media(), bench.clock());

    static FacebookConfig config(Bench bench, boolean inSteps) {
        return new FacebookConfig(
                bench.server().uri(),
                URI.create("http://127.0.0.1:" + bench.server().port()),
                "v26.0",
                inSteps,
                Duration.ofHours(1),
                Duration.ofMinutes(2),
                Optional.empty());
    }

    static MediaConfig noPrivateMedia() {
        return new MediaConfig(false, 16 << 20, 64 << 20, Duration.ofSeconds(2), Duration.ofSeconds(20));
    }

    @AfterEach
    void close() {
        inShortSlices.close();
        vertx.close().await();
        bench.close();
    }

    @Test
    void publishesAVideoThroughASessionInPiecesOfTheLengthThatFacebookWishes() {
        // Given
        serveFilm();
        bench.server()
                .answers(
                        200,
                        "{\"video_id\":\"1220000070\",\"upload_session_id\":\"1220000071\",\"start_offset\":\"0\",\"end_offset\":\"6000\"}");
        serveFilm();
        bench.server()
                .answers(200, "{\"start_offset\":\"6000\",\"end_offset\":\"10012\"}")
                .answers(200, "{\"start_offset\":\"10012\",\"end_offset\":\"10012\"}")
                .answers(200, SUCCESS);
        var start = command(aText("Look").setMedia(List.of(film("A title"))));
        // When
        var begun = publish(start);
        var uploaded = publish(next(start, begun));
        var finished = publish(next(start, uploaded));
        // Then
        var asked = bench.server().asked().stream()
                .filter(it -> it.path().startsWith("/v26.0"))
                .toList();
        assertThat(asked).extracting(it -> it.method() + " " + it.path()).containsOnly("POST /v26.0/1000000001/videos");
        assertThat(asked.get(0).form()).isEqualTo(Map.of("upload_phase", "start", "file_size", "10012"));
        assertThat(asked.get(1).latin1())
                .contains("name=\"upload_phase\"\r\nContent-Type: text/plain; charset=utf-8\r\n\r\ntransfer\r\n")
                .contains("name=\"upload_session_id\"\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n1220000071\r\n")
                .contains("name=\"start_offset\"\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n0\r\n")
                .contains(FILM.getString(0, 6_000, "ISO-8859-1"))
                .doesNotContain(FILM.getString(0, 6_001, "ISO-8859-1"));
        assertThat(asked.get(2).latin1())
                .contains("name=\"start_offset\"\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n6000\r\n")
                .contains(FILM.getString(6_000, 10_012, "ISO-8859-1"));
        assertThat(asked.get(3).form())
                .isEqualTo(Map.of(
                        "upload_phase", "finish",
                        "upload_session_id", "1220000071",
                        "published", "true",
                        "description", "Look",
                        "title", "A title"));
        assertThat(begun)
                .isInstanceOfSatisfying(
                        Continue.class,
                        it -> assertThat(it.checkpoint().getValues())
                                .containsEntry("videoId", "1220000070")
                                .containsEntry("offset", "0")
                                .containsEntry("file", VERSION));
        assertThat(finished).isInstanceOfSatisfying(Underway.class, it -> {
            assertThat(it.checkpoint().getStep()).isEqualTo("processing");
            assertThat(it.notBefore()).contains(Bench.NOW.plusSeconds(5));
        });
    }

    @Test
    void publishesAReelWhoseBytesGoToAnotherHost() {
        // Given
        serveFilm();
        bench.server()
                .answers(
                        200,
                        "{\"video_id\":\"1220000080\",\"upload_url\":\""
                                + bench.server().uri() + "/elsewhere/1220000080\"}");
        serveFilm();
        bench.server().answers(200, SUCCESS).answers(200, SUCCESS);
        var start = command(aText("Look #reel").setPlacement(Placement.REEL).setMedia(List.of(film())));
        // When
        var uploaded = publish(next(start, publish(start)));
        var finished = publish(next(start, uploaded));
        // Then
        var asked = bench.server().asked();
        assertThat(asked.get(1).path()).isEqualTo("/v26.0/1000000001/video_reels");
        assertThat(asked.get(1).form()).isEqualTo(Map.of("upload_phase", "start"));
        var bytes = asked.get(3);
        assertThat(bytes.method() + " " + bytes.path()).isEqualTo("POST /elsewhere/1220000080");
        assertThat(bytes.headers())
                .containsEntry("authorization", "OAuth " + Bench.TOKEN.reveal())
                .containsEntry("offset", "0")
                .containsEntry("file_size", "10012")
                .containsEntry("content-type", "application/octet-stream");
        assertThat(bytes.body()).isEqualTo(FILM);
        assertThat(asked.getLast().form())
                .isEqualTo(Map.of(
                        "upload_phase", "finish",
                        "video_id", "1220000080",
                        "video_state", "PUBLISHED",
                        "description", "Look #reel"));
        assertThat(finished).isInstanceOf(Underway.class);
    }

    @Test
    void publishesAVideoStoryAndKeepsItsId() {
        // Given
        bench.server().answers(200, "{\"success\":true,\"post_id\":1220000099}");
        // When
        var finished = publish(at("finish", Map.of("videoId", "1220000090"), story()));
        // Then
        assertThat(bench.server().last().path()).isEqualTo("/v26.0/1000000001/video_stories");
        assertThat(bench.server().last().form()).isEqualTo(Map.of("upload_phase", "finish", "video_id", "1220000090"));
        assertThat(finished)
                .isInstanceOfSatisfying(
                        Underway.class,
                        it -> assertThat(it.checkpoint().getValues()).containsEntry("storyId", "1220000099"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://evil.example/x", "http://127.0.0.1:1/x", "ftp://127.0.0.1/x", ""})
    void sendsATokenToNoHostThatAnAnswerNames(String url) {
        // Given
        serveFilm();
        bench.server().answers(200, "{\"video_id\":\"1220000080\",\"upload_url\":\"" + url + "\"}");
        serveFilm();
        bench.server().answers(200, SUCCESS);
        var start = command(aText("Look").setPlacement(Placement.REEL).setMedia(List.of(film())));
        // When
        publish(next(start, publish(start)));
        // Then
        assertThat(bench.server().last().path()).isEqualTo("/video-upload/v26.0/1220000080");
    }

    @Test
    void keepsNoUploadAddressThatCarriesASecret() {
        // Given
        serveFilm();
        bench.server()
                .answers(
                        200,
                        "{\"video_id\":\"1220000080\",\"upload_url\":\""
                                + bench.server().uri() + "/x?token=secret\"}");
        // When
        var begun = publish(command(aText("Look").setPlacement(Placement.REEL).setMedia(List.of(film()))));
        // Then
        assertThat(begun.toString()).contains("1220000080").doesNotContain("secret");
    }

    @Test
    void pausesWhenItsSliceIsOverAndGoesOnWhereItWas() {
        // Given: pieces of 6000 bytes, one for each slice
        var platform =
                new FacebookPlatform(config(bench, true), noPrivateMedia(), bench.http(), inShortSlices, bench.clock());
        serveFilm();
        bench.server().answers(200, "{\"start_offset\":\"6000\",\"end_offset\":\"10012\"}");
        serveFilm();
        bench.server().answers(200, "{\"start_offset\":10012,\"end_offset\":10012}");
        var start = command(aText("Look").setMedia(List.of(film())));
        // When
        var paused = platform.publish(at("upload", session("0"), start.getContent()), Bench.TOKEN, bench.context());
        var done = platform.publish(next(start, paused), Bench.TOKEN, bench.context());
        // Then
        assertThat(paused).isInstanceOfSatisfying(Continue.class, it -> {
            assertThat(it.checkpoint().getStep()).isEqualTo("upload");
            assertThat(it.checkpoint().getValues()).containsEntry("offset", "6000");
        });
        assertThat(done).isInstanceOfSatisfying(Continue.class, it -> {
            assertThat(it.checkpoint().getStep()).isEqualTo("finish");
            assertThat(it.checkpoint().getValues()).isEqualTo(Map.of("videoId", "1220000070", "session", "1220000071"));
        });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"error\":{\"code\":6001,\"error_subcode\":1363037,\"error_data\":{\"start_offset\":\"4000\",\"end_offset\":\"6000\"}}}|",
                "{\"error\":{\"code\":6000,\"error_subcode\":1363037,\"error_data\":{\"start_offset\":4000}}}|",
                "{\"error\":{\"code\":6001,\"error_subcode\":1363037}}|{\"status\":{\"video_status\":\"uploading\",\"uploading_phase\":{\"bytes_transfered\":4000}},\"id\":\"1\"}",
            })
    void goesOnWhereFacebookSaysTheUploadIs(String answer, String status) {
        // Given
        serveFilm();
        bench.server().answers(400, answer);
        if (status != null) {
            bench.server().answers(200, status);
        }
        // When
        var outcome = publish(at(
                "upload",
                session("6000"),
                aText("Look").setMedia(List.of(film())).build()));
        // Then
        assertThat(outcome).isInstanceOfSatisfying(Continue.class, it -> {
            assertThat(it.checkpoint().getStep()).isEqualTo("upload");
            assertThat(it.checkpoint().getValues())
                    .containsEntry("offset", "4000")
                    .containsEntry("corrections", "1");
        });
    }

    @Test
    void finishesAVideoThatFacebookHasWhollyAlthoughTheAnswerToItsLastPieceWasLost() {
        // Given: the film has 10012 bytes
        serveFilm();
        bench.server()
                .answers(
                        400,
                        "{\"error\":{\"code\":6001,\"error_subcode\":1363037,\"error_data\":{\"start_offset\":10012}}}");
        // When
        var outcome = publish(at(
                "upload",
                session("6000"),
                aText("Look").setMedia(List.of(film())).build()));
        // Then
        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Continue.class,
                        it -> assertThat(it.checkpoint().getStep()).isEqualTo("finish"));
    }

    @Test
    void takesTheAnswersWordWhenAPieceWasTakenInPart() {
        // Given
        serveFilm();
        bench.server().answers(200, "{\"start_offset\":\"2000\",\"end_offset\":\"6000\"}");
        // When
        var outcome = publish(at(
                "upload", session("0"), aText("Look").setMedia(List.of(film())).build()));
        // Then
        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Continue.class,
                        it -> assertThat(it.checkpoint().getValues()).containsEntry("offset", "2000"));
    }

    @Test
    void doesNotGoRoundInCirclesWithAnUploadThatIsStuck() {
        // Given
        serveFilm();
        bench.server()
                .answers(
                        400,
                        "{\"error\":{\"code\":6001,\"error_subcode\":1363037,\"error_data\":{\"start_offset\":0}}}");
        serveFilm();
        bench.server()
                .answers(
                        400,
                        "{\"error\":{\"code\":6001,\"error_subcode\":1363037,\"error_data\":{\"start_offset\":9}}}");
        var content = aText("Look").setMedia(List.of(film())).build();
        var often = new HashMap<>(session("6000"));
        often.put("corrections", "20");
        // Then
        assertThat(publish(at("upload", session("0"), content))).isInstanceOf(Unavailable.class);
        assertThat(publish(at("upload", often, content))).isInstanceOf(Unavailable.class);
    }

    @Test
    void takesItForGrantedThatAPieceIsPartial() {
        // Given: the host of uploads as it was seen to answer pieces
        serveFilm();
        bench.server()
                .answers(206, debug("PartialRequestError", true))
                .answers(206, debug("PartialRequestError", true))
                .answers(200, SUCCESS);
        // When
        var outcome = publish(at("upload", reel("0", "4000"), reel()));
        // Then
        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Continue.class,
                        it -> assertThat(it.checkpoint().getStep()).isEqualTo("finish"));
        assertThat(bench.server().asked())
                .filteredOn(it -> it.method().equals("POST"))
                .extracting(it -> it.headers().get("offset"), it -> it.body().length())
                .containsExactly(Tuple.tuple("0", 4_000), Tuple.tuple("4000", 4_000), Tuple.tuple("8000", 2_012));
    }

    @Test
    void asksWhereAnUploadIsAfterAnOffsetThatIsNotTaken() {
        // Given
        serveFilm();
        bench.server()
                .answers(400, debug("OffsetInvalidError", false))
                .answers(
                        200,
                        "{\"status\":{\"uploading_phase\":{\"bytes_transfered\":\"8000\"}},\"id\":\"1220000080\"}");
        // When
        var outcome = publish(at("upload", reel("5000", "4000"), reel()));
        // Then
        assertThat(bench.server().last().path()).isEqualTo("/v26.0/1220000080");
        assertThat(bench.server().last().query()).isEqualTo(Map.of("fields", "status,permalink_url"));
        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Continue.class,
                        it -> assertThat(it.checkpoint().getValues()).containsEntry("offset", "8000"));
    }

    @ParameterizedTest
    @CsvSource({
        "ProcessingFailedError, 400, Rejected, MEDIA_UNAVAILABLE",
        "ParameterValidationError, 400, Rejected, UNKNOWN_REFUSAL",
        "NotAuthorizedError, 401, TokenExpired, TOKEN_EXPIRED",
        "InternalError, 500, Unavailable, SERVER_ERROR",
        "SomethingElse, 503, Unavailable, SERVER_ERROR",
    })
    void knowsTheErrorsOfTheHostOfUploads(String type, int status, String outcome, ErrorCode code) {
        // Given
        serveFilm();
        bench.server().answers(status, debug(type, false)).answers(200, "{\"status\":{\"video_status\":\"error\"}}");
        // When
        var found = publish(at("upload", reel("0", "20000"), reel()));
        // Then
        assertThat(found.getClass().getSimpleName()).isEqualTo(outcome);
        var cause = switch (found) {
            case Rejected(var it) -> it;
            case TokenExpired(var it) -> it;
            case Unavailable(var it) -> it;
            default -> throw new AssertionError(found);
        };
        assertThat(cause.code()).isEqualTo(code);
        assertThat(cause.platformCode()).contains(type);
        assertThat(cause.httpStatus()).contains(status);
    }

    /** The last piece was sent by a process that died before it could say so. */
    @Test
    void goesOnWithAnUploadThatFacebookHasToItsEnd() {
        // Given
        serveFilm();
        bench.server()
                .answers(400, debug("ProcessingFailedError", false))
                .answers(
                        200,
                        "{\"status\":{\"video_status\":\"processing\",\"uploading_phase\":{\"status\":\"complete\","
                                + "\"bytes_transfered\":10012}}}");
        // When
        var outcome = publish(at("upload", reel("8000", "4000"), reel()));
        // Then
        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Continue.class,
                        it -> assertThat(it.checkpoint().getStep()).isEqualTo("finish"));
    }

    @Test
    void believesNoRefusalOfAPieceWhileTheVideoCannotBeAsked() {
        // Given
        serveFilm();
        bench.server().answers(400, debug("ProcessingFailedError", false)).answers(503, "{}");
        // Then
        assertThat(publish(at("upload", reel("8000", "4000"), reel()))).isInstanceOf(Unavailable.class);
    }

    @Test
    void believesThatAVideoIsUnusableEvenIfAllOfItIsThere() {
        // Given
        serveFilm();
        bench.server()
                .answers(400, debug("ProcessingFailedError", false))
                .answers(
                        200,
                        "{\"status\":{\"video_status\":\"error\",\"uploading_phase\":{\"status\":\"complete\","
                                + "\"bytes_transfered\":10012}}}");
        // Then
        assertThat(publish(at("upload", reel("8000", "4000"), reel()))).isInstanceOf(Rejected.class);
    }

    @ParameterizedTest
    @CsvSource({"0, 1", "1, 2", "2, "})
    void beginsAnUploadAnewThatFacebookNoLongerHasButNotForEver(String before, @Nullable String after) {
        // Given
        serveFilm();
        bench.server()
                .answers(404, debug("SomethingElse", false))
                .answers(200, "{\"status\":{\"video_status\":\"expired\"}}");
        var values = new HashMap<>(reel("0", "20000"));
        values.put("restarts", before);
        // When
        var outcome = publish(at("upload", values, reel()));
        // Then
        if (after == null) {
            assertThat(outcome).isInstanceOf(Rejected.class);
        } else {
            assertThat(((Continue) outcome).checkpoint().getStep()).isEqualTo("upload");
            assertThat(((Continue) outcome).checkpoint().getValues()).isEqualTo(Map.of("restarts", after));
        }
    }

    @ParameterizedTest
    @CsvSource({"expired, Continue", "ready, Rejected"})
    void asksTheVideoBeforeItBelievesThatItIsNotToBePublished(String status, String outcome) {
        // Given
        bench.server()
                .answers(400, "{\"error\":{\"code\":100}}")
                .answers(200, "{\"status\":{\"video_status\":\"" + status + "\"}}")
                .answers(400, "{\"error\":{\"code\":100}}")
                .answers(200, published("/reel/1220000080/"));
        var command = PublishCommand.newBuilder(at("finish", Map.of("videoId", "1220000080"), reel()))
                .setDoubt(null)
                .build();
        // Then
        assertThat(publish(command).getClass().getSimpleName()).isEqualTo(outcome);
        assertThat(publish(command)).isInstanceOf(Outcome.Underway.class);
    }

    @Test
    void refusesAFileThatChangedBetweenTwoSlices() {
        // Given
        bench.server().answers(200, FILM, Map.of("etag", "\"two\""));
        // When
        var outcome = publish(at(
                "upload",
                session("6000"),
                aText("Look").setMedia(List.of(film())).build()));
        // Then
        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Rejected.class, it -> assertThat(it.cause().code()).isEqualTo(ErrorCode.MEDIA_UNAVAILABLE));
    }

    @Test
    void refusesWhatIsNoVideoBeforeFacebookHearsOfIt() {
        // Given
        bench.server().answers(200, Buffer.buffer("%PDF-1.7 and more"), Map.of());
        // Then
        assertThat(publish(command(aText("Look").setMedia(List.of(film()))))).isInstanceOf(Rejected.class);
        assertThat(bench.server().asked()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({"video_reels, REEL", "videos, FEED", "video_stories, STORY"})
    void doesNotKnowWhetherAVideoIsPublishedAfterAServerErrorAtItsEnd(String edge, Placement placement) {
        // Given
        bench.server().answers(500, "{\"error\":{\"code\":2,\"is_transient\":true}}");
        var content = Content.newBuilder()
                .setPlacement(placement)
                .setMedia(List.of(film()))
                .build();
        // When
        var outcome = publish(at("finish", Map.of("videoId", "1220000080", "session", "1"), content));
        // Then
        assertThat(bench.server().last().path()).isEqualTo("/v26.0/1000000001/" + edge);
        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Unconfirmed.class, it -> assertThat(it.step()).isEqualTo("finish"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"video_status\":\"ready\",\"publishing_phase\":{\"status\":\"complete\",\"publish_status\":\"published\"}}|PUBLISHED",
                "{\"video_status\":\"ready\",\"publishing_phase\":{\"status\":\"completed\",\"publish_status\":\"published\",\"publish_time\":1}}|PUBLISHED",
                "{\"video_status\":\"processing\",\"publishing_phase\":{\"status\":\"not_started\",\"publish_status\":\"published\"}}|PUBLISHING",
                "{\"video_status\":\"processing\",\"publishing_phase\":{\"status\":\"in_progress\"}}|PUBLISHING",
                "{\"video_status\":\"processing\",\"publishing_phase\":{\"status\":\"not_started\"}}|PROCESSING",
                "{\"video_status\":\"upload_complete\",\"processing_phase\":{\"status\":\"in_progress\"}}|PROCESSING",
                "{\"video_status\":\"ready\",\"publishing_phase\":{\"publish_status\":\"published\"}}|PUBLISHED",
                "{\"publishing_phase\":{\"publish_status\":\"published\"}}|PUBLISHED",
                "{\"video_status\":\"ready\",\"publishing_phase\":{\"status\":\"in_progress\",\"publish_status\":\"published\"}}|PUBLISHED",
                "{\"video_status\":\"ready\"}|READY",
                "{\"video_status\":\"uploading\",\"uploading_phase\":{\"status\":\"error\"}}|EXPIRED",
                "{\"video_status\":\"ready\",\"publishing_phase\":{\"status\":\"not_started\",\"publish_status\":\"draft\"}}|NOT_PUBLISHED",
                "{\"video_status\":\"uploading\"}|NOT_PUBLISHED",
                "{\"video_status\":\"error\"}|FAILED",
                "{\"video_status\":\"processing\",\"processing_phase\":{\"status\":\"not_started\",\"error\":{\"message\":\"Resolution too low.\"}}}|FAILED",
                "{\"video_status\":\"processing\",\"processing_phase\":{\"status\":\"error\"}}|FAILED",
                "{\"video_status\":\"ready\",\"publishing_phase\":{\"status\":\"error\",\"publish_status\":\"error\"}}|FAILED",
                "{\"video_status\":\"expired\"}|EXPIRED",
                "{\"video_status\":\"upload_failed\"}|EXPIRED",
                "{}|NOT_PUBLISHED",
                "{\"video_status\":[],\"publishing_phase\":7}|NOT_PUBLISHED",
            })
    void understandsWhatFacebookSaysOfAVideo(String status, VideoStatus.Stage stage) {
        var answer = new Answer(200, Map.of(), "{\"status\":" + status + "}");
        assertThat(VideoStatus.in(answer)).map(VideoStatus::stage).contains(stage);
    }

    @Test
    void findsAVideoThatIsOutAndWhereItIs() {
        // Given
        bench.server().answers(200, published("/1000000001/videos/1220000070/"));
        // When
        var found = find(at(
                "processing",
                Map.of("videoId", "1220000070"),
                aText("Look").setMedia(List.of(film())).build()));
        // Then
        assertThat(found)
                .isEqualTo(new Found.Landed(
                        "1220000070",
                        Optional.of(URI.create("https://www.facebook.com/1000000001/videos/1220000070/"))));
    }

    @Test
    void findsTheIdOfAStoryInTheListOfStories() {
        // Given
        bench.server()
                .answers(200, published("/x"))
                .answers(
                        200,
                        "{\"data\":[{\"post_id\":1,\"media_id\":\"7\"},{\"post_id\":\"1220000099\",\"status\":\"PUBLISHED\","
                                + "\"media_type\":\"video\",\"media_id\":1220000090,\"url\":\"https://facebook.com/stories/1\"}]}");
        // When
        var found = find(at("finish", Map.of("videoId", "1220000090"), story()));
        // Then
        assertThat(found)
                .isEqualTo(new Found.Landed("1220000099", Optional.of(URI.create("https://facebook.com/stories/1"))));
        assertThat(bench.server().last().path()).isEqualTo("/v26.0/1000000001/stories");
    }

    @Test
    void goesOnToTheFirstCommentOfAVideoThatIsOut() {
        // Given
        bench.server().answers(200, published("/reel/1220000080/"));
        var content = Content.newBuilder(reel()).setFirstComment("First!").build();
        // When
        var found = find(at("processing", Map.of("videoId", "1220000080"), content));
        // Then
        assertThat(found).isInstanceOfSatisfying(Found.Further.class, it -> {
            assertThat(it.checkpoint().getStep()).isEqualTo("comment");
            assertThat(it.checkpoint().getRemoteId()).contains("1220000080");
            assertThat(it.checkpoint().getUrl()).contains("https://www.facebook.com/reel/1220000080/");
        });
    }

    @Test
    void asksAgainWhileFacebookWorksOnIt() {
        // Given
        bench.server().answers(200, processing()).answers(200, processing());
        var long1 = Bench.NOW.minus(Duration.ofMinutes(50));
        // When
        var first = find(at("processing", Map.of("videoId", "1220000080"), reel()));
        var later = find(PublishCommand.newBuilder(at("processing", Map.of("videoId", "1220000080"), reel()))
                .setDoubtedSince(long1)
                .build());
        // Then: ever less often
        assertThat(first).isEqualTo(new Found.Underway(Optional.of(Bench.NOW.plusSeconds(10))));
        assertThat(later).isEqualTo(new Found.Underway(Optional.of(Bench.NOW.plusSeconds(60))));
    }

    @Test
    void doesNotWaitForEver() {
        // Given
        bench.server().answers(200, processing());
        var command = PublishCommand.newBuilder(at("processing", Map.of("videoId", "1220000080"), reel()))
                .setDoubtedSince(Bench.NOW.minus(Duration.ofMinutes(61)))
                .build();
        // Then
        assertThat(find(command))
                .isInstanceOfSatisfying(
                        Found.CannotTell.class,
                        it -> assertThat(it.cause().code()).isEqualTo(ErrorCode.NOT_CONFIRMABLE));
    }

    @Test
    void tellsASenderThatFacebookCouldNotUseTheVideo() {
        // Given
        bench.server()
                .answers(200, "{\"status\":{\"video_status\":\"error\"}}")
                .answers(200, "{\"status\":{\"video_status\":\"error\"}}");
        var command = at("finish", Map.of("videoId", "1220000080"), reel());
        // When
        var found = find(command);
        var outcome = publish(PublishCommand.newBuilder(command)
                .setCheckpoint(((Found.Further) found).checkpoint())
                .setDoubt(null)
                .build());
        // Then: without a second call that publishes
        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Rejected.class, it -> assertThat(it.cause().code()).isEqualTo(ErrorCode.MEDIA_UNAVAILABLE));
        assertThat(bench.server().asked()).extracting(Asked::method).containsOnly("GET");
    }

    @Test
    void finishesAgainOnlyWhatFacebookHasNotHeardOfForAWhile() {
        // Given
        var unknown = "{\"status\":{\"video_status\":\"ready\",\"publishing_phase\":{\"status\":\"not_started\"}}}";
        bench.server().answers(200, unknown).answers(200, unknown).answers(200, unknown);
        var command = at("finish", Map.of("videoId", "1220000080"), reel());
        // Then
        assertThat(find(command)).isInstanceOf(Found.CannotTell.class);
        assertThat(find(looked(command, Duration.ofSeconds(119)))).isInstanceOf(Found.CannotTell.class);
        assertThat(find(looked(command, Duration.ofMinutes(2)))).isEqualTo(new Found.Absent());
    }

    /** Facebook says nothing of publishing while it works on the file: the call that was lost may have come through. */
    @Test
    void isNotDoneWithAVideoThatFacebookWorksOn() {
        // Given
        var working = "{\"status\":{\"video_status\":\"processing\",\"processing_phase\":{\"status\":\"in_progress\"},"
                + "\"publishing_phase\":{\"status\":\"not_started\"}}}";
        bench.server().answers(200, working);
        // When
        var found = find(looked(at("finish", Map.of("videoId", "1220000080"), reel()), Duration.ofMinutes(10)));
        // Then
        assertThat(found).isInstanceOf(Found.Underway.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"status\":{\"video_status\":\"processing\"}}",
                "{\"status\":{\"video_status\":\"ready\"}}",
                "{}"
            })
    void believesNoSecondRefusalOfAVideoThatDoesNotSayItIsUnpublished(String status) {
        // Given: refused like this before, and looked for in between
        bench.server().answers(400, "{\"error\":{\"code\":100}}").answers(200, status);
        var again = PublishCommand.newBuilder(at("finish", Map.of("videoId", "1220000080"), reel()))
                .setDoubt(null)
                .setDoubtedSince(Bench.NOW.minusSeconds(600))
                .setHistory(List.of(attempt(AttemptEnd.UNCONFIRMED, "100"), attempt(AttemptEnd.ABSENT, null)))
                .build();
        // When
        var outcome = publish(again);
        // Then
        assertThat(outcome).isInstanceOf(Unconfirmed.class);
    }

    @Test
    void takesAVideoThatIsReadyForOutOnlyIfItWasAskedToBe() {
        // Given
        var ready = "{\"status\":{\"video_status\":\"ready\"},\"id\":\"1220000080\"}";
        bench.server().answers(200, ready).answers(200, ready);
        var finished = at("processing", Map.of("videoId", "1220000080"), reel());
        var inDoubt = looked(at("finish", Map.of("videoId", "1220000080"), reel()), Duration.ofMinutes(10));
        // Then
        assertThat(find(finished)).isEqualTo(new Found.Landed("1220000080", Optional.empty()));
        assertThat(find(inDoubt)).isInstanceOf(Found.CannotTell.class);
    }

    @Test
    void knowsThatNothingIsPublishedWhileItUploads() {
        assertThat(find(at("upload", session("6000"), reel()))).isEqualTo(new Found.Absent());
        assertThat(bench.server().asked()).isEmpty();
    }

    private static PublishCommand looked(PublishCommand command, Duration ago) {
        return PublishCommand.newBuilder(command)
                .setDoubt(aDoubt("finish", 2, ago))
                .build();
    }

    private static Attempt attempt(AttemptEnd end, @Nullable String platformCode) {
        return Attempt.newBuilder()
                .setNumber(1)
                .setStartedAt(Bench.NOW.minusSeconds(100))
                .setDurationMs(100)
                .setStep("finish")
                .setEnd(end)
                .setPlatformCode(platformCode)
                .setHttpStatus(platformCode == null ? null : 400)
                .build();
    }

    private static String published(String permalink) {
        return "{\"status\":{\"video_status\":\"ready\",\"publishing_phase\":{\"status\":\"complete\","
                + "\"publish_status\":\"published\"}},\"permalink_url\":\"" + permalink + "\",\"id\":\"1\"}";
    }

    private static String processing() {
        return "{\"status\":{\"video_status\":\"processing\",\"publishing_phase\":{\"status\":\"in_progress\"}}}";
    }

    private static String debug(String type, boolean isRetriable) {
        return "{\"debug_info\":{\"retriable\":" + isRetriable + ",\"type\":\"" + type + "\",\"message\":\"x\"}}";
    }

    private static Map<String, String> session(String offset) {
        return Map.of(
                "videoId", "1220000070",
                "session", "1220000071",
                "offset", offset,
                "piece", "6000",
                "file", VERSION);
    }

    private static Map<String, String> reel(String offset, String piece) {
        return Map.of("videoId", "1220000080", "offset", offset, "piece", piece, "file", VERSION);
    }

    private Content reel() {
        return Content.newBuilder()
                .setPlacement(Placement.REEL)
                .setMedia(List.of(film()))
                .build();
    }

    private Content story() {
        return Content.newBuilder()
                .setPlacement(Placement.STORY)
                .setMedia(List.of(film()))
                .build();
    }

    private void serveFilm() {
        bench.server().answers(200, FILM, Map.of("etag", "\"one\""));
    }

    private Media film() {
        return Media.newBuilder()
                .setUrl(bench.server().uri() + "/film.mp4")
                .setKind(MediaKind.VIDEO)
                .build();
    }

    private Media film(String title) {
        return Media.newBuilder(film()).setTitle(title).build();
    }

    private static PublishCommand command(Content.Builder content) {
        return aCommand("facebook", PAGE, content).build();
    }

    private static PublishCommand at(String step, Map<String, String> values, Content content) {
        return aCommand("facebook", PAGE, Content.newBuilder(content))
                .setCheckpoint(aCheckpoint(step, values, Bench.NOW.minusSeconds(60)))
                .setDoubt(aDoubt(step, 0))
                .build();
    }

    private static PublishCommand next(PublishCommand command, Outcome outcome) {
        return PublishCommand.newBuilder(command)
                .setCheckpoint(((Continue) outcome).checkpoint())
                .build();
    }

    private Outcome publish(PublishCommand command) {
        return platform.publish(command, Bench.TOKEN, bench.context());
    }

    private Found find(PublishCommand command) {
        return platform.find(command, Bench.TOKEN, bench.context());
    }
}
