package io.broadside.webhook;

import io.broadside.webhook.platform.Callback;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

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

    private static final Duration FIRST_REQUEST_WITHIN = Duration.ofSeconds(10);
    private static final Duration FINISH_WITHIN = Duration.ofSeconds(10);
    private static final long LOOK_EVERY_MS = 50;

    private final WebhookConfig config;
    private final Shared shared;
    private final Map<String, Endpoint> endpoints;
    private final Clock clock;
    private final Connections connections;
    private @Nullable HttpServer server;

    /**
     * What all instances have in common.
     *
     * @param deletion how requests to delete data are answered; empty if they are not taken
     */
    record Shared(
            Keyring keyring,
            Deliveries deliveries,
            Room room,
            Sources sources,
            Map<String, Rhythm> rhythms,
            Precedence precedence,
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
        var idle = config.limits().idleTimeout().toNanos();
        // A proxy opens connections before it needs them.
        var first = config.limits().trustedProxies() > 0 ? idle : FIRST_REQUEST_WITHIN.toNanos();
        this.connections = new Connections(first, idle, System::nanoTime);
    }

    @Override
    public Future<?> start() {
        var answers = new Answers(vertx);
        var calls = new Calls(vertx, config.limits(), shared, answers, clock);
        var lateness = new Lateness(TimeUnit.MILLISECONDS.toNanos(LOOK_EVERY_MS));
        vertx.setPeriodic(LOOK_EVERY_MS, _ -> {
            shared.precedence().looked(lateness.cameAt(System.nanoTime()));
            calls.look();
            connections.look();
        });
        var opened = vertx.createHttpServer(new HttpServerOptions()
                        .setIdleTimeout((int) config.limits().idleTimeout().toMillis())
                        .setIdleTimeoutUnit(TimeUnit.MILLISECONDS)
                        .setHandle100ContinueAutomatically(true)
                        .setHttp2ClearTextEnabled(false)
                        // Nobody opens a WebSocket here: what would compress one need not look at every request.
                        .setPerFrameWebSocketCompressionSupported(false)
                        .setPerMessageWebSocketCompressionSupported(false))
                .connectionHandler(this::opened)
                .requestHandler(request -> handle(request, calls, answers));
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
        var endpoints = new HashMap<>(Endpoint.byPath(config.apps(), shared.keyring()));
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

    private void handle(HttpServerRequest request, Calls calls, Answers answers) {
        var connection = request.connection();
        var peer = connections.began(connection, shared.sources());
        request.response().endHandler(_ -> connections.ended(connection));
        var endpoint = request.path() == null ? null : endpoints.get(request.path());
        if (endpoint == null) {
            answers.refuse(request, 404);
            shared.metrics().endedNowhere();
        } else {
            calls.begin(request, endpoint, shared.sources().of(request, peer));
        }
    }
}
