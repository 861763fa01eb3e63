package io.broadside.runtime.http;

import static io.vertx.core.http.HttpMethod.DELETE;
import static io.vertx.core.http.HttpMethod.GET;

import io.broadside.runtime.http.Reply.Answer;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;

/**
 * A request on its way. A short body leaves at once; a long one in pieces, the next only when the one before has been taken
 * from us, so that what waits to be sent is never more than a piece. A platform that answers before it got everything has
 * answered: the rest stays here.
 */
final class Sending {

    private static final int PIECE = 64 * 1024;

    private final HttpClientRequest request;
    private final EncodedBody body;
    private final Promise<Answer> answer;
    private final Wait wait;
    private volatile Promise<Void> taken = Promise.promise();

    /** Waits for a step, within the time limit. */
    @FunctionalInterface
    interface Wait {
        void forStep(Promise<Void> step) throws Exception;
    }

    Sending(HttpClientRequest request, EncodedBody body, Promise<Answer> answer, Wait wait) {
        this.request = request;
        this.body = body;
        this.answer = answer;
        this.wait = wait;
    }

    /** Sends, and says whether the whole request left; if not, the connection is of no further use, and an answer may have come. */
    boolean run() throws Exception {
        if (body.length() <= PIECE && !body.isStreamed()) {
            sendAtOnce();
            return true;
        }
        request.putHeader("content-length", Long.toString(body.length()));
        answer.future().onComplete(_ -> taken.tryComplete());
        var left = body.length();
        for (var piece = body.pieces().next();
                piece.isPresent();
                piece = body.pieces().next()) {
            left -= piece.get().length();
            if (left < 0 || !send(piece.get())) {
                break;
            }
        }
        if (left != 0 || answer.future().isComplete()) {
            answer.tryFail(new BodyBrokenException());
            return false;
        }
        request.end().onFailure(answer::tryFail);
        return true;
    }

    private void sendAtOnce() {
        var bytes = Buffer.buffer(Math.toIntExact(body.length()));
        for (var piece = body.pieces().next();
                piece.isPresent();
                piece = body.pieces().next()) {
            bytes.appendBuffer(piece.get());
        }
        var method = request.getMethod();
        var isBare = bytes.length() == 0 && (method.equals(GET) || method.equals(DELETE));
        // A length of 0 belongs to a POST without a body, and to nothing else.
        var sent = isBare ? request.end() : request.end(bytes);
        sent.onFailure(answer::tryFail);
    }

    /** Sends one piece, and says whether there is reason to send more. */
    private boolean send(Buffer piece) throws Exception {
        for (var from = 0; from < piece.length(); from += PIECE) {
            var step = Promise.<Void>promise();
            taken = step;
            if (answer.future().isComplete()) {
                return false;
            }
            request.write(piece.slice(from, Math.min(piece.length(), from + PIECE)))
                    .onSuccess(_ -> step.tryComplete())
                    .onFailure(cause -> {
                        // The connection is gone; unless an answer came before, that is what came of the call.
                        answer.tryFail(cause);
                        step.tryComplete();
                    });
            wait.forStep(step);
        }
        return true;
    }

    private static final class BodyBrokenException extends Exception {}
}
