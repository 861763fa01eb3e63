package io.broadside.runtime.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.broadside.runtime.http.Reply.Answer;
import io.broadside.runtime.http.Reply.NoAnswer;
import io.broadside.schemas.ErrorCode;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.JksOptions;
import io.vertx.core.net.NetSocket;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whether "nothing was sent" and "perhaps it was" are told apart, case by case. */
@Timeout(120)
class NoAnswerTest {

    private static final NoAnswer NOT_CONNECTED = new NoAnswer(ErrorCode.NO_CONNECTION, false);
    private static final NoAnswer CUT = new NoAnswer(ErrorCode.NO_ANSWER, true);
    private static final NoAnswer TOO_LATE = new NoAnswer(ErrorCode.TIMED_OUT, true);
    private static final NoAnswer TOO_LONG = new NoAnswer(ErrorCode.UNEXPECTED_ANSWER, true);

    private Fixture fixture = new Fixture();

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void nothingWasSentToAPortThatRefuses() throws IOException {
        // Given
        var refusing = refusingPort();

        // When
        var reply = fixture.post(refusing);

        // Then
        assertThat(reply).isEqualTo(NOT_CONNECTED);
    }

    @Test
    void nothingWasSentToAHostThatDoesNotExist() {
        // Given
        limits("HTTP_CONNECT_TIMEOUT", "300ms");

        // When
        var reply = fixture.post(URI.create("http://no-such-host.invalid"));

        // Then
        assertThat(reply).isEqualTo(NOT_CONNECTED);
    }

    @Test
    void nothingWasSentToAServerThatDoesNotSpeakTls() {
        // Given
        var requests = new AtomicInteger();
        var plain = fixture.platform(_ -> requests.incrementAndGet());

        // When
        var reply = fixture.post(URI.create("https://" + plain.getAuthority()));

        // Then
        assertThat(reply).isEqualTo(NOT_CONNECTED);
        assertThat(requests).hasValue(0);
    }

    @Test
    void nothingWasSentToAServerWhoseCertificateNobodyVouchesFor(@TempDir Path directory) throws Exception {
        // Given
        var requests = new AtomicInteger();
        var options = new HttpServerOptions().setSsl(true).setKeyCertOptions(selfSigned(directory.resolve("keys.p12")));
        var server = fixture.vertx
                .createHttpServer(options)
                .requestHandler(_ -> requests.incrementAndGet())
                .listen(0, "localhost")
                .await();

        // When
        var reply = fixture.post(URI.create("https://localhost:" + server.actualPort()));

        // Then
        assertThat(reply).isEqualTo(NOT_CONNECTED);
        assertThat(requests).hasValue(0);
    }

    @Test
    void nothingWasSentWhileTheTlsHandshakeHangs() {
        // Given
        limits("HTTP_CONNECT_TIMEOUT", "200ms");
        var silent = fixture.rawPlatform(_ -> {});

        // When
        var reply = fixture.post(URI.create("https://" + silent.getAuthority()));

        // Then
        assertThat(reply).isEqualTo(NOT_CONNECTED);
    }

    @Test
    void perhapsItWasSentWhenTheConnectionIsCutBeforeTheAnswer() {
        // Given
        var cutting = fixture.rawPlatform(socket -> socket.handler(_ -> socket.close()));

        // When
        var reply = fixture.post(cutting);

        // Then
        assertThat(reply).isEqualTo(CUT);
    }

    @Test
    void perhapsItWasSentWhenTheConnectionIsCutWithinTheAnswer() {
        // Given
        var cutting = fixture.rawPlatform(socket -> socket.handler(
                _ -> socket.end(Buffer.buffer("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"id\":"))));

        // When
        var reply = fixture.post(cutting);

        // Then
        assertThat(reply).isEqualTo(CUT);
    }

    @Test
    void perhapsItWasSentWhenWhatComesBackIsNotHttp() {
        // Given
        var gibberish = fixture.rawPlatform(socket -> socket.handler(_ -> socket.write("SSH-2.0-OpenSSH_9.9\r\n\r\n")));

        // When
        var reply = fixture.post(gibberish);

        // Then
        assertThat(reply).isEqualTo(CUT);
    }

    @Test
    void perhapsItWasSentWhenNoAnswerComesInTime() {
        // Given
        limits("HTTP_CALL_TIMEOUT", "100ms");
        var hanging = fixture.platform(_ -> {});

        // When
        var reply = fixture.post(hanging);

        // Then
        assertThat(reply).isEqualTo(TOO_LATE);
    }

    @Test
    void perhapsItWasSentWhenTheAnswerDoesNotEndInTime() {
        // Given
        limits("HTTP_CALL_TIMEOUT", "100ms");
        var slow =
                fixture.platform(request -> request.response().setChunked(true).write("{"));

        // When
        var reply = fixture.post(slow);

        // Then
        assertThat(reply).isEqualTo(TOO_LATE);
    }

    @Test
    void anAnswerThatIsTooLongIsBrokenOffAndNotReadToItsEnd() {
        // Given
        limits("HTTP_MAX_ANSWER_BYTES", "1024");
        var written = new AtomicLong();
        var closed = new CompletableFuture<Boolean>();
        var endless = fixture.rawPlatform(socket -> {
            socket.closeHandler(_ -> closed.complete(true));
            socket.handler(_ -> {
                socket.write("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n");
                writeOn(socket, written);
            });
        });

        // When
        var reply = fixture.post(endless);

        // Then
        assertThat(reply).isEqualTo(TOO_LONG);
        assertThat(Fixture.soon(closed)).isTrue();
    }

    @Test
    void anAnswerOfExactlyTheLongestLengthIsAnAnswer() {
        // Given
        limits("HTTP_MAX_ANSWER_BYTES", "1024");
        var exact = fixture.platform(request -> request.response().end("x".repeat(1024)));
        var oneMore = fixture.platform(request -> request.response().end("x".repeat(1025)));

        // When
        var reply = fixture.post(exact);
        var replyOfOneMore = fixture.post(oneMore);

        // Then
        assertThat(reply).isInstanceOf(Answer.class);
        assertThat(replyOfOneMore).isEqualTo(TOO_LONG);
    }

    @Test
    void aClosedGateMeansThatNothingWasSentAndThePlaceIsFreeAgain() {
        // Given
        limits("HTTP_MAX_CONNECTIONS_PER_HOST", "1", "HTTP_CONNECT_TIMEOUT", "500ms");
        var requests = new AtomicInteger();
        var platform = fixture.platform(request -> {
            requests.incrementAndGet();
            request.response().end();
        });
        var call = Call.post("facebook", "page.feed", platform, new Body.None());

        // When
        var closed = fixture.http.call(call, Fixture.context(Optional::empty));
        var expired = fixture.http.call(call, Fixture.context(Fixture.gateFor(Duration.ZERO)));
        var open = fixture.http.call(call, Fixture.context());

        // Then
        assertThat(closed).isEqualTo(new NoAnswer(ErrorCode.OWNER_LOST, false));
        assertThat(expired).isEqualTo(new NoAnswer(ErrorCode.OWNER_LOST, false));
        assertThat(open).isInstanceOf(Answer.class);
        assertThat(requests).hasValue(1);
    }

    @Test
    void aGateThatThrowsSendsNothingEither() {
        // Given
        limits("HTTP_MAX_CONNECTIONS_PER_HOST", "1", "HTTP_CONNECT_TIMEOUT", "500ms");
        var requests = new AtomicInteger();
        var platform = fixture.platform(request -> {
            requests.incrementAndGet();
            request.response().end();
        });
        var call = Call.post("facebook", "page.feed", platform, new Body.None());
        CallGate broken = () -> {
            throw new IllegalStateException("no idea");
        };

        // Then
        assertThatThrownBy(() -> fixture.http.call(call, Fixture.context(broken)))
                .hasMessage("no idea");
        assertThat(fixture.http.call(call, Fixture.context())).isInstanceOf(Answer.class);
        assertThat(requests).hasValue(1);
    }

    @Test
    void theGateIsAskedOnlyWhenTheConnectionIsThere() throws IOException {
        // Given
        var asked = new AtomicInteger();
        var refusing = refusingPort();
        CallGate counting = () -> {
            asked.incrementAndGet();
            return Optional.of(Duration.ofSeconds(1));
        };

        // When
        fixture.http.call(Call.get("facebook", "page.get", refusing), Fixture.context(counting));

        // Then
        assertThat(asked).hasValue(0);
    }

    @Test
    void theGateMayAllowLessTimeThanACallHas() {
        // Given
        var hanging = fixture.platform(_ -> {});
        var call = Call.post("facebook", "page.feed", hanging, new Body.None());

        // When
        var reply = fixture.http.call(call, Fixture.context(Fixture.gateFor(Duration.ofMillis(50))));

        // Then
        assertThat(reply).isEqualTo(TOO_LATE);
    }

    @Test
    void anInterruptEndsTheWaitAndStays() throws Exception {
        // Given
        var arrived = new CountDownLatch(1);
        var hanging = fixture.platform(_ -> arrived.countDown());
        var result = new CompletableFuture<Reply>();
        var stayed = new CompletableFuture<Boolean>();
        var caller = Thread.ofVirtual().start(() -> {
            result.complete(fixture.post(hanging));
            stayed.complete(Thread.currentThread().isInterrupted());
        });
        arrived.await();

        // When
        caller.interrupt();

        // Then
        assertThat(Fixture.soon(result)).isEqualTo(TOO_LATE);
        assertThat(Fixture.soon(stayed)).isTrue();
    }

    @Test
    void anInterruptBeforehandKeepsTheRequestBack() {
        // Given
        var requests = new AtomicInteger();
        var platform = fixture.platform(_ -> requests.incrementAndGet());
        Thread.currentThread().interrupt();

        // When
        var reply = fixture.post(platform);

        // Then
        assertThat(Thread.interrupted()).isTrue();
        assertThat(reply).isEqualTo(new NoAnswer(ErrorCode.TIMED_OUT, false));
        assertThat(requests).hasValue(0);
    }

    @Test
    void aCallUnderWayEndsUnansweredWhenTheClientIsClosedAndALaterOneIsNotSent() throws Exception {
        // Given
        var arrived = new CountDownLatch(1);
        var hanging = fixture.platform(_ -> arrived.countDown());
        var result = new CompletableFuture<Reply>();
        Thread.ofVirtual().start(() -> result.complete(fixture.post(hanging)));
        arrived.await();

        // When
        fixture.http.close();

        // Then
        assertThat(Fixture.soon(result)).isEqualTo(CUT);
        assertThat(fixture.post(hanging)).isEqualTo(NOT_CONNECTED);
    }

    private void limits(String... settings) {
        fixture.close();
        fixture = new Fixture(settings);
    }

    private static URI refusingPort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return URI.create("http://localhost:" + socket.getLocalPort());
        }
    }

    private static void writeOn(NetSocket socket, AtomicLong written) {
        socket.write("200\r\n" + "x".repeat(512) + "\r\n").onSuccess(_ -> {
            written.addAndGet(512);
            writeOn(socket, written);
        });
    }

    private static JksOptions selfSigned(Path file) throws IOException, InterruptedException {
        var keytool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
        var process = new ProcessBuilder(
                        keytool,
                        "-genkeypair",
                        "-alias",
                        "a",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=localhost",
                        "-ext",
                        "san=dns:localhost",
                        "-storepass",
                        "changeit",
                        "-keystore",
                        file.toString())
                .inheritIO()
                .start();
        assertThat(process.waitFor()).isZero();
        return new JksOptions().setPath(file.toString()).setPassword("changeit");
    }
}
