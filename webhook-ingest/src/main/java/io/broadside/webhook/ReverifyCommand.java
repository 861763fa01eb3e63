package io.broadside.webhook;

import io.broadside.runtime.api.ApiKeys;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
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

    private static final Set<String> PARAMETERS = Set.of("app", "unreadable");
    private static final Set<String> BOOLEANS = Set.of("true", "false");

    private final ApiKeys keys;
    private final Set<String> apps;
    private final Run run;
    private final AtomicBoolean isUnderWay = new AtomicBoolean();

    /** What is done; see {@link Reverification#run}. */
    @FunctionalInterface
    interface Run {

        Reverification.Result of(Optional<String> app, boolean withUnreadable) throws InterruptedException;
    }

    /** @param apps PLATFORM/NAME of the apps there are */
    ReverifyCommand(ApiKeys keys, Collection<String> apps, Run run) {
        this.keys = keys;
        this.apps = new TreeSet<>(apps);
        this.run = run;
    }

    void handle(HttpServerRequest request) {
        if (keys.isOpen()) {
            fail(request, 403, "No API key is set: name one in WEBHOOK_API_KEYS, as its SHA-256 hash.");
        } else if (!keys.admits(request.getHeader("authorization"))) {
            fail(request, 401, "A known API key is needed: send it as Authorization: Bearer KEY.");
        } else {
            begin(request);
        }
    }

    private void begin(HttpServerRequest request) {
        Optional<String> app;
        boolean withUnreadable;
        try {
            // A misspelt filter would mean the deliveries of all apps.
            var unknown = request.params().names().stream()
                    .filter(name -> !PARAMETERS.contains(name))
                    .findFirst();
            app = Optional.ofNullable(request.getParam("app"));
            var unreadable = Optional.ofNullable(request.getParam("unreadable")).orElse("false");
            if (unknown.isPresent() || !BOOLEANS.contains(unreadable)) {
                fail(request, 422, "Known parameters are app (PLATFORM/NAME) and unreadable (true or false).");
                return;
            }
            if (app.filter(name -> !apps.contains(name)).isPresent()) {
                fail(request, 422, "There is no app of this name; there are " + String.join(", ", apps) + ".");
                return;
            }
            withUnreadable = unreadable.equals("true");
        } catch (IllegalArgumentException _) {
            fail(request, 400, "The query cannot be decoded.");
            return;
        }
        if (!isUnderWay.compareAndSet(false, true)) {
            fail(request, 409, "The quarantine is being verified already. Wait for that to end.");
            return;
        }
        Thread.ofVirtual().name("re-verify").start(() -> run(request, app, withUnreadable));
    }

    private void run(HttpServerRequest request, Optional<String> app, boolean withUnreadable) {
        Runnable answer;
        try {
            answer = answerOf(request, app, withUnreadable);
        } finally {
            // Before the answer: whoever has it may ask again.
            isUnderWay.set(false);
        }
        answer.run();
    }

    private Runnable answerOf(HttpServerRequest request, Optional<String> app, boolean withUnreadable) {
        try {
            var result = run.of(app, withUnreadable);
            return () -> send(request, 200, json(result));
        } catch (KafkaException e) {
            LOGGER.atWarn().addKeyValue("cause", e.toString()).log("quarantine could not be read");
            return () -> fail(request, 503, "The quarantine could not be read now. Try again in a moment.");
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return () -> fail(request, 503, "The service is closing.");
        } catch (RuntimeException e) {
            LOGGER.atError().setCause(e).log("quarantine could not be verified again");
            return () -> fail(request, 500, "Verifying the quarantine failed, which is a fault of Broadside.");
        }
    }

    private static JsonObject json(Reverification.Result result) {
        return new JsonObject()
                .put("accepted", result.accepted())
                .put("refused", result.refused())
                .put("truncated", result.truncated())
                .put("ofNoApp", result.ofNoApp())
                .put("unreadable", result.unreadable())
                .put("tooOld", result.tooOld())
                .put("notStored", result.notStored());
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
