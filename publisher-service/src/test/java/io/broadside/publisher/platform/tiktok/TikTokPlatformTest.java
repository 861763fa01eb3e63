package io.broadside.publisher.platform.tiktok;

import static io.broadside.publisher.platform.Commands.aCheckpoint;
import static io.broadside.publisher.platform.Commands.aCommand;
import static io.broadside.publisher.platform.Commands.aDoubt;
import static io.broadside.publisher.platform.Commands.aText;
import static io.broadside.publisher.platform.Commands.anImage;
import static io.broadside.publisher.platform.tiktok.TikTokFixtures.ACCOUNT;
import static io.broadside.publisher.platform.tiktok.TikTokFixtures.CREATOR;
import static io.broadside.publisher.platform.tiktok.TikTokFixtures.PERMITTED;
import static io.broadside.publisher.platform.tiktok.TikTokFixtures.POST;
import static io.broadside.publisher.platform.tiktok.TikTokFixtures.aVideo;
import static io.broadside.publisher.platform.tiktok.TikTokFixtures.data;
import static io.broadside.publisher.platform.tiktok.TikTokFixtures.error;
import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.events.Content;
import io.broadside.events.Doubt;
import io.broadside.events.PublishCommand;
import io.broadside.publisher.platform.Bench;
import io.broadside.publisher.platform.Cause;
import io.broadside.publisher.platform.Found;
import io.broadside.publisher.platform.Outcome;
import io.broadside.publisher.platform.Outcome.Continue;
import io.broadside.publisher.platform.Outcome.Published;
import io.broadside.publisher.platform.Outcome.RateLimited;
import io.broadside.publisher.platform.Outcome.Rejected;
import io.broadside.publisher.platform.Outcome.Unconfirmed;
import io.broadside.publisher.platform.Outcome.Underway;
import io.broadside.schemas.ErrorCode;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What TikTok fetches itself, and what becomes of posts it has. */
final class TikTokPlatformTest {

    private static final String PUBLISH_ID = "p_pub_url~v2.1";

    private final Bench bench = new Bench();
    private final TikTokPlatform tikTok = TikTokFixtures.tikTok(bench);

    @AfterEach
    void close() {
        bench.close();
    }

    @Test
    void postsPhotosThatTikTokFetches() {
        // Given
        bench.server().answers(200, CREATOR).answers(200, data("{\"publish_id\":\"" + PUBLISH_ID + "\"}"));
        var options = Map.of("tiktok.title", "Cats", "tiktok.autoAddMusic", "true", "tiktok.coverIndex", "1");
        var start = command(photos().setOptions(options));
        // When
        var permitted = next(start, publish(start));
        var outcome = publish(permitted);
        // Then
        assertThat(permitted.getCheckpoint().orElseThrow().getStep()).isEqualTo("photos");
        assertThat(outcome).isInstanceOfSatisfying(Underway.class, it -> {
            assertThat(it.checkpoint().getStep()).isEqualTo("status");
            assertThat(it.checkpoint().getValues()).containsEntry("publishId", PUBLISH_ID);
        });
        var asked = bench.server().last();
        assertThat(asked.method() + " " + asked.path()).isEqualTo("POST /v2/post/publish/content/init/");
        assertThat(asked.text())
                .isEqualTo("{\"media_type\":\"PHOTO\",\"post_mode\":\"DIRECT_POST\",\"post_info\":{\"title\":\"Cats\","
                        + "\"description\":\"Two cats\",\"privacy_level\":\"PUBLIC_TO_EVERYONE\",\"disable_comment\":false,"
                        + "\"auto_add_music\":true},\"source_info\":{\"source\":\"PULL_FROM_URL\",\"photo_images\":"
                        + "[\"https://media.example.org/1.jpg\",\"https://media.example.org/2.webp\"],"
                        + "\"photo_cover_index\":1}}");
    }

    @Test
    void letsTikTokFetchAVideoWhereThePostSaysSo() {
        // Given
        bench.server().answers(200, CREATOR).answers(200, data("{\"publish_id\":\"v_pub_url~v2.1\"}"));
        var start = command(aText("hi")
                .setMedia(List.of(aVideo("https://media.example.org/a.mp4")))
                .setOptions(Map.of("tiktok.pullFromUrl", "true")));
        // When
        var permitted = next(start, publish(start));
        var outcome = publish(permitted);
        // Then
        assertThat(permitted.getCheckpoint().orElseThrow().getStep()).isEqualTo("pull");
        assertThat(outcome).isInstanceOf(Underway.class);
        assertThat(bench.server().last().path()).isEqualTo("/v2/post/publish/video/init/");
        assertThat(bench.server().last().text())
                .isEqualTo(
                        "{\"post_info\":{\"title\":\"hi\",\"privacy_level\":\"PUBLIC_TO_EVERYONE\",\"disable_comment\":false,"
                                + "\"disable_duet\":false,\"disable_stitch\":true},\"source_info\":{\"source\":\"PULL_FROM_URL\","
                                + "\"video_url\":\"https://media.example.org/a.mp4\"}}");
    }

    @Test
    void asksAgainWhatTheAccountAllowsAfterALongWait() {
        // Given
        bench.server().answers(200, CREATOR);
        var waited = aCommand("tiktok", ACCOUNT, photos())
                .setCheckpoint(aCheckpoint("photos", PERMITTED, Bench.NOW.minusSeconds(600)))
                .build();
        // Then
        assertThat(publish(waited))
                .isInstanceOfSatisfying(
                        Continue.class,
                        it -> assertThat(it.checkpoint().getAt()).isEqualTo(Bench.NOW));
        assertThat(bench.server().last().path()).isEqualTo("/v2/post/publish/creator_info/query/");
    }

    @Test
    void isNotSureOfASuccessWithoutAnId() {
        // Given
        bench.server().answers(200, data("{\"publish_id\":\"\"}")).answers(200, data("{\"publish_id\":\"a b\"}"));
        // Then
        assertThat(publish(permitted())).isInstanceOf(Unconfirmed.class);
        assertThat(publish(permitted())).isInstanceOf(Unconfirmed.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"status\":\"PUBLISH_COMPLETE\",\"publicaly_available_post_id\":[7300000000000000009]} | Landed",
                "{\"status\":\"PUBLISH_COMPLETE\",\"publicaly_available_post_id\":[\"7300000000000000009\"]} | Landed",
                "{\"status\":\"PUBLISH_COMPLETE\",\"publicaly_available_post_id\":7300000000000000009} | Landed",
                "{\"status\":\"PUBLISH_COMPLETE\",\"publicly_available_post_id\":[7300000000000000009]} | Landed",
                "{\"status\":\"PUBLISH_COMPLETE\",\"publicaly_available_post_id\":[]} | Landed",
                "{\"status\":\"PUBLISH_COMPLETE\"} | Landed",
                "{\"status\":\"PUBLISH_COMPLETE\",\"publicaly_available_post_id\":[\"../x\"]} | Landed",
                "{\"status\":\"FAILED\",\"fail_reason\":\"frame_rate_check_failed\"} | Absent",
                "{\"status\":\"FAILED\"} | Absent",
                "{\"status\":\"PROCESSING_DOWNLOAD\",\"downloaded_bytes\":10} | Underway",
                "{\"status\":\"PROCESSING_UPLOAD\",\"uploaded_bytes\":0} | Underway",
                "{\"status\":\"SOMETHING_NEW\"} | Underway",
                "{\"status\":\"SEND_TO_USER_INBOX\"} | CannotTell",
                "{\"status\":7} | CannotTell",
                "{} | CannotTell",
            })
    void tellsWhatBecameOfAPost(String status, String found) {
        // Given
        bench.server().answers(200, data(status));
        // Then
        assertThat(find(underway()).getClass().getSimpleName()).isEqualTo(found);
        assertThat(bench.server().last().text()).isEqualTo("{\"publish_id\":\"" + PUBLISH_ID + "\"}");
    }

    @Test
    void hasAnAddressOnlyForAPostWithAnIdOfItsOwn() {
        // Given
        bench.server()
                .answers(200, data("{\"status\":\"PUBLISH_COMPLETE\",\"publicaly_available_post_id\":[" + POST + "]}"))
                .answers(200, data("{\"status\":\"PUBLISH_COMPLETE\"}"));
        // Then
        assertThat(find(underway()))
                .isEqualTo(
                        new Found.Landed(POST, Optional.of(URI.create("https://www.tiktok.com/@demo/video/" + POST))));
        assertThat(find(underway())).isEqualTo(new Found.Landed(PUBLISH_ID, Optional.empty()));
    }

    @ParameterizedTest
    @CsvSource({"10, 5", "59, 5", "60, 20", "599, 20", "600, 60", "3599, 60", "3600, 300", "21599, 300"})
    void looksEverMoreRarely(int seconds, int pause) {
        // Given
        bench.server().answers(200, data("{\"status\":\"PROCESSING_DOWNLOAD\"}"));
        // Then
        assertThat(find(underwaySince(Bench.NOW.minusSeconds(seconds))))
                .isEqualTo(new Found.Underway(Optional.of(Bench.NOW.plusSeconds(pause))));
    }

    @Test
    void asksAPersonWhenTikTokTakesTooLong() {
        // Given
        bench.server()
                .answers(200, data("{\"status\":\"PROCESSING_DOWNLOAD\"}"))
                .answers(200, data("{\"status\":\"PUBLISH_COMPLETE\"}"));
        var longAgo = underwaySince(Bench.NOW.minus(Duration.ofHours(6)));
        // Then
        assertThat(find(longAgo)).isInstanceOf(Found.CannotTell.class);
        assertThat(find(longAgo)).isInstanceOf(Found.Landed.class);
    }

    @Test
    void doesNotBeginAPostAgainThatTikTokFetchesBecauseItsIdIsUnknown() {
        // Given
        bench.server().answers(400, error("invalid_publish_id")).answers(400, error("invalid_publish_id"));
        // Then
        assertThat(find(underwaySince(Bench.NOW.minusSeconds(3_600)))).isInstanceOf(Found.CannotTell.class);
        assertThat(publish(absent("0"))).isInstanceOf(Unconfirmed.class);
    }

    @ParameterizedTest
    @CsvSource({"5, CannotTell", "3600, Absent", "86400, CannotTell"})
    void knowsAnUploadToBeGoneOnlyWhenItIsNeitherNewNorOld(int seconds, String found) {
        // Given
        bench.server().answers(400, error("invalid_publish_id"));
        var upload = statusCommand(Map.of(
                        "size", "25", "begunAt", Bench.NOW.minusSeconds(seconds).toString()))
                .setDoubt(aDoubt("status", 0))
                .build();
        // Then
        assertThat(find(upload).getClass().getSimpleName()).isEqualTo(found);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "access_token_invalid",
                "scope_not_authorized",
                "token_not_authorized_for_specified_publish_id",
                "rate_limit_exceeded",
                "internal_error",
                "something_new"
            })
    void cannotTellWhenAskingIsRefused(String code) {
        // Given
        bench.server().answers(400, error(code)).answers(400, error(code));
        // Then
        assertThat(find(underway())).isInstanceOf(Found.CannotTell.class);
        assertThat(publish(absent("0"))).isNotInstanceOfAny(Rejected.class, Published.class);
    }

    @ParameterizedTest(name = "{0}: {1} {2}")
    @CsvSource({
        "file_format_check_failed, Rejected, MEDIA_UNAVAILABLE",
        "duration_check_failed, Rejected, MEDIA_UNAVAILABLE",
        "frame_rate_check_failed, Rejected, MEDIA_UNAVAILABLE",
        "picture_size_check_failed, Rejected, MEDIA_UNAVAILABLE",
        "publish_cancelled, Rejected, CONTENT_REFUSED",
        "spam_risk, Rejected, CONTENT_REFUSED",
        "spam_risk_text, Rejected, CONTENT_REFUSED",
        "spam_risk_user_banned_from_posting, Rejected, PERMISSION_MISSING",
        "something_new, Rejected, UNKNOWN_REFUSAL",
        "internal, Continue, SERVER_ERROR",
        "video_pull_failed, Continue, MEDIA_UNAVAILABLE",
        "photo_pull_failed, Continue, MEDIA_UNAVAILABLE",
        "auth_removed, Continue, TOKEN_REVOKED",
    })
    void saysWhyAPostFailedOrBeginsItAnew(String reason, String outcome, ErrorCode code) {
        // Given
        var failed = data("{\"status\":\"FAILED\",\"fail_reason\":\"" + reason + "\"}");
        bench.server().answers(200, failed).answers(200, failed);
        // When
        var first = publish(absent("0"));
        var last = publish(absent("3"));
        // Then
        assertThat(first.getClass().getSimpleName()).isEqualTo(outcome);
        if (first instanceof Continue next) {
            assertThat(next.checkpoint().getStep()).isEqualTo("begin");
            assertThat(next.checkpoint().getValues()).isEqualTo(Map.of("restarts", "1"));
        }
        assertThat(causeOf(last).code()).isEqualTo(code);
        assertThat(causeOf(last).platformCode()).contains(reason);
        assertThat(causeOf(last).detail()).endsWith(".");
    }

    /** With the token it was begun with there is nothing to begin anew: its owner has to connect the account again. */
    @ParameterizedTest
    @CsvSource({"6, Continue", "7, TokenRevoked"})
    void waitsForAPersonWhenTheOwnerDisconnectedTheApp(String version, String outcome) {
        // Given
        bench.server().answers(200, data("{\"status\":\"FAILED\",\"fail_reason\":\"auth_removed\"}"));
        var command = statusCommand(Map.of("restarts", "0", "tokenVersion", version))
                .setDoubtedSince(Bench.NOW.minusSeconds(30))
                .build();
        // Then
        assertThat(publish(command).getClass().getSimpleName()).isEqualTo(outcome);
    }

    @Test
    void namesTheLongestVideoOfTheAccount() {
        // Given
        bench.server().answers(200, data("{\"status\":\"FAILED\",\"fail_reason\":\"duration_check_failed\"}"));
        // Then
        assertThat(causeOf(publish(absent("0"))).detail()).contains("up to 300 seconds");
    }

    @Test
    void waitsForRoomWhenAPostFailedAtACap() {
        // Given
        bench.server().answers(200, data("{\"status\":\"FAILED\",\"fail_reason\":\"spam_risk_too_many_posts\"}"));
        // Then
        assertThat(publish(absent("3"))).isInstanceOfSatisfying(Continue.class, it -> {
            assertThat(it.checkpoint().getStep()).isEqualTo("begin");
            assertThat(it.notBefore()).contains(Bench.NOW.plus(Duration.ofHours(2)));
        });
    }

    @Test
    void findsAPostWhoseAnswerWasLostAmongTheNewest() {
        // Given
        bench.server()
                .answers(
                        200,
                        videos("{\"id\":\"1\",\"video_description\":\"other\",\"create_time\":1795169725},"
                                + "{\"id\":\"" + POST + "\",\"title\":\"\",\"video_description\":\"Two  cats\","
                                + "\"create_time\":1795169720,\"share_url\":\"https://www.tiktok.com/@demo/video/"
                                + POST
                                + "\"}"));
        // Then
        assertThat(find(doubted(photos())))
                .isEqualTo(
                        new Found.Landed(POST, Optional.of(URI.create("https://www.tiktok.com/@demo/video/" + POST))));
        var asked = bench.server().last();
        assertThat(asked.method() + " " + asked.path()).isEqualTo("POST /v2/video/list/");
        assertThat(asked.query()).isEqualTo(Map.of("fields", "id,title,video_description,create_time,share_url"));
        assertThat(asked.text()).isEqualTo("{\"max_count\":20}");
    }

    @Test
    void knowsALongTextByItsBeginning() {
        // Given
        var text = "x y ".repeat(100);
        bench.server().answers(200, videos(video(text.substring(0, 150), 1795169725)));
        // Then
        assertThat(find(doubted(photos().setText(text)))).isInstanceOf(Found.Landed.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\\ufffd", "\\ufffd…", "\\ud83d", "\\ud83d..."})
    void knowsALongTextThatIsCutWithinACharacter(String end) {
        // Given
        var text = "x".repeat(149) + "\ud83d\ude00 and more";
        bench.server().answers(200, videos(video("x".repeat(149) + end, 1795169725)));
        // Then
        assertThat(find(doubted(photos().setText(text)))).isInstanceOf(Found.Landed.class);
    }

    @Test
    void doesNotTakeAnotherPostForIts() {
        var others = List.of(
                video("Two cats", 1795169680),
                video("Two", 1795169725),
                video("Two cats and a dog", 1795169725),
                video("", 1795169725),
                "{\"id\":\"../x\",\"video_description\":\"Two cats\",\"create_time\":1795169725}",
                "{\"id\":\"1\",\"video_description\":\"Two cats\"}",
                "{\"id\":\"1\",\"video_description\":\"Two cats\",\"create_time\":-9223372036854775808}");
        for (var other : others) {
            bench.server().answers(200, videos(other));
            assertThat(find(doubted(photos()))).as(other).isInstanceOf(Found.CannotTell.class);
        }
        bench.server().answers(200, videos(video("", 1795169725)));
        assertThat(find(doubted(photos().setText(null)))).isInstanceOf(Found.CannotTell.class);
    }

    @Test
    void asksAPersonAboutAStepOfAnotherVersion() {
        // Given
        var unknown = aCommand("tiktok", ACCOUNT, photos())
                .setCheckpoint(aCheckpoint("conjure", Map.of(), Bench.NOW))
                .build();
        // Then
        assertThat(publish(unknown)).isInstanceOf(Unconfirmed.class);
        assertThat(find(unknown)).isInstanceOf(Found.CannotTell.class);
        assertThat(bench.server().asked()).isEmpty();
    }

    @Test
    void waitsAMinuteWhenItAsksTooOften() {
        // Given
        bench.server().answers(429, error("rate_limit_exceeded"));
        // Then
        assertThat(publish(permitted())).isInstanceOf(RateLimited.class);
    }

    private static Content.Builder photos() {
        return aText("Two cats")
                .setMedia(List.of(
                        anImage("https://media.example.org/1.jpg"), anImage("https://media.example.org/2.webp")));
    }

    private static PublishCommand command(Content.Builder content) {
        return aCommand("tiktok", ACCOUNT, content).build();
    }

    private static PublishCommand permitted() {
        return aCommand("tiktok", ACCOUNT, photos())
                .setCheckpoint(aCheckpoint("photos", PERMITTED, Bench.NOW))
                .build();
    }

    private static PublishCommand doubted(Content.Builder content) {
        return aCommand("tiktok", ACCOUNT, content)
                .setCheckpoint(aCheckpoint("photos", PERMITTED, Bench.NOW))
                .setDoubt(aDoubt("photos", 0))
                .build();
    }

    private static PublishCommand.Builder statusCommand(Map<String, String> more) {
        var values = new HashMap<>(PERMITTED);
        values.put("publishId", PUBLISH_ID);
        values.put("begunAt", Bench.NOW.minusSeconds(3_600).toString());
        values.putAll(more);
        return aCommand("tiktok", ACCOUNT, photos())
                .setCheckpoint(aCheckpoint("status", values, Bench.NOW.minusSeconds(30)));
    }

    private static PublishCommand underway() {
        return statusCommand(Map.of()).setDoubt(aDoubt("status", 0)).build();
    }

    private static PublishCommand underwaySince(Instant since) {
        return statusCommand(Map.of())
                .setDoubt(Doubt.newBuilder(aDoubt("status", 0)).setSince(since).build())
                .build();
    }

    /** Found not to have come out; with so many beginnings behind it. */
    private static PublishCommand absent(String restarts) {
        return statusCommand(Map.of("restarts", restarts))
                .setDoubtedSince(Bench.NOW.minusSeconds(30))
                .build();
    }

    private static String videos(String videos) {
        return data("{\"videos\":[" + videos + "],\"cursor\":1795169725000,\"has_more\":false}");
    }

    private static String video(String description, long createTime) {
        return "{\"id\":\"" + POST + "\",\"video_description\":\"" + description + "\",\"create_time\":" + createTime
                + "}";
    }

    private static Cause causeOf(Outcome outcome) {
        return switch (outcome) {
            case Rejected(var cause) -> cause;
            case Outcome.TokenRevoked(var cause) -> cause;
            default -> throw new AssertionError("no final cause in " + outcome);
        };
    }

    private Outcome publish(PublishCommand command) {
        return tikTok.publish(command, Bench.TOKEN, bench.context());
    }

    private Found find(PublishCommand command) {
        return tikTok.find(command, Bench.TOKEN, bench.context());
    }

    private static PublishCommand next(PublishCommand command, Outcome outcome) {
        assertThat(outcome).isInstanceOf(Continue.class);
        return PublishCommand.newBuilder(command)
                .setCheckpoint(((Continue) outcome).checkpoint())
                .build();
    }
}
