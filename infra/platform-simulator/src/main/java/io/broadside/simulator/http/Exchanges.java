package io.broadside.simulator.http;

import io.broadside.simulator.failure.Failure;
import io.broadside.simulator.failure.FailureKind;
import io.broadside.simulator.failure.Failures;
import io.broadside.simulator.http.Api.Operation;
import io.broadside.simulator.journal.Journal;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings calls to a network and its answers back, with the failures in between.
 *
 * <p>An answer, and a cut after the effect too, waits until the journal has everything the answer could have seen.
 */
public final class Exchanges {
    private static final Logger LOGGER = LoggerFactory.getLogger(Exchanges.class);
    private static final int DEFAULT_SLOWNESS_SECONDS = 5;

    private final Vertx vertx;
    private final Clock clock;
    private final Journal journal;
    private final Failures failures;
    private final CallLog calls;

    public Exchanges(Vertx vertx, Clock clock, Journal journal, Failures failures, CallLog calls) {
        this.vertx = vertx;
        this.clock = clock;
        this.journal = journal;
        this.failures = failures;
        this.calls = calls;
    }

    /** Serves one call below {@code base}, by the network that is chosen for it. */
    public void call(Function<Request, Api> choice, String base, HttpServerRequest raw) {
        var arrivedAt = clock.instant();
        read(base, raw).onSuccess(body -> {
            var request =
                    Request.of(raw.method().name(), base, below(base, raw), query(raw), raw.headers(), body, arrivedAt);
            var api = choice.apply(request);
            new Exchange(api, raw, request, api.operation(request)).proceed();
        });
    }

    /** Serves one call that is no network's: without failures and without being counted. */
    public void serve(Function<Request, Future<Reply>> handler, String base, HttpServerRequest raw) {
        var arrivedAt = clock.instant();
        read(base, raw)
                .onSuccess(body -> handler.apply(Request.of(
                                raw.method().name(),
                                base,
                                below(base, raw),
                                query(raw),
                                raw.headers(),
                                body,
                                arrivedAt))
                        .compose(this::afterJournal)
                        .onSuccess(reply -> send(raw, reply))
                        .onFailure(problem -> bug(raw, problem)));
    }

    private Future<Request.Body> read(String base, HttpServerRequest raw) {
        return BodyReader.read(raw).onFailure(problem -> {
            if (problem instanceof BodyReader.TooLarge) {
                raw.response()
                        .setStatusCode(413)
                        .end()
                        .onComplete(_ -> raw.connection().close());
            } else {
                LOGGER.atDebug().addKeyValue("base", base).log("call not read to its end");
            }
        });
    }

    private Future<Reply> afterJournal(Reply reply) {
        var flushed = journal.flushed();
        return flushed.isDone() && !flushed.isCompletedExceptionally()
                ? Future.succeededFuture(reply)
                : Future.fromCompletionStage(flushed).map(reply);
    }

    private static void send(HttpServerRequest raw, Reply reply) {
        var response = raw.response().setStatusCode(reply.status());
        reply.headers().forEach(response::putHeader);
        response.end(reply.body());
    }

    private static void bug(HttpServerRequest raw, Throwable problem) {
        LOGGER.atError().addKeyValue("path", raw.path()).setCause(problem).log("call not served");
        if (!raw.response().ended()) {
            raw.response().setStatusCode(500).end("simulator: " + problem);
        }
    }

    private static String below(String base, HttpServerRequest raw) {
        return raw.path().substring(base.length());
    }

    private static String query(HttpServerRequest raw) {
        var query = raw.query();
        return query == null ? "" : query;
    }

    /** One call from here to its end. */
    private final class Exchange {
        private final Api api;
        private final HttpServerRequest raw;
        private final Request request;
        private final Operation operation;
        private final Optional<Failure> failure;

        Exchange(Api api, HttpServerRequest raw, Request request, Operation operation) {
            this.api = api;
            this.raw = raw;
            this.request = request;
            this.operation = operation;
            this.failure = failures.next(api.platform(), operation.endpoint(), operation.accountId());
        }

        void proceed() {
            failure.ifPresentOrElse(this::proceed, () -> answer(run()));
        }

        private void proceed(Failure injected) {
            switch (injected.kind()) {
                case RATE_LIMITED,
                        RATE_LIMITED_WITH_RETRY_AFTER,
                        SERVER_ERROR_BEFORE_EFFECT,
                        REFUSED_BEFORE_EFFECT,
                        ERROR_IN_SUCCESS_BEFORE_EFFECT,
                        TOKEN_EXPIRED,
                        TOKEN_REVOKED,
                        PERMISSION_MISSING ->
                    answer(Future.<Void>succeededFuture().map(_ -> api.injected(injected, request, operation)));
                case OUTAGE_PAGE ->
                    answer(Future.succeededFuture(
                            Reply.outagePage(injected.status().orElse(503))));
                case SERVER_ERROR_AFTER_EFFECT, REFUSED_AFTER_EFFECT, ERROR_IN_SUCCESS_AFTER_EFFECT ->
                    answer(run().map(_ -> api.injected(injected, request, operation)));
                case EMPTY_SUCCESS_AFTER_EFFECT -> answer(run().map(Reply::emptied));
                case CUT_BEFORE_EFFECT -> cut();
                case CUT_AFTER_EFFECT ->
                    run().compose(Exchanges.this::afterJournal).onComplete(_ -> cut());
                case SLOW ->
                    vertx.timer(Duration.ofSeconds(injected.seconds().orElse(DEFAULT_SLOWNESS_SECONDS))
                                    .toMillis())
                            .onComplete(_ -> answer(run()));
                case HANG -> log(0);
                case HANG_AFTER_EFFECT -> run().onComplete(_ -> log(0));
            }
        }

        private Future<Reply> run() {
            try {
                return operation.run().get();
            } catch (RuntimeException e) {
                return Future.failedFuture(e);
            }
        }

        private void answer(Future<Reply> reply) {
            reply.compose(Exchanges.this::afterJournal)
                    .onSuccess(ready -> {
                        log(ready.status());
                        send(raw, ready);
                    })
                    .onFailure(problem -> {
                        log(500);
                        bug(raw, problem);
                    });
        }

        private void cut() {
            log(0);
            raw.connection().close();
        }

        private void log(int status) {
            calls.add(
                    api.platform(),
                    operation.endpoint(),
                    operation.accountId(),
                    status,
                    request.arrivedAt(),
                    failure.map(Failure::kind).map(FailureKind::id));
        }
    }
}
