package io.broadside.retry;

import io.broadside.retry.account.AccountParts;
import io.broadside.retry.account.AccountView;
import io.broadside.retry.account.Audit;
import io.broadside.retry.account.Inventory;
import io.broadside.retry.account.Whereabouts;
import io.broadside.retry.inbound.Accounts;
import io.broadside.retry.inbound.ConfirmationTopology;
import io.broadside.retry.letters.DeadLetterDesk;
import io.broadside.retry.letters.DeadLettersApi;
import io.broadside.runtime.health.Checked;
import io.broadside.runtime.health.ManagementServer;
import io.broadside.runtime.health.Meters;
import io.broadside.runtime.kafka.KafkaCheck;
import io.broadside.runtime.kafka.KafkaClients;
import io.broadside.runtime.kafka.RunningTopology;
import io.broadside.runtime.kafka.TopicSetup;
import io.broadside.runtime.service.Closing;
import io.broadside.runtime.store.CommittedStores;
import io.broadside.schemas.Groups;
import io.broadside.schemas.Topics;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.streams.StreamsConfig;

/** retry-service: holds what waits, keeps the account, and serves its dead letters. Several may run in one JVM. */
public final class RetryService implements AutoCloseable {

    /** Names the consumer group, the changelog topics and the directory of the stores: never change it. */
    static final String APPLICATION = Groups.RETRY;

    private static final String CONFIRMING = APPLICATION + "-confirmations";
    private static final String SERVICE = "retry-service";
    private static final Duration LONGEST_SILENCE = Duration.ofMinutes(1);

    private final Closing closing;
    private final ManagementServer management;
    private final DeadLettersApi api;

    private RetryService(Closing closing, ManagementServer management, DeadLettersApi api) {
        this.closing = closing;
        this.management = management;
        this.api = api;
    }

    /**
     * Makes sure of the topics, starts to hold and opens the management port. Returns before partitions are assigned and
     * their stores restored: readiness tells.
     *
     * @throws org.apache.kafka.common.KafkaException if the broker cannot be reached or its topics cannot be used
     * @throws io.broadside.schemas.RegistryUnavailableException if the schema registry does not answer
     * @throws io.broadside.runtime.config.ConfigException if the management port is taken
     */
    public static RetryService start(RetryConfig config, Clock clock) {
        var closing = new Closing();
        try {
            var meters = Meters.forService(SERVICE);
            closing.add(meters::close);
            var clients = closing.add(new KafkaClients(config.kafka(), SERVICE));
            var partitions = TopicSetup.ensure(clients, RetryTopology.topics(config.platforms()));
            clients.serdes().prepare(RetryTopology.sinks(config.platforms()));

            var ticks = new Ticks(clock, System::nanoTime);
            var flows = new Flows(config.mostPerSecond(), config.rampEnd());
            var stores = new CommittedStores(clock);
            var inventory = new Inventory();
            var topology = RetryTopology.build(new RetryTopology.Parts(
                    clients.serdes(),
                    config.platforms(),
                    new Judge(config.policy(), () -> ThreadLocalRandom.current().nextDouble()),
                    flows,
                    stores,
                    new AccountParts(
                            config.platforms(),
                            config.overdueAfter(),
                            new AccountView(meters, config.platforms(), clock),
                            inventory,
                            silence(config),
                            partitions),
                    config.tick(),
                    config.batch(),
                    new RetryMetrics(meters, config.platforms(), flows, ticks),
                    ticks));
            var running = closing.add(
                    RunningTopology.start(APPLICATION, topology, clients, meters, clock, settings(config), stores));

            var whereabouts = new Whereabouts(clients);
            closing.add(Audit.start(
                    inventory, commands -> whereabouts.missing(commands, config.platforms()), config.auditEvery()));

            var accounts = closing.add(new Accounts(clients));
            TopicSetup.ensure(clients, List.of(Topics.CONNECTIONS, Topics.INBOUND_EVENTS));
            accounts.load();
            var confirming = closing.add(RunningTopology.start(
                    CONFIRMING, ConfirmationTopology.build(clients.serdes(), accounts), clients, meters, clock));

            var vertx = Vertx.vertx();
            closing.add(() -> vertx.close().await());
            List<Checked> readiness =
                    List.of(closing.add(new KafkaCheck(clients)), running, ticks, accounts, confirming);
            var management = closing.add(ManagementServer.start(vertx, SERVICE, config.port(), readiness, meters));
            var desk = closing.add(new DeadLetterDesk(clients, clock));
            var api = closing.add(DeadLettersApi.start(vertx, config.apiPort(), config.apiKeys(), desk));
            return new RetryService(closing, management, api);
        } catch (RuntimeException e) {
            closing.close();
            throw e;
        }
    }

    /** The port of health checks and metrics. */
    public int port() {
        return management.port();
    }

    /** The port of the HTTP API. */
    public int apiPort() {
        return api.port();
    }

    /** Stops holding: what waits stays in Kafka and in the local stores, and is taken up at the next start. */
    @Override
    public void close() {
        closing.close();
    }

    /** Of which one asks where a command is: results and commands are read side by side, so news may be a moment behind. */
    private static Duration silence(RetryConfig config) {
        return config.auditEvery().compareTo(LONGEST_SILENCE) < 0 ? config.auditEvery() : LONGEST_SILENCE;
    }

    private static Map<String, Object> settings(RetryConfig config) {
        return Map.of(
                StreamsConfig.NUM_STREAM_THREADS_CONFIG,
                config.threads(),
                StreamsConfig.NUM_STANDBY_REPLICAS_CONFIG,
                config.standbys(),
                // What was fetched is worked off in its order: a command would wait for seconds behind results that the
                // account has still to read. So little is fetched at once.
                StreamsConfig.mainConsumerPrefix(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG),
                128 << 10,
                StreamsConfig.mainConsumerPrefix(ConsumerConfig.FETCH_MAX_BYTES_CONFIG),
                512 << 10,
                // Records of different topics may come in any order, as everything here bears that: so none waits for
                // another.
                StreamsConfig.MAX_TASK_IDLE_MS_CONFIG,
                StreamsConfig.MAX_TASK_IDLE_MS_DISABLED);
    }
}
