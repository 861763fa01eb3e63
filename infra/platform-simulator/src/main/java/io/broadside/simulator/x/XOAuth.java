package io.broadside.simulator.x;

import io.broadside.simulator.http.Json;
import io.broadside.simulator.http.Refusal;
import io.broadside.simulator.http.Reply;
import io.broadside.simulator.http.Request;
import io.broadside.simulator.platform.App;
import io.broadside.simulator.platform.ConsentPage;
import io.broadside.simulator.platform.ConsentPage.Person;
import io.broadside.simulator.x.XChange.Cause;
import io.vertx.core.buffer.Buffer;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * OAuth 2.0 of X: https://docs.x.com/fundamentals/authentication/oauth-2-0/authorization-code.
 *
 * <ol>
 *   <li>A refresh token works once. The answer has the next one, and the old one is dead before it is sent.
 *   <li>A used refresh token that comes again kills every token of its grant, if the settings say so.
 *   <li>Consent is given at once, but by browsers: they are shown a page.
 * </ol>
 */
final class XOAuth {
    private static final String SCOPE = "tweet.read tweet.write users.read media.write offline.access";
    /** The code must be exchanged in this time. */
    private static final Duration CODE_LIVES = Duration.ofSeconds(30);

    private final Clock clock;
    private final XState state;
    private final Supplier<XSettings> settings;
    private final App app;
    private final Map<String, Code> codes = new ConcurrentHashMap<>();

    XOAuth(Clock clock, XState state, Supplier<XSettings> settings, App app) {
        this.clock = clock;
        this.state = state;
        this.settings = settings;
        this.app = app;
    }

    /** The refresh token this call brings, if it was ever issued. */
    Optional<XTokens.Refresh> presented(Request request) {
        var form = request.form();
        return Optional.ofNullable(form.getOrDefault("refresh_token", form.get("token")))
                .flatMap(state.tokens()::refresh);
    }

    Reply token(Request request) {
        var form = request.form();
        authenticate(request, form);
        return switch (required(form, "grant_type")) {
            case "refresh_token" -> refresh(required(form, "refresh_token"));
            case "authorization_code" -> exchange(form);
            default ->
                XProblem.oauth(400, "unsupported_grant_type", "Value passed for the grant_type was not supported.");
        };
    }

    Reply revoke(Request request) {
        var form = request.form();
        authenticate(request, form);
        var token = required(form, "token");
        var family = state.tokens()
                .refresh(token)
                .map(XTokens.Refresh::family)
                .or(() -> state.tokens().access(token).map(XTokens.Access::family));
        family.filter(name -> !state.tokens().isRevoked(name))
                .ifPresent(name -> state.commit(new XChange.FamilyRevoked(name, Cause.REVOKED_BY_CLIENT)));
        return Reply.json(200, Json.object().put("revoked", true));
    }

    /** Answers for the person: {@code sim_user} chooses who that is, the first user otherwise. */
    Reply authorize(Request request) {
        var query = request.query();
        for (var name : new String[] {"client_id", "redirect_uri", "state", "code_challenge", "scope"}) {
            required(query, name);
        }
        if (!app.clientId().equals(query.get("client_id")) || !"code".equals(query.get("response_type"))) {
            return XProblem.oauth(
                    400, "invalid_request", "Value passed for the client_id or response_type was invalid.");
        }
        var people = state.users().stream()
                .map(known -> new Person(known.id(), "@" + known.name()))
                .toList();
        var consent = ConsentPage.of(request, "X", people, required(query, "redirect_uri"), "access_denied");
        if (consent.isPresent()) {
            return consent.get();
        }
        var user = Optional.ofNullable(query.get("sim_user"))
                .or(() -> state.users().stream().map(known -> known.id()).min(Comparator.naturalOrder()))
                .filter(id -> state.user(id).isPresent())
                .orElseThrow(() -> new Refusal(XProblem.oauth(400, "invalid_request", "No such user.")));
        var code = "sim-x-code-" + UUID.randomUUID();
        codes.put(
                code,
                new Code(
                        user,
                        required(query, "redirect_uri"),
                        required(query, "code_challenge"),
                        query.getOrDefault("code_challenge_method", "plain"),
                        clock.instant().plus(CODE_LIVES)));
        var redirect = required(query, "redirect_uri");
        var location = redirect + (redirect.contains("?") ? "&" : "?") + "state="
                + URLEncoder.encode(required(query, "state"), StandardCharsets.UTF_8) + "&code=" + code;
        return new Reply(302, Map.of("Location", location), Buffer.buffer());
    }

    private Reply refresh(String token) {
        var refresh = state.tokens().refresh(token);
        if (refresh.isEmpty()) {
            return XProblem.invalidToken();
        }
        var user = state.user(refresh.get().userId());
        if (user.isEmpty()) {
            return XProblem.invalidToken();
        }
        // Two callers with the same token: exactly one of them wins.
        synchronized (user.get()) {
            return rotate(token);
        }
    }

    private Reply rotate(String token) {
        var refresh = state.tokens().refresh(token).orElseThrow();
        if (refresh.used()) {
            reused(refresh);
            return XProblem.invalidToken();
        }
        if (state.tokens().isRevoked(refresh.family())) {
            return XProblem.invalidToken();
        }
        var access = newToken("access");
        var next = newToken("refresh");
        state.commit(new XChange.TokensRotated(refresh.userId(), token, access, next, expiry()));
        return tokens(access, next);
    }

    private void reused(XTokens.Refresh refresh) {
        if (settings.get().xReuseRevokesFamily() && !state.tokens().isRevoked(refresh.family())) {
            state.commit(new XChange.FamilyRevoked(refresh.family(), Cause.REFRESH_TOKEN_REUSED));
        } else {
            state.tokens().countReuse();
        }
    }

    private Reply exchange(Map<String, String> form) {
        var code = codes.remove(required(form, "code"));
        var isGood = code != null
                && clock.instant().isBefore(code.expiresAt)
                && code.redirectUri.equals(required(form, "redirect_uri"))
                && code.isVerifiedBy(required(form, "code_verifier"));
        if (code == null || !isGood) {
            return XProblem.oauth(400, "invalid_request", "Value passed for the authorization code was invalid.");
        }
        var access = newToken("access");
        var refresh = newToken("refresh");
        state.commit(new XChange.Granted(code.userId, access, refresh, expiry()));
        return tokens(access, refresh);
    }

    private Reply tokens(String access, String refresh) {
        var body = Json.object();
        body.put("token_type", "bearer");
        body.put("expires_in", settings.get().xAccessTokenSeconds());
        body.put("access_token", access);
        body.put("scope", SCOPE);
        body.put("refresh_token", refresh);
        return Reply.json(200, body);
    }

    /** Confidential clients come with Basic, public ones with their id in the body. */
    private void authenticate(Request request, Map<String, String> form) {
        var basic = request.header("Authorization").filter(value -> value.regionMatches(true, 0, "Basic ", 0, 6));
        var isKnown = basic.isPresent()
                ? decoded(basic.get().substring(6).strip()).equals(app.clientId() + ":" + app.clientSecret())
                : app.clientId().equals(form.get("client_id"));
        if (!isKnown) {
            throw new Refusal(XProblem.oauth(401, "unauthorized_client", "Missing valid authorization header"));
        }
    }

    private static String decoded(String base64) {
        try {
            return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException _) {
            return "";
        }
    }

    private static String required(Map<String, String> parameters, String name) {
        var value = parameters.get(name);
        if (value == null || value.isEmpty()) {
            throw new Refusal(XProblem.oauth(400, "invalid_request", "Missing required parameter [" + name + "]."));
        }
        return value;
    }

    private Instant expiry() {
        return clock.instant().plusSeconds(settings.get().xAccessTokenSeconds());
    }

    private static String newToken(String kind) {
        return "sim-x-" + kind + "-" + UUID.randomUUID();
    }

    private record Code(
            String userId, String redirectUri, String challenge, String challengeMethod, Instant expiresAt) {
        boolean isVerifiedBy(String verifier) {
            return challenge.equals(challengeMethod.equals("S256") ? s256(verifier) : verifier);
        }

        private static String s256(String verifier) {
            try {
                var digest = MessageDigest.getInstance("SHA-256").digest(verifier.getBytes(StandardCharsets.US_ASCII));
                return Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every JDK has SHA-256", e);
            }
        }
    }
}
