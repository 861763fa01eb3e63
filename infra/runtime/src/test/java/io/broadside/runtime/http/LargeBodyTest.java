package io.broadside.runtime.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.runtime.http.Reply.Answer;
import io.broadside.runtime.http.Reply.NoAnswer;
import io.broadside.schemas.ErrorCode;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Bodies that do not leave in one piece. */
@Timeout(120)
class LargeBodyTest {

    private static final int MIB = 1024 * 1024;

    private Fixture fixture = new Fixture();

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void sendsBytesAsTheyAre() {
        // Given
        var bytes = random(5 * MIB + 1);
        var seen = new CompletableFuture<HttpServerRequest>();
        var received = new CompletableFuture<Buffer>();
        var platform = fixture.platform(request -> {
            seen.complete(request);
            request.body().onSuccess(body -> {
                received.complete(body);
                request.response().end("taken");
            });
        });
        var call = Call.put("linkedin", "image.upload", platform, new Body.Bytes("image/png", bytes))
                .withHeader("offset", "0");

        // When
        var reply = fixture.http.call(call, Fixture.context());

        // Then
        assertThat(reply)
                .isInstanceOfSatisfying(
                        Answer.class, it -> assertThat(it.body()).isEqualTo("taken"));
        assertThat(Fixture.soon(seen).headers().get("content-type")).isEqualTo("image/png");
        assertThat(Fixture.soon(seen).headers().get("content-length")).isEqualTo(Integer.toString(bytes.length()));
        assertThat(Fixture.soon(seen).headers().get("offset")).isEqualTo("0");
        assertThat(Fixture.soon(received)).isEqualTo(bytes);
    }

    @Test
    void sendsAFewBytesAsTheyAre() {
        // Given
        var received = new CompletableFuture<Buffer>();
        var platform = fixture.platform(request -> request.body().onSuccess(body -> {
            received.complete(body);
            request.response().end();
        }));

        // When
        var call = Call.put("linkedin", "image.upload", platform, new Body.Bytes("image/png", Buffer.buffer("few")));
        fixture.http.call(call, Fixture.context());

        // Then
        assertThat(Fixture.soon(received)).isEqualTo(Buffer.buffer("few"));
    }

    @Test
    void sendsPartsThatAreLarge() {
        // Given
        var bytes = random(3 * MIB);
        var length = new CompletableFuture<String>();
        var received = new CompletableFuture<Buffer>();
        var platform = fixture.platform(request -> {
            length.complete(request.getHeader("content-length"));
            request.setExpectMultipart(true);
            var content = Buffer.buffer();
            request.uploadHandler(upload -> upload.handler(content::appendBuffer));
            request.endHandler(_ -> {
                received.complete(content);
                request.response().end();
            });
        });
        var body = new Body.Multipart(List.of(
                Body.Part.field("segment_index", "3"),
                Body.Part.file("media", "film.mp4", "application/octet-stream", bytes)));

        // When
        fixture.http.call(Call.post("x", "media.append", platform, body), Fixture.context());

        // Then
        assertThat(Fixture.soon(received)).isEqualTo(bytes);
        assertThat(Long.parseLong(Fixture.soon(length))).isGreaterThan(bytes.length());
    }

    @Test
    void streamsPiecesInTheirOrder() {
        // Given
        var pieces = List.of(random(10), random(MIB), random(70_000)).iterator();
        var whole = Buffer.buffer();
        var received = new CompletableFuture<Buffer>();
        var platform = fixture.platform(request -> request.body().onSuccess(body -> {
            received.complete(body);
            request.response().end();
        }));
        Body.Pieces source = () -> {
            var next = pieces.hasNext() ? Optional.of(pieces.next()) : Optional.<Buffer>empty();
            next.ifPresent(whole::appendBuffer);
            return next;
        };

        // When
        var reply = stream(platform, 10 + MIB + 70_000, source);

        // Then
        assertThat(reply).isInstanceOf(Answer.class);
        assertThat(Fixture.soon(received)).isEqualTo(whole);
    }

    @Test
    void asksForNoMoreThanThePlatformTakes() {
        // Given: a platform that reads nothing
        limits("HTTP_CALL_TIMEOUT", "500ms");
        var platform = fixture.platform(HttpServerRequest::pause);
        var asked = new AtomicInteger();
        var piece = random(MIB);

        // When
        var reply = stream(platform, 1_000L * MIB, () -> {
            asked.incrementAndGet();
            return Optional.of(piece);
        });

        // Then: what the two machines buffer on the way, and not a thousand pieces
        assertThat(reply).isEqualTo(new NoAnswer(ErrorCode.TIMED_OUT, true));
        assertThat(asked.get()).isLessThan(50);
    }

    @Test
    void mayTakeLongerThanACallAsLongAsItGoesOn() {
        // Given: five pieces, one every 100 ms
        limits("HTTP_CALL_TIMEOUT", "300ms");
        var received = new AtomicLong();
        var platform = fixture.platform(request -> request.body().onSuccess(body -> {
            received.set(body.length());
            request.response().end();
        }));
        var ready = new LinkedBlockingQueue<Buffer>();
        var timer = fixture.vertx.setPeriodic(100, _ -> ready.add(random(1_000)));

        // When
        var reply = stream(platform, 5_000, () -> {
            try {
                return received.get() == 0 ? Optional.ofNullable(ready.poll(5, TimeUnit.SECONDS)) : Optional.empty();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });

        // Then
        fixture.vertx.cancelTimer(timer);
        assertThat(reply).isInstanceOf(Answer.class);
        assertThat(received).hasValue(5_000);
    }

    @Test
    void breaksOffWhenThePiecesEndTooSoon() {
        // Given
        var ended = new CompletableFuture<String>();
        var platform = fixture.platform(request -> {
            request.endHandler(_ -> ended.complete("whole"));
            request.exceptionHandler(_ -> ended.complete("broken"));
            request.handler(_ -> {});
        });
        var pieces = List.of(random(1_000)).iterator();

        // When
        var reply = stream(platform, 2_000, () -> pieces.hasNext() ? Optional.of(pieces.next()) : Optional.empty());

        // Then
        assertThat(reply).isEqualTo(new NoAnswer(ErrorCode.NO_ANSWER, true));
        assertThat(Fixture.soon(ended)).isEqualTo("broken");
    }

    @Test
    void neverSendsMoreThanItPromised() {
        // Given
        var received = new AtomicLong();
        var platform = fixture.platform(request -> request.handler(bytes -> received.addAndGet(bytes.length())));

        // When
        var reply = stream(platform, 1_500, () -> Optional.of(random(1_000)));

        // Then
        assertThat(reply).isEqualTo(new NoAnswer(ErrorCode.NO_ANSWER, true));
        assertThat(received.get()).isLessThanOrEqualTo(1_000);
    }

    @Test
    void takesAnAnswerThatComesBeforeTheWholeBodyWasSent() {
        // Given
        var platform = fixture.platform(request -> {
            request.pause();
            request.response().setStatusCode(413).end("too large");
        });
        var piece = random(MIB);

        // When
        var reply = stream(platform, 1_000L * MIB, () -> Optional.of(piece));

        // Then
        assertThat(reply)
                .isInstanceOfSatisfying(
                        Answer.class, answer -> assertThat(answer.status()).isEqualTo(413));
    }

    @Test
    void goesOnWithOtherCallsAfterOneThatWasBrokenOff() {
        // Given
        var platform = fixture.platform(
                request -> request.body().onSuccess(_ -> request.response().end("fine")));
        stream(platform, 2_000, Optional::empty);

        // When
        var reply = fixture.get(platform);

        // Then
        assertThat(reply)
                .isInstanceOfSatisfying(
                        Answer.class, answer -> assertThat(answer.body()).isEqualTo("fine"));
    }

    private Reply stream(URI platform, long length, Body.Pieces pieces) {
        var body = new Body.Streamed("video/mp4", length, pieces);
        return fixture.http.call(Call.put("linkedin", "document.upload", platform, body), Fixture.context());
    }

    private void limits(String... settings) {
        fixture.close();
        fixture = new Fixture(settings);
    }

    private static Buffer random(int length) {
        var bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return Buffer.buffer(bytes);
    }
}
