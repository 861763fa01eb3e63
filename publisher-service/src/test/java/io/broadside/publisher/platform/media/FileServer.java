package io.broadside.publisher.platform.media;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;

/** A server of one file on loopback, any part of it, that breaks off when it is told to. Large files are made as they are sent. */
final class FileServer implements AutoCloseable {

    private static final Pattern RANGE = Pattern.compile("bytes=([0-9]+)-([0-9]*)");
    /** Repeats after a length that no size of a piece is a multiple of. */
    private static final byte[] PATTERN = pattern();

    private static final byte[] START = {0, 0, 0, 24, 'f', 't', 'y', 'p', 'm', 'p', '4', '2'};

    private final HttpServer server;
    private final Queue<Long> breaks = new ConcurrentLinkedQueue<>();
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final AtomicLong sent = new AtomicLong();
    private final AtomicInteger open = new AtomicInteger();

    private volatile long size;
    private volatile Optional<String> etag = Optional.of("\"one\"");
    private volatile boolean knowsRanges = true;

    FileServer(Vertx vertx, long size) {
        this.size = size;
        this.server = vertx.createHttpServer()
                .requestHandler(this::handle)
                .listen(0, "127.0.0.1")
                .await();
    }

    /** Whether bytes are those at a place of the file. */
    static boolean isPart(Buffer bytes, long offset) {
        return Arrays.equals(bytes.getBytes(), part(offset, bytes.length()));
    }

    /** Bytes of the file; at its start those of an MP4, then others that differ from place to place. */
    private static byte[] part(long offset, int length) {
        var bytes = new byte[length];
        for (var done = 0; done < length; ) {
            var at = (int) ((offset + done) % PATTERN.length);
            var count = Math.min(PATTERN.length - at, length - done);
            System.arraycopy(PATTERN, at, bytes, done, count);
            done += count;
        }
        if (offset < START.length && length > 0) {
            System.arraycopy(START, (int) offset, bytes, 0, Math.min(START.length - (int) offset, length));
        }
        return bytes;
    }

    private static byte[] pattern() {
        var bytes = new byte[1_000_003];
        new Random(1).nextBytes(bytes);
        return bytes;
    }

    String url() {
        return "http://127.0.0.1:" + server.actualPort() + "/film.mp4";
    }

    int port() {
        return server.actualPort();
    }

    /** The next answers break off after so many bytes each. */
    FileServer breaksAfter(long... bytes) {
        for (var count : bytes) {
            breaks.add(count);
        }
        return this;
    }

    void becomes(long otherSize, String otherTag) {
        size = otherSize;
        etag = Optional.of(otherTag);
    }

    void hasNoTag() {
        etag = Optional.empty();
    }

    void knowsNoRanges() {
        knowsRanges = false;
    }

    /** The range of each request, or "all", and what it depends on. */
    List<String> asked() {
        return List.copyOf(asked);
    }

    /** Bytes handed to the network. */
    long sent() {
        return sent.get();
    }

    /** Answers under way. */
    int open() {
        return open.get();
    }

    @Override
    public void close() {
        server.shutdown(0, TimeUnit.SECONDS).await();
    }

    private void handle(HttpServerRequest request) {
        var header = Optional.ofNullable(request.getHeader("Range"));
        var ifRange = Optional.ofNullable(request.getHeader("If-Range"));
        asked.add(header.orElse("all") + ifRange.map(tag -> " if " + tag).orElse(""));
        var range = RANGE.matcher(header.orElse(""));
        var isSame = ifRange.isEmpty() || ifRange.equals(etag);
        var response = request.response();
        etag.ifPresent(tag -> response.putHeader("ETag", tag));
        var from = 0L;
        var to = size - 1;
        if (knowsRanges && isSame && range.matches()) {
            from = Long.parseLong(range.group(1));
            to = range.group(2).isEmpty() ? to : Math.min(to, Long.parseLong(range.group(2)));
            if (from > size - 1) {
                response.setStatusCode(416).end();
                return;
            }
            response.setStatusCode(206).putHeader("Content-Range", "bytes " + from + "-" + to + "/" + size);
        }
        response.putHeader("Content-Length", Long.toString(to - from + 1));
        var breakAt = Optional.ofNullable(breaks.poll()).map(count -> count).orElse(Long.MAX_VALUE);
        open.incrementAndGet();
        response.closeHandler(_ -> open.decrementAndGet());
        response.exceptionHandler(_ -> {});
        send(request, from, to + 1, breakAt);
    }

    private void send(HttpServerRequest request, long from, long end, long left) {
        var response = request.response();
        if (response.closed()) {
            return;
        }
        if (left == 0) {
            request.connection().close();
            return;
        }
        if (from == end) {
            response.end();
            return;
        }
        var length = (int) Math.min(Math.min(16_384, end - from), left);
        // The next bytes only when these have gone: what counts as sent was taken from here.
        response.write(Buffer.buffer(part(from, length))).onSuccess(_ -> {
            sent.addAndGet(length);
            send(request, from + length, end, left - length);
        });
    }
}
