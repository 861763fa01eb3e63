package io.broadside.runtime.health;

import io.broadside.runtime.config.ConfigException;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where a service is asked how it is. On every interface; for the operators' network, not for the world.
 *
 * <ul>
 *   <li>{@code GET /health/live}: 200 as long as the process answers.
 *   <li>{@code GET /health/ready}: 200 if every check is well, else 503; the state of each as JSON.
 *   <li>{@code GET /health/check}: the same JSON, always 200.
 *   <li>{@code GET /metrics}: the meters, in Prometheus' text format.
 * </ul>
 */
public final class ManagementServer implements AutoCloseable {

    /** Below the second that Kubernetes waits for a probe by default. */
    private static final Duration CHECK_BOUND = Duration.ofMillis(900);

    private static final String JSON = "application/json";
    private static final String PROMETHEUS_TEXT = "text/plain; version=0.0.4; charset=utf-8";

    private static final Logger LOGGER = LoggerFactory.getLogger(ManagementServer.class);

    private final String service;
    private final Checks readiness;
    private final PrometheusMeterRegistry meters;
    private final Map<String, Handler<HttpServerRequest>> commands;
    private final HttpServer server;

    private ManagementServer(
            String service,
            Checks readiness,
            PrometheusMeterRegistry meters,
            Map<String, Handler<HttpServerRequest>> commands,
            HttpServer server) {
        this.service = service;
        this.readiness = readiness;
        this.meters = meters;
        this.commands = Map.copyOf(commands);
        this.server = server;
    }

    /**
     * Starts the server and waits until it listens.
     *
     * @param port the port, or 0 for any that is free
     * @throws ConfigException if it cannot listen there
     */
    public static ManagementServer start(
            Vertx vertx, String service, int port, List<Checked> readiness, PrometheusMeterRegistry meters) {
        return start(vertx, service, port, readiness, meters, Map.of());
    }

    /**
     * As {@link #start(Vertx, String, int, List, PrometheusMeterRegistry)}, with commands of the service's own.
     *
     * @param commands what takes {@code POST}, by path, on the event loop; each looks for itself who may
     */
    public static ManagementServer start(
            Vertx vertx,
            String service,
            int port,
            List<Checked> readiness,
            PrometheusMeterRegistry meters,
            Map<String, Handler<HttpServerRequest>> commands) {
        var server =
                vertx.createHttpServer(new HttpServerOptions().setPort(port).setIdleTimeout(60));
        var management = new ManagementServer(service, new Checks(readiness, CHECK_BOUND), meters, commands, server);
        server.requestHandler(management::answer);
        listen(server, port);
        LOGGER.atInfo()
                .addKeyValue("service", service)
                .addKeyValue("port", server.actualPort())
                .log("management port open");
        return management;
    }

    /** The port it listens on. */
    public int port() {
        return server.actualPort();
    }

    /** Stops listening and waits until that is done. */
    @Override
    public void close() {
        server.close().await();
    }

    private static void listen(HttpServer server, int port) {
        try {
            server.listen().await();
        } catch (Exception e) {
            // Vert.x throws what the operating system said, declared or not.
            throw new ConfigException(
                    "The management port: a free port needed, was " + port + " (" + e.getMessage() + ")", e);
        }
    }

    private void answer(HttpServerRequest request) {
        var command = commands.get(request.path());
        if (command != null) {
            answer(request, command);
            return;
        }
        if (!request.method().equals(HttpMethod.GET)) {
            request.response().setStatusCode(405).putHeader("allow", "GET").end();
            return;
        }
        switch (request.path()) {
            case "/health/live" -> send(request, 200, JSON, status(true).encode());
            case "/health/ready" -> offTheEventLoop(request, () -> sendChecks(request, 503));
            case "/health/check" -> offTheEventLoop(request, () -> sendChecks(request, 200));
            case "/metrics" -> offTheEventLoop(request, () -> send(request, 200, PROMETHEUS_TEXT, meters.scrape()));
            default -> request.response().setStatusCode(404).end();
        }
    }

    private static void answer(HttpServerRequest request, Handler<HttpServerRequest> command) {
        if (request.method().equals(HttpMethod.POST)) {
            command.handle(request);
        } else {
            request.response().setStatusCode(405).putHeader("allow", "POST").end();
        }
    }

    private void sendChecks(HttpServerRequest request, int statusIfFailing) throws InterruptedException {
        var checks = readiness.run();
        var isReady = checks.stream().allMatch(Check::isOk);
        var list = new JsonArray();
        checks.forEach(check -> list.add(new JsonObject()
                .put("name", check.name())
                .put("ok", check.isOk())
                .put("detail", check.detail())));
        send(
                request,
                isReady ? 200 : statusIfFailing,
                JSON,
                status(isReady).put("checks", list).encode());
    }

    private JsonObject status(boolean isOk) {
        return new JsonObject().put("service", service).put("status", isOk ? "ok" : "failing");
    }

    private static void send(HttpServerRequest request, int status, String contentType, String body) {
        request.response()
                .setStatusCode(status)
                .putHeader("content-type", contentType)
                .putHeader("cache-control", "no-store")
                .end(body);
    }

    private static void offTheEventLoop(HttpServerRequest request, Answering answering) {
        Thread.ofVirtual().name("management").start(() -> {
            try {
                answering.run();
            } catch (RuntimeException | InterruptedException e) {
                LOGGER.atWarn().addKeyValue("path", request.path()).setCause(e).log("management request failed");
                request.response().setStatusCode(500).end();
            }
        });
    }

    @FunctionalInterface
    private interface Answering {
        void run() throws InterruptedException;
    }
}
