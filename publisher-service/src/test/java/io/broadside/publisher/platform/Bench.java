package io.broadside.publisher.platform;

import io.broadside.publisher.platform.media.MediaConfig;
import io.broadside.publisher.platform.media.MediaFetch;
import io.broadside.runtime.config.Secret;
import io.broadside.runtime.config.Settings;
import io.broadside.runtime.http.CallContext;
import io.broadside.runtime.http.CallGate;
import io.broadside.runtime.http.CallJournal;
import io.broadside.runtime.http.HttpConfig;
import io.broadside.runtime.http.PlatformHttp;
import io.broadside.runtime.tracing.Trace;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** What a platform stands on in a test: a fake server, the real way to it, and a clock that stands still. */
public final class Bench implements AutoCloseable {

    public static final Instant NOW = Instant.parse("2026-11-20T10:15:30Z");
    public static final Secret TOKEN = Secret.of("example-access-token");

    private final Vertx vertx = Vertx.vertx();
    private final Clock clock = Clock.fixed(NOW, ZoneOffset.UTC);
    private final FakeServer server = new FakeServer(vertx);
    private final PlatformHttp http;
    private final MediaFetch media;

    public Bench() {
        var config = HttpConfig.from(Settings.from(Map.of(
                "HTTP_CALL_TIMEOUT", "300ms", "HTTP_CONNECT_TIMEOUT", "1s", "HTTP_BREAKER_MINIMUM_CALLS", "100000")));
        this.http = new PlatformHttp(vertx, config, CallJournal.none(), new SimpleMeterRegistry(), clock);
        this.media = new MediaFetch(
                vertx, new MediaConfig(true, 16 << 20, 64 << 20, Duration.ofSeconds(2), Duration.ofSeconds(20)));
    }

    public FakeServer server() {
        return server;
    }

    public PlatformHttp http() {
        return http;
    }

    public MediaFetch media() {
        return media;
    }

    public Clock clock() {
        return clock;
    }

    public CallContext context() {
        return context(CallGate.open());
    }

    /** For a call that must not start any more. */
    public CallContext lateContext() {
        return context(Optional::empty);
    }

    private static CallContext context(CallGate gate) {
        return new CallContext(
                "connection-1",
                Optional.of("request-1"),
                Optional.of("command-1"),
                1,
                OptionalLong.of(7),
                Trace.root(),
                gate);
    }

    @Override
    public void close() {
        media.close();
        http.close();
        server.close();
        vertx.close().await();
    }
}
