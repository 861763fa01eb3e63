package io.broadside.runtime.http;

import io.broadside.runtime.http.Reply.NoAnswer;
import io.broadside.schemas.ErrorCode;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.PoolOptions;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls platforms over HTTP/1.1, for callers that block.
 *
 * <ol>
 *   <li>Every call ends in a {@link Reply}. One that is not an answer says whether the platform may have got the request:
 *       "no" is a promise, "maybe" is not.
 *   <li>A request is sent once or not at all. Nothing is repeated and no redirect is followed here.
 *   <li>A call ends in bounded time: the wait for a place, the connection, and the time from sending to the end of the
 *       answer are each limited, and the answer's size is.
 *   <li>Each call writes one line in the log and one event in the journal, without secrets, bodies or queries.
 *   <li>A host that keeps failing is left alone for a while; other hosts and platforms do not notice. If it is one of the
 *       platform's own the platform counts as closed; one that a stranger named is not the platform.
 * </ol>
 */
public final class PlatformHttp implements AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(PlatformHttp.class);

    private final HttpConfig config;
    private final Clock clock;
    private final MeterRegistry meters;
    private final HttpClient client;
    private final Exchange exchange;
    private final CallRecorder recorder;
    private final CallListener listener;

    /** Strangers can name as many hosts as they like; what was learnt of them is forgotten beyond this many. */
    private static final int MOST_STRANGE_HOSTS = 10_000;

    /** By platform, then by host and port. */
    private final Map<String, Map<String, Lane>> lanes = new ConcurrentHashMap<>();

    /** The same for hosts that strangers named. */
    private final Map<String, Lane> strange = new ConcurrentHashMap<>();

    public PlatformHttp(Vertx vertx, HttpConfig config, CallJournal journal, MeterRegistry meters, Clock clock) {
        this(vertx, config, journal, CallListener.none(), meters, clock);
    }

    public PlatformHttp(
            Vertx vertx,
            HttpConfig config,
            CallJournal journal,
            CallListener listener,
            MeterRegistry meters,
            Clock clock) {
        this.listener = listener;
        this.config = config;
        this.clock = clock;
        this.meters = meters;
        this.client = vertx.createHttpClient(options(config), pool(config));
        this.exchange = new Exchange(vertx, client, config);
        this.recorder = new CallRecorder(journal, meters);
    }

    /**
     * Makes a call and waits for what comes of it. Meant for virtual threads; never to be called on an event loop.
     *
     * <p>A thread that is interrupted gets TIMED_OUT, with nothing sent if there was still time to prevent it, and stays
     * interrupted.
     */
    public Reply call(Call call, CallContext context) {
        var startedAt = clock.instant();
        var begun = System.nanoTime();
        var lane = lane(call);
        var refusal = lane.enter();
        Reply reply = refusal.isPresent() ? refusal.get() : callWithin(lane, call, context);
        recorder.record(call, context, startedAt, since(begun), reply);
        tell(call, context, reply);
        return reply;
    }

    /**
     * Whether calls to this platform are let through: true as long as none of its own hosts is left alone because of too many
     * failures. Once the time of being left alone is over this is true again, so that calls can show whether it is well.
     */
    public boolean isOpen(String platform) {
        return lanes.getOrDefault(platform, Map.of()).values().stream().allMatch(Lane::letsThrough);
    }

    /** Closes all connections. Calls under way end as unanswered. */
    @Override
    public void close() {
        client.shutdown(0, TimeUnit.SECONDS).await();
    }

    private void tell(Call call, CallContext context, Reply reply) {
        try {
            listener.ended(call, context, reply);
        } catch (RuntimeException e) {
            LOGGER.atWarn()
                    .addKeyValue("endpoint", call.endpoint())
                    .addKeyValue("traceId", context.trace().traceId())
                    .setCause(e)
                    .log("call not told to its listener");
        }
    }

    private Reply callWithin(Lane lane, Call call, CallContext context) {
        var begun = System.nanoTime();
        var verdict = Optional.<Reply>empty();
        try {
            var reply = exchange.run(call, context.gate());
            if (saysSomethingOfTheHost(reply)) {
                verdict = Optional.of(reply);
            }
            return reply;
        } finally {
            lane.leave(verdict, since(begun));
        }
    }

    private static boolean saysSomethingOfTheHost(Reply reply) {
        var isGateClosed = reply instanceof NoAnswer none && none.cause() == ErrorCode.OWNER_LOST;
        return !isGateClosed && !Thread.currentThread().isInterrupted();
    }

    private Lane lane(Call call) {
        if (call.onlyPublic()) {
            if (strange.size() >= MOST_STRANGE_HOSTS) {
                strange.clear();
            }
            return strange.computeIfAbsent(
                    call.platform() + "@" + call.authority(),
                    _ -> new Lane(call.platform(), call.authority(), config, clock));
        }
        return lanes.computeIfAbsent(call.platform(), this::newPlatform)
                .computeIfAbsent(call.authority(), authority -> new Lane(call.platform(), authority, config, clock));
    }

    private Map<String, Lane> newPlatform(String platform) {
        Gauge.builder("broadside.platform.held.back", () -> isOpen(platform) ? 0 : 1)
                .description("1 while calls to a host of this platform are held back because too many failed")
                .tag("platform", platform)
                .register(meters);
        return new ConcurrentHashMap<>();
    }

    private static Duration since(long begun) {
        return Duration.ofNanos(System.nanoTime() - begun);
    }

    private static HttpClientOptions options(HttpConfig config) {
        return new HttpClientOptions()
                .setConnectTimeout(Math.toIntExact(config.connectTimeout().toMillis()))
                .setSslHandshakeTimeout(config.connectTimeout().toMillis())
                .setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS)
                .setKeepAlive(true)
                .setKeepAliveTimeout(Math.toIntExact(config.keepAlive().toSeconds()))
                // A call that is given up closes its connection once everything written is gone: never, with a platform
                // that reads nothing.
                .setWriteIdleTimeout(Math.toIntExact(config.callTimeout().toSeconds()) + 1)
                // A second request on a connection whose first is unanswered would share its fate.
                .setPipelining(false)
                .setTcpNoDelay(true);
    }

    /** Lanes bound the calls of a platform; the pool is per host, and a host may serve several platforms. */
    private static PoolOptions pool(HttpConfig config) {
        return new PoolOptions().setHttp1MaxSize(config.maxConnectionsPerHost());
    }
}
