package io.broadside.token;

import io.broadside.events.RefreshRequest;
import io.broadside.events.WaitingPosts;
import io.broadside.runtime.dispatch.Dispatcher;
import io.broadside.runtime.health.Checked;
import io.broadside.runtime.health.ManagementServer;
import io.broadside.runtime.health.Meters;
import io.broadside.runtime.http.PlatformHttp;
import io.broadside.runtime.kafka.ApiCallJournal;
import io.broadside.runtime.kafka.CompactedTable;
import io.broadside.runtime.kafka.KafkaCheck;
import io.broadside.runtime.kafka.KafkaClients;
import io.broadside.runtime.kafka.TopicSetup;
import io.broadside.runtime.service.Closing;
import io.broadside.runtime.vault.Vault;
import io.broadside.schemas.Topic;
import io.broadside.schemas.Topics;
import io.broadside.token.connect.Acceptance;
import io.broadside.token.connect.ConnectionWriter;
import io.broadside.token.connect.ConnectionsApi;
import io.broadside.token.connect.Disconnecting;
import io.broadside.token.connect.PasteForm;
import io.broadside.token.connect.Pasting;
import io.broadside.token.health.HealthHandler;
import io.broadside.token.health.HealthMetrics;
import io.broadside.token.health.HealthScan;
import io.broadside.token.health.TokenPositions;
import io.broadside.token.health.notice.Notices;
import io.broadside.token.inbound.PermissionWatch;
import io.broadside.token.page.Pages;
import io.broadside.token.platform.SignIns;
import io.broadside.token.platform.TokenPlatforms;
import io.broadside.token.refresh.DueScan;
import io.broadside.token.refresh.DueTimes;
import io.broadside.token.refresh.EndingPause;
import io.broadside.token.refresh.RefreshHandler;
import io.broadside.token.refresh.RefreshMetrics;
import io.broadside.token.refresh.RefreshRecords;
import io.broadside.token.signin.Envelopes;
import io.vertx.core.Vertx;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** token-service, running: connections API, refreshes, the look-out for tokens that are due, health. */
public final class TokenService implements AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(TokenService.class);

    /** Name of the service, of its metrics and of its Kafka clients. */
    public static final String NAME = "token-service";

    private static final String REFRESH_GROUP = "broadside-token-refresh";
    private static final Duration LOADED_WITHIN = Duration.ofMinutes(5);

    private final Closing parts;
    private final ConnectionsApi api;
    private final ManagementServer management;

    private TokenService(Closing parts, ConnectionsApi api, ManagementServer management) {
        this.parts = parts;
        this.api = api;
        this.management = management;
    }

    /**
     * Starts the service and returns when it is at work: topics are there, the tables are read, the ports are open.
     *
     * @throws io.broadside.runtime.config.ConfigException if it was told something it cannot work with
     * @throws KafkaException if the broker cannot be reached or its topics cannot work
     */
    public static TokenService start(TokenConfig config, Clock clock) {
        var parts = new Closing();
        try {
            return start(config, clock, parts);
        } catch (RuntimeException e) {
            parts.close();
            throw e;
        }
    }

    private static TokenService start(TokenConfig config, Clock clock, Closing parts) {
        var vault = Vault.open(config.vault());
        var clients = parts.add(new KafkaClients(config.kafka(), NAME));
        TopicSetup.ensure(clients, topics());
        var vertx = Vertx.vertx();
        parts.add(() -> vertx.close().await());
        var meters = Meters.forService(NAME);
        parts.add(meters::close);
        var journal = parts.add(new ApiCallJournal(clients));
        var http = parts.add(new PlatformHttp(vertx, config.http(), journal, meters, clock));
        var platforms = TokenPlatforms.all(config.platforms(), http::call, clock);

        var dueTimes = new DueTimes(platforms, config.refreshMargin());
        var tables = parts.add(new ConnectionTables(clients, meters, dueTimes));
        var waiting = parts.add(
                new CompactedTable<WaitingPosts, WaitingPosts>(Topics.WAITING_POSTS, clients, posts -> posts));
        var pause = new EndingPause();
        var records = new RefreshRecords(clients.serdes(), vault, platforms, clock);
        var refreshMetrics = new RefreshMetrics(meters);
        var writer = parts.add(new ConnectionWriter(clients, tables));
        var ways = SignIns.all(config.signIns(), http::call, clock);
        var disconnecting = new Disconnecting(tables, writer, ways, http::call, vault, clock);
        var positions = parts.add(new TokenPositions(clients));
        var renewing = new RefreshHandler(
                tables, positions, vault, platforms, records, pause, disconnecting::tookTooLong, refreshMetrics, clock);
        var healthMetrics = new HealthMetrics(meters);
        var handler = new HealthHandler(
                renewing, tables, platforms, positions, vault, clients.serdes(), healthMetrics, clock);
        var dispatcher = parts.add(new Dispatcher<RefreshRequest>(
                REFRESH_GROUP, List.of(Topics.REFRESH_REQUESTS), config.dispatch(), clients, handler, meters, clock));
        // Closed before the dispatcher, which waits for calls under way: those that only pause need not be waited for.
        parts.add(pause);
        var requests = parts.add(new RefreshRequestSender(clients));
        var dueScan = parts.add(new DueScan(
                tables, requests, dueTimes, config.scanInterval(), config.mostPerSecond(), refreshMetrics, clock));
        var healthScan = parts.add(new HealthScan(
                tables,
                requests,
                platforms,
                config.healthInterval(),
                config.inspectionsPerSecond(),
                healthMetrics,
                clock));
        var notices = parts.add(new Notices(config.notices(), clients, vertx, http::call, tables, meters, clock));
        var checks = new ArrayList<Checked>(tables.checks());
        checks.addAll(List.of(dispatcher, dueScan, positions, healthScan, waiting));
        checks.addAll(notices.checks());
        checks.add(parts.add(new KafkaCheck(clients)));
        var permissions = parts.add(new PermissionWatch(clients, tables, writer, clock));
        checks.add(permissions);
        var management = parts.add(ManagementServer.start(vertx, NAME, config.managementPort(), checks, meters));

        tables.start();
        waiting.start();
        awaitLoaded(tables);
        Thread.ofPlatform().name(REFRESH_GROUP).start(() -> run(dispatcher));
        dueScan.start();
        positions.start();
        notices.start();
        healthScan.start();
        permissions.start();
        var pasting = new Pasting(platforms, writer, vault, clock);
        var listening = new AtomicInteger(config.port());
        Supplier<URI> publicUri =
                () -> config.signIn().publicUri().orElseGet(() -> URI.create("http://localhost:" + listening.get()));
        var pages = new Pages(
                config.signIn(),
                publicUri,
                config.apiKeys(),
                platforms,
                ways,
                tables,
                waiting::get,
                new Acceptance(writer, vault, clock),
                new PasteForm(platforms, pasting),
                disconnecting,
                new Envelopes(vault, clock),
                clock);
        var api = parts.add(ConnectionsApi.start(
                vertx,
                config.apiHost(),
                config.port(),
                config.apiKeys(),
                config.signIn().publicUri().map(URI::getHost),
                config.inspectsPasted(),
                platforms,
                pasting,
                tables,
                pages));
        listening.set(api.port());
        if (config.apiKeys().isOpen()) {
            LOGGER.atWarn()
                    .addKeyValue("host", config.apiHost())
                    .addKeyValue("port", api.port())
                    .log("the connections API is open to whoever reaches it; set TOKEN_API_KEYS to close it");
        }
        LOGGER.atInfo()
                .addKeyValue("port", api.port())
                .addKeyValue("managementPort", management.port())
                .addKeyValue("platforms", platforms.ids())
                .log("token-service at work");
        return new TokenService(parts, api, management);
    }

    /** Its own topics, the one that tells of calls, the one for what it cannot work on, the one platforms' news come on, and what
     * waits. */
    private static List<Topic<?>> topics() {
        return Stream.concat(
                        Topics.all(List.of()).stream().filter(topic -> topic.owner() == Topic.Owner.TOKEN_SERVICE),
                        Stream.of(Topics.API_CALLS, Topics.DEAD_LETTERS, Topics.INBOUND_EVENTS, Topics.WAITING_POSTS))
                .toList();
    }

    private static void awaitLoaded(ConnectionTables tables) {
        try {
            tables.awaitLoaded(LOADED_WITHIN);
        } catch (TimeoutException e) {
            throw new KafkaException(
                    "The connections could not be read within " + LOADED_WITHIN.toMinutes() + " min.", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KafkaException("Interrupted while the connections were read.", e);
        }
    }

    /** Readiness tells when it has ended before its time; what is said then is in the log already. */
    private static void run(Dispatcher<RefreshRequest> dispatcher) {
        try {
            dispatcher.run();
        } catch (RuntimeException e) {
            LOGGER.atError()
                    .addKeyValue("cause", e.toString())
                    .log("refreshes have stopped; the service must be restarted");
        }
    }

    /** The port of the connections API. */
    public int port() {
        return api.port();
    }

    /** The port of health and metrics. */
    public int managementPort() {
        return management.port();
    }

    /** Stops taking requests, lets calls under way end, and closes everything. */
    @Override
    public void close() {
        parts.close();
    }
}
