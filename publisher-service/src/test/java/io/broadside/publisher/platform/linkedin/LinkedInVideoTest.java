package io.broadside.publisher.platform.linkedin;

import static io.broadside.publisher.platform.Commands.aText;
import static io.broadside.publisher.platform.Commands.anImage;
import static io.broadside.publisher.platform.linkedin.LinkedInFixtures.ORGANIZATION;
import static io.broadside.publisher.platform.linkedin.LinkedInFixtures.PUBLISHED;
import static io.broadside.publisher.platform.linkedin.LinkedInFixtures.command;
import static io.broadside.publisher.platform.linkedin.LinkedInFixtures.created;
import static io.broadside.publisher.platform.linkedin.LinkedInFixtures.next;
import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.events.Checkpoint;
import io.broadside.events.Media;
import io.broadside.events.MediaKind;
import io.broadside.events.PublishCommand;
import io.broadside.publisher.platform.Bench;
import io.broadside.publisher.platform.Outcome;
import io.broadside.publisher.platform.Outcome.Continue;
import io.broadside.publisher.platform.Outcome.Rejected;
import io.broadside.publisher.platform.Outcome.Unavailable;
import io.broadside.runtime.config.Secret;
import io.broadside.schemas.ErrorCode;
import io.vertx.core.buffer.Buffer;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class LinkedInVideoTest {

    private static final int SIZE = 5_000_000;
    private static final int FIRST_PART = 4_194_304;
    private static final String VIDEO = "urn:li:video:D5505AQF";

    private final Bench bench = new Bench();
    private final FilmServer film = new FilmServer(SIZE);
    private final LinkedInPlatform linkedIn = LinkedInFixtures.platform(bench, Map.of());
    private final PublishCommand start = command(
            ORGANIZATION,
            aText("See")
                    .setMedia(List.of(Media.newBuilder(anImage(film.url()))
                            .setKind(MediaKind.VIDEO)
                            .setTitle("A film")
                            .build())));

    @AfterEach
    void close() {
        film.close();
        bench.close();
    }

    @Test
    void sendsAVideoInPartsAndWaitsForIt() {
        // Given
        initialized(0);
        part("\"e1\"");
        part("e2");
        bench.server()
                .answers(200, "")
                .answers(200, "{\"status\":\"PROCESSING\"}")
                .answers(200, "{\"status\":\"AVAILABLE\"}");
        created(bench);
        // When
        var begun = next(start, publish(start));
        var sent = next(start, publish(begun));
        var ended = publish(sent);
        var waiting = publish(next(start, ended));
        var ready = next(start, publish(next(start, waiting)));
        var outcome = publish(ready);
        // Then
        assertThat(outcome).isEqualTo(PUBLISHED);
        assertThat(((Continue) ended).notBefore()).contains(Bench.NOW.plusSeconds(5));
        assertThat(((Continue) waiting).checkpoint().getStep()).isEqualTo("process");
        var asked = bench.server().asked();
        assertThat(asked.get(0).path()).isEqualTo("/rest/videos");
        assertThat(asked.get(0).query()).isEqualTo(Map.of("action", "initializeUpload"));
        assertThat(asked.get(0).text())
                .isEqualTo("{\"initializeUploadRequest\":{\"owner\":\"" + ORGANIZATION + "\",\"fileSizeBytes\":5000000,"
                        + "\"uploadCaptions\":false,\"uploadThumbnail\":false}}");
        assertThat(asked.subList(1, 3)).allSatisfy(put -> {
            assertThat(put.method()).isEqualTo("PUT");
            assertThat(put.headers())
                    .doesNotContainKey("authorization")
                    .containsEntry("content-type", "application/octet-stream");
        });
        assertThat(asked.get(1).body()).isEqualTo(Buffer.buffer(film.bytes(0, FIRST_PART)));
        assertThat(asked.get(2).body()).isEqualTo(Buffer.buffer(film.bytes(FIRST_PART, SIZE)));
        assertThat(asked.get(3).query()).isEqualTo(Map.of("action", "finalizeUpload"));
        assertThat(asked.get(3).text())
                .isEqualTo("{\"finalizeUploadRequest\":{\"video\":\"" + VIDEO + "\",\"uploadToken\":\"\","
                        + "\"uploadedPartIds\":[\"e1\",\"e2\"]}}");
        assertThat(asked.get(4).path()).isEqualTo("/rest/videos/urn%3Ali%3Avideo%3AD5505AQF");
        assertThat(bench.server().last().text())
                .contains("\"content\":{\"media\":{\"id\":\"" + VIDEO + "\",\"title\":\"A film\"}}");
    }

    @Test
    void saysOfAVideoThatIsTooSmallHowLargeItMustBe() {
        try (var tiny = new FilmServer(4_716)) {
            // Given
            var command = command(
                    ORGANIZATION,
                    aText("See")
                            .setMedia(List.of(Media.newBuilder(anImage(tiny.url()))
                                    .setKind(MediaKind.VIDEO)
                                    .build())));
            // When
            var outcome = publish(command);
            // Then
            assertThat(outcome)
                    .isInstanceOfSatisfying(
                            Rejected.class,
                            refused -> assertThat(refused.cause().detail()).contains("at least 75000 bytes", "4716"));
            assertThat(bench.server().asked()).isEmpty();
        }
    }

    @Test
    void keepsAddressesOutOfCheckpoints() {
        // Given
        initialized(0);
        part("\"secret-name\"");
        part("e2");
        // When
        var begun = next(start, publish(start));
        var sent = next(start, publish(begun));
        // Then
        for (var command : List.of(begun, sent)) {
            assertThat(command.toString())
                    .contains(VIDEO)
                    .doesNotContain("dms-uploads")
                    .doesNotContain("secret-name");
        }
    }

    @Test
    void goesOnWhereAPartFailed() {
        // Given
        initialized(0);
        part("e1");
        bench.server().answers(503, "");
        part("e2");
        bench.server().answers(200, "");
        var begun = next(start, publish(start));
        // When
        var interrupted = publish(begun);
        var sent = next(start, publish(next(start, interrupted)));
        publish(sent);
        // Then
        assertThat(((Continue) interrupted).notBefore()).contains(Bench.NOW.plusSeconds(5));
        assertThat(bench.server().last().text()).contains("\"uploadedPartIds\":[\"e1\",\"e2\"]");
        assertThat(bench.server().asked().get(3).body()).isEqualTo(Buffer.buffer(film.bytes(FIRST_PART, SIZE)));
    }

    @Test
    void isUnavailableWhenNothingWentThrough() {
        // Given
        initialized(0);
        bench.server().cutsTheConnection();
        var begun = next(start, publish(start));
        // Then
        assertThat(publish(begun)).isInstanceOf(Unavailable.class);
    }

    @ParameterizedTest
    @CsvSource({"400, EXPIRED_UPLOAD_URL", "401, SOMETHING", "403, SOMETHING", "404, SOMETHING", "410, SOMETHING"})
    void beginsAnewWhenAnAddressIsNoLongerGood(int status, String code) {
        // Given
        initialized(0);
        bench.server().answers(status, "{\"status\":" + status + ",\"code\":\"" + code + "\"}");
        initialized(0);
        var begun = next(start, publish(start));
        // When
        var gone = next(start, publish(begun));
        var again = publish(gone);
        // Then
        assertThat(again).isInstanceOf(Continue.class);
        assertThat(bench.server().last().query()).isEqualTo(Map.of("action", "initializeUpload"));
        assertThat(((Continue) again).checkpoint().getValues()).containsEntry("begun", "2");
    }

    @Test
    void beginsAnewWithARenewedToken() {
        // Given
        initialized(0);
        initialized(0);
        var begun = next(start, publish(start));
        // When
        var again = linkedIn.publish(begun, Secret.of("renewed-token"), bench.context());
        // Then
        assertThat(((Continue) again).checkpoint().getValues()).containsEntry("begun", "2");
    }

    @Test
    void beginsAnewWhenTheTimeForTheUploadIsOverAndNotForEver() {
        // Given
        for (var i = 0; i < 4; i++) {
            initialized(Bench.NOW.plusSeconds(60).toEpochMilli());
        }
        var begun = next(start, publish(start));
        var later =
                LinkedInFixtures.platform(bench, Map.of(), Clock.fixed(Bench.NOW.plusSeconds(3_600), ZoneOffset.UTC));
        // When
        for (var i = 0; i < 3; i++) {
            begun = aged(next(start, later.publish(begun, Bench.TOKEN, bench.context())));
        }
        var last = later.publish(begun, Bench.TOKEN, bench.context());
        // Then
        assertThat(last)
                .isInstanceOfSatisfying(
                        Rejected.class,
                        rejected -> assertThat(rejected.cause().code()).isEqualTo(ErrorCode.MEDIA_UNAVAILABLE));
    }

    @Test
    void refusesAVideoThatChangesOnTheWay() {
        // Given
        initialized(0);
        var begun = next(start, publish(start));
        film.becomes(SIZE - 1);
        // Then
        assertThat(publish(begun))
                .isInstanceOfSatisfying(
                        Rejected.class,
                        rejected -> assertThat(rejected.cause().code()).isEqualTo(ErrorCode.MEDIA_UNAVAILABLE));
    }

    @Test
    void goesOnWhenTheEndOfTheUploadWasNotAnswered() {
        // Given
        var sent = sent();
        bench.server()
                .cutsTheConnection()
                .answers(400, "{\"status\":400,\"code\":\"INVALID_VALUE_FOR_FIELD\",\"message\":\"m\"}")
                .answers(200, "{\"status\":\"PROCESSING\"}");
        // When
        var lost = publish(sent);
        var again = publish(sent);
        // Then
        assertThat(lost).isInstanceOf(Unavailable.class);
        assertThat(((Continue) again).checkpoint().getStep()).isEqualTo("process");
    }

    @Test
    void failsAVideoWhoseEndIsRefused() {
        // Given
        var sent = sent();
        bench.server()
                .answers(400, "{\"status\":400,\"code\":\"INVALID_VALUE_FOR_FIELD\",\"message\":\"m\"}")
                .answers(200, "{\"status\":\"WAITING_UPLOAD\"}");
        // Then
        assertThat(publish(sent)).isInstanceOf(Rejected.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"value\":{\"video\":\"urn:li:video:A\"}}",
                "{\"value\":{\"video\":\"urn:li:video:A\",\"uploadInstructions\":[]}}",
                "{\"value\":{\"video\":\"no urn\",\"uploadInstructions\":[{\"uploadUrl\":\"https://www.linkedin.com/1\",\"firstByte\":0,\"lastByte\":4999999}]}}",
                "{}",
            })
    void usesNoInstructionsThatDoNotFit(String body) {
        // Given
        bench.server().answers(200, body);
        // Then
        assertThat(publish(start)).isInstanceOf(Unavailable.class);
    }

    /** Up to where all parts are with LinkedIn. */
    private PublishCommand sent() {
        initialized(0);
        part("e1");
        part("e2");
        return next(start, publish(next(start, publish(start))));
    }

    /** As if its addresses had come long ago. */
    private static PublishCommand aged(PublishCommand command) {
        var checkpoint = command.getCheckpoint().orElseThrow();
        var values = new HashMap<>(checkpoint.getValues());
        values.put("until", Bench.NOW.plusSeconds(60).toString());
        return PublishCommand.newBuilder(command)
                .setCheckpoint(
                        Checkpoint.newBuilder(checkpoint).setValues(values).build())
                .build();
    }

    private void initialized(long until) {
        var address = bench.server().uri() + "/dms-uploads/";
        bench.server()
                .answers(
                        200,
                        "{\"value\":{\"uploadUrlsExpireAt\":" + until + ",\"video\":\"" + VIDEO + "\","
                                + "\"uploadInstructions\":[{\"uploadUrl\":\"" + address + "1?ut=a\",\"firstByte\":0,"
                                + "\"lastByte\":4194303},{\"uploadUrl\":\"" + address
                                + "2?ut=b\",\"firstByte\":4194304,"
                                + "\"lastByte\":4999999}],\"uploadToken\":\"\"}}");
    }

    private void part(String etag) {
        bench.server().answers(200, "", Map.of("ETag", etag));
    }

    private Outcome publish(PublishCommand command) {
        return linkedIn.publish(command, Bench.TOKEN, bench.context());
    }
}
