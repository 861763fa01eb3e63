package io.broadside.publisher.platform.tiktok;

import static io.broadside.publisher.platform.Commands.A_FORMER_DOUBT;
import static io.broadside.publisher.platform.Commands.aCommand;
import static io.broadside.publisher.platform.Commands.aDoubt;
import static io.broadside.publisher.platform.Commands.aText;
import static io.broadside.publisher.platform.tiktok.TikTokFixtures.ACCOUNT;
import static io.broadside.publisher.platform.tiktok.TikTokFixtures.CREATOR;
import static io.broadside.publisher.platform.tiktok.TikTokFixtures.MP4;
import static io.broadside.publisher.platform.tiktok.TikTokFixtures.POST;
import static io.broadside.publisher.platform.tiktok.TikTokFixtures.PUBLISH_ID;
import static io.broadside.publisher.platform.tiktok.TikTokFixtures.aVideo;
import static io.broadside.publisher.platform.tiktok.TikTokFixtures.data;
import static io.broadside.publisher.platform.tiktok.TikTokFixtures.error;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.events.Checkpoint;
import io.broadside.events.Content;
import io.broadside.events.Doubt;
import io.broadside.events.Media;
import io.broadside.events.PublishCommand;
import io.broadside.events.Visibility;
import io.broadside.publisher.platform.Bench;
import io.broadside.publisher.platform.FakeServer.Asked;
import io.broadside.publisher.platform.Found;
import io.broadside.publisher.platform.Outcome;
import io.broadside.publisher.platform.Outcome.Continue;
import io.broadside.publisher.platform.Outcome.Published;
import io.broadside.publisher.platform.Outcome.RateLimited;
import io.broadside.publisher.platform.Outcome.Rejected;
import io.broadside.publisher.platform.Outcome.Unavailable;
import io.broadside.publisher.platform.Outcome.Unconfirmed;
import io.broadside.publisher.platform.Outcome.Underway;
import io.broadside.runtime.config.Secret;
import io.broadside.schemas.ErrorCode;
import io.vertx.core.buffer.Buffer;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A video that we upload: 25 bytes in pieces of 10, so one piece and a last one of 15. */
final class TikTokUploadTest {

    private static final String CANCELLED = data("{\"status\":\"FAILED\",\"fail_reason\":\"publish_cancelled\"}");
    private static final String COMPLETE = data(
            "{\"status\":\"PUBLISH_COMPLETE\",\"publicaly_available_post_id\":[" + POST + "],\"uploaded_bytes\":25}");
    private static final String LACKS_THE_LAST = data("{\"status\":\"PROCESSING_UPLOAD\",\"uploaded_bytes\":10}");
    private static final String WORKS_ON_IT = data("{\"status\":\"PROCESSING_UPLOAD\",\"uploaded_bytes\":25}");

    private final Bench bench = new Bench();
    private final TikTokPlatform tikTok = TikTokFixtures.tikTok(bench);

    @AfterEach
    void close() {
        bench.close();
    }

    @Test
    void asksWhatTheAccountAllowsAndBeginsThePost() {
        // Given
        bench.server().answers(200, CREATOR);
        servesTheVideo();
        answersTheBeginning();
        // When
        var outcome = publish(start());
        // Then
        var checkpoint = ((Continue) outcome).checkpoint();
        assertThat(checkpoint.getStep()).isEqualTo("upload");
        assertThat(checkpoint.getValues())
                .containsEntry("publishId", PUBLISH_ID)
                .containsEntry("username", "demo")
                .containsEntry("size", "25")
                .containsEntry("offset", "0");
        var asked = bench.server().asked();
        assertThat(asked.get(0).method() + " " + asked.get(0).path())
                .isEqualTo("POST /v2/post/publish/creator_info/query/");
        assertThat(asked.get(0).headers())
                .containsEntry("content-type", "application/json; charset=UTF-8")
                .containsEntry("authorization", "Bearer example-access-token");
        assertThat(asked.get(0).text()).isEmpty();
        assertThat(asked.get(2).method() + " " + asked.get(2).path()).isEqualTo("POST /v2/post/publish/video/init/");
        assertThat(asked.get(2).headers()).containsEntry("content-type", "application/json; charset=UTF-8");
        assertThat(asked.get(2).text())
                .isEqualTo(
                        "{\"post_info\":{\"title\":\"hi #demo\",\"privacy_level\":\"SELF_ONLY\",\"disable_comment\":false,"
                                + "\"disable_duet\":false,\"disable_stitch\":true},\"source_info\":{\"source\":\"FILE_UPLOAD\","
                                + "\"video_size\":25,\"chunk_size\":10,\"total_chunk_count\":2}}");
    }

    @Test
    void aVideoThatIsLongerThanTheAccountMayPostIsRefusedBeforeItIsBegun() {
        // Given
        bench.server().answers(200, CREATOR);
        var video = Media.newBuilder(aVideo("https://media.example.org/a.mp4"))
                .setDurationMs(300_500L)
                .build();
        // When
        var outcome = publish(command(content().setMedia(List.of(video))));
        // Then
        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Rejected.class,
                        rejected -> assertThat(rejected.cause().detail())
                                .isEqualTo(
                                        "TikTok takes videos of at most 300 s from this account, and this one lasts 300.5 s; use"
                                                + " a shorter one."));
        assertThat(bench.server().asked()).hasSize(1);
    }

    @Test
    void keepsTheUploadAddressOutOfWhatIsKept() {
        // When
        var checkpoint = begun().getCheckpoint().orElseThrow();
        // Then
        assertThat(checkpoint.toString()).doesNotContain("upload_token", "127.0.0.1", "/video/");
    }

    @Test
    void uploadsAllPiecesAndPublishesWithTheLast() {
        // Given
        var begun = begun();
        servesTheVideo();
        bench.server().answers(206, "");
        servesTheVideoFrom(10);
        bench.server().answers(201, "").answers(200, COMPLETE);
        // When
        var uploaded = next(begun, publish(begun));
        var outcome = publish(uploaded);
        var found = find(inDoubt(next(uploaded, outcome)));
        // Then
        assertThat(uploaded.getCheckpoint().orElseThrow().getStep()).isEqualTo("finish");
        assertThat(outcome).isInstanceOf(Underway.class);
        assertThat(((Underway) outcome).notBefore()).contains(Bench.NOW.plusSeconds(3));
        assertThat(((Underway) outcome).checkpoint().getValues()).doesNotContainKey("upload");
        assertThat(found)
                .isEqualTo(
                        new Found.Landed(POST, Optional.of(URI.create("https://www.tiktok.com/@demo/video/" + POST))));
        var puts = puts();
        assertThat(puts).hasSize(2).allSatisfy(put -> {
            assertThat(put.path()).isEqualTo("/video/");
            assertThat(put.query()).isEqualTo(Map.of("upload_id", "1", "upload_token", "t"));
            assertThat(put.headers()).containsEntry("content-type", "video/mp4").doesNotContainKey("authorization");
        });
        assertThat(puts.get(0).headers())
                .containsEntry("content-range", "bytes 0-9/25")
                .containsEntry("content-length", "10");
        assertThat(puts.get(1).headers())
                .containsEntry("content-range", "bytes 10-24/25")
                .containsEntry("content-length", "15");
        assertThat(puts.get(0).body().appendBuffer(puts.get(1).body())).isEqualTo(MP4);
        assertThat(bench.server().last().path()).isEqualTo("/v2/post/publish/status/fetch/");
        assertThat(bench.server().last().text()).isEqualTo("{\"publish_id\":\"" + PUBLISH_ID + "\"}");
    }

    @Test
    void uploadsWebM() {
        // Given
        var webm = Buffer.buffer().appendBytes("\u001aE\u00df\u00a3\u009fB\u0082\u0084webm".getBytes(ISO_8859_1));
        bench.server().answers(200, CREATOR).answers(200, webm, Map.of("content-type", "video/webm"));
        answersTheBeginning();
        // When
        var outcome = publish(start());
        // Then
        assertThat(((Continue) outcome).checkpoint().getValues()).containsEntry("contentType", "video/webm");
    }

    @Test
    void sendsASmallFileInOnePieceThatPublishes() {
        // Given
        bench.server().answers(200, CREATOR);
        servesTheVideo();
        answersTheBeginning();
        var whole = TikTokFixtures.tikTok(
                bench, new TikTokConfig(bench.server().uri(), "v2", true, List.of(), false, 100, Duration.ofHours(6)));
        // When
        var outcome = whole.publish(start(), Bench.TOKEN, bench.context());
        // Then
        assertThat(((Continue) outcome).checkpoint().getStep()).isEqualTo("finish");
        assertThat(bench.server().last().text())
                .contains("\"video_size\":25,\"chunk_size\":25,\"total_chunk_count\":1}");
    }

    @Test
    void mayBeginAgainAfterALostAnswerBecauseNobodyHasTheAddress() {
        // Given
        bench.server().answers(200, CREATOR);
        servesTheVideo();
        bench.server().cutsTheConnection();
        // Then
        assertThat(publish(start())).isInstanceOf(Unavailable.class);
        assertThat(find(start())).isEqualTo(new Found.Absent());
    }

    @Test
    void knowsWithoutAskingThatNothingComesOutBeforeTheLastPiece() {
        // Given
        var begun = begun();
        var calls = bench.server().asked().size();
        // Then
        assertThat(find(inDoubt(begun))).isEqualTo(new Found.Absent());
        assertThat(bench.server().asked()).hasSize(calls);
    }

    @Test
    void doesNotSendAgainWhatIsThere() {
        // Given
        var begun = begun();
        servesTheVideo();
        bench.server().answers(416, "", Map.of("content-range", "bytes 0-9/25"));
        // Then
        assertThat(publish(begun)).isInstanceOfSatisfying(Continue.class, next -> {
            assertThat(next.checkpoint().getStep()).isEqualTo("finish");
            assertThat(next.checkpoint().getValues()).containsEntry("offset", "10");
        });
    }

    @ParameterizedTest
    @CsvSource({"500", "503", "429"})
    void repeatsAPieceThatMetTrouble(int status) {
        // Given
        var begun = begun();
        servesTheVideo();
        bench.server().answers(status, "");
        // Then
        assertThat(publish(begun)).isInstanceOfAny(Unavailable.class, RateLimited.class);
    }

    @Test
    void goesOnBehindThePiecesThatWentThrough() {
        // Given
        var begun = begun();
        var inSmallPieces = with(begun, Map.of("chunkSize", "5"));
        servesTheVideo();
        bench.server().answers(206, "").answers(206, "").cutsTheConnection();
        // Then
        assertThat(publish(inSmallPieces)).isInstanceOfSatisfying(Continue.class, next -> {
            assertThat(next.checkpoint().getStep()).isEqualTo("upload");
            assertThat(next.checkpoint().getValues()).containsEntry("offset", "10");
            assertThat(next.notBefore()).contains(Bench.NOW.plusSeconds(5));
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 403, 404, 416})
    void beginsAnewWhenTheUploadIsOver(int status) {
        // Given
        var begun = begun();
        servesTheVideo();
        bench.server().answers(status, "");
        // When
        var outcome = publish(begun);
        // Then
        assertThat(outcome).isInstanceOfSatisfying(Continue.class, next -> {
            assertThat(next.checkpoint().getStep()).isEqualTo("begin");
            assertThat(next.checkpoint().getValues()).isEqualTo(Map.of("restarts", "1"));
        });
    }

    @Test
    void beginsAnewWhenTheAddressIsAnHourOldOrItsTokenWasRenewed() {
        var begun = begun();
        var calls = bench.server().asked().size();
        assertThat(publish(with(
                        begun, Map.of("begunAt", Bench.NOW.minusSeconds(3_500).toString()))))
                .isInstanceOfSatisfying(Continue.class, TikTokUploadTest::beginsAnew);
        assertThat(tikTok.publish(begun, Secret.of("a-newer-token"), bench.context()))
                .isInstanceOfSatisfying(Continue.class, TikTokUploadTest::beginsAnew);
        assertThat(bench.server().asked()).hasSize(calls);
    }

    @Test
    void givesUpAfterSomeBeginnings() {
        // Given
        var begun = begun();
        servesTheVideo();
        bench.server().answers(403, "");
        // Then
        assertThat(publish(with(begun, Map.of("restarts", "3"))))
                .isInstanceOfSatisfying(
                        Rejected.class,
                        rejected -> assertThat(rejected.cause().code()).isEqualTo(ErrorCode.MEDIA_UNAVAILABLE));
    }

    @Test
    void refusesAFileThatChangedMeanwhile() {
        // Given
        var begun = with(begun(), Map.of("size", "26"));
        servesTheVideo();
        // Then
        assertThat(publish(begun))
                .isInstanceOfSatisfying(
                        Rejected.class,
                        rejected -> assertThat(rejected.cause().code()).isEqualTo(ErrorCode.MEDIA_UNAVAILABLE));
    }

    @Test
    void isInDoubtWhenTheLastPieceIsNotAnswered() {
        // Given
        var uploaded = uploaded();
        servesTheVideoFrom(10);
        bench.server().cutsTheConnection();
        servesTheVideoFrom(10);
        bench.server().answers(502, "<html>");
        // Then
        for (var i = 0; i < 2; i++) {
            assertThat(publish(uploaded))
                    .isInstanceOfSatisfying(
                            Unconfirmed.class, it -> assertThat(it.step()).isEqualTo("finish"));
        }
    }

    @Test
    void isNotInDoubtWhenTheLastPieceNeverLeft() {
        // Given
        var uploaded = uploaded();
        servesTheVideoFrom(10);
        // Then
        assertThat(tikTok.publish(uploaded, Bench.TOKEN, bench.lateContext())).isInstanceOf(Unavailable.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 403, 404, 416})
    void looksWhatBecameOfThePostWhenItsLastPieceIsRefused(int status) {
        // Given
        var uploaded = uploaded();
        servesTheVideoFrom(10);
        bench.server().answers(status, "");
        // Then
        assertThat(publish(uploaded)).isInstanceOf(Underway.class);
    }

    @Test
    void sendsTheLastPieceAgainAfterADoubtOnlyIfTikTokLacksIt() {
        // Given
        var doubted = inDoubt(uploaded());
        bench.server().answers(200, LACKS_THE_LAST).answers(200, LACKS_THE_LAST);
        servesTheVideoFrom(10);
        bench.server().answers(201, "");
        // When
        var found = find(doubted);
        var outcome = publish(settled(doubted));
        // Then
        assertThat(found).isEqualTo(new Found.Absent());
        assertThat(outcome).isInstanceOf(Underway.class);
        assertThat(bench.server().asked())
                .extracting(Asked::path)
                .filteredOn(path -> path.endsWith("/init/"))
                .hasSize(1);
    }

    @Test
    void sendsNothingAgainThatTikTokHasAfterAll() {
        // Given
        var doubted = settled(inDoubt(uploaded()));
        bench.server().answers(200, WORKS_ON_IT).answers(200, COMPLETE);
        // Then
        assertThat(publish(doubted)).isInstanceOf(Underway.class);
        assertThat(publish(doubted)).isInstanceOf(Published.class);
        assertThat(puts()).hasSize(1);
    }

    @Test
    void cancelsAPostThatMayHaveItsLastPieceBeforeItBeginsAnother() {
        // Given
        var givenUp = givenUp();
        bench.server().answers(200, data("{}"));
        // When
        var outcome = publish(givenUp);
        // Then
        assertThat(outcome).isInstanceOfSatisfying(Continue.class, TikTokUploadTest::beginsAnew);
        assertThat(bench.server().last().path()).isEqualTo("/v2/post/publish/cancel/");
        assertThat(bench.server().last().text()).isEqualTo("{\"publish_id\":\"" + PUBLISH_ID + "\"}");
    }

    @Test
    void beginsNoOtherPostBesideOneThatCannotBeCancelled() {
        // Given
        var givenUp = givenUp();
        bench.server()
                .answers(400, error("publish_not_cancellable"))
                .answers(404, error("something_new"))
                .answers(503, "");
        // Then
        assertThat(publish(givenUp)).isInstanceOf(Underway.class);
        assertThat(publish(givenUp)).isInstanceOf(Unconfirmed.class);
        assertThat(publish(givenUp)).isInstanceOf(Unavailable.class);
    }

    /** Whether the answer was lost, or the process died before it was written down. */
    @Test
    void beginsAnotherPostWhenItsOwnCancellationWasNotSeen() {
        // Given
        var givenUp = givenUp();
        bench.server()
                .cutsTheConnection()
                .answers(400, error("publish_not_cancellable"))
                .answers(200, CANCELLED)
                .answers(200, CANCELLED);
        // When
        var lost = publish(givenUp);
        var late = next(givenUp, publish(givenUp));
        // Then
        assertThat(lost).isInstanceOf(Unavailable.class);
        assertThat(find(inDoubt(late))).isEqualTo(new Found.Absent());
        assertThat(publish(late)).isInstanceOfSatisfying(Continue.class, TikTokUploadTest::beginsAnew);
    }

    @Test
    void looksBeforeItCancelsAgainAfterItDied() {
        // Given
        var givenUp = givenUp();
        bench.server().answers(200, CANCELLED).answers(200, COMPLETE).answers(200, LACKS_THE_LAST);
        // Then
        assertThat(find(inDoubt(givenUp))).isEqualTo(new Found.Absent());
        assertThat(find(inDoubt(givenUp))).isInstanceOf(Found.Landed.class);
        assertThat(find(inDoubt(givenUp))).isEqualTo(new Found.Absent());
    }

    @Test
    void isRefusedAPostThatSomebodyElseCancelled() {
        // Given
        var doubted = settled(inDoubt(uploaded()));
        bench.server().answers(200, CANCELLED);
        // Then
        assertThat(publish(doubted)).isInstanceOf(Rejected.class);
    }

    @Test
    void doesNotCallAnUploadIncompleteRightAfterTikTokTookItsLastPiece() {
        // Given
        var taken = PublishCommand.newBuilder(inDoubt(uploaded()))
                .setCheckpoint(checkpoint(uploadedValues(), "status", Bench.NOW))
                .build();
        var longAgo = PublishCommand.newBuilder(taken)
                .setDoubt(Doubt.newBuilder(taken.getDoubt().orElseThrow())
                        .setSince(Bench.NOW.minusSeconds(121))
                        .build())
                .build();
        bench.server().answers(200, LACKS_THE_LAST).answers(200, LACKS_THE_LAST);
        // Then
        assertThat(find(taken)).isInstanceOf(Found.Underway.class);
        assertThat(find(longAgo)).isEqualTo(new Found.Absent());
    }

    @ParameterizedTest
    @CsvSource({
        "PUBLIC, PUBLIC_TO_EVERYONE",
        "FRIENDS, MUTUAL_FOLLOW_FRIENDS",
        "PRIVATE, SELF_ONLY",
        "PLATFORM_DEFAULT, PUBLIC_TO_EVERYONE",
    })
    void asksForTheVisibilityThatIsMeant(Visibility visibility, String level) {
        // Given
        bench.server().answers(200, CREATOR);
        servesTheVideo();
        answersTheBeginning();
        // When
        publish(command(content().setVisibility(visibility)));
        // Then
        assertThat(bench.server().last().text()).contains("\"privacy_level\":\"" + level + "\"");
    }

    @Test
    void refusesAVisibilityThatTheAccountDoesNotOffer() {
        // Given
        bench.server().answers(200, CREATOR);
        // Then
        assertThat(publish(command(content().setVisibility(Visibility.FOLLOWERS))))
                .isInstanceOfSatisfying(Rejected.class, rejected -> {
                    assertThat(rejected.cause().code()).isEqualTo(ErrorCode.CONTENT_REFUSED);
                    assertThat(rejected.cause().detail()).contains("FOLLOWERS", "it offers PUBLIC, FRIENDS, PRIVATE");
                });
    }

    @Test
    void isForTheAccountAloneWhileTheAppIsNotAudited() {
        // Given
        bench.server().answers(200, CREATOR);
        servesTheVideo();
        answersTheBeginning();
        var unaudited = TikTokFixtures.tikTok(
                bench, new TikTokConfig(bench.server().uri(), "v2", false, List.of(), false, 10, Duration.ofHours(6)));
        // When
        unaudited.publish(command(content().setVisibility(Visibility.PLATFORM_DEFAULT)), Bench.TOKEN, bench.context());
        // Then
        assertThat(bench.server().last().text()).contains("\"privacy_level\":\"SELF_ONLY\"");
    }

    @Test
    void sendsTheOptions() {
        // Given
        bench.server().answers(200, CREATOR);
        servesTheVideo();
        answersTheBeginning();
        var options = Map.of(
                "tiktok.disableComment", "true",
                "tiktok.disableDuet", "TRUE",
                "tiktok.disableStitch", "false",
                "tiktok.brandContent", "false",
                "tiktok.brandOrganic", "true",
                "tiktok.madeWithAi", "true",
                "tiktok.coverTimestamp", "1500");
        // When
        publish(command(content().setOptions(options)));
        // Then
        assertThat(bench.server().last().text())
                .contains("\"disable_comment\":true,\"disable_duet\":true,\"disable_stitch\":true,"
                        + "\"video_cover_timestamp_ms\":1500,\"brand_content_toggle\":false,"
                        + "\"brand_organic_toggle\":true,\"is_aigc\":true}");
    }

    @Test
    void waitsWhenTheAccountHasPostedAllItMay() {
        // Given
        bench.server().answers(403, error("spam_risk_too_many_posts"));
        // Then
        assertThat(publish(start()))
                .isInstanceOfSatisfying(
                        RateLimited.class, it -> assertThat(it.scope()).isEqualTo(Outcome.Scope.ENDPOINT));
        assertThat(bench.server().asked()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"publish_id\":\"v_pub_file~1\"}",
                "{\"upload_url\":\"http://127.0.0.1/\"}",
                "{\"publish_id\":\"../x\",\"upload_url\":\"http://127.0.0.1/\"}",
                "{\"publish_id\":\"v_pub_file~1\",\"upload_url\":\"ftp://127.0.0.1/\"}",
                "{\"publish_id\":\"v_pub_file~1\",\"upload_url\":\"http://user:secret@127.0.0.1/\"}",
            })
    void usesNothingThatIsNotWhatItShouldBe(String begun) {
        // Given
        bench.server().answers(200, CREATOR);
        servesTheVideo();
        bench.server().answers(200, data(begun));
        // Then
        assertThat(publish(start())).isInstanceOf(Unavailable.class);
    }

    private void servesTheVideo() {
        bench.server().answers(200, MP4, Map.of("content-type", "video/mp4"));
    }

    /** From a host that knows ranges: its first bytes, which tell what it is, and those from there on. */
    private void servesTheVideoFrom(int first) {
        for (var from : List.of(0, first)) {
            bench.server()
                    .answers(
                            206,
                            MP4.getBuffer(from, MP4.length()),
                            Map.of("content-type", "video/mp4", "content-range", "bytes " + from + "-24/25"));
        }
    }

    private void answersTheBeginning() {
        bench.server()
                .answers(
                        200,
                        data("{\"publish_id\":\"" + PUBLISH_ID + "\",\"upload_url\":\""
                                + bench.server().uri() + "/video/?upload_id=1&upload_token=t\"}"));
    }

    private PublishCommand begun() {
        bench.server().answers(200, CREATOR);
        servesTheVideo();
        answersTheBeginning();
        var start = start();
        return next(start, publish(start));
    }

    private PublishCommand uploaded() {
        var begun = begun();
        servesTheVideo();
        bench.server().answers(206, "");
        return next(begun, publish(begun));
    }

    private Map<String, String> uploadedValues() {
        return Map.of("publishId", PUBLISH_ID, "username", "demo", "size", "25", "chunkSize", "10");
    }

    private List<Asked> puts() {
        return bench.server().asked().stream()
                .filter(asked -> asked.method().equals("PUT"))
                .toList();
    }

    private PublishCommand start() {
        return command(content());
    }

    private Content.Builder content() {
        return aText("hi #demo")
                .setVisibility(Visibility.PRIVATE)
                .setMedia(List.of(aVideo(bench.server().uri() + "/a.mp4")));
    }

    private static PublishCommand command(Content.Builder content) {
        return aCommand("tiktok", ACCOUNT, content).build();
    }

    private Outcome publish(PublishCommand command) {
        return tikTok.publish(command, Bench.TOKEN, bench.context());
    }

    private Found find(PublishCommand command) {
        return tikTok.find(command, Bench.TOKEN, bench.context());
    }

    private static void beginsAnew(Continue next) {
        assertThat(next.checkpoint().getStep()).isEqualTo("begin");
        assertThat(next.checkpoint().getValues()).isEqualTo(Map.of("restarts", "1"));
    }

    private static PublishCommand next(PublishCommand command, Outcome outcome) {
        var checkpoint =
                outcome instanceof Underway underway ? underway.checkpoint() : ((Continue) outcome).checkpoint();
        return PublishCommand.newBuilder(command).setCheckpoint(checkpoint).build();
    }

    private static PublishCommand with(PublishCommand command, Map<String, String> more) {
        var checkpoint = command.getCheckpoint().orElseThrow();
        var values = new LinkedHashMap<>(checkpoint.getValues());
        values.putAll(more);
        return PublishCommand.newBuilder(command)
                .setCheckpoint(checkpoint(values, checkpoint.getStep(), checkpoint.getAt()))
                .build();
    }

    private static Checkpoint checkpoint(Map<String, String> values, String step, Instant at) {
        return Checkpoint.newBuilder().setStep(step).setValues(values).setAt(at).build();
    }

    /** One whose last piece may be there and cannot be sent any more; that it is to be cancelled is durable, and not done. */
    private PublishCommand givenUp() {
        var doubted = settled(inDoubt(
                with(uploaded(), Map.of("begunAt", Bench.NOW.minusSeconds(3_600).toString()))));
        bench.server().answers(200, LACKS_THE_LAST);
        var givenUp = next(doubted, publish(doubted));
        assertThat(givenUp.getCheckpoint().orElseThrow().getStep()).isEqualTo("cancel");
        assertThat(bench.server().last().path()).isEqualTo("/v2/post/publish/status/fetch/");
        return givenUp;
    }

    private static PublishCommand inDoubt(PublishCommand command) {
        return PublishCommand.newBuilder(command)
                .setDoubt(aDoubt("finish", 0))
                .setDoubtedSince(A_FORMER_DOUBT)
                .build();
    }

    /** Found absent: it is run again, and remembers that it was in doubt. */
    private static PublishCommand settled(PublishCommand command) {
        return PublishCommand.newBuilder(command).setDoubt(null).build();
    }
}
