package io.broadside.token;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Base64;

/** Takes whatever a platform of Meta's sends. */
final class MetaReceiver implements AutoCloseable {

    private final HttpServer server;

    MetaReceiver() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", MetaReceiver::take);
        server.start();
    }

    URI uri() {
        return URI.create("http://localhost:" + server.getAddress().getPort() + "/webhooks");
    }

    /** Echoes the challenge, if there is one. */
    private static void take(HttpExchange exchange) throws IOException {
        try (exchange) {
            var query = String.valueOf(exchange.getRequestURI().getQuery());
            var answer = query.replaceAll(".*hub.challenge=([0-9]+).*", "$1").getBytes(UTF_8);
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
        }
    }

    /** Whom a form with a {@code signed_request} names. */
    static String personIn(String form) {
        var parts = form.split("[=.]", -1);
        assertThat(parts).hasSize(3);
        return new JsonObject(new String(Base64.getUrlDecoder().decode(parts[2]), UTF_8)).getString("user_id");
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
