package io.broadside.publisher.platform.linkedin;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;

/** Serves one video on loopback, any part of it. */
final class FilmServer implements AutoCloseable {

    private static final byte[] START = {0, 0, 0, 24, 'f', 't', 'y', 'p', 'm', 'p', '4', '2'};

    private final HttpServer server;
    private volatile byte[] film;
    private volatile String tag = "\"one\"";

    FilmServer(int length) {
        this.film = film(length);
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/film.mp4", this::answer);
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/film.mp4";
    }

    byte[] bytes(int from, int to) {
        return Arrays.copyOfRange(film, from, to);
    }

    /** From now on it is another one. */
    void becomes(int length) {
        film = film(length);
        tag = "\"two\"";
    }

    @Override
    public void close() {
        server.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            var bytes = film;
            var range = exchange.getRequestHeaders().getFirst("Range");
            exchange.getResponseHeaders().add("ETag", tag);
            if (range == null) {
                exchange.sendResponseHeaders(200, bytes.length);
                exchange.getResponseBody().write(bytes);
                return;
            }
            var ends = range.replace("bytes=", "").split("-", -1);
            var from = Integer.parseInt(ends[0]);
            var to = ends[1].isEmpty() ? bytes.length - 1 : Math.min(bytes.length - 1, Integer.parseInt(ends[1]));
            exchange.getResponseHeaders().add("Content-Range", "bytes " + from + "-" + to + "/" + bytes.length);
            exchange.sendResponseHeaders(206, to - from + 1L);
            exchange.getResponseBody().write(bytes, from, to - from + 1);
        }
    }

    private static byte[] film(int length) {
        var bytes = new byte[length];
        for (var i = 0; i < length; i++) {
            bytes[i] = (byte) (i * 31 + (i >> 12));
        }
        System.arraycopy(START, 0, bytes, 0, START.length);
        return bytes;
    }
}
