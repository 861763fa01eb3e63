package io.broadside.simulator;

import io.broadside.simulator.account.Platform;
import io.broadside.simulator.control.Control;
import io.broadside.simulator.control.ControlRoutes;
import io.broadside.simulator.facebook.FacebookApi;
import io.broadside.simulator.facebook.FacebookApp;
import io.broadside.simulator.failure.Failures;
import io.broadside.simulator.http.CallLog;
import io.broadside.simulator.http.Exchanges;
import io.broadside.simulator.http.Outbound;
import io.broadside.simulator.journal.Journal;
import io.broadside.simulator.post.Publications;
import io.broadside.simulator.settings.CurrentSettings;
import io.broadside.simulator.webhooks.Payloads;
import io.broadside.simulator.webhooks.WebhookSecrets;
import io.broadside.simulator.webhooks.Webhooks;
import io.broadside.simulator.x.XApi;
import io.broadside.simulator.x.XClient;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Facebook Pages and X as a server on this machine.
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
    private final FacebookApi facebook;
    private final XApi x;
    private final Control control;
    private final ControlRoutes controlRoutes;
    private final SampleImages images = new SampleImages();
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
        this.facebook = new FacebookApi(
                clock,
                journal,
                publications,
                settings,
                new FacebookApp(config.facebookAppId(), config.facebookAppSecret()),
                url -> fetch(outbound, url));
        this.x = new XApi(
                clock, journal, publications, settings, new XClient(config.xClientId(), config.xClientSecret()));
        var webhooks = new Webhooks(
                outbound,
                new WebhookSecrets(config.facebookAppSecret(), config.facebookVerifyToken(), config.xConsumerSecret()),
                new Payloads(clock, config.xClientId(), facebook::personOf),
                journal);
        this.control = new Control(facebook, x, failures, publications, calls, settings, webhooks);
        this.controlRoutes = new ControlRoutes(control);
        if (!journal.replay()) {
            DemoAccounts.at(clock.instant()).forEach(control::add);
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

    /** Below it {@code /v26.0/...} lives. */
    public URI facebook() {
        return uri().resolve("/" + Platform.FACEBOOK.id());
    }

    /** Below it {@code /2/...} lives. */
    public URI x() {
        return uri().resolve("/" + Platform.X.id());
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
        if (path.startsWith("/facebook/")) {
            exchanges.serve(facebook, "/facebook", request);
        } else if (path.startsWith("/x/")) {
            exchanges.serve(x, "/x", request);
        } else if (path.startsWith("/control/")) {
            exchanges.serve(controlRoutes::handle, "/control", request);
        } else if (path.startsWith("/media/")) {
            exchanges.serve(images::handle, "/media", request);
        } else {
            request.response().setStatusCode(404).end("/facebook, /x, /control and /media are here\n");
        }
    }

    private static Future<Buffer> fetch(Outbound outbound, URI url) {
        return outbound.call(HttpMethod.GET, url, Map.of("User-Agent", "facebookexternalhit/1.1"), Buffer.buffer())
                .compose(answer -> answer.status() == 200
                        ? Future.succeededFuture(answer.body())
                        : Future.failedFuture("status " + answer.status()));
    }

    private static int eventLoops() {
        return Math.clamp(Runtime.getRuntime().availableProcessors(), 1, 4);
    }
}
