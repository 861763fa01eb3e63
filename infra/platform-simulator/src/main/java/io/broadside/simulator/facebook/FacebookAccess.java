package io.broadside.simulator.facebook;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.broadside.simulator.facebook.Callers.Caller;
import io.broadside.simulator.facebook.FacebookChange.Token;
import io.broadside.simulator.facebook.FacebookChange.TokenKind;
import io.broadside.simulator.facebook.FacebookChange.TokenState;
import io.broadside.simulator.facebook.FacebookState.Page;
import io.broadside.simulator.graph.GraphError;
import io.broadside.simulator.graph.GraphPages;
import io.broadside.simulator.graph.GraphRequest;
import io.broadside.simulator.http.Json;
import io.broadside.simulator.http.Refusal;
import io.broadside.simulator.http.Reply;
import io.broadside.simulator.platform.App;
import io.broadside.simulator.platform.ConsentPage;
import io.broadside.simulator.platform.ConsentPage.Person;
import io.vertx.core.buffer.Buffer;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Tokens, who they speak for and what they may do.
 *
 * <p>https://developers.facebook.com/docs/facebook-login/guides/access-tokens/get-long-lived,
 * https://developers.facebook.com/docs/graph-api/reference/debug_token
 */
final class FacebookAccess {
    /** What a long-lived user token really got when the facts were gathered: nearly 60 days. */
    private static final Duration LONG_LIVED = Duration.ofSeconds(5_183_944);

    private static final Duration SHORT_LIVED = Duration.ofHours(2);
    private static final Duration CODE_LIVES = Duration.ofMinutes(10);
    private static final Duration DATA_ACCESS = Duration.ofDays(90);
    private static final List<String> SCOPES = List.of(
            "pages_show_list",
            "pages_read_engagement",
            "pages_manage_posts",
            "pages_manage_engagement",
            "pages_read_user_content",
            "pages_manage_metadata",
            "business_management",
            "instagram_basic",
            "instagram_content_publish",
            "instagram_manage_comments",
            "public_profile");

    private final Clock clock;
    private final FacebookState state;
    private final Callers callers;
    private final FacebookViews views;
    private final App app;
    private final Map<String, Code> codes = new ConcurrentHashMap<>();

    FacebookAccess(Clock clock, FacebookState state, Callers callers, FacebookViews views, App app) {
        this.clock = clock;
        this.state = state;
        this.callers = callers;
        this.views = views;
        this.app = app;
    }

    Reply me(GraphRequest request) {
        return switch (callers.of(request)) {
            case Caller.AsPage(var page) ->
                Reply.json(200, views.page(page, request.fields(Set.of("name", "id")), true));
            case Caller.AsUser(var user) -> {
                var fields = request.fields(Set.of("name", "id"));
                GraphPages.refuseUnknown(
                        fields, Set.of("id", "name", "first_name", "last_name", "email", "picture"), "User");
                var body = Json.object();
                if (fields.contains("name")) {
                    body.put("name", "Person " + user);
                }
                yield Reply.json(200, body.put("id", user));
            }
            case Caller.App _ ->
                throw new Refusal(GraphError.reply(
                        400, 2500, "An active access token must be used to query information about the current user."));
        };
    }

    /** Businesses by which the person reaches Pages. */
    Reply businesses(GraphRequest request) {
        var user = asUser(request);
        var fields = request.fields(Set.of("id", "name"));
        request.onlyKnown(GraphPages.PARAMETERS);
        GraphPages.refuseUnknown(fields, Set.of("id", "name"), "Business");
        return Reply.json(
                200,
                GraphPages.list(
                        request,
                        state.pagesOf(user).stream()
                                .flatMap(page -> page.account().businessId().stream())
                                .distinct()
                                .map(id -> Json.object().put("id", id).put("name", "Business " + id))
                                .toList()));
    }

    Reply pagesOfBusiness(String businessId, GraphRequest request) {
        var pages = reachedBy(businessId, request);
        var fields = request.fields(Set.of("name", "id"));
        request.onlyKnown(GraphPages.PARAMETERS);
        return Reply.json(
                200,
                GraphPages.list(
                        request,
                        pages.stream().map(page -> withToken(page, fields)).toList()));
    }

    /** No business of this double has clients. */
    Reply pagesOfClients(String businessId, GraphRequest request) {
        reachedBy(businessId, request);
        request.onlyKnown(GraphPages.PARAMETERS);
        return Reply.json(200, GraphPages.list(request, List.of()));
    }

    private List<Page> reachedBy(String businessId, GraphRequest request) {
        var pages = state.pagesOf(asUser(request)).stream()
                .filter(page -> page.account().businessId().equals(Optional.of(businessId)))
                .toList();
        if (pages.isEmpty()) {
            throw GraphError.noSuchObject(request.method(), businessId);
        }
        return pages;
    }

    /** An expired one is replaced. */
    private ObjectNode withToken(Page page, Set<String> fields) {
        synchronized (page) {
            renew(page);
            return views.page(page, fields, true);
        }
    }

    /** Pages of the person, each with a token that can be used. */
    Reply accounts(GraphRequest request) {
        var user = asUser(request);
        var fields = request.fields(Set.of("access_token", "category", "name", "id", "tasks"));
        request.onlyKnown(Set.of("limit", "after", "before"));
        var body = Json.object();
        var data = body.putArray("data");
        for (var page : state.pagesOf(user)) {
            if (page.account().businessId().isEmpty()) {
                data.add(withToken(page, fields));
            }
        }
        if (!data.isEmpty()) {
            body.putObject("paging")
                    .putObject("cursors")
                    .put("before", "MAZDZD")
                    .put("after", "MQZDZD");
        }
        return Reply.json(200, body);
    }

    Reply permissions(GraphRequest request) {
        asUser(request);
        var body = Json.object();
        var data = body.putArray("data");
        SCOPES.forEach(scope -> data.addObject().put("permission", scope).put("status", "granted"));
        return Reply.json(200, body);
    }

    Reply debugToken(GraphRequest request) {
        if (!(callers.of(request) instanceof Caller.App)) {
            throw GraphError.invalidParameter("You must provide an app access token, or a user access token that is"
                    + " an owner or developer of the app");
        }
        var input = request.parameter("input_token")
                .orElseThrow(() -> GraphError.invalidParameter("The parameter input_token is required"));
        var body = Json.object();
        var data = body.putObject("data");
        state.token(input)
                .ifPresentOrElse(
                        token -> describe(token, data),
                        () -> error(
                                data.put("is_valid", false),
                                0,
                                "Invalid OAuth access token - Cannot parse access token"));
        return Reply.json(200, body);
    }

    Reply accessToken(GraphRequest request) {
        requireApp(request);
        if (request.parameter("grant_type").filter("fb_exchange_token"::equals).isPresent()) {
            var given = request.parameter("fb_exchange_token").flatMap(state::token);
            if (given.filter(token -> token.kind() == TokenKind.USER).isEmpty()) {
                throw GraphError.tokenInvalid();
            }
            if (given.get().state() == TokenState.REVOKED) {
                throw new Refusal(GraphError.tokenRevoked());
            }
            if (given.get().isExpired(clock.instant())) {
                throw new Refusal(GraphError.tokenExpired());
            }
            return issued(given.get().ownerId(), LONG_LIVED);
        }
        if (request.parameter("grant_type").filter("client_credentials"::equals).isPresent()) {
            return Reply.json(
                    200,
                    Json.object().put("access_token", Callers.appToken(app)).put("token_type", "bearer"));
        }
        var code = codes.remove(request.parameter("code")
                .orElseThrow(() -> GraphError.invalidParameter("Missing code or grant_type parameter")));
        if (code == null
                || !clock.instant().isBefore(code.expiresAt)
                || request.parameter("redirect_uri")
                        .filter(code.redirectUri::equals)
                        .isEmpty()) {
            throw GraphError.invalidParameter(
                    "This authorization code has been used, has expired, or belongs to" + " another redirect_uri.");
        }
        return issued(code.userId, SHORT_LIVED);
    }

    /** Browsers are shown a page; others consent at once, as {@code sim_user} or the first person. */
    Reply dialog(GraphRequest request) {
        var redirect = request.parameter("redirect_uri")
                .orElseThrow(() -> GraphError.invalidParameter("Missing redirect_uri parameter"));
        if (request.parameter("client_id").filter(app.clientId()::equals).isEmpty()) {
            throw GraphError.oauth("Error validating application. Invalid application ID.");
        }
        var people = state.pages().stream()
                .flatMap(page -> page.userId().stream())
                .distinct()
                .sorted()
                .map(id -> new Person(id, "person " + id))
                .toList();
        var consent = ConsentPage.of(request.request(), "Facebook", people, redirect, "access_denied");
        if (consent.isPresent()) {
            return consent.get();
        }
        var user = request.parameter("sim_user")
                .or(() -> state.pages().stream()
                        .flatMap(page -> page.userId().stream())
                        .min(Comparator.naturalOrder()))
                .orElseThrow(() -> GraphError.invalidParameter("No such user"));
        var code = "sim-facebook-code-" + UUID.randomUUID();
        codes.put(code, new Code(user, redirect, clock.instant().plus(CODE_LIVES)));
        var given = request.parameter("state").orElse("");
        var location = redirect + (redirect.contains("?") ? "&" : "?") + "code=" + code + "&state="
                + URLEncoder.encode(given, StandardCharsets.UTF_8);
        return new Reply(302, Map.of("Location", location), Buffer.buffer());
    }

    Reply subscribe(String pageId, GraphRequest request) {
        var page = callers.asPage(request, pageId);
        request.onlyKnown(Set.of("subscribed_fields"));
        var fields = request.parameter("subscribed_fields")
                .map(text -> Arrays.stream(text.replaceAll("[\\[\\]\" ]", "").split(",", -1))
                        .filter(field -> !field.isEmpty())
                        .toList())
                .orElseThrow(() -> GraphError.invalidParameter("The parameter subscribed_fields is required."));
        state.commit(new FacebookChange.Subscribed(page.id(), fields));
        return Reply.json(200, Json.object().put("success", true));
    }

    Reply subscriptions(String pageId, GraphRequest request) {
        var page = callers.asPage(request, pageId);
        var body = Json.object();
        var data = body.putArray("data");
        state.subscribedFields(page.id()).ifPresent(fields -> {
            ArrayNode names = data.addObject()
                    .put("link", "https://example.org/")
                    .put("name", "Broadside")
                    .put("id", app.clientId())
                    .putArray("subscribed_fields");
            fields.forEach(names::add);
        });
        return Reply.json(200, body);
    }

    private void renew(Page page) {
        var isUsable = state.token(page.account().pageToken())
                .filter(token -> token.isUsable(clock.instant()))
                .isPresent();
        if (!isUsable) {
            var value = "sim-facebook-page-" + page.id() + "-" + UUID.randomUUID();
            state.commit(new FacebookChange.TokenIssued(
                    new Token(value, TokenKind.PAGE, page.id(), clock.instant(), Optional.empty(), TokenState.VALID)));
        }
    }

    private Reply issued(String userId, Duration lives) {
        var now = clock.instant();
        var value = "sim-facebook-user-" + userId + "-" + UUID.randomUUID();
        state.commit(new FacebookChange.TokenIssued(
                new Token(value, TokenKind.USER, userId, now, Optional.of(now.plus(lives)), TokenState.VALID)));
        return Reply.json(
                200,
                Json.object()
                        .put("access_token", value)
                        .put("token_type", "bearer")
                        .put("expires_in", lives.toSeconds()));
    }

    private void describe(Token token, ObjectNode data) {
        var isPage = token.kind() == TokenKind.PAGE;
        var user = isPage
                ? state.page(token.ownerId())
                        .flatMap(page -> page.account().userId())
                        .orElse("")
                : token.ownerId();
        data.put("app_id", app.clientId());
        data.put("type", token.kind().name());
        data.put("application", "Broadside");
        data.put("data_access_expires_at", token.issuedAt().plus(DATA_ACCESS).getEpochSecond());
        data.put("expires_at", token.expiresAt().map(Instant::getEpochSecond).orElse(0L));
        data.put("is_valid", token.isUsable(clock.instant()));
        data.put("issued_at", token.issuedAt().getEpochSecond());
        if (isPage) {
            data.put("profile_id", token.ownerId());
        }
        var scopes = data.putArray("scopes");
        SCOPES.forEach(scopes::add);
        var granular = data.putArray("granular_scopes");
        for (var scope : SCOPES) {
            if (scope.startsWith("pages_")) {
                var targets = granular.addObject().put("scope", scope).putArray("target_ids");
                (isPage
                                ? List.of(token.ownerId())
                                : state.pagesOf(user).stream().map(Page::id).toList())
                        .forEach(targets::add);
            }
        }
        data.put("user_id", user);
        if (token.state() == TokenState.REVOKED) {
            error(
                    data,
                    GraphError.SESSION_INVALIDATED,
                    "Error validating access token: The session has been invalidated"
                            + " because the user changed their password or Facebook has changed the session for security reasons.");
        } else if (token.isExpired(clock.instant())) {
            error(data, GraphError.EXPIRED, "Error validating access token: Session has expired.");
        }
    }

    private static void error(ObjectNode data, int subcode, String message) {
        var error = data.putObject("error").put("code", 190).put("message", message);
        if (subcode != 0) {
            error.put("subcode", subcode);
        }
        data.put("is_valid", false);
        if (!data.has("scopes")) {
            data.putArray("scopes");
        }
    }

    private String asUser(GraphRequest request) {
        if (callers.of(request) instanceof Caller.AsUser(var user)) {
            return user;
        }
        throw GraphError.invalidParameter(
                "Tried accessing nonexisting field (" + request.path().getLast() + ") on node type (Page)");
    }

    private void requireApp(GraphRequest request) {
        if (request.parameter("client_id").filter(app.clientId()::equals).isEmpty()) {
            throw GraphError.oauth("Error validating application. Cannot get application info due to a system error.");
        }
        if (request.parameter("client_secret")
                .filter(app.clientSecret()::equals)
                .isEmpty()) {
            throw GraphError.oauth("Error validating client secret.");
        }
    }

    private record Code(String userId, String redirectUri, Instant expiresAt) {}
}
