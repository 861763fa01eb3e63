package io.broadside.simulator;

import io.broadside.simulator.account.Platform;
import io.broadside.simulator.control.Control;
import io.broadside.simulator.control.ControlRoutes;
import io.broadside.simulator.failure.Failures;
import io.broadside.simulator.http.CallLog;
import io.broadside.simulator.http.Exchanges;
import io.broadside.simulator.http.Outbound;
import io.broadside.simulator.journal.Journal;
import io.broadside.simulator.media.MediaRoutes;
import io.broadside.simulator.platform.Foundation;
import io.broadside.simulator.platform.Platforms;
import io.broadside.simulator.platform.SimulatedPlatform;
import io.broadside.simulator.post.Publications;
import io.broadside.simulator.settings.CurrentSettings;
import io.broadside.simulator.webhooks.Webhooks;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.net.URI;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The doubled networks as a server on this machine.
 *
 * <ol>
 *   <li>What it answered as done is done: it is in the journal before the answer, if there is a data directory.
 *   <li>It is as strict as the real networks where the facts are known, and stricter where that finds mistakes.
 *   <li>It fails as it is told to, and tells afterwards what really happened.
 * </ol>
 */
public final class PlatformSimulator implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(PlatformSimulator.class);
    private static final String HOST = "127.0.0.1";
    private static final Duration OUTBOUND_TIMEOUT = Duration.ofSeconds(5);
    /** Longest request line: reads of the Graph API carry tokens and field lists in it. */
    private static final int LONGEST_LINE = 16 * 1024;

    private final Vertx vertx;
    private final Journal journal;
    private final Exchanges exchanges;
    private final Platforms platforms;
    private final Control control;
    private final ControlRoutes controlRoutes;
    private final MediaRoutes media = new MediaRoutes();
    private final int port;

    private PlatformSimulator(SimulatorConfig config, Vertx vertx) {
        this.vertx = vertx;
        this.journal = config.dataDirectory().map(Journal::in).orElseGet(Journal::inMemory);
        var clock = config.clock();
        var failures = new Failures();
        var calls = new CallLog();
        var publications = new Publications();
        var settings = new CurrentSettings(journal);
        var outbound = new Outbound(vertx, OUTBOUND_TIMEOUT);
        this.exchanges = new Exchanges(vertx, clock, journal, failures, calls);
        this.platforms = new Platforms(SimulatedPlatforms.on(
                new Foundation(clock, journal, publications, settings, outbound, failures, config.apps())));
        var webhooks = new Webhooks(outbound, id -> platforms.get(id).webhooks(), journal);
        this.control = new Control(platforms, failures, publications, calls, settings, webhooks);
        this.controlRoutes = new ControlRoutes(control);
        if (!journal.replay()) {
            platforms
                    .all()
                    .flatMap(platform -> platform.demoAccounts(clock.instant()).stream())
                    .forEach(control::add);
        }
        this.port = listen(config.port());
    }

    /** Starts, and returns when it accepts calls. */
    public static PlatformSimulator start(SimulatorConfig config) {
        var vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(eventLoops()));
        try {
            var simulator = new PlatformSimulator(config, vertx);
            LOGGER.atInfo().addKeyValue("uri", simulator.uri()).log("simulator started");
            return simulator;
        } catch (RuntimeException e) {
            vertx.close();
            throw e;
        }
    }

    public URI uri() {
        return URI.create("http://" + HOST + ":" + port);
    }

    /**
     * Below it the paths of the network live.
     *
     * @throws IllegalArgumentException when it is not doubled here
     */
    public URI uri(Platform platform) {
        return uri().resolve("/" + platforms.get(platform).id().id());
    }

    /** Below it {@code /v26.0/...} lives. */
    public URI facebook() {
        return uri(Platform.FACEBOOK);
    }

    /** Below it {@code /2/...} lives. */
    public URI x() {
        return uri(Platform.X);
    }

    public Control control() {
        return control;
    }

    /** Cuts all connections. */
    @Override
    public void close() {
        vertx.close().await();
        journal.close();
        LOGGER.atInfo().addKeyValue("port", port).log("simulator stopped");
    }

    /** One server for each event loop; they share the port, which Vert.x writes as a negative number when it is any. */
    private int listen(int wanted) {
        var bound = new AtomicInteger();
        vertx.deployVerticle(
                        () -> new VerticleBase() {
                            @Override
                            public Future<?> start() {
                                return server().listen(wanted == 0 ? -1 : wanted)
                                        .onSuccess(server -> bound.set(server.actualPort()));
                            }
                        },
                        new DeploymentOptions().setInstances(eventLoops()))
                .await();
        return bound.get();
    }

    private HttpServer server() {
        return vertx.createHttpServer(new HttpServerOptions()
                        .setMaxInitialLineLength(LONGEST_LINE)
                        .setMaxFormAttributeSize(-1))
                .requestHandler(this::route);
    }

    private void route(HttpServerRequest request) {
        var path = Objects.requireNonNullElse(request.path(), "/");
        int end = path.indexOf('/', 1);
        var first = end < 0 ? "" : path.substring(1, end);
        switch (first) {
            case "control" -> exchanges.serve(controlRoutes::handle, "/control", request);
            case "media" -> media.handle(request);
            default ->
                platform(first)
                        .ifPresentOrElse(
                                host -> exchanges.call(call -> platforms.answering(host, call), "/" + first, request),
                                () -> notHere(request));
        }
    }

    private Optional<SimulatedPlatform<?>> platform(String id) {
        return platforms.all().filter(platform -> platform.id().id().equals(id)).findFirst();
    }

    private void notHere(HttpServerRequest request) {
        var names = platforms.ids().stream().map(id -> "/" + id.id()).collect(Collectors.joining(", "));
        request.response().setStatusCode(404).end(names + ", /control and /media are here\n");
    }

    private static int eventLoops() {
        return Math.clamp(Runtime.getRuntime().availableProcessors(), 1, 4);
    }
}
