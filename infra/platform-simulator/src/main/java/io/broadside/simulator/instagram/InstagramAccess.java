package io.broadside.simulator.instagram;

import io.broadside.simulator.graph.GraphError;
import io.broadside.simulator.graph.GraphRequest;
import io.broadside.simulator.http.Json;
import io.broadside.simulator.http.Refusal;
import io.broadside.simulator.http.Reply;
import io.broadside.simulator.instagram.InstagramChange.Token;
import io.broadside.simulator.instagram.InstagramChange.TokenState;
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
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/**
 * The Instagram login and its tokens.
 *
 * <p>https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/business-login
 *
 * <ol>
 *   <li>A code works once. It is exchanged for a short token, that for a long one, and only a long one is refreshed.
 *   <li>A token is refreshed when it is a day old and not expired. The answer has another token; the old one is dead then, if the
 *       settings say so.
 *   <li>Consent is given at once, but by browsers: they are shown a page.
 * </ol>
 */
final class InstagramAccess {
    /** What a long-lived token really got when the facts were gathered: nearly 60 days. */
    private static final Duration LONG_LIVED = Duration.ofSeconds(5_183_944);

    private static final Duration SHORT_LIVED = Duration.ofHours(1);
    private static final Duration CODE_LIVES = Duration.ofHours(1);
    private static final List<String> PERMISSIONS = List.of(
            "instagram_business_basic",
            "instagram_business_content_publish",
            "instagram_business_manage_comments",
            "instagram_business_manage_messages");

    private final Clock clock;
    private final InstagramState state;
    private final InstagramCallers callers;
    private final Supplier<InstagramSettings> settings;
    private final App app;
    private final Map<String, Code> codes = new ConcurrentHashMap<>();
    private final LongAdder reuses = new LongAdder();

    InstagramAccess(
            Clock clock,
            InstagramState state,
            InstagramCallers callers,
            Supplier<InstagramSettings> settings,
            App app) {
        this.clock = clock;
        this.state = state;
        this.callers = callers;
        this.settings = settings;
        this.app = app;
    }

    /** Answers for the person: {@code sim_user} chooses the account, the first one otherwise. */
    Reply authorize(GraphRequest request) {
        var redirect = request.required("redirect_uri");
        if (request.parameter("client_id").filter(app.clientId()::equals).isEmpty()) {
            throw GraphError.oauth("Invalid platform app");
        }
        if (request.parameter("response_type").filter("code"::equals).isEmpty()) {
            throw GraphError.invalidParameter("response_type must be code");
        }
        request.required("scope");
        var people = state.accounts().stream()
                .map(known -> new Person(known.id(), "@" + known.name()))
                .toList();
        var consent = ConsentPage.of(request.request(), "Instagram", people, redirect, "access_denied");
        if (consent.isPresent()) {
            return consent.get();
        }
        var account = request.parameter("sim_user")
                .or(() -> state.accounts().stream().map(InstagramAccount::id).min(Comparator.naturalOrder()))
                .filter(id -> state.profile(id).isPresent())
                .orElseThrow(() -> GraphError.invalidParameter("No such user"));
        var code = "sim-instagram-code-" + UUID.randomUUID();
        codes.put(code, new Code(account, redirect, clock.instant().plus(CODE_LIVES)));
        var location = redirect + (redirect.contains("?") ? "&" : "?") + "code=" + code
                + request.parameter("state")
                        .map(given -> "&state=" + URLEncoder.encode(given, StandardCharsets.UTF_8))
                        .orElse("")
                + "#_";
        return new Reply(302, Map.of("Location", location), Buffer.buffer());
    }

    /** Code for a short token. */
    Reply exchangeCode(GraphRequest request) {
        var form = request.request().form();
        if (!app.clientId().equals(form.get("client_id")) || !app.clientSecret().equals(form.get("client_secret"))) {
            throw InstagramError.oauth("Invalid platform app");
        }
        if (!"authorization_code".equals(form.get("grant_type"))) {
            throw InstagramError.oauth("Invalid grant_type");
        }
        var code = codes.remove(form.getOrDefault("code", ""));
        if (code == null || !clock.instant().isBefore(code.expiresAt)) {
            throw InstagramError.oauth("Matching code was not found or was already used");
        }
        if (!code.redirectUri.equals(form.get("redirect_uri"))) {
            throw InstagramError.oauth("Error validating verification code: redirect_uri differs");
        }
        var token = newToken("short", code.accountId, false, SHORT_LIVED);
        state.commit(new InstagramChange.TokenIssued(token));
        return Reply.json(200, settings.get().instagramCodeAnswerIsFlat() ? flat(token) : listed(token));
    }

    private static Object flat(Token token) {
        var body = Json.object().put("access_token", token.value()).put("user_id", Long.parseLong(token.accountId()));
        var permissions = body.putArray("permissions");
        PERMISSIONS.forEach(permissions::add);
        return body;
    }

    private static Object listed(Token token) {
        var body = Json.object();
        body.putArray("data")
                .addObject()
                .put("access_token", token.value())
                .put("user_id", token.accountId())
                .put("permissions", String.join(",", PERMISSIONS));
        return body;
    }

    /** Short token for a long one. */
    Reply exchangeToken(GraphRequest request) {
        request.onlyKnown(Set.of("grant_type", "client_secret"));
        if (request.parameter("grant_type").filter("ig_exchange_token"::equals).isEmpty()) {
            throw GraphError.invalidParameter("grant_type must be ig_exchange_token");
        }
        if (request.parameter("client_secret")
                .filter(app.clientSecret()::equals)
                .isEmpty()) {
            throw GraphError.oauth("Error validating client secret.");
        }
        var given = callers.token(request);
        if (given.isLongLived()) {
            throw GraphError.invalidParameter("The token is long-lived already");
        }
        var token = newToken("access", given.accountId(), true, LONG_LIVED);
        state.commit(new InstagramChange.TokenIssued(token));
        return answer(token);
    }

    Reply refresh(GraphRequest request) {
        request.onlyKnown(Set.of("grant_type"));
        if (request.parameter("grant_type").filter("ig_refresh_token"::equals).isEmpty()) {
            throw GraphError.invalidParameter("grant_type must be ig_refresh_token");
        }
        var given = request.token().flatMap(state::token);
        var profile = given.flatMap(token -> state.profile(token.accountId()));
        if (profile.isEmpty()) {
            throw request.token().isEmpty() ? GraphError.tokenMissing() : GraphError.tokenInvalid();
        }
        // Two callers with the same token: exactly one of them wins, where the old one dies.
        synchronized (profile.get()) {
            return rotate(request);
        }
    }

    private Reply rotate(GraphRequest request) {
        var old = request.token().flatMap(state::token).orElseThrow(GraphError::tokenInvalid);
        if (old.state() == TokenState.REPLACED) {
            reuses.increment();
            throw new Refusal(GraphError.tokenRevoked());
        }
        callers.token(request);
        if (!old.isLongLived()) {
            throw InstagramError.notRefreshable("Only a long-lived token can be refreshed");
        }
        var age = Duration.ofSeconds(settings.get().instagramRefreshAfterSeconds());
        if (old.issuedAt()
                .filter(issued -> clock.instant().isBefore(issued.plus(age)))
                .isPresent()) {
            throw InstagramError.notRefreshable("The token must be at least 24 hours old to be refreshed");
        }
        var token = newToken("access", old.accountId(), true, LONG_LIVED);
        state.commit(new InstagramChange.TokenRefreshed(
                old.value(), token, settings.get().instagramRefreshEndsOldToken()));
        return answer(token);
    }

    /** Refreshes with a token that another one had taken the place of. */
    long reuses() {
        return reuses.sum();
    }

    Reply subscribe(String accountId, GraphRequest request) {
        var profile = callers.as(request, accountId);
        request.onlyKnown(Set.of("subscribed_fields"));
        var fields = Arrays.stream(request.required("subscribed_fields").split(",", -1))
                .map(String::strip)
                .toList();
        state.commit(new InstagramChange.Subscribed(profile.id(), fields));
        return Reply.json(200, Json.object().put("success", true));
    }

    Reply subscriptions(String accountId, GraphRequest request) {
        var profile = callers.as(request, accountId);
        var body = Json.object();
        var data = body.putArray("data");
        state.subscribedFields(profile.id()).ifPresent(fields -> {
            var names = data.addObject().put("id", app.clientId()).putArray("subscribed_fields");
            fields.forEach(names::add);
        });
        return Reply.json(200, body);
    }

    private Reply answer(Token token) {
        return Reply.json(
                200,
                Json.object()
                        .put("access_token", token.value())
                        .put("token_type", "bearer")
                        .put("expires_in", LONG_LIVED.toSeconds())
                        .put("permissions", String.join(",", PERMISSIONS)));
    }

    private Token newToken(String kind, String accountId, boolean isLongLived, Duration lives) {
        var now = clock.instant();
        return new Token(
                "sim-instagram-" + kind + "-" + UUID.randomUUID(),
                accountId,
                isLongLived,
                Optional.of(now),
                Optional.of(now.plus(lives)),
                TokenState.VALID);
    }

    private record Code(String accountId, String redirectUri, Instant expiresAt) {}
}
