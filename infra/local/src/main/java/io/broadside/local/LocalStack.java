package io.broadside.local;

import io.broadside.embedded.BrokerConfig;
import io.broadside.embedded.EmbeddedBroker;
import io.broadside.embedded.RegistryConfig;
import io.broadside.embedded.SchemaRegistry;
import io.broadside.publisher.PublisherConfig;
import io.broadside.publisher.PublisherService;
import io.broadside.retry.RetryConfig;
import io.broadside.retry.RetryService;
import io.broadside.runtime.kafka.KafkaClients;
import io.broadside.runtime.kafka.TopicSetup;
import io.broadside.runtime.service.Closing;
import io.broadside.schemas.Topics;
import io.broadside.simulator.PlatformSimulator;
import io.broadside.simulator.SimulatorConfig;
import io.broadside.simulator.account.Platform;
import io.broadside.simulator.instagram.InstagramPlatform;
import io.broadside.token.TokenConfig;
import io.broadside.token.TokenService;
import io.broadside.webhook.WebhookConfig;
import io.broadside.webhook.WebhookService;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.function.Consumer;

/**
 * Broker, registry, platform simulator and all four services in this JVM. Each service gets its configuration as it would from
 * its environment.
 */
final class LocalStack implements AutoCloseable {

    /** Those that are published to here; the simulator may have more. */
    static final List<String> PLATFORMS = List.of("bluesky", "facebook", "instagram", "linkedin", "tiktok", "x");

    private final Closing parts;
    private final Ports ports;
    private final PlatformSimulator simulator;

    private LocalStack(Closing parts, Ports ports, PlatformSimulator simulator) {
        this.parts = parts;
        this.ports = ports;
        this.simulator = simulator;
    }

    /**
     * Starts everything; it is complete, and each service ready or about to be, when this returns.
     *
     * @param data where everything is kept; a directory of an earlier run goes on where that one ended
     * @param progress hears a sentence for every part that has started
     */
    static LocalStack start(Ports ports, Path data, Consumer<String> progress) throws InterruptedException {
        var parts = new Closing();
        try {
            return start(ports, data, progress, parts);
        } catch (RuntimeException | InterruptedException e) {
            parts.close();
            throw e;
        }
    }

    private static LocalStack start(Ports ports, Path data, Consumer<String> progress, Closing parts)
            throws InterruptedException {
        var clock = Clock.systemUTC();
        var started = inParallel(List.<Callable<AutoCloseable>>of(
                () -> parts.add(startSimulator(ports, data)),
                () -> parts.add(startBroker(ports, data)),
                () -> parts.add(startRegistry(ports, data))));
        started.forEach(part -> progress.accept(name(part)));
        var simulator = (PlatformSimulator) started.getFirst();

        var environment = environment(ports, data, simulator);
        // Topics of all services at once, by one request, instead of by each for itself.
        try (var clients =
                new KafkaClients(PublisherConfig.from(environment.of("setup")).kafka(), "setup")) {
            TopicSetup.ensure(clients, Topics.all(PLATFORMS));
        }
        inParallel(List.<Callable<AutoCloseable>>of(
                () -> parts.add(PublisherService.start(PublisherConfig.from(environment.of("publisher")), clock)),
                () -> parts.add(TokenService.start(TokenConfig.from(environment.of("token")), clock)),
                () -> parts.add(RetryService.start(RetryConfig.from(environment.of("retry")), clock)),
                () -> parts.add(WebhookService.start(WebhookConfig.from(environment.of("webhook")), clock))));
        progress.accept("Services: publisher, token, retry, webhook-ingest");
        return new LocalStack(parts, ports, simulator);
    }

    private static AutoCloseable startSimulator(Ports ports, Path data) {
        return PlatformSimulator.start(
                SimulatorConfig.onPort(ports.simulator()).withDataDirectory(data.resolve("simulator")));
    }

    private static AutoCloseable startBroker(Ports ports, Path data) {
        return EmbeddedBroker.start(
                BrokerConfig.in(data.resolve("kafka")).withPort(ports.kafka()).withControllerPort(ports.controller()));
    }

    private static AutoCloseable startRegistry(Ports ports, Path data) {
        return SchemaRegistry.start(RegistryConfig.in(data.resolve("registry")).withPort(ports.registry()));
    }

    private static String name(AutoCloseable part) {
        return switch (part) {
            case PlatformSimulator simulator -> "Platform simulator on " + simulator.uri();
            case EmbeddedBroker broker -> "Kafka broker on " + broker.bootstrapServers();
            case SchemaRegistry registry -> "Schema registry on " + registry.uri();
            default -> part.toString();
        };
    }

    Ports ports() {
        return ports;
    }

    PlatformSimulator simulator() {
        return simulator;
    }

    @Override
    public void close() {
        parts.close();
    }

    /** The environment each service would have. */
    record Environment(Map<String, String> shared, Path data) {

        /** @param service names the directory of its state, and so one instance of it */
        Map<String, String> of(String service) {
            var own = new HashMap<>(shared);
            own.put("STATE_DIR", data.resolve("state").resolve(service).toString());
            return own;
        }
    }

    static Environment environment(Ports ports, Path data, PlatformSimulator simulator) {
        var settings = new HashMap<String, String>();
        settings.put("KAFKA_BOOTSTRAP_SERVERS", ports.bootstrapServers());
        settings.put("SCHEMA_REGISTRY_URL", ports.at(ports.registry()).toString());
        settings.put("KAFKA_TOPIC_PARTITIONS", "3");
        settings.put("KAFKA_TOPIC_REPLICATION", "1");
        settings.put("INSTANCE_ID", "local");
        settings.put(
                "VAULT_ACCESS_KEYSET_FILE", data.resolve("keys/access.json").toString());
        settings.put(
                "VAULT_REFRESH_KEYSET_FILE", data.resolve("keys/refresh.json").toString());
        settings.put("VAULT_CREATE_MISSING", "true");
        settings.put("VAULT_RELOAD_INTERVAL", "1s");
        settings.put("BROADSIDE_PLATFORMS", String.join(",", PLATFORMS));
        // One machine, one clock; and nobody wants to wait a minute for a restart.
        settings.put("DISPATCH_CLOCK_SKEW", "0s");
        settings.put("DISPATCH_INTENT_MAX_AGE", "3s");
        settings.put("DISPATCH_CALL_LIMIT", "15s");
        // A slice of an upload, the time to read its last piece and that to send it have to fit into the limit.
        settings.put("HTTP_CALL_TIMEOUT", "8s");
        settings.put("PUBLISHER_MEDIA_TIMEOUT", "4s");
        settings.put("PUBLISHER_MEDIA_SLICE", "2s");
        // The simulator's timelines and lists are never late.
        settings.put("X_ABSENT_AFTER", "10s");
        settings.put("LINKEDIN_ABSENT_AFTER", "10s");
        settings.put("INSTAGRAM_ABSENT_AFTER", "10s");
        settings.put("BLUESKY_SERVICE_URI", simulator.uri(Platform.BLUESKY).toString());
        settings.put("FACEBOOK_API_URI", simulator.facebook().toString());
        settings.put("FACEBOOK_UPLOAD_URI", simulator.facebook().toString());
        settings.put("FACEBOOK_APP_ID", SimulatorConfig.FACEBOOK_APP_ID);
        settings.put("FACEBOOK_APP_SECRET", SimulatorConfig.FACEBOOK_APP_SECRET);
        settings.put("INSTAGRAM_API_URI", simulator.uri(InstagramPlatform.ID).toString());
        settings.put("FACEBOOK_DIALOG_URI", simulator.facebook().toString());
        settings.put("INSTAGRAM_AUTHORIZE_URI", simulator.uri(InstagramPlatform.ID) + "/oauth/authorize");
        settings.put("INSTAGRAM_OAUTH_URI", simulator.uri(InstagramPlatform.ID).toString());
        settings.put("INSTAGRAM_APP_ID", InstagramPlatform.DEFAULT_APP.clientId());
        settings.put("INSTAGRAM_APP_SECRET", InstagramPlatform.DEFAULT_APP.clientSecret());
        settings.put("LINKEDIN_AUTHORIZE_URI", simulator.uri(Platform.LINKEDIN) + "/oauth/v2/authorization");
        settings.put("TIKTOK_AUTHORIZE_URI", simulator.uri(Platform.TIKTOK) + "/v2/auth/authorize/");
        settings.put("X_AUTHORIZE_URI", simulator.x() + "/i/oauth2/authorize");
        settings.put("INSTAGRAM_BY_FACEBOOK_API_URI", simulator.facebook().toString());
        settings.put("INSTAGRAM_POLL_AFTER", "1s");
        settings.put("LINKEDIN_API_URI", simulator.uri(Platform.LINKEDIN).toString());
        settings.put("LINKEDIN_OAUTH_URI", simulator.uri(Platform.LINKEDIN).toString());
        settings.put("LINKEDIN_CLIENT_ID", SimulatorConfig.LINKEDIN_CLIENT_ID);
        settings.put("LINKEDIN_CLIENT_SECRET", SimulatorConfig.LINKEDIN_CLIENT_SECRET);
        settings.put("TIKTOK_API_URI", simulator.uri(Platform.TIKTOK).toString());
        settings.put("TIKTOK_CLIENT_KEY", SimulatorConfig.TIKTOK_CLIENT_KEY);
        settings.put("TIKTOK_CLIENT_SECRET", SimulatorConfig.TIKTOK_CLIENT_SECRET);
        settings.put("X_API_URI", simulator.x().toString());
        settings.put("X_CLIENT_ID", SimulatorConfig.X_CLIENT_ID);
        settings.put("X_CLIENT_SECRET", SimulatorConfig.X_CLIENT_SECRET);
        settings.put("PUBLISHER_MEDIA_ALLOW_PRIVATE", "true");
        settings.put("PUBLISHER_PORT", Integer.toString(ports.publisher()));
        settings.put("PUBLISHER_API_PORT", Integer.toString(ports.postsApi()));
        settings.put("TOKEN_PORT", Integer.toString(ports.tokenService()));
        settings.put("TOKEN_MANAGEMENT_PORT", Integer.toString(ports.tokenManagement()));
        settings.put("RETRY_PORT", Integer.toString(ports.retryService()));
        settings.put("RETRY_API_PORT", Integer.toString(ports.retryApi()));
        settings.put("WEBHOOK_PORT", Integer.toString(ports.webhookIngest()));
        settings.put("WEBHOOK_MANAGEMENT_PORT", Integer.toString(ports.webhookManagement()));
        settings.put("WEBHOOK_APPS", "facebook/demo,x/demo");
        settings.put("WEBHOOK_FACEBOOK_DEMO_SECRETS", SimulatorConfig.FACEBOOK_APP_SECRET);
        settings.put("WEBHOOK_FACEBOOK_DEMO_VERIFY_TOKEN", SimulatorConfig.FACEBOOK_VERIFY_TOKEN);
        settings.put("WEBHOOK_X_DEMO_SECRETS", SimulatorConfig.X_CONSUMER_SECRET);
        return new Environment(settings, data);
    }

    private static <T> List<T> inParallel(List<Callable<T>> starts) throws InterruptedException {
        try (var threads = Executors.newThreadPerTaskExecutor(
                Thread.ofPlatform().name("start ", 0).factory())) {
            var results = new ArrayList<T>();
            for (var started : threads.invokeAll(starts)) {
                results.add(started.get());
            }
            return results;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException fault) {
                throw fault;
            }
            throw new IllegalStateException(e.getCause());
        }
    }
}
