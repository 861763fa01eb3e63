package io.broadside.publisher.platform.linkedin;

import static io.broadside.publisher.platform.Commands.aCheckpoint;
import static io.broadside.publisher.platform.Commands.aDescribedImage;
import static io.broadside.publisher.platform.Commands.aLink;
import static io.broadside.publisher.platform.Commands.aText;
import static io.broadside.publisher.platform.Commands.anImage;
import static io.broadside.publisher.platform.linkedin.LinkedInFixtures.MEMBER;
import static io.broadside.publisher.platform.linkedin.LinkedInFixtures.ORGANIZATION;
import static io.broadside.publisher.platform.linkedin.LinkedInFixtures.PNG;
import static io.broadside.publisher.platform.linkedin.LinkedInFixtures.PUBLISHED;
import static io.broadside.publisher.platform.linkedin.LinkedInFixtures.command;
import static io.broadside.publisher.platform.linkedin.LinkedInFixtures.created;
import static io.broadside.publisher.platform.linkedin.LinkedInFixtures.next;
import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.events.Attempt;
import io.broadside.events.AttemptEnd;
import io.broadside.events.Link;
import io.broadside.events.Media;
import io.broadside.events.MediaKind;
import io.broadside.events.PublishCommand;
import io.broadside.publisher.platform.Bench;
import io.broadside.publisher.platform.Outcome;
import io.broadside.publisher.platform.Outcome.Continue;
import io.broadside.publisher.platform.Outcome.Rejected;
import io.broadside.publisher.platform.Outcome.Unavailable;
import io.broadside.schemas.ErrorCode;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files other than videos, and waiting for what LinkedIn does with them. */
final class LinkedInMediaTest {

    private static final Buffer PDF = Buffer.buffer("%PDF-1.7\n%test\n");

    private final Bench bench = new Bench();
    private final LinkedInPlatform linkedIn = LinkedInFixtures.platform(bench, Map.of());

    @AfterEach
    void close() {
        bench.close();
    }

    @Test
    void sendsAnImageAndThenThePostThatShowsIt() {
        // Given
        file(PNG);
        initialized("image", "urn:li:image:A");
        bench.server().answers(201, "");
        created(bench);
        var start =
                command(ORGANIZATION, aText("Look").setMedia(List.of(aDescribedImage(address("a.png"), "A (cat)"))));
        // When
        var uploaded = publish(start);
        var outcome = publish(next(start, uploaded));
        // Then
        assertThat(outcome).isEqualTo(PUBLISHED);
        var initialize = bench.server().asked().get(1);
        assertThat(initialize.method() + " " + initialize.path()).isEqualTo("POST /rest/images");
        assertThat(initialize.query()).isEqualTo(Map.of("action", "initializeUpload"));
        assertThat(initialize.headers())
                .containsEntry("linkedin-version", "202609")
                .containsEntry("x-restli-protocol-version", "2.0.0");
        assertThat(initialize.text()).isEqualTo("{\"initializeUploadRequest\":{\"owner\":\"" + ORGANIZATION + "\"}}");
        var upload = bench.server().asked().get(2);
        assertThat(upload.method() + " " + upload.path()).isEqualTo("PUT /dms-uploads/1");
        assertThat(upload.headers()).containsEntry("authorization", "Bearer " + Bench.TOKEN.reveal());
        assertThat(upload.body()).isEqualTo(PNG);
        assertThat(bench.server().last().text())
                .contains("\"content\":{\"media\":{\"id\":\"urn:li:image:A\",\"altText\":\"A (cat)\"}}");
    }

    /** A file that is too large for the time of one call would otherwise be sent for a day. */
    @Test
    void givesUpAFileThatDoesNotGetThroughInTheTimeOfACall() {
        // Given
        var start = command(ORGANIZATION, aText("Look").setMedia(List.of(anImage(address("a.png")))));
        var timedOut = Attempt.newBuilder()
                .setNumber(1)
                .setStartedAt(Bench.NOW.minusSeconds(60))
                .setDurationMs(1_000)
                .setStep("media")
                .setEnd(AttemptEnd.UNAVAILABLE)
                .setErrorCode("TIMED_OUT")
                .build();
        var often = PublishCommand.newBuilder(start)
                .setHistory(Collections.nCopies(4, timedOut))
                .build();
        for (var i = 0; i < 2; i++) {
            file(PNG);
            initialized("image", "urn:li:image:A");
            bench.server().neverAnswers();
        }
        // Then
        assertThat(publish(start)).isInstanceOf(Outcome.Unavailable.class);
        assertThat(publish(often)).isInstanceOfSatisfying(Outcome.Rejected.class, it -> {
            assertThat(it.cause().code()).isEqualTo(ErrorCode.MEDIA_UNAVAILABLE);
            assertThat(it.cause().detail()).contains("DISPATCH_CALL_LIMIT");
        });
    }

    @Test
    void makesEachImageDurableByItself() {
        // Given
        file(PNG);
        initialized("image", "urn:li:image:A");
        bench.server().answers(201, "");
        file(PNG);
        initialized("image", "urn:li:image:B");
        bench.server().answers(201, "");
        created(bench);
        var images = List.of(anImage(address("a.png")), aDescribedImage(address("b.png"), "Two"));
        var start = command(ORGANIZATION, aText("Look").setMedia(images));
        // When
        var afterOne = next(start, publish(start));
        var afterTwo = next(start, publish(afterOne));
        var outcome = publish(afterTwo);
        // Then
        assertThat(afterOne.getCheckpoint().orElseThrow().getStep()).isEqualTo("media");
        assertThat(afterTwo.getCheckpoint().orElseThrow())
                .satisfies(it -> assertThat(it.getStep()).isEqualTo("create"))
                .satisfies(
                        it -> assertThat(it.getValues()).isEqualTo(Map.of("media", "urn:li:image:A,urn:li:image:B")));
        assertThat(outcome).isEqualTo(PUBLISHED);
        assertThat(bench.server().last().text())
                .contains("\"content\":{\"multiImage\":{\"images\":[{\"id\":\"urn:li:image:A\"},"
                        + "{\"id\":\"urn:li:image:B\",\"altText\":\"Two\"}]}}");
    }

    @Test
    void sendsThePictureOfALink() {
        // Given
        file(PNG);
        initialized("image", "urn:li:image:A");
        bench.server().answers(201, "");
        created(bench);
        var link = Link.newBuilder(aLink("https://example.org/a"))
                .setTitle("A title")
                .setThumbnailUrl(address("a.png"))
                .build();
        var start = command(ORGANIZATION, aText("Read").setLink(link));
        // When
        var outcome = publish(next(start, publish(start)));
        // Then
        assertThat(outcome).isEqualTo(PUBLISHED);
        assertThat(bench.server().last().text())
                .contains("\"article\":{\"source\":\"https://example.org/a\",\"title\":\"A title\","
                        + "\"thumbnail\":\"urn:li:image:A\"}");
    }

    @Test
    void sendsADocumentAndWaitsForIt() {
        // Given
        file(PDF);
        initialized("document", "urn:li:document:D");
        bench.server()
                .answers(201, "")
                .answers(200, "{\"status\":\"PROCESSING\"}")
                .answers(200, "{\"status\":\"AVAILABLE\"}");
        created(bench);
        var start = command(ORGANIZATION, aText("Read").setMedia(List.of(document())));
        // When
        var sent = next(start, publish(start));
        var waiting = (Continue) publish(sent);
        var ready = next(start, publish(next(start, waiting)));
        var outcome = publish(ready);
        // Then
        assertThat(waiting.notBefore()).contains(Bench.NOW.plusSeconds(5));
        assertThat(outcome).isEqualTo(PUBLISHED);
        assertThat(bench.server().asked().get(1).path()).isEqualTo("/rest/documents");
        assertThat(bench.server().asked().get(2).body()).isEqualTo(PDF);
        assertThat(bench.server().asked().get(3).path()).isEqualTo("/rest/documents/urn%3Ali%3Adocument%3AD");
        assertThat(bench.server().last().text())
                .contains("\"content\":{\"media\":{\"id\":\"urn:li:document:D\",\"title\":\"A report\"}}");
    }

    @Test
    void sendsAnImageWithTheOlderApi() {
        // Given
        var olderApi = LinkedInFixtures.platform(bench, Map.of("LINKEDIN_POSTS_API", "ugc"));
        file(PNG);
        bench.server()
                .answers(
                        200,
                        "{\"value\":{\"asset\":\"urn:li:digitalmediaAsset:C5\",\"uploadMechanism\":"
                                + "{\"com.linkedin.digitalmedia.uploading.MediaUploadHttpRequest\":{\"headers\":{},"
                                + "\"uploadUrl\":\"" + address("mediaUpload/C5") + "\"}}}}")
                .answers(201, "");
        created(bench);
        var start = command(MEMBER, aText("Look").setMedia(List.of(aDescribedImage(address("a.png"), "A cat"))));
        // When
        var uploaded = olderApi.publish(start, Bench.TOKEN, bench.context());
        var outcome = olderApi.publish(next(start, uploaded), Bench.TOKEN, bench.context());
        // Then
        assertThat(outcome).isEqualTo(PUBLISHED);
        var register = bench.server().asked().get(1);
        assertThat(register.path()).isEqualTo("/v2/assets");
        assertThat(register.query()).isEqualTo(Map.of("action", "registerUpload"));
        assertThat(register.text())
                .isEqualTo("{\"registerUploadRequest\":{\"recipes\":[\"urn:li:digitalmediaRecipe:feedshare-image\"],"
                        + "\"owner\":\"" + MEMBER + "\",\"serviceRelationships\":[{\"relationshipType\":\"OWNER\","
                        + "\"identifier\":\"urn:li:userGeneratedContent\"}]}}");
        assertThat(bench.server().asked().get(2).path()).isEqualTo("/mediaUpload/C5");
        assertThat(bench.server().last().text())
                .contains("\"shareMediaCategory\":\"IMAGE\",\"media\":[{\"status\":\"READY\","
                        + "\"media\":\"urn:li:digitalmediaAsset:C5\",\"description\":{\"text\":\"A cat\"}}]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://example.org/upload",
                "http://www.linkedin.com/upload",
                "ftp://127.0.0.1/upload",
                "/upload",
            })
    void sendsNothingToStrangers(String uploadUrl) {
        // Given
        file(PNG);
        bench.server().answers(200, "{\"value\":{\"image\":\"urn:li:image:A\",\"uploadUrl\":\"" + uploadUrl + "\"}}");
        // Then
        assertThat(publish(command(ORGANIZATION, aText("Look").setMedia(List.of(anImage(address("a.png")))))))
                .isInstanceOf(Unavailable.class);
        assertThat(bench.server().asked()).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"urn:li:image:A/../../posts", "urn:li:person:A", ""})
    void usesNoNameThatIsNone(String urn) {
        // Given
        file(PNG);
        initialized("image", urn);
        // Then
        assertThat(publish(command(ORGANIZATION, aText("Look").setMedia(List.of(anImage(address("a.png")))))))
                .isInstanceOf(Unavailable.class);
        assertThat(bench.server().asked()).hasSize(2);
    }

    @ParameterizedTest
    @CsvSource({
        "400, EXPIRED_UPLOAD_URL, Unavailable",
        "403, EXPIRED_UPLOAD_URL, Unavailable",
        "500, INTERNAL, Unavailable",
        "401, EXPIRED_ACCESS_TOKEN, TokenExpired",
        "403, ACCESS_DENIED, Rejected",
        "413, TOO_LARGE, Rejected",
        "415, UNSUPPORTED, Rejected",
    })
    void saysWhatARefusedUploadAsksFor(int status, String code, String outcome) {
        // Given
        file(PNG);
        initialized("image", "urn:li:image:A");
        bench.server().answers(status, "{\"status\":" + status + ",\"code\":\"" + code + "\",\"message\":\"m\"}");
        // When
        var found = publish(command(ORGANIZATION, aText("Look").setMedia(List.of(anImage(address("a.png"))))));
        // Then
        assertThat(found.getClass().getSimpleName()).isEqualTo(outcome);
    }

    @Test
    void refusesFilesThatLinkedInDoesNotTake() {
        // Given
        file(Buffer.buffer("RIFF____WEBPVP8 ----"));
        file(PNG);
        // Then
        assertThat(publish(command(ORGANIZATION, aText("Look").setMedia(List.of(anImage(address("a.png")))))))
                .isInstanceOfSatisfying(
                        Rejected.class,
                        rejected -> assertThat(rejected.cause().code()).isEqualTo(ErrorCode.MEDIA_UNAVAILABLE));
        assertThat(publish(command(ORGANIZATION, aText("Read").setMedia(List.of(document())))))
                .isInstanceOf(Rejected.class);
        assertThat(bench.server().asked()).hasSize(2);
    }

    @Test
    void failsAPostWhoseFileLinkedInCannotProcess() {
        // Given
        bench.server().answers(200, "{\"status\":\"PROCESSING_FAILED\"}");
        // Then
        assertThat(publish(processing(Duration.ZERO)))
                .isInstanceOfSatisfying(
                        Rejected.class,
                        rejected -> assertThat(rejected.cause().code()).isEqualTo(ErrorCode.MEDIA_UNAVAILABLE));
    }

    @Test
    void asksMoreSeldomTheLongerItTakesAndNotForEver() {
        // Given
        for (var i = 0; i < 4; i++) {
            bench.server().answers(200, "{\"status\":\"PROCESSING\"}");
        }
        // Then
        assertThat(pause(publish(processing(Duration.ZERO)))).isEqualTo(Duration.ofSeconds(5));
        assertThat(pause(publish(processing(Duration.ofSeconds(40))))).isEqualTo(Duration.ofSeconds(20));
        assertThat(pause(publish(processing(Duration.ofMinutes(29))))).isEqualTo(Duration.ofMinutes(1));
        assertThat(publish(processing(Duration.ofMinutes(30)))).isInstanceOf(Rejected.class);
    }

    @Test
    void waitsAWhileWhereItMayNotAsk() {
        // Given
        var forbidden = "{\"status\":403,\"serviceErrorCode\":100,\"message\":\"Not enough permissions to access: m\"}";
        bench.server().answers(403, forbidden).answers(403, forbidden);
        // When
        var early = publish(processing(Duration.ofSeconds(10)));
        var late = publish(processing(Duration.ofSeconds(30)));
        // Then
        assertThat(pause(early)).isEqualTo(Duration.ofSeconds(20));
        assertThat(((Continue) early).checkpoint().getStep()).isEqualTo("process");
        assertThat(((Continue) late).checkpoint().getStep()).isEqualTo("create");
    }

    @ParameterizedTest
    @CsvSource({"500, Unavailable", "429, RateLimited", "401, TokenExpired", "404, Rejected"})
    void saysWhatAFailedQuestionAsksFor(int status, String outcome) {
        bench.server().answers(status, "{\"status\":" + status + ",\"message\":\"m\"}");
        assertThat(publish(processing(Duration.ZERO)).getClass().getSimpleName())
                .isEqualTo(outcome);
    }

    @Test
    void waitsWhereLinkedInSaysThatThePostIsTooEarly() {
        // Given
        var tooEarly = "{\"status\":400,\"code\":\"MEDIA_ASSET_WAITING_UPLOAD\",\"message\":\"m\"}";
        bench.server().answers(400, tooEarly);
        created(bench);
        var start = command(ORGANIZATION, aText("Look").setMedia(List.of(anImage(address("a.png")))));
        var creating = PublishCommand.newBuilder(start)
                .setCheckpoint(aCheckpoint("create", Map.of("media", "urn:li:image:A"), Bench.NOW))
                .build();
        // When
        var waiting = publish(creating);
        // Then
        assertThat(pause(waiting)).isEqualTo(Duration.ofSeconds(5));
        assertThat(publish(next(start, waiting))).isEqualTo(PUBLISHED);
    }

    private PublishCommand processing(Duration since) {
        var values = Map.of(
                "media", "urn:li:document:D", "since", Bench.NOW.minus(since).toString());
        return PublishCommand.newBuilder(command(ORGANIZATION, aText("Read").setMedia(List.of(document()))))
                .setCheckpoint(aCheckpoint("process", values, Bench.NOW))
                .build();
    }

    private static Duration pause(Outcome outcome) {
        assertThat(outcome).isInstanceOf(Continue.class);
        return Duration.between(Bench.NOW, ((Continue) outcome).notBefore().orElse(Instant.EPOCH));
    }

    private Media document() {
        return Media.newBuilder(anImage(address("a.pdf")))
                .setKind(MediaKind.DOCUMENT)
                .setTitle("A report")
                .build();
    }

    private void file(Buffer bytes) {
        bench.server().answers(200, bytes, Map.of());
    }

    private void initialized(String what, String urn) {
        bench.server()
                .answers(
                        200,
                        "{\"value\":{\"uploadUrlExpiresAt\":1795170600000,\"uploadUrl\":\"" + address("dms-uploads/1")
                                + "\",\"" + what + "\":\"" + urn + "\"}}");
    }

    private String address(String path) {
        return bench.server().uri() + "/" + path;
    }

    private Outcome publish(PublishCommand command) {
        return linkedIn.publish(command, Bench.TOKEN, bench.context());
    }
}
