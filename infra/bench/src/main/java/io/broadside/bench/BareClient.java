package io.broadside.bench;

import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;

/**
 * A process that makes the HTTP calls of posts and nothing else: one post after the other in each of so many loops, on as many event
 * loops as there are processors. {@code GET /run?seconds=10&atOnce=1000} makes it work, and answers how many posts are through.
 *
 * <p>Arguments: port of the simulator, accounts of each platform, connections.
 */
final class BareClient extends VerticleBase {

    private static final int INSTANCES = Runtime.getRuntime().availableProcessors();
    private static final long STARTED = System.currentTimeMillis();
    private static final AtomicLong POSTS = new AtomicLong();
    private static volatile Run current = new Run(0, 0);

    private final int simulatorPort;
    private final int accounts;
    private final int connections;

    private BareClient(int simulatorPort, int accounts, int connections) {
        this.simulatorPort = simulatorPort;
        this.accounts = accounts;
        this.connections = connections;
    }

    /** One stretch of work. */
    private record Run(int loops, long until, LongAdder done, LongAdder failed, AtomicReference<String> failure) {

        Run(int loops, long until) {
            this(loops, until, new LongAdder(), new LongAdder(), new AtomicReference<>(""));
        }

        boolean isOver() {
            return System.nanoTime() - until >= 0;
        }
    }

    @Override
    public Future<?> start() {
        var calls = new PlatformCalls(vertx, simulatorPort, connections / INSTANCES);
        vertx.eventBus().<Integer>consumer("run", _ -> {
            var run = current;
            for (int i = 0; i < run.loops(); i++) {
                next(calls, run);
            }
        });
        return Future.succeededFuture();
    }

    private void next(PlatformCalls calls, Run run) {
        if (run.isOver()) {
            return;
        }
        var number = POSTS.getAndIncrement();
        calls.post(BenchAccount.ofPost(number, accounts), "Bare " + STARTED + " " + number)
                .onComplete(ended -> {
                    if (!run.isOver()) {
                        (ended.succeeded() ? run.done() : run.failed()).increment();
                        if (ended.failed()) {
                            run.failure().set(String.valueOf(ended.cause()));
                        }
                    }
                    next(calls, run);
                });
    }

    private static void serve(Vertx vertx, HttpServerRequest request) {
        var seconds = Integer.parseInt(request.getParam("seconds"));
        var atOnce = Integer.parseInt(request.getParam("atOnce"));
        var run = new Run(
                atOnce / INSTANCES,
                System.nanoTime() + Duration.ofSeconds(seconds).toNanos());
        current = run;
        vertx.eventBus().publish("run", 0);
        vertx.setTimer(seconds * 1000L, _ -> {
            var answer = new JsonObject()
                    .put("posts", run.done().sum())
                    .put("failed", run.failed().sum())
                    .put("failure", run.failure().get());
            var _ = request.response().end(answer.toBuffer());
        });
    }

    static void main(String[] args) throws InterruptedException {
        var vertx = Vertx.vertx();
        vertx.deployVerticle(
                        () -> new BareClient(
                                Integer.parseInt(args[0]), Integer.parseInt(args[1]), Integer.parseInt(args[2])),
                        new DeploymentOptions().setInstances(INSTANCES))
                .await();
        var server = vertx.createHttpServer()
                .requestHandler(request -> serve(vertx, request))
                .listen(0)
                .await();
        System.out.println(OwnProcess.READY + server.actualPort());
        Thread.currentThread().join();
    }
}
