package io.broadside.webhook;

import io.broadside.runtime.config.ConfigException;
import io.broadside.runtime.health.ManagementServer;
import io.broadside.runtime.health.Meters;
import io.broadside.runtime.kafka.KafkaCheck;
import io.broadside.runtime.kafka.KafkaClients;
import io.broadside.runtime.kafka.RunningTopology;
import io.broadside.runtime.kafka.TopicSetup;
import io.broadside.runtime.service.Closing;
import io.broadside.schemas.Topic;
import io.broadside.schemas.Topics;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.streams.StreamsConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * webhook-ingest: the endpoints and the topology, wired. Several of them may run in one process, each with a configuration of
 * its own.
 */
public final class WebhookService implements AutoCloseable {

    private static final String NAME = "webhook-ingest";
    private static final String TOPOLOGY = "broadside-" + NAME;

    private static final long LOOK_EVERY_MS = 5_000;

    /** The topology works off what waits as fast as it can once the oldest has waited for so long, whoever waits meanwhile. */
    private static final Duration FAR_BEHIND = Duration.ofMinutes(10);

    private static final Map<String, Object> TOPOLOGY_SETTINGS = Map.of(
            // No task has two inputs that could wait for each other, so none looks for that before every record.
            StreamsConfig.MAX_TASK_IDLE_MS_CONFIG,
            StreamsConfig.MAX_TASK_IDLE_MS_DISABLED,
            // What waits after a burst goes through in few batches.
            StreamsConfig.producerPrefix(ProducerConfig.BATCH_SIZE_CONFIG),
            128 << 10);

    private static final Logger LOGGER = LoggerFactory.getLogger(WebhookService.class);

    private final Closing closing;
    private final RunningTopology topology;
    private final int port;
    private final int managementPort;

    private WebhookService(Closing closing, RunningTopology topology, int port, int managementPort) {
        this.closing = closing;
        this.topology = topology;
        this.port = port;
        this.managementPort = managementPort;
    }

    /** As {@link #start(WebhookConfig, UnaryOperator, Clock)}, with secrets that stay as they are. */
    public static WebhookService start(WebhookConfig config, Clock clock) {
        return start(config, app -> app, clock);
    }

    /**
     * Makes sure of the topics, opens the ports and starts the topology; blocks until webhooks are taken.
     *
     * @param again reads an app anew, now and then; throws ConfigException if it cannot
     * @throws ConfigException if the configuration cannot work, a taken port among others
     * @throws org.apache.kafka.common.KafkaException if Kafka cannot be reached
     * @throws io.broadside.schemas.RegistryUnavailableException if the schema registry does not answer
     */
    public static WebhookService start(WebhookConfig config, UnaryOperator<WebhookApp> again, Clock clock) {
        var closing = new Closing();
        try {
            return start(config, again, clock, closing);
        } catch (RuntimeException | Error e) {
            closing.close();
            throw e;
        }
    }

    /** The port of the webhooks. */
    public int port() {
        return port;
    }

    RunningTopology topology() {
        return topology;
    }

    /** The port of health and metrics. */
    public int managementPort() {
        return managementPort;
    }

    /** Takes no more webhooks, finishes those under way, and closes. Blocks until that is done, within limits. */
    @Override
    public void close() {
        closing.close();
    }

    private static WebhookService start(
            WebhookConfig config, UnaryOperator<WebhookApp> again, Clock clock, Closing closing) {
        var meters = Meters.forService(NAME);
        closing.add(meters::close);
        var metrics = new WebhookMetrics(meters);
        var clients = closing.add(new KafkaClients(
                LargeDeliveries.allow(config.kafka(), config.limits().bodyLimit()), NAME));
        TopicSetup.ensure(clients, ownTopics());
        LargeDeliveries.ensure(clients, config.limits().bodyLimit());
        clients.serdes().prepare(ownTopics());

        var vertx = Vertx.vertx();
        closing.add(() -> vertx.close().await());
        var kafka = closing.add(new KafkaCheck(clients));
        var topology =
                InboundTopology.build(clients.serdes(), config.rememberFor(), config.quarantineBodyLimit(), metrics);
        var streams = closing.add(RunningTopology.start(TOPOLOGY, topology, clients, meters, clock, TOPOLOGY_SETTINGS));
        var arrears = closing.add(Arrears.watch(clients, closing.add(clients.admin()), TOPOLOGY, clock));
        metrics.arrears(arrears::seconds);
        var deliveries = closing.add(Deliveries.open(clients, config, metrics));
        var precedence = new Precedence(
                new Precedence.Work() {
                    @Override
                    public void rest() {
                        metrics.rested();
                        streams.rest();
                    }

                    @Override
                    public void goOn() {
                        streams.goOn();
                    }
                },
                deliveries::underWay,
                () -> arrears.seconds() > FAR_BEHIND.toSeconds(),
                System::nanoTime);
        var keyring = new Keyring(config.apps(), again);
        vertx.setPeriodic(LOOK_EVERY_MS, _ -> Thread.ofVirtual().name("keyring").start(keyring::look));
        var endpoints = Endpoint.byPath(config.apps(), keyring).values();
        var command = new ReverifyCommand(
                config.apiKeys(),
                config.apps().stream().map(WebhookApp::label).toList(),
                new Reverification(clients, endpoints, config.rememberFor(), clock, deliveries, metrics)::run);
        var management = closing.add(ManagementServer.start(
                vertx,
                NAME,
                config.managementPort(),
                List.of(kafka, streams, deliveries),
                meters,
                Map.of(ReverifyCommand.PATH, command::handle)));
        var shared = shared(vertx, config, keyring, deliveries, precedence, metrics, clock);
        var port = listen(vertx, config, shared, clock, closing);
        LOGGER.atInfo()
                .addKeyValue("port", port)
                .addKeyValue("managementPort", management.port())
                .addKeyValue(
                        "endpoints",
                        config.apps().stream().map(WebhookApp::path).toList())
                .log("webhook-ingest started");
        return new WebhookService(closing, streams, port, management.port());
    }

    private static WebhookServer.Shared shared(
            Vertx vertx,
            WebhookConfig config,
            Keyring keyring,
            Deliveries deliveries,
            Precedence precedence,
            WebhookMetrics metrics,
            Clock clock) {
        var room = new Room(config.limits().maxBytesInFlight());
        metrics.bytesLeft(room::bytesLeft);
        var sources = new Sources(config.limits(), System::nanoTime);
        metrics.sources(sources::size);
        var rhythms = new HashMap<String, Rhythm>();
        for (var app : config.apps()) {
            var rhythm = new Rhythm(app.label(), config.leastGap(), clock);
            rhythms.put(app.label(), rhythm);
            metrics.expect(app.label());
            metrics.silence(app.label(), () -> rhythm.silence().toSeconds(), () -> rhythm.isGap() ? 1 : 0);
        }
        vertx.setPeriodic(LOOK_EVERY_MS, _ -> {
            sources.forgetIdle();
            rhythms.values().forEach(Rhythm::look);
        });
        var deletion = config.publicUri().map(uri -> new DataDeletion(uri, config.deletionKey(), clock));
        return new WebhookServer.Shared(keyring, deliveries, room, sources, rhythms, precedence, deletion, metrics);
    }

    /** One server per processor, all on one port. */
    private static int listen(
            Vertx vertx, WebhookConfig config, WebhookServer.Shared shared, Clock clock, Closing closing) {
        var servers = new ConcurrentLinkedQueue<WebhookServer>();
        Supplier<WebhookServer> supplier = () -> {
            var server = new WebhookServer(config, shared, clock);
            servers.add(server);
            return server;
        };
        var options = new DeploymentOptions().setInstances(Runtime.getRuntime().availableProcessors());
        String deployment;
        try {
            deployment = vertx.deployVerticle(supplier, options).await();
        } catch (Exception e) {
            // Vert.x throws what the operating system said, declared or not.
            throw new ConfigException(
                    "WEBHOOK_PORT: a free port needed, was " + config.port() + " (" + e.getMessage() + ")", e);
        }
        closing.add(() -> vertx.undeploy(deployment).await());
        return servers.element().port();
    }

    private static List<Topic<?>> ownTopics() {
        return Topics.all(List.of()).stream()
                .filter(topic -> topic.owner() == Topic.Owner.WEBHOOK_INGEST)
                .toList();
    }
}
