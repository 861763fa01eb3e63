package io.broadside.publisher.platform.media;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * The body of one answer, on its way. Its sender is held back by whoever reads: a few chunks are taken ahead, and no more
 * before one of them was read.
 *
 * <p>A server that has sent everything and closes the connection can be ahead of what is held back. Vert.x then reports the
 * connection as broken, before the last bytes, and says no more of the end. So what still comes after that is counted: the
 * connection broke only if bytes are missing. Of a body whose length was not told nobody can know, and it counts as broken.
 */
final class Wire {

    /** Longest chunk. */
    static final int CHUNK = 16 * 1024;

    private static final int CHUNKS_AHEAD = 4;

    private static final Buffer NOTHING = Buffer.buffer();

    /** What comes over the wire. */
    private sealed interface Event {
        record Chunk(Buffer bytes) implements Event {}

        record End(boolean isBroken) implements Event {}
    }

    private final HttpClientRequest request;
    private final HttpClientResponse response;
    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();

    /** What the answer says it has; less than nothing where it does not say. */
    private final long length;

    /** What has come of it. For the thread of Vert.x alone. */
    private long come;

    private Buffer current = NOTHING;
    private int read;
    private Buffer next = NOTHING;
    private boolean isOver;
    private boolean isBroken;

    /** To be called before anything of the body can have come. */
    Wire(HttpClientRequest request, HttpClientResponse response) {
        this.request = request;
        this.response = response;
        this.length = lengthOf(response);
        response.pause();
        response.handler(this::chunk);
        response.endHandler(_ -> events.add(new Event.End(false)));
        response.exceptionHandler(_ -> disconnected());
        response.fetch(CHUNKS_AHEAD);
    }

    private void chunk(Buffer bytes) {
        come += bytes.length();
        events.add(new Event.Chunk(bytes));
    }

    /** Nothing more arrives. What was held back until now is all there is: it comes first, then the end. */
    private void disconnected() {
        response.resume();
        Vertx.currentContext().runOnContext(_ -> events.add(new Event.End(come != length)));
    }

    private static long lengthOf(HttpClientResponse response) {
        var text = response.getHeader("Content-Length");
        return text != null && text.matches("[0-9]{1,18}") ? Long.parseLong(text) : -1;
    }

    HttpClientResponse response() {
        return response;
    }

    /**
     * Reads some bytes, waiting for them until a time of {@link System#nanoTime}.
     *
     * @return how many; 0 if the time is over, or if no more come, be that the end of the file or a broken connection
     */
    int read(byte[] target, int offset, int length, long until) throws InterruptedException {
        if (!hasMore(until)) {
            return 0;
        }
        var count = Math.min(length, current.length() - read);
        current.getBytes(read, read + count, target, offset);
        read += count;
        return count;
    }

    /** Whether the sender has said that there is no more, waiting for that until a time of {@link System#nanoTime}. */
    boolean isAtEnd(long until) throws InterruptedException {
        return !hasMore(until) && isOver && !isBroken;
    }

    /** Whether the connection broke before the end. */
    boolean isBroken() {
        return isBroken;
    }

    /** Gives back what was read so far, to be read again; once, and before anything else. */
    void putBack(Buffer start) {
        next = current.slice(read, current.length());
        current = start;
        read = 0;
    }

    private boolean hasMore(long until) throws InterruptedException {
        while (read == current.length()) {
            if (next.length() > 0) {
                current = next;
                next = NOTHING;
            } else if (isOver) {
                return false;
            } else {
                var event = events.poll(Math.max(0, until - System.nanoTime()), TimeUnit.NANOSECONDS);
                switch (event) {
                    case null -> {
                        return false;
                    }
                    case Event.Chunk(var bytes) -> {
                        current = bytes;
                        response.fetch(1);
                    }
                    case Event.End(var hasBroken) -> {
                        current = NOTHING;
                        isOver = true;
                        isBroken = hasBroken;
                    }
                }
            }
            read = 0;
        }
        return true;
    }

    /** Reads bytes that nobody wants. Says whether all of them came. */
    boolean skip(long bytes, long until) throws InterruptedException {
        var nowhere = new byte[(int) Math.min(CHUNK, bytes)];
        for (var left = bytes; left > 0; ) {
            var count = read(nowhere, 0, (int) Math.min(nowhere.length, left), until);
            if (count == 0) {
                return false;
            }
            left -= count;
        }
        return true;
    }

    /** Lets go of the connection, whatever was read. */
    void close() {
        request.reset();
    }
}
