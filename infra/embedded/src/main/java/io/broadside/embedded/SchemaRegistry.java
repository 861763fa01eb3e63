package io.broadside.embedded;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A schema registry in this JVM that speaks the REST API of Confluent's, for development and tests. Confluent's serdes, and
 * clients in other languages, work with it as they are.
 *
 * <ol>
 *   <li>Ids are kept: with a directory, an id that was answered is the same after {@link #close} and after a kill.
 *   <li>An incompatible schema is refused as Confluent's registry refuses it: 409 with the reasons. The level is
 *       BACKWARD_TRANSITIVE until it is set otherwise.
 *   <li>Avro schemas without references; everything else is refused, not ignored.
 * </ol>
 *
 * <p>It listens on 127.0.0.1 without authentication or encryption, and compares a schema with the others of its subject one
 * by one: made for hundreds of schemas, not for an enterprise.
 */
public final class SchemaRegistry implements AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(SchemaRegistry.class);
    private static final int BACKLOG = 128;

    private final HttpServer server;
    private final ExecutorService requests;
    private final RegistryStore store;
    private final Optional<DirectoryLock> lock;

    private SchemaRegistry(
            HttpServer server, ExecutorService requests, RegistryStore store, Optional<DirectoryLock> lock) {
        this.server = server;
        this.requests = requests;
        this.store = store;
        this.lock = lock;
    }

    /**
     * Starts a registry and returns when it answers.
     *
     * @throws EmbeddedStartException when the port is taken, or the directory is in use, not readable or damaged
     */
    public static SchemaRegistry start(RegistryConfig config) {
        var began = System.nanoTime();
        var port = Ports.claim(config.port(), 0);
        var lock = config.directory().map(DirectoryLock::take);
        try {
            var store = new RegistryStore(config.directory());
            var server = bind(port);
            var requests = Executors.newThreadPerTaskExecutor(
                    Thread.ofVirtual().name("schema-registry-", 0).factory());
            server.setExecutor(requests);
            server.createContext("/", new RegistryHttp(new RegistryRoutes(store)));
            server.start();
            var registry = new SchemaRegistry(server, requests, store, lock);
            LOGGER.atInfo()
                    .addKeyValue("uri", registry.uri())
                    .addKeyValue(
                            "directory",
                            config.directory().map(Object::toString).orElse("none"))
                    .addKeyValue("schemas", store.highestId())
                    .addKeyValue(
                            "durationMs",
                            Duration.ofNanos(System.nanoTime() - began).toMillis())
                    .log("schema registry started");
            return registry;
        } catch (Throwable e) {
            lock.ifPresent(DirectoryLock::close);
            throw e;
        }
    }

    /** For {@code schema.registry.url} of clients. */
    public URI uri() {
        return URI.create("http://" + Ports.HOST + ":" + server.getAddress().getPort());
    }

    /** Stops answering; everything answered is on disk already. A second call does nothing. */
    @Override
    public void close() {
        server.stop(0);
        requests.close();
        store.close();
        lock.ifPresent(DirectoryLock::close);
    }

    private static HttpServer bind(int port) {
        try {
            return HttpServer.create(new InetSocketAddress(Ports.address(), port), BACKLOG);
        } catch (BindException e) {
            throw Ports.taken(port, e);
        } catch (IOException e) {
            throw new EmbeddedStartException("schema registry cannot listen on port " + port + ": " + e, e);
        }
    }
}
