package io.broadside.webhook;

import io.broadside.webhook.Deadlines.Deadline;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads bodies within bounds of size, memory and time, all checked while the bytes come in. For one event loop. */
final class BodyReader {

    /** What reading a body comes to. */
    sealed interface Reading {

        record Complete(Buffer body) implements Reading {}

        record TooLarge() implements Reading {}

        record TooSlow() implements Reading {}

        /** The memory for bodies is used up, or was needed for others. */
        record NoRoom() implements Reading {}

        /** The connection broke. */
        record Broken() implements Reading {}
    }

    private final int limit;
    private final Deadlines deadlines;
    private final Executor eventLoop;

    /**
     * @param deadlines how long a client may take to send a body
     * @param eventLoop where this reader belongs to
     */
    BodyReader(int limit, Deadlines deadlines, Executor eventLoop) {
        this.limit = limit;
        this.deadlines = deadlines;
        this.eventLoop = eventLoop;
    }

    /** To be called as the first thing of a request. Tells once what came of it. */
    void read(HttpServerRequest request, Room.Share share, Consumer<Reading> whenDone) {
        var announced = announcedLength(request);
        if (announced > limit) {
            whenDone.accept(new Reading.TooLarge());
            return;
        }
        new OneBody(announced, share, whenDone).begin(request);
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

    private final class OneBody {

        private final long announced;
        private final Room.Share share;
        private final Consumer<Reading> whenDone;
        private final Deadline deadline;
        private @Nullable Buffer body;
        private boolean isDone;

        OneBody(long announced, Room.Share share, Consumer<Reading> whenDone) {
            this.announced = announced;
            this.share = share;
            this.whenDone = whenDone;
            this.deadline = deadlines.begin(() -> done(new Reading.TooSlow()));
        }

        void begin(HttpServerRequest request) {
            request.handler(this::take);
            request.endHandler(_ -> end());
            request.exceptionHandler(_ -> done(new Reading.Broken()));
        }

        private void take(Buffer chunk) {
            if (isDone) {
                return;
            }
            var length = body == null ? 0 : body.length();
            if (length + chunk.length() > limit) {
                done(new Reading.TooLarge());
            } else if (!share.take(chunk.length())) {
                done(new Reading.NoRoom());
            } else if (body == null) {
                body = Buffer.buffer(chunk.length()).appendBuffer(chunk);
                if (chunk.length() != announced) {
                    share.mayBeCutOff(() -> eventLoop.execute(() -> done(new Reading.NoRoom())));
                }
            } else {
                body.appendBuffer(chunk);
            }
        }

        private void end() {
            if (!isDone) {
                done(
                        share.isWhole()
                                ? new Reading.Complete(body == null ? Buffer.buffer() : body)
                                : new Reading.NoRoom());
            }
        }

        private void done(Reading reading) {
            if (!isDone) {
                isDone = true;
                // The request lives until it is answered, which may be held back: what is not counted any more must not
                // stay.
                body = null;
                deadline.met();
                whenDone.accept(reading);
            }
        }
    }
}
