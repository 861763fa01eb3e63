package io.broadside.webhook;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;

/** How requests are answered: with a status and nothing else, mostly. A request that has its answer gets no second one. */
final class Answers {

    private static final String RETRY_AFTER_SECONDS = "5";
    private static final Duration LINGER = Duration.ofSeconds(1);

    private final Vertx vertx;

    Answers(Vertx vertx) {
        this.vertx = vertx;
    }

    /** 200, and no word. */
    void acknowledge(HttpServerRequest request) {
        var _ = request.response().end();
    }

    /** 200 with something to show: never what could be taken for a page of the asker's making. */
    void show(HttpServerRequest request, String contentType, String body) {
        var _ = request.response()
                .putHeader(HttpHeaders.CONTENT_TYPE, contentType)
                .putHeader("x-content-type-options", "nosniff")
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                .end(body);
    }

    /** 503, and when to come again. */
    void tryLater(HttpServerRequest request) {
        if (!request.response().ended()) {
            request.response().putHeader(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS);
            refuse(request, 503);
        }
    }

    /**
     * Refuses. A body not read to its end is not waited for: the connection closes, a moment later, so that a client that is
     * still writing gets the answer.
     */
    void refuse(HttpServerRequest request, int status) {
        if (request.response().ended()) {
            return;
        }
        request.response().setStatusCode(status);
        if (request.isEnded()) {
            // Nobody may be there to hear it any more.
            var _ = request.response().end();
            return;
        }
        request.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
        request.response()
                .end()
                .onComplete(_ -> vertx.setTimer(
                        LINGER.toMillis(), _ -> request.connection().close()));
    }

    /** Refuses, and closes the connection at once: whoever was refused may begin anew. */
    void refuseAndClose(HttpServerRequest request, int status) {
        if (request.response().ended()) {
            return;
        }
        request.response()
                .setStatusCode(status)
                .putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE)
                .end()
                .onComplete(_ -> request.connection().close());
    }
}
