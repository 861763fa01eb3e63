package io.broadside.runtime.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.events.ApiCall;
import io.broadside.runtime.config.Secret;
import io.broadside.runtime.http.Reply.Answer;
import io.broadside.schemas.ErrorCode;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class CallRecorderTest {

    private Fixture fixture = new Fixture();

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void writesOneLineAndOneEventForACallThatWasAnswered() {
        // Given
        var platform = fixture.platform(request -> request.response()
                .setStatusCode(400)
                .putHeader("X-Business-Use-Case-Usage", "{}")
                .putHeader("X-Rate-Limit-Reset", "1")
                .putHeader("Retry-After", "2")
                .putHeader("RateLimit-Policy", "3")
                .putHeader("X-FB-Debug", "4")
                .end("{\"error\":{\"code\":190}}"));
        var call = Call.post("facebook", "page.feed", platform.resolve("/v26.0/1/feed?x=y"), new Body.None())
                .withCodeReader(_ -> Optional.of("190/463"));

        // When
        fixture.http.call(call, Fixture.context());

        // Then
        assertThat(fixture.callLines())
                .singleElement()
                .satisfies(line -> assertThat(line)
                        .containsEntry("platform", "facebook")
                        .containsEntry("endpoint", "page.feed")
                        .containsEntry("method", HttpMethod.POST)
                        .containsEntry("host", "localhost")
                        .containsEntry("status", 400)
                        .containsEntry("platformCode", "190/463")
                        .containsEntry("connectionId", "facebook:page:1")
                        .containsEntry("commandId", "command-1")
                        .containsEntry("attempt", 2)
                        .containsEntry("traceId", Fixture.TRACE_ID)
                        .containsKey("durationMs")
                        .doesNotContainKey("errorCode"));
        assertThat(fixture.journal).singleElement().satisfies(event -> {
            var expected = ApiCall.newBuilder()
                    .setConnectionId("facebook:page:1")
                    .setPlatform("facebook")
                    .setEndpoint("page.feed")
                    .setMethod("POST")
                    .setHost("localhost")
                    .setPath("/v26.0/1/feed")
                    .setStartedAt(fixture.clock.instant())
                    .setDurationMs(event.getDurationMs())
                    .setStatus(400)
                    .setPlatformCode("190/463")
                    .setRequestId("request-1")
                    .setCommandId("command-1")
                    .setAttempt(2)
                    .setTokenVersion(7L)
                    .setTraceId(Fixture.TRACE_ID)
                    .setRateHeaders(Map.of(
                            "x-business-use-case-usage", "{}",
                            "x-rate-limit-reset", "1",
                            "retry-after", "2",
                            "ratelimit-policy", "3"))
                    .build();
            assertThat(event).isEqualTo(expected);
        });
    }

    @Test
    void writesOneLineAndOneEventForACallThatWasNot() {
        // Given
        var cutting = fixture.rawPlatform(socket -> socket.handler(_ -> socket.close()));

        // When
        fixture.post(cutting);

        // Then
        assertThat(fixture.callLines())
                .singleElement()
                .satisfies(line -> assertThat(line)
                        .containsEntry("errorCode", ErrorCode.NO_ANSWER)
                        .containsEntry("maybeSent", true)
                        .doesNotContainKey("status"));
        assertThat(fixture.journal).singleElement().satisfies(event -> {
            assertThat(event.getStatus()).isEmpty();
            assertThat(event.getFailure()).contains("NO_ANSWER");
        });
    }

    @Test
    void writesOneLineAndOneEventForACallThatWasHeldBack() {
        // Given
        var platform = fixture.platform(request -> request.response().end());

        // When
        fixture.http.call(Call.get("facebook", "page.get", platform), Fixture.context(Optional::empty));

        // Then
        assertThat(fixture.callLines())
                .singleElement()
                .satisfies(line -> assertThat(line)
                        .containsEntry("errorCode", ErrorCode.OWNER_LOST)
                        .containsEntry("maybeSent", false));
        assertThat(fixture.journal)
                .singleElement()
                .satisfies(event -> assertThat(event.getFailure()).contains("OWNER_LOST"));
    }

    @Test
    void writesNoSecretAnywhere() {
        // Given
        var platform = fixture.platform(request -> request.response().end("{\"access_token\":\"hunter2\"}"));
        var cutting = fixture.rawPlatform(socket -> socket.handler(_ -> socket.close()));
        var query = "?access_token=hunter2";
        var body = new Body.Form(Map.of("client_secret", "hunter2"));
        var calls = List.of(
                Call.post("facebook", "token", platform.resolve("/token" + query), body)
                        .withHeader("x-secret", "hunter2")
                        .withBearer(Secret.of("hunter2")),
                Call.post("facebook", "token", cutting.resolve("/token" + query), new Body.Json("\"hunter2\""))
                        .withBasic("app", Secret.of("hunter2")),
                Call.get("facebook", "token", URI.create("http://localhost:1/token" + query))
                        .withBearer(Secret.of("hunter2")));

        // When
        var replies = calls.stream()
                .map(call -> fixture.http.call(call, Fixture.context()))
                .toList();

        // Then
        assertThat(calls.toString()).doesNotContain("hunter2");
        assertThat(replies.toString()).doesNotContain("hunter2");
        assertThat(fixture.journal.toString()).doesNotContain("hunter2");
        assertThat(fixture.lines.stream()
                        .map(line -> line.getFormattedMessage() + line.getKeyValuePairs() + line.getThrowableProxy())
                        .collect(Collectors.joining("\n")))
                .contains("platform call")
                .doesNotContain("hunter2");
    }

    @Test
    void aJournalThatFailsDoesNotChangeWhatTheCallerIsTold() {
        // Given
        fixture.close();
        fixture = new Fixture(_ -> {
            throw new IllegalStateException("full");
        });
        var platform = fixture.platform(request -> request.response().end("{\"id\":\"1_2\"}"));

        // When
        var reply = fixture.post(platform);

        // Then
        assertThat(reply).isInstanceOf(Answer.class);
        assertThat(fixture.lines).extracting(line -> line.getMessage()).contains("call not written to the journal");
    }

    @Test
    void aCodeReaderThatFailsDoesNotEither() {
        // Given
        var platform = fixture.platform(request -> request.response().end("<html>"));
        var call = Call.get("facebook", "page.get", platform).withCodeReader(_ -> {
            throw new IllegalStateException("not JSON");
        });

        // When
        var reply = fixture.http.call(call, Fixture.context());

        // Then
        assertThat(reply).isInstanceOf(Answer.class);
        assertThat(fixture.callLines())
                .singleElement()
                .satisfies(line -> assertThat(line).doesNotContainKey("platformCode"));
    }

    @Test
    void aCodeIsCutAndStaysOnItsLine() {
        // Given
        var platform = fixture.platform(request -> request.response().end());
        var call = Call.get("facebook", "page.get", platform)
                .withCodeReader(_ -> Optional.of("190\nINFO forged " + "x".repeat(100)));

        // When
        fixture.http.call(call, Fixture.context());

        // Then
        assertThat(fixture.journal.getFirst().getPlatformCode().orElseThrow())
                .startsWith("190 INFO forged xxx")
                .hasSize(64);
    }

    @Test
    void measuresCallsByWhatCameOfThem() {
        // Given
        var platform = fixture.platform(request -> request.response()
                .setStatusCode(Integer.parseInt(request.path().substring(1)))
                .end());

        // When
        for (var status : List.of(200, 204, 302, 403, 429, 503)) {
            fixture.http.call(Call.get("x", "tweets.create", platform.resolve("/" + status)), Fixture.context());
        }
        fixture.http.call(Call.get("x", "tweets.create", platform), Fixture.context(Optional::empty));

        // Then
        var counts = fixture.meters.get("broadside.platform.calls").timers().stream()
                .collect(Collectors.toMap(timer -> timer.getId().getTag("outcome"), timer -> timer.count()));
        assertThat(counts).isEqualTo(Map.of("2xx", 2L, "3xx", 1L, "4xx", 1L, "429", 1L, "5xx", 1L, "no-answer", 1L));
    }
}
