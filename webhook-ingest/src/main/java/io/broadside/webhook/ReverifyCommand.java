package io.broadside.webhook;

import io.broadside.runtime.api.ApiKeys;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code POST /webhooks/re-verify} on the management port, with an API key: has what is in the quarantine verified again, and
 * answers what came of it. {@code ?app=PLATFORM/NAME} for one app, {@code ?unreadable=true} for what was genuine and not
 * understood too. One at a time.
 */
final class ReverifyCommand {

    static final String PATH = "/webhooks/re-verify";

    private static final Logger LOGGER = LoggerFactory.getLogger(ReverifyCommand.class);

    private final ApiKeys keys;
    private final Reverification reverification;
    private final AtomicBoolean isUnderWay = new AtomicBoolean();

    ReverifyCommand(ApiKeys keys, Reverification reverification) {
        this.keys = keys;
        this.reverification = reverification;
    }

    void handle(HttpServerRequest request) {
        if (keys.isOpen()) {
            fail(request, 403, "No API key is set: name one in WEBHOOK_API_KEYS, as its SHA-256 hash.");
        } else if (!keys.admits(request.getHeader("authorization"))) {
            fail(request, 401, "A known API key is needed: send it as Authorization: Bearer KEY.");
        } else if (!isUnderWay.compareAndSet(false, true)) {
            fail(request, 409, "The quarantine is being verified already. Wait for that to end.");
        } else {
            var app = Optional.ofNullable(request.getParam("app"));
            var withUnreadable = "true".equals(request.getParam("unreadable"));
            Thread.ofVirtual().name("re-verify").start(() -> run(request, app, withUnreadable));
        }
    }

    private void run(HttpServerRequest request, Optional<String> app, boolean withUnreadable) {
        try {
            var result = reverification.run(app, withUnreadable);
            send(
                    request,
                    200,
                    new JsonObject()
                            .put("accepted", result.accepted())
                            .put("refused", result.refused())
                            .put("truncated", result.truncated())
                            .put("ofNoApp", result.ofNoApp())
                            .put("unreadable", result.unreadable())
                            .put("notStored", result.notStored()));
        } catch (KafkaException e) {
            LOGGER.atWarn().addKeyValue("cause", e.toString()).log("quarantine could not be read");
            fail(request, 503, "The quarantine could not be read now. Try again in a moment.");
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            fail(request, 503, "The service is closing.");
        } finally {
            isUnderWay.set(false);
        }
    }

    private static void fail(HttpServerRequest request, int status, String sentence) {
        send(request, status, new JsonObject().put("error", new JsonObject().put("message", sentence)));
    }

    private static void send(HttpServerRequest request, int status, JsonObject body) {
        var _ = request.response()
                .setStatusCode(status)
                .putHeader("content-type", "application/json")
                .putHeader("cache-control", "no-store")
                .end(body.encode());
    }
}
