package io.broadside.simulator.webhooks;

import io.broadside.simulator.account.Platform;
import io.broadside.simulator.http.Outbound;
import io.broadside.simulator.journal.Journal;
import io.broadside.simulator.webhooks.WebhookDialect.Challenge;
import io.broadside.simulator.webhooks.WebhookDialect.Message;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/** Where deliveries go, and sending them. */
public final class Webhooks {
    private static final String WRONG_SECRET = "not-the-secret-of-the-application";

    private final Outbound outbound;
    private final Function<Platform, WebhookDialect> dialects;
    private final Journal.Section<Change> journal;
    private final Map<Platform, URI> callbacks = new ConcurrentHashMap<>();

    /**
     * Sends nothing yet.
     *
     * @param dialects fails with an {@link IllegalArgumentException} for a network that is not doubled
     */
    public Webhooks(Outbound outbound, Function<Platform, WebhookDialect> dialects, Journal journal) {
        this.outbound = outbound;
        this.dialects = dialects;
        this.journal = journal.section("webhooks", Change.class, this::apply);
    }

    /** Asks the receiver to prove that it wants deliveries, if the network does so, and remembers it if it does. */
    public Future<Handshake> register(Platform platform, URI callback) {
        return dialects.apply(platform)
                .challenge(callback)
                .map(challenge -> ask(platform, callback, challenge))
                .orElseGet(() -> Future.succeededFuture(new Handshake(platform, callback, true, 0, "")))
                .onSuccess(result -> {
                    if (result.verified()) {
                        journal.commit(new Change.Registered(platform, callback));
                    }
                });
    }

    /**
     * Sends the event to the registered receiver.
     *
     * @throws IllegalStateException when there is no receiver
     */
    public Future<Receipt> deliver(Platform platform, Delivery delivery) {
        var dialect = dialects.apply(platform);
        var url = callbacks.get(platform);
        if (url == null) {
            throw new IllegalStateException("no webhook is registered for " + platform.id());
        }
        var secret = delivery.forged() ? WRONG_SECRET : dialect.secret();
        return send(url, dialect.message(delivery, secret), delivery.times());
    }

    private Future<Receipt> send(URI url, Message message, int times) {
        var text = new String(message.body(), StandardCharsets.UTF_8);
        return outbound.call(HttpMethod.POST, url, message.headers(), Buffer.buffer(message.body()))
                .map(Outbound.Answer::status)
                .recover(_ -> Future.succeededFuture(0))
                .compose(status -> times > 1
                        ? send(url, message, times - 1)
                        : Future.succeededFuture(new Receipt(url, status, text, message.signature())));
    }

    private Future<Handshake> ask(Platform platform, URI callback, Challenge challenge) {
        return outbound.call(HttpMethod.GET, challenge.uri(), Map.of(), Buffer.buffer())
                .map(answer -> {
                    var problem = challenge.judge().apply(answer);
                    return new Handshake(platform, callback, problem.isEmpty(), answer.status(), problem);
                })
                .recover(problem -> Future.succeededFuture(
                        new Handshake(platform, callback, false, 0, "no answer: " + problem.getMessage())));
    }

    private void apply(Change change) {
        switch (change) {
            case Change.Registered(var platform, var callback) -> callbacks.put(platform, callback);
        }
    }

    sealed interface Change {
        record Registered(Platform platform, URI callbackUrl) implements Change {}
    }
}
