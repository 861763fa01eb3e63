package io.broadside.bench;

import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;

/** A Vert.x server that answers 200 to everything, on as many event loops as there are processors, and does nothing else. */
final class BareServer extends VerticleBase {

    private final int port;

    private BareServer(int port) {
        this.port = port;
    }

    @Override
    public Future<?> start() {
        return vertx.createHttpServer()
                .requestHandler(request -> {
                    var _ = request.response().end();
                })
                .listen(port);
    }

    static void main(String[] args) throws InterruptedException {
        var port = Integer.parseInt(args[0]);
        var options = new DeploymentOptions().setInstances(Runtime.getRuntime().availableProcessors());
        Vertx.vertx().deployVerticle(() -> new BareServer(port), options).await();
        System.out.println(OwnProcess.READY + port);
        Thread.currentThread().join();
    }
}
