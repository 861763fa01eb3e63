package io.broadside.publisher.posts;

import io.broadside.runtime.api.ApiServer;
import io.broadside.runtime.config.ConfigException;
import io.broadside.runtime.health.Check;
import io.broadside.runtime.health.Checked;
import io.broadside.runtime.kafka.KafkaClients;
import io.broadside.runtime.service.Closing;
import io.vertx.core.Vertx;
import java.time.Clock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The posts API at work: its server, its index and its producer. */
public final class PostsServer implements Checked, AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(PostsServer.class);

    private final Closing parts;
    private final Timelines timelines;
    private final ApiServer server;

    private PostsServer(Closing parts, Timelines timelines, ApiServer server) {
        this.parts = parts;
        this.timelines = timelines;
        this.server = server;
    }

    /**
     * Starts to serve. The topics must exist.
     *
     * @throws ConfigException if it cannot listen on its port
     */
    public static PostsServer start(
            Vertx vertx, PostsConfig config, KafkaClients clients, Requests requests, Clock clock) {
        var parts = new Closing();
        try {
            var directory = clients.config().stateDirectory().resolve("timelines");
            var store = TimelineStore.open(directory, config.kept());
            var timelines = parts.add(new Timelines(store, clients, requests, config.kept(), clock))
                    .start();
            var producer = parts.add(new PostsProducer(clients));
            var api = new PostsApi(requests, timelines, producer, clients.serdes(), clock);
            var server = parts.add(ApiServer.start(
                    vertx,
                    config.host(),
                    PostsConfig.PORT_NAME,
                    config.port(),
                    config.keys(),
                    PostsApi.MOST_BODY_BYTES,
                    api.routes()));
            LOGGER.atInfo().addKeyValue("port", server.port()).log("posts API open");
            if (config.keys().isOpen()) {
                LOGGER.atWarn()
                        .addKeyValue("port", server.port())
                        .log("the posts API is open to whoever reaches it; set PUBLISHER_API_KEYS to close it");
            }
            return new PostsServer(parts, timelines, server);
        } catch (RuntimeException e) {
            parts.close();
            throw e;
        }
    }

    /** The port it listens on. */
    public int port() {
        return server.port();
    }

    @Override
    public Check check() {
        return timelines.check();
    }

    @Override
    public void close() {
        parts.close();
    }
}
