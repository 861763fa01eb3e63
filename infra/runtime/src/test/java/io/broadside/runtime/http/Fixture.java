package io.broadside.runtime.http;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.broadside.events.ApiCall;
import io.broadside.runtime.config.Settings;
import io.broadside.runtime.tracing.Trace;
import io.broadside.testkit.SettableClock;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.NetSocket;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/** A client under test and everything it writes down, and servers on this machine for it to call. */
final class Fixture implements AutoCloseable {

    static final String TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736";

    final Vertx vertx = Vertx.vertx();
    final SettableClock clock = new SettableClock();
    final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    final List<ApiCall> journal = new CopyOnWriteArrayList<>();
    final List<Reply> told = new CopyOnWriteArrayList<>();
    CallListener listener = (_, _, reply) -> told.add(reply);
    final List<ILoggingEvent> lines = new CopyOnWriteArrayList<>();
    private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    private final AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
            event.prepareForDeferredProcessing();
            lines.add(event);
        }
    };
    final PlatformHttp http;

    /** @param settings pairs of name and value, over limits short enough for tests */
    Fixture(String... settings) {
        this(null, settings);
    }

    Fixture(@Nullable CallJournal other, String... settings) {
        var environment = new HashMap<>(Map.of("HTTP_CONNECT_TIMEOUT", "2s", "HTTP_CALL_TIMEOUT", "10s"));
        for (var i = 0; i < settings.length; i += 2) {
            environment.put(settings[i], settings[i + 1]);
        }
        var config = HttpConfig.from(Settings.from(environment));
        http = new PlatformHttp(
                vertx,
                config,
                other == null ? journal::add : other,
                (call, context, reply) -> listener.ended(call, context, reply),
                meters,
                clock);
        appender.start();
        root.addAppender(appender);
    }

    /** A server that speaks HTTP; gives its base URI. */
    URI platform(Handler<HttpServerRequest> handler) {
        var server = vertx.createHttpServer()
                .requestHandler(handler)
                .listen(0, "localhost")
                .await();
        return URI.create("http://localhost:" + server.actualPort());
    }

    /** A server that does with a connection whatever it likes; gives its base URI. */
    URI rawPlatform(Handler<NetSocket> handler) {
        var server = vertx.createNetServer()
                .connectHandler(handler)
                .listen(0, "localhost")
                .await();
        return URI.create("http://localhost:" + server.actualPort());
    }

    Reply get(URI base) {
        return http.call(Call.get("facebook", "page.get", base.resolve("/v26.0/1")), context());
    }

    Reply post(URI base) {
        return http.call(Call.post("facebook", "page.feed", base.resolve("/v26.0/1/feed"), new Body.None()), context());
    }

    /** The log lines about calls, each as its key-value pairs. */
    List<Map<String, Object>> callLines() {
        return lines.stream()
                .filter(line -> line.getMessage().equals("platform call"))
                .map(Fixture::pairs)
                .toList();
    }

    /** Waits for something that another thread is about to do. */
    static <T> T soon(CompletableFuture<T> future) {
        return future.orTimeout(5, TimeUnit.SECONDS).join();
    }

    static CallContext context() {
        return context(CallGate.open());
    }

    static CallContext context(CallGate gate) {
        return new CallContext(
                "facebook:page:1",
                Optional.of("request-1"),
                Optional.of("command-1"),
                2,
                OptionalLong.of(7),
                new Trace(TRACE_ID, "00f067aa0ba902b7", true),
                gate);
    }

    static CallGate gateFor(Duration limit) {
        return () -> Optional.of(limit);
    }

    private static Map<String, Object> pairs(ILoggingEvent line) {
        var pairs = new HashMap<String, Object>();
        line.getKeyValuePairs().forEach(pair -> pairs.put(pair.key, pair.value));
        return pairs;
    }

    @Override
    public void close() {
        root.detachAppender(appender);
        http.close();
        vertx.close().await();
    }
}
