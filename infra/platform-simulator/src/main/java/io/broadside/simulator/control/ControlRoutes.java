package io.broadside.simulator.control;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.broadside.simulator.account.Account;
import io.broadside.simulator.account.Platform;
import io.broadside.simulator.failure.Failure;
import io.broadside.simulator.http.CallLog;
import io.broadside.simulator.http.Json;
import io.broadside.simulator.http.Reply;
import io.broadside.simulator.http.Request;
import io.broadside.simulator.post.Publication;
import io.broadside.simulator.webhooks.Delivery;
import io.vertx.core.Future;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;

/** {@link Control} as JSON over HTTP. */
public final class ControlRoutes {
    private final Control control;

    public ControlRoutes(Control control) {
        this.control = control;
    }

    /** Answers 400 with the reason to what cannot be done. */
    public Future<Reply> handle(Request request) {
        try {
            return route(request);
        } catch (IllegalArgumentException | IllegalStateException e) {
            return Future.succeededFuture(refusal(400, String.valueOf(e.getMessage())));
        }
    }

    private Future<Reply> route(Request request) {
        var path = request.path();
        if (path.size() >= 2 && path.getFirst().equals("webhooks")) {
            return webhooks(Platform.of(path.get(1)), request);
        }
        return Future.succeededFuture(
                switch (request.method() + " " + String.join("/", path)) {
                    case "GET health" -> Reply.json(200, Map.of("status", "up"));
                    case "GET accounts" -> Reply.json(200, Map.of("accounts", control.accounts()));
                    case "POST accounts" -> addAccounts(json(request));
                    case "GET platforms" -> Reply.json(200, Map.of("platforms", platforms()));
                    case "POST tokens" -> endTokens(json(request));
                    case "GET failures" -> Reply.json(200, Map.of("failures", control.failures()));
                    case "POST failures" -> Reply.json(201, control.inject(read(json(request), Failure.class)));
                    case "DELETE failures" -> {
                        control.clearFailures();
                        yield Reply.json(200, Map.of("failures", List.of()));
                    }
                    case "GET posts" -> Reply.json(200, Map.of("posts", chosen(control.posts(), request)));
                    case "GET comments" -> Reply.json(200, Map.of("comments", chosen(control.comments(), request)));
                    case "GET report" -> Reply.json(200, control.report());
                    case "GET calls" -> calls(request);
                    case "GET settings" ->
                        Reply.json(200, control.currentSettings().all());
                    case "PUT settings" ->
                        Reply.json(200, control.currentSettings().change(json(request)));
                    default -> refusal(404, "no such control: " + request.method() + " " + String.join("/", path));
                });
    }

    private Future<Reply> webhooks(Platform platform, Request request) {
        return switch (request.method() + " " + request.path().size()) {
            case "PUT 2" ->
                control.webhooks()
                        .register(platform, URI.create(text(json(request), "callbackUrl")))
                        .map(handshake -> Reply.json(handshake.verified() ? 200 : 422, handshake));
            case "POST 3" ->
                control.webhooks()
                        .deliver(platform, read(json(request), Delivery.class))
                        .map(receipt -> Reply.json(200, receipt));
            default -> Future.succeededFuture(refusal(404, "no such control of webhooks"));
        };
    }

    private Reply addAccounts(JsonNode json) {
        if (!json.isArray()) {
            return Reply.json(201, control.add(account(json)));
        }
        var added = StreamSupport.stream(json.spliterator(), false)
                .map(this::account)
                .toList();
        added.forEach(control::add);
        return Reply.json(201, Map.of("added", added.size()));
    }

    private Reply endTokens(JsonNode json) {
        var platform = Platform.of(text(json, "platform"));
        var account = text(json, "accountId");
        switch (text(json, "action")) {
            case "expire" -> control.expireToken(platform, account);
            case "revoke" -> control.revokeTokens(platform, account);
            default -> throw new IllegalArgumentException("action: expire or revoke needed");
        }
        return Reply.json(200, Map.of("done", true));
    }

    /** The record it is read into is the one of its network. */
    private Account account(JsonNode json) {
        return read(
                json, control.known().get(Platform.of(text(json, "platform"))).accountType());
    }

    private JsonNode platforms() {
        var byId = Json.object();
        control.known().all().forEach(platform -> {
            var endpoints = byId.putObject(platform.id().id()).putArray("endpoints");
            platform.endpoints().forEach(endpoints::add);
        });
        return byId;
    }

    private static List<Publication> chosen(List<Publication> all, Request request) {
        var query = request.query();
        var platform = query.get("platform");
        var account = query.get("accountId");
        return all.stream()
                .filter(post -> platform == null || post.platform().id().equals(platform))
                .filter(post -> account == null || post.accountId().equals(account))
                .skip(number(request, "offset", 0))
                .limit(number(request, "limit", Integer.MAX_VALUE))
                .toList();
    }

    private Reply calls(Request request) {
        long since = number(request, "since", 0);
        var calls = control.calls(since);
        long next = calls.isEmpty() ? since : calls.getLast().sequence();
        return Reply.json(200, new Calls(calls, next));
    }

    private static JsonNode json(Request request) {
        return request.json().orElseThrow(() -> new IllegalArgumentException("a JSON body is needed"));
    }

    private static <T> T read(JsonNode json, Class<T> type) {
        try {
            return Json.MAPPER.treeToValue(json, type);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e.getOriginalMessage(), e);
        }
    }

    private static String text(JsonNode json, String name) {
        var value = json.path(name);
        if (!value.isTextual()) {
            throw new IllegalArgumentException(name + ": a text is needed");
        }
        return value.asText();
    }

    private static long number(Request request, String name, long otherwise) {
        var value = request.query().get(name);
        if (value == null) {
            return otherwise;
        }
        if (!value.matches("[0-9]{1,18}")) {
            throw new IllegalArgumentException(name + ": a number is needed, was " + value);
        }
        return Long.parseLong(value);
    }

    private static Reply refusal(int status, String reason) {
        return Reply.json(status, Map.of("error", reason));
    }

    /** @param next for {@code since} of the next question */
    record Calls(List<CallLog.Call> calls, long next) {}
}
