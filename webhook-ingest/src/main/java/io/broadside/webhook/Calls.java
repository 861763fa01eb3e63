package io.broadside.webhook;

import io.broadside.events.QuarantineReason;
import io.broadside.events.RawDelivery;
import io.broadside.webhook.BodyReader.Reading;
import io.broadside.webhook.Deliveries.Fate;
import io.broadside.webhook.WebhookMetrics.End;
import io.broadside.webhook.WebhookServer.Shared;
import io.broadside.webhook.platform.Callback;
import io.broadside.webhook.platform.Handshake;
import io.broadside.webhook.platform.Verdict;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Requests to endpoints, from their heads to their answers, as {@link WebhookServer} promises. For the event loop it is made on. */
final class Calls {

    private static final Duration HELD_BACK_FOR = Duration.ofSeconds(1);

    private static final Logger LOGGER = LoggerFactory.getLogger(Calls.class);

    private final Vertx vertx;
    private final Shared shared;
    private final Clock clock;
    private final Answers answers;
    private final Deadlines bodyDeadlines;
    private final Deadlines storeDeadlines;
    private final BodyReader bodies;
    private final Inbox settled;
    private final String deliveryIds = UUID.randomUUID().toString();
    private long deliveryCount;

    Calls(Vertx vertx, Limits limits, Shared shared, Answers answers, Clock clock) {
        this.vertx = vertx;
        this.shared = shared;
        this.clock = clock;
        this.answers = answers;
        this.bodyDeadlines = new Deadlines(limits.readLimit().toNanos(), System::nanoTime);
        this.storeDeadlines = new Deadlines(limits.durableWithin().toNanos(), System::nanoTime);
        var context = vertx.getOrCreateContext();
        Executor eventLoop = task -> context.runOnContext(_ -> task.run());
        this.bodies = new BodyReader(limits.bodyLimit(), bodyDeadlines, eventLoop);
        this.settled = new Inbox(eventLoop);
    }

    /** Sees to it that the request is answered. To be called as the first thing of a request. */
    void begin(HttpServerRequest request, Endpoint endpoint, Source source) {
        new Call(request, endpoint, source).answer();
    }

    /** Answers those whose time is over; to be called now and then. */
    void look() {
        bodyDeadlines.look();
        storeDeadlines.look();
    }

    /** Values by name. One that came several times fits no signature and no token: so it shall be. */
    private static Map<String, String> joined(MultiMap values, Collection<String> names) {
        var joined = new HashMap<String, String>();
        for (var name : names) {
            var all = values.getAll(name);
            if (!all.isEmpty()) {
                joined.put(name, all.size() == 1 ? all.getFirst() : String.join(", ", all));
            }
        }
        return joined;
    }

    /** One request to an endpoint. */
    private final class Call {

        private final HttpServerRequest request;
        private final Endpoint endpoint;
        private final Source source;
        private final Room.Share share;

        Call(HttpServerRequest request, Endpoint endpoint, Source source) {
            this.request = request;
            this.endpoint = endpoint;
            this.source = source;
            this.share = shared.room().share(source);
        }

        void answer() {
            try {
                begin();
            } catch (RuntimeException e) {
                failed(e);
            }
        }

        private void begin() {
            if (request.method().equals(HttpMethod.POST)) {
                bodies.read(request, share, this::received);
            } else if (request.method().equals(HttpMethod.GET)) {
                asked();
            } else {
                request.response().putHeader(HttpHeaders.ALLOW, "GET, POST");
                refuse(405, End.REFUSED_METHOD);
            }
        }

        private void failed(RuntimeException fault) {
            LOGGER.atError()
                    .addKeyValue("app", endpoint.label())
                    .setCause(fault)
                    .log("request failed");
            share.close();
            refuse(500, End.FAULT);
        }

        private void asked() {
            Map<String, String> query;
            try {
                query = joined(request.params(), request.params().names());
            } catch (IllegalArgumentException _) {
                refuse(400, End.UNREADABLE);
                return;
            }
            if (endpoint.callback() == Callback.DATA_DELETION) {
                shared.deletion()
                        .flatMap(deletion -> deletion.page(endpoint, query.getOrDefault("code", "")))
                        .ifPresentOrElse(
                                page -> show("text/html; charset=utf-8", page, End.DELETION_SHOWN),
                                () -> refuse(404, End.UNREADABLE));
                return;
            }
            switch (endpoint.platform().handshake(query, endpoint.credentials())) {
                case Handshake.Answer(var contentType, var body) -> {
                    show(contentType, body, End.HANDSHAKE);
                    // Anybody may ask, as often as they like: what is counted need not be written down.
                    LOGGER.atDebug().addKeyValue("app", endpoint.label()).log("handshake answered");
                }
                case Handshake.Refused(var reason) -> {
                    LOGGER.atDebug()
                            .addKeyValue("app", endpoint.label())
                            .addKeyValue("reason", reason)
                            .log("handshake refused");
                    ended(End.HANDSHAKE_REFUSED);
                    disappoint(403);
                }
            }
        }

        private void received(Reading reading) {
            try {
                switch (reading) {
                    case Reading.Complete(var body) -> judge(delivery(body));
                    case Reading.TooLarge() -> giveUp(413, End.TOO_LARGE);
                    case Reading.TooSlow() -> giveUp(408, End.TOO_SLOW);
                    case Reading.NoRoom() -> {
                        share.close();
                        tryLater(End.FULL);
                    }
                    case Reading.Broken() -> {
                        share.close();
                        ended(End.CONNECTION_BROKEN);
                    }
                }
            } catch (RuntimeException e) {
                failed(e);
            }
        }

        private RawDelivery delivery(Buffer body) {
            return RawDelivery.newBuilder()
                    .setDeliveryId(deliveryIds + "-" + deliveryCount++)
                    .setPlatform(endpoint.app().platform())
                    .setApp(endpoint.app().name())
                    .setCallback(endpoint.callback().id())
                    .setReceivedAt(clock.instant().truncatedTo(ChronoUnit.MILLIS))
                    .setHeaders(joined(request.headers(), endpoint.platform().keptHeaders()))
                    .setBody(ByteBuffer.wrap(body.getBytes()))
                    .build();
        }

        private void judge(RawDelivery delivery) {
            switch (endpoint.platform().verify(delivery, endpoint.credentials())) {
                case Verdict.Valid() -> store(delivery);
                case Verdict.Missing(var detail) ->
                    disbelieve(delivery, QuarantineReason.SIGNATURE_MISSING, detail, End.SIGNATURE_MISSING);
                case Verdict.Mismatch(var detail) ->
                    disbelieve(delivery, QuarantineReason.SIGNATURE_MISMATCH, detail, End.SIGNATURE_MISMATCH);
                case Verdict.OutOfTime(var detail) ->
                    disbelieve(delivery, QuarantineReason.TIMESTAMP_OUT_OF_TOLERANCE, detail, End.OUT_OF_TIME);
            }
        }

        private void disbelieve(RawDelivery delivery, QuarantineReason reason, String detail, End end) {
            share.close();
            if (source.mayQuarantine(shared.deliveries().keptInQuarantine(delivery), System.nanoTime())) {
                shared.deliveries().quarantine(delivery, reason, detail);
            } else {
                shared.metrics().notQuarantined();
            }
            ended(end);
            disappoint(401);
        }

        /** Refuses somebody who may be guessing; late, if that has been too often. */
        private void disappoint(int status) {
            if (source.isToBeLate(System.nanoTime())) {
                shared.metrics().heldBack();
                vertx.setTimer(HELD_BACK_FOR.toMillis(), _ -> {
                    source.sentLate();
                    answers.refuseAndClose(request, status);
                });
            } else {
                answers.refuseAndClose(request, status);
            }
        }

        private void store(RawDelivery delivery) {
            var rhythm = shared.rhythms().get(endpoint.label());
            if (rhythm != null) {
                rhythm.delivery();
            }
            // It may still be stored after the deadline, and come again: the topology knows an event it has seen.
            var deadline = storeDeadlines.begin(() -> tryLater(End.BROKER_AWAY));
            var isTaken = shared.deliveries().store(endpoint.platform().kept(delivery), fate -> {
                share.close();
                settled.put(() -> {
                    deadline.met();
                    stored(delivery, fate);
                });
            });
            if (!isTaken) {
                deadline.met();
                share.close();
                tryLater(End.FULL);
            }
        }

        private void stored(RawDelivery delivery, Fate fate) {
            if (request.response().ended()) {
                return;
            }
            switch (fate) {
                case DURABLE -> {
                    if (endpoint.callback() == Callback.DATA_DELETION) {
                        var deletion = shared.deletion().orElseThrow();
                        show("application/json", deletion.confirmation(endpoint, delivery), End.STORED);
                    } else {
                        answers.acknowledge(request);
                        ended(End.STORED);
                    }
                }
                case NOT_DURABLE -> tryLater(End.BROKER_AWAY);
            }
        }

        private void show(String contentType, String body, End end) {
            answers.show(request, contentType, body);
            ended(end);
        }

        private void giveUp(int status, End end) {
            share.close();
            refuse(status, end);
        }

        private void tryLater(End end) {
            answers.tryLater(request);
            ended(end);
        }

        private void refuse(int status, End end) {
            answers.refuse(request, status);
            ended(end);
        }

        private void ended(End end) {
            shared.metrics().ended(endpoint.label(), end);
        }
    }
}
