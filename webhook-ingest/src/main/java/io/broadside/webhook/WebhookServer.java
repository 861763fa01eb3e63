package io.broadside.webhook;

import io.broadside.events.QuarantineReason;
import io.broadside.events.RawDelivery;
import io.broadside.webhook.BodyReader.Reading;
import io.broadside.webhook.Deliveries.Fate;
import io.broadside.webhook.WebhookMetrics.End;
import io.broadside.webhook.platform.Callback;
import io.broadside.webhook.platform.Handshake;
import io.broadside.webhook.platform.Verdict;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.VerticleBase;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The HTTP side: {@code GET} and {@code POST} of {@code /webhooks/PLATFORM/APP}, and of the further addresses an app has.
 *
 * <ol>
 *   <li>200 is said of a delivery only when all replicas of the broker have it.
 *   <li>A delivery whose signature is missing or wrong is set aside and answered 401, and its connection is closed.
 *   <li>Whatever cannot be stored now is answered 503 with Retry-After: with too much under way, at once.
 *   <li>No answer holds anything of the request but the challenge of a handshake, and none says what went wrong inside.
 *   <li>Forged deliveries cost their sender more than us, and the genuine ones nothing: see {@link Source}.
 * </ol>
 *
 * Runs on an event loop, where nothing blocks: the thread that stores is another one. Several instances share a port.
 */
final class WebhookServer extends VerticleBase {

    private static final String ANYWHERE = "0.0.0.0";

    /** Vert.x: instances that name the same number share the port that is found free. */
    private static final int THE_SAME_FOR_ALL = 1;

    private static final String RETRY_AFTER_SECONDS = "5";
    private static final Duration FIRST_REQUEST_WITHIN = Duration.ofSeconds(10);
    private static final Duration FINISH_WITHIN = Duration.ofSeconds(10);
    private static final Duration HELD_BACK_FOR = Duration.ofSeconds(1);
    private static final Duration LINGER = Duration.ofSeconds(1);
    private static final long LOOK_EVERY_MS = 50;

    private static final Logger LOGGER = LoggerFactory.getLogger(WebhookServer.class);

    private final WebhookConfig config;
    private final Shared shared;
    private final Map<String, Endpoint> endpoints;
    private final Clock clock;
    private final Deadlines bodyDeadlines;
    private final Deadlines storeDeadlines;
    private final Connections connections;
    private final BodyReader bodies;
    private final String deliveryIds = UUID.randomUUID().toString();
    private long deliveryCount;
    private @Nullable HttpServer server;

    /**
     * What all instances have in common.
     *
     * @param deletion how requests to delete data are answered; empty if they are not taken
     */
    record Shared(
            Deliveries deliveries,
            Room room,
            Sources sources,
            Map<String, Rhythm> rhythms,
            Optional<DataDeletion> deletion,
            WebhookMetrics metrics) {

        Shared {
            rhythms = Map.copyOf(rhythms);
        }
    }

    WebhookServer(WebhookConfig config, Shared shared, Clock clock) {
        this.config = config;
        this.shared = shared;
        this.endpoints = offered(config, shared);
        this.clock = clock;
        this.bodyDeadlines = new Deadlines(config.limits().readLimit().toNanos(), System::nanoTime);
        this.storeDeadlines = new Deadlines(config.limits().durableWithin().toNanos(), System::nanoTime);
        this.connections = new Connections(
                FIRST_REQUEST_WITHIN.toNanos(), config.limits().idleTimeout().toNanos(), System::nanoTime);
        this.bodies = new BodyReader(config.limits().bodyLimit(), bodyDeadlines);
    }

    @Override
    public Future<?> start() {
        vertx.setPeriodic(LOOK_EVERY_MS, _ -> {
            bodyDeadlines.look();
            storeDeadlines.look();
            connections.look();
        });
        var opened = vertx.createHttpServer(new HttpServerOptions()
                        .setIdleTimeout((int) config.limits().idleTimeout().toMillis())
                        .setIdleTimeoutUnit(TimeUnit.MILLISECONDS)
                        .setHandle100ContinueAutomatically(true)
                        .setHttp2ClearTextEnabled(false))
                .connectionHandler(this::opened)
                .requestHandler(this::handle);
        server = opened;
        return opened.listen(
                config.port() == 0
                        ? SocketAddress.sharedRandomPort(THE_SAME_FOR_ALL, ANYWHERE)
                        : SocketAddress.inetSocketAddress(config.port(), ANYWHERE));
    }

    /** Takes no new connections, lets requests under way end, and closes. */
    @Override
    public Future<?> stop() {
        return server == null ? Future.succeededFuture() : server.shutdown(FINISH_WITHIN);
    }

    int port() {
        return Objects.requireNonNull(server, "Not started yet").actualPort();
    }

    private static Map<String, Endpoint> offered(WebhookConfig config, Shared shared) {
        var endpoints = new HashMap<>(Endpoint.byPath(config.apps()));
        if (shared.deletion().isEmpty()) {
            endpoints.values().removeIf(endpoint -> endpoint.callback() == Callback.DATA_DELETION);
        }
        return Map.copyOf(endpoints);
    }

    private void opened(HttpConnection connection) {
        var source = shared.sources().of(connection.remoteAddress());
        if (!source.connect(System.nanoTime())) {
            shared.metrics().connectionRefused();
            connection.close();
            return;
        }
        connections.opened(connection, source);
        connection.closeHandler(_ -> {
            if (connections.closed(connection)) {
                source.disconnect();
            }
        });
    }

    private void handle(HttpServerRequest request) {
        var connection = request.connection();
        var peer = connections.began(connection, shared.sources());
        request.response().endHandler(_ -> connections.ended(connection));
        var endpoint = request.path() == null ? null : endpoints.get(request.path());
        if (endpoint == null) {
            refuse(request, 404);
            shared.metrics().endedNowhere();
            return;
        }
        var call = new Call(request, endpoint, shared.sources().of(request, peer));
        try {
            call.answer();
        } catch (RuntimeException e) {
            call.failed(e);
        }
    }

    /**
     * Answers with a status and nothing else. A body not read to its end is not waited for: the connection closes, a moment later,
     * so that a client that is still writing gets the answer.
     */
    private void refuse(HttpServerRequest request, int status) {
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

    /** The same, and the connection closes at once: whoever was refused may begin anew. */
    private static void refuseAndClose(HttpServerRequest request, int status) {
        if (request.response().ended()) {
            return;
        }
        request.response()
                .setStatusCode(status)
                .putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE)
                .end()
                .onComplete(_ -> request.connection().close());
    }

    /** Values by name. One that came several times fits no signature and no token: so it shall be. */
    private static Map<String, String> joined(MultiMap values, Collection<String> names) {
        var joined = new HashMap<String, String>();
        for (var name : names) {
            var all = values.getAll(name);
            if (!all.isEmpty()) {
                joined.put(name, all.size() == 1 ? all.getFirst() : String.join(", ", all));
            }
        }
        return joined;
    }

    /** One request to an endpoint, from its head to its answer. */
    private final class Call {

        private final HttpServerRequest request;
        private final Endpoint endpoint;
        private final Source source;
        private final Room.Share share;

        Call(HttpServerRequest request, Endpoint endpoint, Source source) {
            this.request = request;
            this.endpoint = endpoint;
            this.source = source;
            this.share = shared.room().share(source);
        }

        void answer() {
            if (request.method().equals(HttpMethod.POST)) {
                bodies.read(request, share, this::received);
            } else if (request.method().equals(HttpMethod.GET)) {
                asked();
            } else {
                request.response().putHeader(HttpHeaders.ALLOW, "GET, POST");
                refuse(405, End.REFUSED_METHOD);
            }
        }

        void failed(RuntimeException fault) {
            LOGGER.atError()
                    .addKeyValue("app", endpoint.label())
                    .setCause(fault)
                    .log("request failed");
            share.close();
            refuse(500, End.FAULT);
        }

        private void asked() {
            Map<String, String> query;
            try {
                query = joined(request.params(), request.params().names());
            } catch (IllegalArgumentException _) {
                refuse(400, End.UNREADABLE);
                return;
            }
            if (endpoint.callback() == Callback.DATA_DELETION) {
                shared.deletion()
                        .flatMap(deletion -> deletion.page(endpoint, query.getOrDefault("code", "")))
                        .ifPresentOrElse(
                                page -> show("text/html; charset=utf-8", page, End.DELETION_SHOWN),
                                () -> refuse(404, End.UNREADABLE));
                return;
            }
            switch (endpoint.platform().handshake(query, endpoint.app().credentials())) {
                case Handshake.Answer(var contentType, var body) -> {
                    show(contentType, body, End.HANDSHAKE);
                    LOGGER.atInfo().addKeyValue("app", endpoint.label()).log("handshake answered");
                }
                case Handshake.Refused(var reason) -> {
                    LOGGER.atDebug()
                            .addKeyValue("app", endpoint.label())
                            .addKeyValue("reason", reason)
                            .log("handshake refused");
                    refuse(403, End.HANDSHAKE_REFUSED);
                }
            }
        }

        private void received(Reading reading) {
            try {
                switch (reading) {
                    case Reading.Complete(var body) -> judge(delivery(body));
                    case Reading.TooLarge() -> giveUp(413, End.TOO_LARGE);
                    case Reading.TooSlow() -> giveUp(408, End.TOO_SLOW);
                    case Reading.NoRoom() -> {
                        share.close();
                        tryLater(End.FULL);
                    }
                    case Reading.Broken() -> {
                        share.close();
                        ended(End.CONNECTION_BROKEN);
                    }
                }
            } catch (RuntimeException e) {
                failed(e);
            }
        }

        private RawDelivery delivery(Buffer body) {
            return RawDelivery.newBuilder()
                    .setDeliveryId(deliveryIds + "-" + deliveryCount++)
                    .setPlatform(endpoint.app().platform())
                    .setApp(endpoint.app().name())
                    .setCallback(endpoint.callback().id())
                    .setReceivedAt(clock.instant().truncatedTo(ChronoUnit.MILLIS))
                    .setHeaders(joined(request.headers(), endpoint.platform().keptHeaders()))
                    .setBody(ByteBuffer.wrap(body.getBytes()))
                    .build();
        }

        private void judge(RawDelivery delivery) {
            switch (endpoint.platform().verify(delivery, endpoint.app().credentials())) {
                case Verdict.Valid() -> store(delivery);
                case Verdict.Missing(var detail) ->
                    disbelieve(delivery, QuarantineReason.SIGNATURE_MISSING, detail, End.SIGNATURE_MISSING);
                case Verdict.Mismatch(var detail) ->
                    disbelieve(delivery, QuarantineReason.SIGNATURE_MISMATCH, detail, End.SIGNATURE_MISMATCH);
                case Verdict.OutOfTime(var detail) ->
                    disbelieve(delivery, QuarantineReason.TIMESTAMP_OUT_OF_TOLERANCE, detail, End.OUT_OF_TIME);
            }
        }

        private void disbelieve(RawDelivery delivery, QuarantineReason reason, String detail, End end) {
            var now = System.nanoTime();
            share.close();
            if (source.mayQuarantine(delivery.getBody().remaining(), now)) {
                shared.deliveries().quarantine(delivery, reason, detail);
            } else {
                shared.metrics().notQuarantined();
            }
            ended(end);
            if (source.isRefusedTooOften(now)) {
                shared.metrics().heldBack();
                vertx.setTimer(HELD_BACK_FOR.toMillis(), _ -> refuseAndClose(request, 401));
            } else {
                refuseAndClose(request, 401);
            }
        }

        private void store(RawDelivery delivery) {
            var rhythm = shared.rhythms().get(endpoint.label());
            if (rhythm != null) {
                rhythm.delivery();
            }
            var context = vertx.getOrCreateContext();
            // It may still be stored after the deadline, and come again: the topology knows an event it has seen.
            var deadline = storeDeadlines.begin(() -> tryLater(End.BROKER_AWAY));
            var isTaken = shared.deliveries().store(delivery, fate -> {
                share.close();
                context.runOnContext(_ -> {
                    deadline.met();
                    stored(delivery, fate);
                });
            });
            if (!isTaken) {
                deadline.met();
                share.close();
                tryLater(End.FULL);
            }
        }

        private void stored(RawDelivery delivery, Fate fate) {
            if (request.response().ended()) {
                return;
            }
            switch (fate) {
                case DURABLE -> {
                    if (endpoint.callback() == Callback.DATA_DELETION) {
                        var deletion = shared.deletion().orElseThrow();
                        show("application/json", deletion.confirmation(endpoint, delivery), End.STORED);
                    } else {
                        var _ = request.response().end();
                        ended(End.STORED);
                    }
                }
                case NOT_DURABLE -> tryLater(End.BROKER_AWAY);
            }
        }

        private void show(String contentType, String body, End end) {
            var _ = request.response()
                    .putHeader(HttpHeaders.CONTENT_TYPE, contentType)
                    .putHeader("x-content-type-options", "nosniff")
                    .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                    .end(body);
            ended(end);
        }

        private void giveUp(int status, End end) {
            share.close();
            refuse(status, end);
        }

        private void tryLater(End end) {
            request.response().putHeader(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS);
            refuse(503, end);
        }

        private void refuse(int status, End end) {
            WebhookServer.this.refuse(request, status);
            ended(end);
        }

        private void ended(End end) {
            shared.metrics().ended(endpoint.label(), end);
        }
    }
}
