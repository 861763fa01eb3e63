package io.broadside.webhook;

import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;

/** Reads bodies within bounds of size, memory and time, all checked while the bytes come in. */
final class BodyReader {

    /** What reading a body comes to. */
    sealed interface Reading {

        record Complete(Buffer body) implements Reading {}

        record TooLarge() implements Reading {}

        record TooSlow() implements Reading {}

        /** The memory for bodies is used up. */
        record NoRoom() implements Reading {}

        /** The connection broke. */
        record Broken() implements Reading {}
    }

    private final Vertx vertx;
    private final int limit;
    private final Duration timeLimit;

    BodyReader(Vertx vertx, int limit, Duration timeLimit) {
        this.vertx = vertx;
        this.limit = limit;
        this.timeLimit = timeLimit;
    }

    /** To be called as the first thing of a request, on its own context; other requests go on meanwhile. */
    Reading read(HttpServerRequest request, Room.Share share) {
        if (announcedLength(request) > limit) {
            return new Reading.TooLarge();
        }
        var reading = Promise.<Reading>promise();
        var body = Buffer.buffer();
        request.handler(chunk -> {
            if (reading.future().isComplete()) {
                return;
            }
            if (body.length() + chunk.length() > limit) {
                reading.tryComplete(new Reading.TooLarge());
            } else if (!share.take(chunk.length())) {
                reading.tryComplete(new Reading.NoRoom());
            } else {
                body.appendBuffer(chunk);
            }
        });
        request.endHandler(_ -> reading.tryComplete(new Reading.Complete(body)));
        request.exceptionHandler(_ -> reading.tryComplete(new Reading.Broken()));
        var timer = vertx.setTimer(timeLimit.toMillis(), _ -> reading.tryComplete(new Reading.TooSlow()));
        try {
            return reading.future().await();
        } finally {
            vertx.cancelTimer(timer);
        }
    }

    /** What the client says it will send; 0 where it does not say. */
    private static long announcedLength(HttpServerRequest request) {
        try {
            var announced = request.getHeader(HttpHeaders.CONTENT_LENGTH);
            return announced == null ? 0 : Long.parseLong(announced);
        } catch (NumberFormatException _) {
            // Whatever it says, the bytes are counted.
            return 0;
        }
    }
}
