package io.broadside.publisher.platform.bluesky;

import static io.broadside.publisher.platform.Commands.aCommand;
import static io.broadside.publisher.platform.Commands.aDescribedImage;
import static io.broadside.publisher.platform.Commands.aDoubt;
import static io.broadside.publisher.platform.Commands.aText;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.broadside.events.Content;
import io.broadside.events.Link;
import io.broadside.events.PublishCommand;
import io.broadside.events.ThreadPart;
import io.broadside.publisher.platform.AnswerJson;
import io.broadside.publisher.platform.Bench;
import io.broadside.publisher.platform.Found;
import io.broadside.publisher.platform.Outcome;
import io.broadside.publisher.platform.Outcome.Continue;
import io.broadside.publisher.platform.Outcome.Published;
import io.broadside.publisher.platform.Outcome.RateLimited;
import io.broadside.publisher.platform.Outcome.Rejected;
import io.broadside.publisher.platform.Outcome.TokenExpired;
import io.broadside.publisher.platform.Outcome.TokenRevoked;
import io.broadside.publisher.platform.Outcome.Unavailable;
import io.broadside.publisher.platform.Outcome.Unconfirmed;
import io.broadside.runtime.config.Secret;
import io.broadside.runtime.http.Call;
import io.broadside.runtime.http.DpopKey;
import io.broadside.schemas.ErrorCode;
import io.vertx.core.buffer.Buffer;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BlueskyPlatformTest {

    private static final String DID = BlueskyContractTest.DID;
    private static final Buffer PNG = Buffer.buffer(new byte[] {(byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10});
    private static final String BLOB =
            "{\"blob\":{\"$type\":\"blob\",\"ref\":{\"$link\":\"bafkrei1\"},\"mimeType\":\"image/png\","
                    + "\"size\":8}}";
    private static final String NOT_THERE = "{\"error\":\"RecordNotFound\",\"message\":\"Could not locate record\"}";

    private final Bench bench = new Bench();
    private final BlueskyPlatform platform = BlueskyContractTest.platform(bench);

    @AfterEach
    void close() {
        bench.close();
    }

    @Test
    void putsAPostUnderAKeyOfItsCommandWhereNothingMayBeYet() {
        // Given
        var command = command(aText("é #tag"));
        bench.server().answers(200, put(command, 0, "bafyrei1", true));
        // When
        var outcome = publish(command);
        // Then
        var key = RecordKey.of(command, 0);
        assertThat(outcome).isInstanceOfSatisfying(Published.class, published -> {
            assertThat(published.remoteId()).isEqualTo("at://" + DID + "/app.bsky.feed.post/" + key);
            assertThat(published.permalink().orElseThrow())
                    .hasToString("https://bsky.app/profile/" + DID + "/post/" + key);
        });
        assertThat(key).matches("[2-7a-z]{13}");
        var sent = sent();
        assertThat(sent.path("rkey").asText()).isEqualTo(key);
        assertThat(sent.has("swapRecord")).isTrue();
        assertThat(sent.path("swapRecord").isNull()).isTrue();
        assertThat(sent.path("record").path("createdAt").asText()).isEqualTo("2026-11-20T10:14:30.000Z");
        assertThat(sent.path("record").path("facets")).hasSize(1);
    }

    @Test
    void isTheSameByteForByteWheneverItIsPut() {
        // Given
        var command = command(aText("Hello"));
        bench.server().cutsTheConnection().answers(200, put(command, 0, "bafyrei1", false));
        // When
        var first = publish(command);
        var body = bench.server().last().text();
        var second = publish(command);
        // Then
        assertThat(first).isInstanceOf(Unconfirmed.class);
        assertThat(second).isInstanceOf(Published.class);
        assertThat(bench.server().last().text()).isEqualTo(body);
    }

    @Test
    void findsUnderTheKeyWhatLandedAndKnowsWhatDidNot() {
        // Given
        var command = command(aText("Hello"));
        var ours = PostRecord.of(command, Cards.parts(command.getContent()).getFirst(), Progress.of(command));
        bench.server()
                .answers(400, NOT_THERE)
                .answers(200, record(command, ours))
                .answers(200, record(command, ours.deepCopy().put("text", "Something else")));
        // When
        var absent = find(command);
        var landed = find(command);
        var other = find(command);
        // Then
        assertThat(absent).isEqualTo(new Found.Absent());
        assertThat(landed).isInstanceOf(Found.Landed.class);
        assertThat(other)
                .isInstanceOfSatisfying(
                        Found.CannotTell.class,
                        found -> assertThat(found.stopped()).isEmpty());
    }

    @Test
    void neverOverwritesWhatElseIsThere() {
        // Given
        bench.server().answers(400, "{\"error\":\"InvalidSwap\",\"message\":\"Record was at bafyrei2\"}");
        // When
        var outcome = publish(command(aText("Hello")));
        // Then
        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Unconfirmed.class, it -> assertThat(it.cause().code()).isEqualTo(ErrorCode.DUPLICATE_REFUSED));
    }

    @Test
    void uploadsImagesBeforeThePostThatShowsThem() {
        // Given
        var image = aDescribedImage(bench.server().uri() + "/a.png", "A cat");
        var command = command(aText("Hello").setMedia(List.of(image)));
        bench.server().answers(200, PNG, Map.of()).answers(200, BLOB);
        // When
        var uploaded = publish(command);
        // Then
        assertThat(bench.server().last().headers()).containsEntry("content-type", "image/png");
        var next = after(command, uploaded);
        bench.server().answers(200, put(next, 0, "bafyrei1", true));
        assertThat(publish(next)).isInstanceOf(Published.class);
        var embed = sent().path("record").path("embed");
        assertThat(embed.path("images").path(0).path("alt").asText()).isEqualTo("A cat");
        assertThat(embed.path("images")
                        .path(0)
                        .path("image")
                        .path("ref")
                        .path("$link")
                        .asText())
                .isEqualTo("bafkrei1");
    }

    @Test
    void uploadsAgainWhatTheServerForgot() {
        // Given
        var image = aDescribedImage(bench.server().uri() + "/a.png", "A cat");
        var command = command(aText("Hello").setMedia(List.of(image)));
        bench.server().answers(200, PNG, Map.of()).answers(200, BLOB);
        var ready = after(command, publish(command));
        bench.server().answers(400, "{\"error\":\"BlobNotFound\",\"message\":\"Could not find blob\"}");
        // When
        var outcome = publish(ready);
        // Then
        var again = after(ready, outcome);
        assertThat(Progress.of(again).blobs()).isEmpty();
        assertThat(Progress.of(again).uploads()).isEqualTo(1);
    }

    @Test
    void settlesWhomItMentionsOnceAndBeforeItIsPut() {
        // Given
        var command = command(aText("Hi @alice.test and @nobody.test"));
        bench.server()
                .answers(200, "{\"did\":\"did:plc:alice\"}")
                .answers(400, "{\"error\":\"InvalidRequest\",\"message\":\"Unable to resolve handle\"}");
        // When
        var settled = after(command, publish(command));
        // Then
        bench.server().answers(200, put(settled, 0, "bafyrei1", true));
        assertThat(publish(settled)).isInstanceOf(Published.class);
        assertThat(sent().path("record").path("facets")).hasSize(1);
        assertThat(bench.server().asked()).hasSize(3);
    }

    @Test
    void aThreadAnswersItsOwnPosts() {
        // Given
        var part = ThreadPart.newBuilder().setText("Two").build();
        var command = command(aText("One").setThread(List.of(part, part)));
        var next = command;
        // When
        for (var i = 0; i < 2; i++) {
            bench.server().answers(200, put(command, i, "bafyrei" + i, true));
            next = after(next, publish(next));
        }
        bench.server().answers(200, put(command, 2, "bafyrei2", true));
        var outcome = publish(next);
        // Then
        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Published.class, it -> assertThat(it.remoteId()).isEqualTo(RecordKey.uri(command, 0)));
        var reply = sent().path("record").path("reply");
        assertThat(reply.path("root").path("cid").asText()).isEqualTo("bafyrei0");
        assertThat(reply.path("parent").path("cid").asText()).isEqualTo("bafyrei1");
        assertThat(reply.path("parent").path("uri").asText()).isEqualTo(RecordKey.uri(command, 1));
    }

    @Test
    void answersThePostOfSomebodyElseInItsThread() {
        // Given
        var parent = "at://did:plc:bob/app.bsky.feed.post/3kabc";
        var command = command(aText("Yes").setOptions(Map.of(BlueskyOptions.REPLY_TO, parent)));
        bench.server()
                .answers(
                        200,
                        "{\"uri\":\"" + parent + "\",\"cid\":\"bafyreib\",\"value\":{\"reply\":{\"root\":"
                                + "{\"uri\":\"at://did:plc:eve/app.bsky.feed.post/3kroot\",\"cid\":\"bafyreir\"}}}}");
        // When
        var settled = after(command, publish(command));
        // Then
        bench.server().answers(200, put(settled, 0, "bafyrei1", true));
        publish(settled);
        var reply = sent().path("record").path("reply");
        assertThat(reply.path("root").path("cid").asText()).isEqualTo("bafyreir");
        assertThat(reply.path("parent").path("cid").asText()).isEqualTo("bafyreib");
    }

    @Test
    void showsALinkAsACard() {
        // Given
        var link =
                Link.newBuilder().setUrl("https://ex.test/a").setTitle("Title").build();
        var command = command(aText("Look").setLink(link));
        bench.server().answers(200, put(command, 0, "bafyrei1", true));
        // When
        publish(command);
        // Then
        assertThat(sent().path("record")
                        .path("embed")
                        .path("external")
                        .path("title")
                        .asText())
                .isEqualTo("Title");
    }

    @Test
    void aPostThatWaitedLongSaysWhenItReallyCame() {
        // Given
        var command = PublishCommand.newBuilder(command(aText("Hello")))
                .setAcceptedAt(Bench.NOW.minus(Duration.ofHours(3)))
                .build();
        // When
        var dated = after(command, publish(command));
        // Then
        assertThat(bench.server().asked()).isEmpty();
        bench.server().answers(200, put(dated, 0, "bafyrei1", true));
        assertThat(publish(dated)).isInstanceOf(Published.class);
        assertThat(sent().path("record").path("createdAt").asText()).isEqualTo("2026-11-20T10:15:30.000Z");
        assertThat(sent().path("rkey").asText()).isEqualTo(RecordKey.of(command, 0));
    }

    @Test
    void aPostThatWasInDoubtKeepsItsTime() {
        // Given
        var command = PublishCommand.newBuilder(command(aText("Hello")))
                .setAcceptedAt(Bench.NOW.minus(Duration.ofHours(3)))
                .setDoubtedSince(Bench.NOW.minus(Duration.ofHours(2)))
                .build();
        bench.server().answers(200, put(command, 0, "bafyrei1", false));
        // When
        publish(command);
        // Then
        assertThat(sent().path("record").path("createdAt").asText()).isEqualTo("2026-11-20T07:15:30.000Z");
    }

    @ParameterizedTest
    @CsvSource({
        "400, ExpiredToken",
        "401, invalid_token",
    })
    void anExpiredTokenIsToldByItsNameAndNotByItsStatus(int status, String error) {
        bench.server().answers(status, error(error));
        assertThat(publish(command(aText("Hello")))).isInstanceOf(TokenExpired.class);
    }

    @ParameterizedTest
    @CsvSource({"400, InvalidToken", "401, AccountTakedown", "401, AuthenticationRequired", "403, AccountNotFound"})
    void aPersonIsNeededWhereNoNewTokenHelps(int status, String error) {
        bench.server().answers(status, error(error));
        assertThat(publish(command(aText("Hello")))).isInstanceOf(TokenRevoked.class);
    }

    @ParameterizedTest
    @CsvSource({
        "400, InvalidRequest, CONTENT_REFUSED",
        "403, ScopeMissingError, PERMISSION_MISSING",
        "413, PayloadTooLarge, MEDIA_UNAVAILABLE",
        "400, SomethingNew, UNKNOWN_REFUSAL",
    })
    void aRefusalIsFinal(int status, String error, ErrorCode code) {
        bench.server().answers(status, error(error));
        assertThat(publish(command(aText("Hello"))))
                .isInstanceOfSatisfying(
                        Rejected.class, it -> assertThat(it.cause().code()).isEqualTo(code));
    }

    @Test
    void aProofThatAServerDoesNotTakeIsNotTheFaultOfThePost() {
        // Given: a clock that is off, as the server sees it
        bench.server().answers(401, error("invalid_dpop_proof"));
        // When / Then
        assertThat(publish(command(aText("Hello"))))
                .isInstanceOfSatisfying(
                        Unavailable.class, it -> assertThat(it.cause().detail()).contains("clock"));
    }

    @ParameterizedTest
    @CsvSource({"retry-after, 290, 290", "ratelimit-reset, 1795170630, 900"})
    void waitsAsLongAsALimitSays(String header, String value, long seconds) {
        bench.server().answers(429, error("RateLimitExceeded"), Map.of(header, value));
        assertThat(publish(command(aText("Hello"))))
                .isInstanceOfSatisfying(
                        RateLimited.class, it -> assertThat(it.notBefore()).hasValue(Bench.NOW.plusSeconds(seconds)));
    }

    @Test
    void aTokenThatIsBoundToAKeyProvesTheKeyWithEachCallAndTakesTheServersNonce() {
        // Given
        var command = command(aText("Hello"));
        var envelope = AnswerJson.newObject()
                .put("service", bench.server().uri().toString())
                .put("token", "bound-token");
        envelope.set("dpopKey", DpopKey.generate().toJwk());
        bench.server()
                .answers(401, "{\"error\":\"use_dpop_nonce\"}", Map.of("dpop-nonce", "n1"))
                .answers(200, put(command, 0, "bafyrei1", true));
        // When
        var outcome = platform.publish(command, Secret.of(envelope.toString()), bench.context());
        // Then
        assertThat(outcome).isInstanceOf(Published.class);
        assertThat(bench.server().asked()).hasSize(2).allSatisfy(asked -> {
            assertThat(asked.headers()).containsEntry("authorization", "DPoP bound-token");
            assertThat(asked.headers().get("dpop")).matches("[\\w-]+\\.[\\w-]+\\.[\\w-]{86}");
        });
    }

    @Test
    void aServerThatAConnectionNamesIsCalledOnThePublicInternetOnly() {
        // Given
        var config = new BlueskyConfig(URI.create("https://bsky.social"), false, 1_000_000, 50_000_000);
        var guarded = new BlueskyPlatform(config, bench.http(), bench.media(), bench.clock());
        var envelope = AnswerJson.newObject()
                .put("service", bench.server().uri().toString())
                .put("token", "token");
        // When
        var outcome = guarded.publish(command(aText("Hello")), Secret.of(envelope.toString()), bench.context());
        // Then
        assertThat(outcome).isInstanceOf(Outcome.Unavailable.class);
        assertThat(bench.server().asked()).isEmpty();
        // And not only because nobody answers TLS there
        var calls = new BlueskyCalls(config, bench.http(), bench.clock());
        var call = Call.get("bluesky", "com.atproto.repo.getRecord", URI.create("https://pds.example/xrpc/getRecord"));
        assertThat(calls.guarded(call, Session.of(Secret.of(envelope.toString()), config))
                        .onlyPublic())
                .isTrue();
        assertThat(calls.guarded(call, Session.of(Secret.of("token"), config)).onlyPublic())
                .isFalse();
    }

    @Test
    void saysAtOnceWhatIsWrong() {
        var content = aText("x".repeat(301))
                .setThread(List.of(ThreadPart.newBuilder()
                        .setText("\ud83d\udc68\u200d\ud83d\udc69\u200d\ud83d\udc67".repeat(200))
                        .build()))
                .setOptions(Map.of("bluesky.languages", "en,de,fr,it", "bluesky.replyTo", "https://bsky.app/x"))
                .build();
        assertThat(platform.faults(content))
                .extracting(fault -> fault.getField() + " " + fault.getRule())
                .containsExactlyInAnyOrder(
                        "content.text maxGraphemes",
                        "content.thread[0].text maxBytes",
                        "content.options.bluesky.languages maxItems",
                        "content.options.bluesky.replyTo postAddress");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-ab", ",en", " ", "-"})
    void anOptionWithoutAnEndIsAFaultAndNoMore(String piece) {
        // Given
        var content = aText("Hello")
                .setOptions(Map.of("bluesky.languages", "en" + piece.repeat(50_000) + ","))
                .build();
        // When / Then
        assertThat(platform.faults(content))
                .extracting(fault -> fault.getField() + " " + fault.getRule())
                .containsExactly("content.options.bluesky.languages language");
    }

    @Test
    void languagesMaySayAllThatTheyAre() {
        var content = aText("Hello")
                .setOptions(Map.of("bluesky.languages", "de-Latn-DE-1996 , zh-Hant-TW,  en"))
                .build();
        assertThat(platform.faults(content)).isEmpty();
    }

    private Outcome publish(PublishCommand command) {
        return platform.publish(command, Bench.TOKEN, bench.context());
    }

    private Found find(PublishCommand command) {
        var doubtful =
                PublishCommand.newBuilder(command).setDoubt(aDoubt("create", 0)).build();
        return platform.find(doubtful, Bench.TOKEN, bench.context());
    }

    private JsonNode sent() {
        return AnswerJson.objectIn(bench.server().last().text()).orElseThrow();
    }

    private static PublishCommand command(Content.Builder content) {
        return aCommand("bluesky", DID, content).build();
    }

    private static PublishCommand after(PublishCommand command, Outcome outcome) {
        assertThat(outcome).isInstanceOf(Continue.class);
        return PublishCommand.newBuilder(command)
                .setCheckpoint(((Continue) outcome).checkpoint())
                .build();
    }

    private static String put(PublishCommand command, int part, String cid, boolean isNew) {
        var answer =
                AnswerJson.newObject().put("uri", RecordKey.uri(command, part)).put("cid", cid);
        if (isNew) {
            answer.putObject("commit").put("cid", "bafyreic").put("rev", "3n");
        }
        return answer.put("validationStatus", "valid").toString();
    }

    private static String record(PublishCommand command, ObjectNode value) {
        var answer =
                AnswerJson.newObject().put("uri", RecordKey.uri(command, 0)).put("cid", "bafyrei1");
        answer.set("value", value);
        return answer.toString();
    }

    private static String error(String name) {
        return "{\"error\":\"" + name + "\",\"message\":\"m\"}";
    }
}
