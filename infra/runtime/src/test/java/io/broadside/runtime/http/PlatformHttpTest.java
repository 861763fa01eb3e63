package io.broadside.runtime.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.runtime.config.Secret;
import io.broadside.runtime.http.Reply.Answer;
import io.broadside.runtime.http.Reply.NoAnswer;
import io.broadside.schemas.ErrorCode;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.ThreadingModel;
import io.vertx.core.VerticleBase;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class PlatformHttpTest {

    private Fixture fixture = new Fixture();

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void givesTheAnswerAsItIs() {
        // Given
        var platform = fixture.platform(request -> request.response()
                .setStatusCode(400)
                .putHeader("X-App-Usage", "{\"call_count\":1}")
                .putHeader("Set-Cookie", (Iterable<String>) List.of("a=1", "b=2"))
                .end("{\"error\":\"zü\"}"));

        // When
        var reply = fixture.get(platform);

        // Then
        assertThat(reply).isInstanceOfSatisfying(Answer.class, answer -> {
            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.isSuccess()).isFalse();
            assertThat(answer.body()).isEqualTo("{\"error\":\"zü\"}");
            assertThat(answer.headers())
                    .containsEntry("x-app-usage", "{\"call_count\":1}")
                    .containsKey("content-length");
            assertThat(answer.header("X-APP-Usage")).contains("{\"call_count\":1}");
            assertThat(answer.header("set-cookie")).contains("a=1, b=2");
            assertThat(answer.header("retry-after")).isEmpty();
        });
    }

    @Test
    void tellsWhatCameOfACallBeforeTheCallerKnows() {
        // Given
        var platform = fixture.platform(
                request -> request.response().setStatusCode(429).end());

        // When
        var answered = fixture.get(platform);
        var refused = fixture.get(URI.create("http://localhost:1"));

        // Then
        assertThat(fixture.told).containsExactly(answered, refused);
    }

    @Test
    void aListenerThatFailsDoesNotChangeWhatTheCallerIsTold() {
        // Given
        var platform = fixture.platform(
                request -> request.response().setStatusCode(429).end());
        fixture.listener = (_, _, _) -> {
            throw new IllegalStateException("a bug");
        };

        // When
        var reply = fixture.get(platform);

        // Then
        assertThat(reply)
                .isInstanceOfSatisfying(
                        Answer.class, answer -> assertThat(answer.status()).isEqualTo(429));
        assertThat(fixture.lines).extracting(line -> line.getMessage()).contains("call not told to its listener");
    }

    @Test
    void sendsMethodPathQueryAndHeaders() {
        // Given
        var seen = new CompletableFuture<HttpServerRequest>();
        var platform = fixture.platform(request -> {
            seen.complete(request);
            request.response().end();
        });
        var call = Call.delete("x", "tweets.delete", platform.resolve("/2/tweets/1%2F2?fields=a%20b"))
                .withHeader("X-Version", "1")
                .withHeader("x-version", "2");

        // When
        fixture.http.call(call, Fixture.context());

        // Then
        var request = Fixture.soon(seen);
        assertThat(request.method().name()).isEqualTo("DELETE");
        assertThat(request.uri()).isEqualTo("/2/tweets/1%2F2?fields=a%20b");
        assertThat(request.headers().getAll("x-version")).containsExactly("2");
        assertThat(request.getHeader("user-agent")).isEqualTo("broadside");
        assertThat(request.getHeader("host")).isEqualTo(platform.getAuthority());
        assertThat(request.getHeader("content-length")).as("no body").isNull();
    }

    @Test
    void sendsATokenInTheAuthorizationHeaderAndNowhereElse() {
        // Given
        var seen = new CompletableFuture<HttpServerRequest>();
        var platform = fixture.platform(request -> {
            seen.complete(request);
            request.response().end();
        });

        // When
        fixture.http.call(
                Call.get("x", "users.me", platform.resolve("/2/users/me")).withBearer(Secret.of("hunter2")),
                Fixture.context());

        // Then
        var request = Fixture.soon(seen);
        assertThat(request.getHeader("authorization")).isEqualTo("Bearer hunter2");
        assertThat(request.absoluteURI()).doesNotContain("hunter2");
    }

    @Test
    void sendsNameAndSecretAsBasicAuthentication() {
        // Given
        var seen = new CompletableFuture<Optional<String>>();
        var platform = fixture.platform(request -> {
            seen.complete(Optional.ofNullable(request.getHeader("authorization")));
            request.response().end();
        });

        // When
        fixture.http.call(
                Call.get("x", "oauth2.token", platform).withBasic("Aladdin", Secret.of("open sesame")),
                Fixture.context());

        // Then
        assertThat(Fixture.soon(seen)).contains("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
    }

    @Test
    void sendsJsonAsItIs() {
        // When
        var seen = sent(new Body.Json("{\"text\":\"zü\"}"));

        // Then
        assertThat(seen.contentType).isEqualTo("application/json");
        assertThat(seen.body.toString(UTF_8)).isEqualTo("{\"text\":\"zü\"}");
    }

    @Test
    void sendsAFormInTheOrderGiven() {
        // Given
        var fields = new LinkedHashMap<String, String>();
        fields.put("message", "a & b = ü");
        fields.put("link", "https://example.org/?a=b");

        // When
        var seen = sent(new Body.Form(fields));

        // Then
        assertThat(seen.contentType).isEqualTo("application/x-www-form-urlencoded");
        assertThat(seen.body.toString(UTF_8))
                .isEqualTo("message=a+%26+b+%3D+%C3%BC&link=https%3A%2F%2Fexample.org%2F%3Fa%3Db");
    }

    @Test
    void sendsTheLengthOfABodyThatIsNotThere() {
        // When
        var seen = sent(new Body.None());

        // Then
        assertThat(seen.contentLength)
                .as("some servers refuse a POST without it")
                .isEqualTo("0");
    }

    @Test
    void sendsPartsThatAServerReadsBack() {
        // Given
        var film = Buffer.buffer(new byte[] {0, 13, 10, 45, 45, (byte) 0xff});
        var fields = new CompletableFuture<MultiMap>();
        var uploaded = new CompletableFuture<String>();
        var content = Buffer.buffer();
        var platform = fixture.platform(request -> {
            request.setExpectMultipart(true);
            request.uploadHandler(upload -> {
                uploaded.complete(upload.name() + "|" + upload.filename() + "|" + upload.contentType());
                upload.handler(content::appendBuffer);
            });
            request.endHandler(_ -> {
                fields.complete(request.formAttributes());
                request.response().end();
            });
        });
        var body = new Body.Multipart(
                List.of(Body.Part.field("caption", "zü"), Body.Part.file("media", "a\"b\r\n.mp4", "video/mp4", film)));

        // When
        fixture.http.call(Call.post("x", "media.append", platform, body), Fixture.context());

        // Then
        assertThat(Fixture.soon(fields).get("caption")).isEqualTo("zü");
        assertThat(Fixture.soon(uploaded)).isEqualTo("media|a%22b%0D%0A.mp4|video/mp4");
        assertThat(content).isEqualTo(film);
    }

    @Test
    void followsNoRedirect() {
        // Given
        var requests = new AtomicInteger();
        var platform = fixture.platform(request -> {
            requests.incrementAndGet();
            request.response()
                    .setStatusCode(302)
                    .putHeader("location", "/elsewhere")
                    .end();
        });

        // When
        var reply = fixture.get(platform);

        // Then
        assertThat(reply)
                .isInstanceOfSatisfying(
                        Answer.class, answer -> assertThat(answer.status()).isEqualTo(302));
        assertThat(requests).hasValue(1);
    }

    @Test
    void repeatsNoRequestThatMeetsAClosingConnection() {
        // Given
        var requests = new AtomicInteger();
        var connections = new AtomicInteger();
        var platform = fixture.rawPlatform(socket -> {
            connections.incrementAndGet();
            socket.handler(_ -> {
                if (requests.incrementAndGet() == 1) {
                    socket.write("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
                } else {
                    socket.close();
                }
            });
        });
        fixture.post(platform);

        // When
        var reply = fixture.post(platform);

        // Then
        assertThat(reply).isEqualTo(new NoAnswer(ErrorCode.NO_ANSWER, true));
        assertThat(connections).as("the connection was kept alive").hasValue(1);
        assertThat(requests).hasValue(2);
    }

    @Test
    void servesACallerOnAVerticlesVirtualThread() {
        // Given
        fixture.close();
        fixture = new Fixture("HTTP_CALL_TIMEOUT", "200ms");
        var answering = fixture.platform(request -> request.response().end("here"));
        var hanging = fixture.platform(_ -> {});
        var replies = new CompletableFuture<List<Reply>>();
        var verticle = new VerticleBase() {
            @Override
            public Future<?> start() {
                replies.complete(List.of(fixture.get(hanging), fixture.get(answering), fixture.get(hanging)));
                return Future.succeededFuture();
            }
        };

        // When
        fixture.vertx
                .deployVerticle(verticle, new DeploymentOptions().setThreadingModel(ThreadingModel.VIRTUAL_THREAD))
                .await();

        // Then
        assertThat(Fixture.soon(replies).get(0)).isEqualTo(new NoAnswer(ErrorCode.TIMED_OUT, true));
        assertThat(Fixture.soon(replies).get(1)).isInstanceOf(Answer.class);
        assertThat(Fixture.soon(replies).get(2)).isEqualTo(new NoAnswer(ErrorCode.TIMED_OUT, true));
    }

    private Seen sent(Body body) {
        var seen = new CompletableFuture<Seen>();
        var platform = fixture.platform(request -> request.body().onSuccess(bytes -> {
            seen.complete(new Seen(
                    String.valueOf(request.getHeader("content-type")),
                    String.valueOf(request.getHeader("content-length")),
                    bytes));
            request.response().end();
        }));
        fixture.http.call(Call.post("facebook", "page.feed", platform, body), Fixture.context());
        return Fixture.soon(seen);
    }

    private record Seen(String contentType, String contentLength, Buffer body) {}
}
