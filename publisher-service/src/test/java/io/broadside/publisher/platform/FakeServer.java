package io.broadside.publisher.platform;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.net.URI;
import java.net.URLDecoder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** A server on loopback that answers what it was told to, in that order, and remembers what it was asked. */
public final class FakeServer implements AutoCloseable {

    private final HttpServer server;
    private final Queue<Behaviour> behaviours = new ConcurrentLinkedQueue<>();
    private final List<Asked> asked = new CopyOnWriteArrayList<>();

    /** What it does with one request. */
    private sealed interface Behaviour {
        record Answers(int status, Buffer body, Map<String, String> headers) implements Behaviour {}

        record CutsTheConnection() implements Behaviour {}

        record NeverAnswers() implements Behaviour {}
    }

    /** One request. */
    public record Asked(
            String method, String path, Map<String, String> query, Map<String, String> headers, Buffer body) {

        public String text() {
            return body.toString(UTF_8);
        }

        /** Of a multipart body, byte for byte. */
        public String latin1() {
            return body.toString(ISO_8859_1);
        }

        public Map<String, String> form() {
            return fields(text());
        }
    }

    public FakeServer(Vertx vertx) {
        this.server = vertx.createHttpServer()
                .requestHandler(request -> request.body().onSuccess(body -> handle(request, body)))
                .listen(0, "127.0.0.1")
                .await();
    }

    public URI uri() {
        return URI.create("http://127.0.0.1:" + port());
    }

    public int port() {
        return server.actualPort();
    }

    public FakeServer answers(int status, String body) {
        return answers(status, body, Map.of());
    }

    public FakeServer answers(int status, String body, Map<String, String> headers) {
        return answers(status, Buffer.buffer(body.getBytes(UTF_8)), headers);
    }

    public FakeServer answers(int status, Buffer body, Map<String, String> headers) {
        behaviours.add(new Behaviour.Answers(status, body, headers));
        return this;
    }

    /** Takes the request and closes the connection. */
    public FakeServer cutsTheConnection() {
        behaviours.add(new Behaviour.CutsTheConnection());
        return this;
    }

    /** Takes the request, and that is all. */
    public FakeServer neverAnswers() {
        behaviours.add(new Behaviour.NeverAnswers());
        return this;
    }

    public List<Asked> asked() {
        return List.copyOf(asked);
    }

    public Asked last() {
        return asked.getLast();
    }

    @Override
    public void close() {
        server.shutdown(0, TimeUnit.SECONDS).await();
    }

    private void handle(HttpServerRequest request, Buffer body) {
        var headers = new LinkedHashMap<String, String>();
        request.headers().forEach((name, value) -> headers.put(name.toLowerCase(Locale.ROOT), value));
        var query = request.query() == null ? "" : request.query();
        asked.add(new Asked(request.method().name(), request.path(), fields(query), headers, body));
        var behaviour = behaviours.poll();
        switch (behaviour) {
            case null -> request.response().setStatusCode(599).end("nothing was told to this server");
            case Behaviour.Answers(var status, var answer, var more) -> {
                more.forEach(request.response()::putHeader);
                request.response().setStatusCode(status).end(answer);
            }
            case Behaviour.CutsTheConnection() -> request.connection().close();
            case Behaviour.NeverAnswers() -> {
                // The test's own time limit ends this.
            }
        }
    }

    private static Map<String, String> fields(String encoded) {
        var fields = new LinkedHashMap<String, String>();
        for (var pair : encoded.split("&", -1)) {
            var equals = pair.indexOf('=');
            if (equals > 0) {
                fields.put(
                        URLDecoder.decode(pair.substring(0, equals), UTF_8),
                        URLDecoder.decode(pair.substring(equals + 1), UTF_8));
            }
        }
        return fields;
    }
}
