package io.broadside.publisher;

import io.broadside.events.FreshToken;
import io.broadside.publisher.budget.Budgets;
import io.broadside.publisher.platform.Platforms;
import io.broadside.publisher.platform.media.MediaFetch;
import io.broadside.publisher.posts.PostsServer;
import io.broadside.runtime.config.ConfigException;
import io.broadside.runtime.dispatch.Dispatcher;
import io.broadside.runtime.health.Checked;
import io.broadside.runtime.health.ManagementServer;
import io.broadside.runtime.health.Meters;
import io.broadside.runtime.http.PlatformHttp;
import io.broadside.runtime.kafka.ApiCallJournal;
import io.broadside.runtime.kafka.CompactedTable;
import io.broadside.runtime.kafka.KafkaCheck;
import io.broadside.runtime.kafka.KafkaClients;
import io.broadside.runtime.kafka.RunningTopology;
import io.broadside.runtime.kafka.TopicSetup;
import io.broadside.runtime.service.Closing;
import io.broadside.runtime.vault.Vault;
import io.broadside.schemas.Groups;
import io.broadside.schemas.Topics;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** publisher-service at work: fan-out of requests, dispatch of commands, results, and the posts API. */
public final class PublisherService implements AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(PublisherService.class);

    private static final String NAME = "publisher";
    private static final Duration START_LIMIT = Duration.ofMinutes(2);

    private final Closing parts;
    private final ManagementServer management;
    private final Optional<Integer> apiPort;

    private PublisherService(Closing parts, ManagementServer management, Optional<Integer> apiPort) {
        this.parts = parts;
        this.management = management;
        this.apiPort = apiPort;
    }

    /**
     * Starts the service; it is ready when its health says so.
     *
     * @throws KafkaException if Kafka cannot be reached, or its topics cannot work
     * @throws io.broadside.runtime.config.ConfigException if it is told what cannot be
     */
    public static PublisherService start(PublisherConfig config, Clock clock) throws InterruptedException {
        var parts = new Closing();
        try {
            return start(config, clock, parts);
        } catch (RuntimeException | InterruptedException e) {
            parts.close();
            throw e;
        }
    }

    private static PublisherService start(PublisherConfig config, Clock clock, Closing parts)
            throws InterruptedException {
        if (config.vault().accessKeyset().isEmpty()) {
            throw new ConfigException("VAULT_ACCESS_KEYSET_FILE: the keyset of token-service's access tokens is needed;"
                    + " without it no post can go out.");
        }
        if (!config.leavesTimeForTheLastPiece()) {
            LOGGER.atWarn()
                    .log("PUBLISHER_MEDIA_SLICE, PUBLISHER_MEDIA_TIMEOUT and HTTP_CALL_TIMEOUT together are not below"
                            + " DISPATCH_CALL_LIMIT: pieces of slow files may be cut off and sent again");
        }
        var meters = Meters.forService(NAME);
        var clients = parts.add(new KafkaClients(config.kafka(), NAME));
        var vertx = Vertx.vertx();
        parts.add(() -> vertx.close().await());
        var journal = parts.add(new ApiCallJournal(clients));
        var connections = parts.add(new ConnectionDirectory(clients));
        var budgets = new Budgets(
                config.budgets(), Platforms.quotas(config.platforms()), connections::accountId, meters, clock);
        var http = parts.add(new PlatformHttp(vertx, config.http(), journal, budgets, meters, clock));
        var media = parts.add(new MediaFetch(vertx, config.platforms().media()));
        var platforms = Platforms.all(config.platforms(), http, media, clock);
        var partitions = TopicSetup.ensure(clients, Topics.all(platforms.ids()));

        var tokens =
                parts.add(new CompactedTable<FreshToken, FreshToken>(Topics.FRESH_TOKENS, clients, token -> token));
        var withdrawals = parts.add(new Withdrawals(clients));
        tokens.start();
        withdrawals.start();
        connections.start();
        try {
            // Before these are read, an account that is connected would look as if it were not.
            tokens.awaitCurrent(START_LIMIT);
            connections.awaitCurrent(START_LIMIT);
            // And what was taken back while nobody ran would go out.
            withdrawals.awaitCurrent(START_LIMIT);
        } catch (TimeoutException e) {
            throw new KafkaException(e.getMessage(), e);
        }

        var division = new FanOut(platforms, connections);
        var home = new HomePartition(partitions);
        var topology = FanOutTopology.build(division, clients.serdes(), platforms.ids(), home, config.requestsKept());
        var fanOut = parts.add(RunningTopology.start("broadside-fan-out", topology, clients, meters, clock));

        var handler = new PublishHandler(
                platforms,
                tokens::get,
                connections::personNeeded,
                withdrawals::isWithdrawn,
                Vault.open(config.vault()),
                http::isOpen,
                budgets,
                partitions,
                clients.serdes(),
                clock);
        var commands = platforms.ids().stream().map(Topics::commands).toList();
        var dispatcher = parts.add(
                new Dispatcher<>(Groups.PUBLISH, commands, config.dispatch(), clients, handler, meters, clock));
        Thread.ofPlatform().name("publish dispatcher").start(dispatcher);

        var checks = new ArrayList<Checked>(
                List.of(parts.add(new KafkaCheck(clients)), fanOut, dispatcher, tokens, connections, withdrawals));
        var posts = Optional.<PostsServer>empty();
        if (config.posts().isServed()) {
            var requests = new RequestsOfFanOut(division, home, connections::awaitCurrent, clock);
            posts = Optional.of(parts.add(PostsServer.start(vertx, config.posts(), clients, requests, clock)));
            checks.add(posts.get());
        }
        var management = parts.add(ManagementServer.start(vertx, NAME, config.port(), checks, meters));
        return new PublisherService(parts, management, posts.map(PostsServer::port));
    }

    /** The port where health and metrics are served. */
    public int port() {
        return management.port();
    }

    /** The port of the posts API, if it is served here. */
    public Optional<Integer> apiPort() {
        return apiPort;
    }

    @Override
    public void close() {
        parts.close();
    }
}
