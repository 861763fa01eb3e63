package io.broadside.webhook;

import io.broadside.events.QuarantineReason;
import io.broadside.events.RawDelivery;
import io.broadside.webhook.BodyReader.Reading;
import io.broadside.webhook.Deliveries.Fate;
import io.broadside.webhook.WebhookMetrics.End;
import io.broadside.webhook.platform.Handshake;
import io.broadside.webhook.platform.Verdict;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
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
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The HTTP side: {@code GET} and {@code POST} of {@code /webhooks/PLATFORM/APP}.
 *
 * <ol>
 *   <li>200 is said of a delivery only when all replicas of the broker have it.
 *   <li>A delivery whose signature is missing or wrong is set aside and answered 401.
 *   <li>Whatever cannot be stored now is answered 503 with Retry-After: with too much under way, at once.
 *   <li>No answer holds anything of the request but the challenge of a handshake, and none says what went wrong inside.
 * </ol>
 *
 * Runs on virtual threads, and waits for nothing but Vert.x futures. Several instances share a port.
 */
final class WebhookServer extends VerticleBase {

    private static final String ANYWHERE = "0.0.0.0";

    /** Vert.x: instances that name the same number share the port that is found free. */
    private static final int THE_SAME_FOR_ALL = 1;

    private static final String RETRY_AFTER_SECONDS = "5";
    private static final Duration FIRST_REQUEST_WITHIN = Duration.ofSeconds(10);
    private static final Duration FINISH_WITHIN = Duration.ofSeconds(10);

    private static final Logger LOGGER = LoggerFactory.getLogger(WebhookServer.class);

    private final WebhookConfig config;
    private final Map<String, Endpoint> endpoints;
    private final Deliveries deliveries;
    private final Room room;
    private final WebhookMetrics metrics;
    private final Clock clock;
    private final Set<HttpConnection> silent = new HashSet<>();
    private @Nullable HttpServer server;
    private @Nullable BodyReader bodies;

    WebhookServer(WebhookConfig config, Deliveries deliveries, Room room, WebhookMetrics metrics, Clock clock) {
        this.config = config;
        this.endpoints = Endpoint.byPath(config.apps());
        this.deliveries = deliveries;
        this.room = room;
        this.metrics = metrics;
        this.clock = clock;
    }

    @Override
    public Future<?> start() {
        bodies = new BodyReader(vertx, config.bodyLimit(), config.readLimit());
        var opened = vertx.createHttpServer(new HttpServerOptions()
                        .setIdleTimeout((int) config.idleTimeout().toMillis())
                        .setIdleTimeoutUnit(TimeUnit.MILLISECONDS)
                        .setHandle100ContinueAutomatically(true)
                        .setHttp2ClearTextEnabled(false))
                .connectionHandler(this::expectARequest)
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

    /** A header sent byte by byte is never idle: a connection whose first request does not come in time is closed. */
    private void expectARequest(HttpConnection connection) {
        silent.add(connection);
        connection.closeHandler(_ -> silent.remove(connection));
        vertx.setTimer(FIRST_REQUEST_WITHIN.toMillis(), _ -> {
            if (silent.remove(connection)) {
                connection.close();
            }
        });
    }

    private void handle(HttpServerRequest request) {
        silent.remove(request.connection());
        var endpoint = Optional.ofNullable(request.path()).flatMap(path -> Optional.ofNullable(endpoints.get(path)));
        var label = endpoint.map(Endpoint::label).orElse("none");
        try {
            metrics.ended(label, endpoint.map(found -> answer(request, found)).orElseGet(() -> unknown(request)));
        } catch (RuntimeException e) {
            LOGGER.atError().addKeyValue("app", label).setCause(e).log("request failed");
            metrics.ended(label, End.FAULT);
            refuse(request, 500);
        }
    }

    private static End unknown(HttpServerRequest request) {
        refuse(request, 404);
        return End.UNKNOWN_ENDPOINT;
    }

    private End answer(HttpServerRequest request, Endpoint endpoint) {
        if (request.method().equals(HttpMethod.POST)) {
            return receive(request, endpoint);
        }
        if (request.method().equals(HttpMethod.GET)) {
            return shakeHands(request, endpoint);
        }
        request.response().putHeader(HttpHeaders.ALLOW, "GET, POST");
        refuse(request, 405);
        return End.REFUSED_METHOD;
    }

    private static End shakeHands(HttpServerRequest request, Endpoint endpoint) {
        Map<String, String> query;
        try {
            query = joined(request.params(), request.params().names());
        } catch (IllegalArgumentException _) {
            refuse(request, 400);
            return End.UNREADABLE;
        }
        return switch (endpoint.platform().handshake(query, endpoint.app().credentials())) {
            case Handshake.Answer(var contentType, var body) -> {
                request.response()
                        .putHeader(HttpHeaders.CONTENT_TYPE, contentType)
                        .putHeader("x-content-type-options", "nosniff")
                        .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                        .end(body);
                LOGGER.atInfo().addKeyValue("app", endpoint.label()).log("handshake answered");
                yield End.HANDSHAKE;
            }
            case Handshake.Refused(var reason) -> {
                LOGGER.atDebug()
                        .addKeyValue("app", endpoint.label())
                        .addKeyValue("reason", reason)
                        .log("handshake refused");
                refuse(request, 403);
                yield End.HANDSHAKE_REFUSED;
            }
        };
    }

    private End receive(HttpServerRequest request, Endpoint endpoint) {
        var share = room.share();
        var isHandedOver = false;
        try {
            switch (Objects.requireNonNull(bodies, "Not started yet").read(request, share)) {
                case Reading.Complete(var body) -> {
                    var delivery = delivery(request, endpoint, body);
                    var verdict = endpoint.platform()
                            .verify(
                                    delivery.getHeaders(),
                                    delivery.getBody().array(),
                                    endpoint.app().credentials(),
                                    delivery.getReceivedAt());
                    if (!(verdict instanceof Verdict.Valid)) {
                        return refuse(request, delivery, verdict);
                    }
                    var fate = deliveries.store(delivery, share::close);
                    isHandedOver = fate.isPresent();
                    return fate.map(future -> answer(request, future)).orElseGet(() -> tryLater(request, End.FULL));
                }
                case Reading.TooLarge() -> {
                    refuse(request, 413);
                    return End.TOO_LARGE;
                }
                case Reading.TooSlow() -> {
                    refuse(request, 408);
                    return End.TOO_SLOW;
                }
                case Reading.NoRoom() -> {
                    return tryLater(request, End.FULL);
                }
                case Reading.Broken() -> {
                    return End.CONNECTION_BROKEN;
                }
            }
        } finally {
            if (!isHandedOver) {
                share.close();
            }
        }
    }

    private RawDelivery delivery(HttpServerRequest request, Endpoint endpoint, Buffer body) {
        return RawDelivery.newBuilder()
                .setDeliveryId(UUID.randomUUID().toString())
                .setPlatform(endpoint.app().platform())
                .setApp(endpoint.app().name())
                .setReceivedAt(clock.instant().truncatedTo(ChronoUnit.MILLIS))
                .setHeaders(joined(request.headers(), endpoint.platform().keptHeaders()))
                .setBody(ByteBuffer.wrap(body.getBytes()))
                .build();
    }

    private End refuse(HttpServerRequest request, RawDelivery delivery, Verdict verdict) {
        var end = switch (verdict) {
            case Verdict.Missing(var detail) -> {
                deliveries.quarantine(delivery, QuarantineReason.SIGNATURE_MISSING, detail);
                yield End.SIGNATURE_MISSING;
            }
            case Verdict.Mismatch(var detail) -> {
                deliveries.quarantine(delivery, QuarantineReason.SIGNATURE_MISMATCH, detail);
                yield End.SIGNATURE_MISMATCH;
            }
            case Verdict.OutOfTime(var detail) -> {
                deliveries.quarantine(delivery, QuarantineReason.TIMESTAMP_OUT_OF_TOLERANCE, detail);
                yield End.OUT_OF_TIME;
            }
            case Verdict.Valid() -> throw new IllegalStateException("A valid delivery is not refused");
        };
        request.response().setStatusCode(401).end();
        return end;
    }

    private End answer(HttpServerRequest request, Future<Fate> stored) {
        // It may still be stored after that, and come again: the topology knows an event it has seen.
        return switch (inTime(stored).await()) {
            case Fate.Durable() -> {
                request.response().end();
                yield End.STORED;
            }
            case Fate.NotDurable() -> tryLater(request, End.BROKER_AWAY);
        };
    }

    /**
     * The fate of a delivery, or that it is not durable when the time is over. Not by awaiting with a limit: Vert.x (5.1.6) leaves a
     * context blocked for ever whose future completes after such a limit has passed.
     */
    private Future<Fate> inTime(Future<Fate> stored) {
        var promise = Promise.<Fate>promise();
        var timer = vertx.setTimer(config.durableWithin().toMillis(), _ -> promise.tryComplete(new Fate.NotDurable()));
        stored.onComplete(fate -> {
            vertx.cancelTimer(timer);
            if (fate.succeeded()) {
                promise.tryComplete(fate.result());
            } else {
                promise.tryFail(fate.cause());
            }
        });
        return promise.future();
    }

    private static End tryLater(HttpServerRequest request, End end) {
        request.response().putHeader(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS);
        refuse(request, 503);
        return end;
    }

    /** Answers with a status and nothing else. A body not read to its end is not waited for: the connection closes. */
    private static void refuse(HttpServerRequest request, int status) {
        if (request.response().ended()) {
            return;
        }
        request.response().setStatusCode(status);
        if (!request.isEnded()) {
            request.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
        }
        request.response().end();
    }

    /** Values by name in lower case. One that came several times fits no signature and no token: so it shall be. */
    private static Map<String, String> joined(MultiMap values, Collection<String> names) {
        var joined = new HashMap<String, String>();
        for (var name : names) {
            var all = values.getAll(name);
            if (!all.isEmpty()) {
                joined.put(name.toLowerCase(Locale.ROOT), String.join(", ", all));
            }
        }
        return joined;
    }
}
