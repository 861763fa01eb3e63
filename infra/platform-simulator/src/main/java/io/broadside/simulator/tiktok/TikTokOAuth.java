package io.broadside.simulator.tiktok;

import io.broadside.simulator.http.Json;
import io.broadside.simulator.http.Refusal;
import io.broadside.simulator.http.Reply;
import io.broadside.simulator.http.Request;
import io.broadside.simulator.platform.App;
import io.broadside.simulator.platform.ConsentPage;
import io.broadside.simulator.platform.ConsentPage.Person;
import io.broadside.simulator.tiktok.TikTokState.Creator;
import io.vertx.core.buffer.Buffer;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Logging in with TikTok: https://developers.tiktok.com/doc/oauth-user-access-token-management.
 *
 * <ol>
 *   <li>A refresh token works once: the answer has the next one, and the old one is dead before it is sent.
 *   <li>A verifier, where there is one, is compared with the hexadecimal digits of its SHA-256, as TikTok does.
 *   <li>Consent is given at once, but by browsers: they are shown a page. Codes have signs that must be decoded.
 * </ol>
 */
final class TikTokOAuth {
    /** Not documented; long enough for a person. */
    private static final Duration CODE_LIVES = Duration.ofMinutes(5);

    private final Clock clock;
    private final TikTokState state;
    private final Supplier<TikTokSettings> settings;
    private final App app;
    private final Map<String, Code> codes = new ConcurrentHashMap<>();

    TikTokOAuth(Clock clock, TikTokState state, Supplier<TikTokSettings> settings, App app) {
        this.clock = clock;
        this.state = state;
        this.settings = settings;
        this.app = app;
    }

    /** The refresh token this call brings, if it was ever issued. */
    Optional<TikTokTokens.Refresh> presented(Request request) {
        return Optional.ofNullable(request.form().get("refresh_token")).flatMap(state.tokens()::refresh);
    }

    Reply token(Request request) {
        var form = authenticated(request);
        return switch (required(form, "grant_type")) {
            case "refresh_token" -> refresh(required(form, "refresh_token"));
            case "authorization_code" -> exchange(form);
            default -> TikTokError.oauth(400, "unsupported_grant_type", "The grant type is not supported.");
        };
    }

    Reply revoke(Request request) {
        var token = required(authenticated(request), "token");
        state.tokens()
                .access(token)
                .map(TikTokTokens.Access::family)
                .or(() -> state.tokens().refresh(token).map(TikTokTokens.Refresh::family))
                .filter(family -> !state.tokens().isRevoked(family))
                .ifPresent(family -> state.commit(new TikTokChange.FamilyRevoked(family)));
        return Reply.json(200, Json.object());
    }

    /** Answers for the person: {@code sim_user} says who that is, {@code sim_scope} what is granted of what was asked for. */
    Reply authorize(Request request) {
        var query = request.query();
        for (var name : new String[] {"client_key", "scope", "redirect_uri", "state"}) {
            required(query, name);
        }
        if (!app.clientId().equals(query.get("client_key")) || !"code".equals(query.get("response_type"))) {
            return TikTokError.oauth(400, "invalid_request", "client_key or response_type is wrong.");
        }
        var redirect = required(query, "redirect_uri");
        if (redirect.contains("?") || redirect.contains("#")) {
            return TikTokError.oauth(400, "invalid_request", "redirect_uri must have no query and no fragment.");
        }
        var people = state.accounts().stream()
                .map(known -> new Person(known.id(), known.name()))
                .toList();
        var consent = ConsentPage.of(request, "TikTok", people, redirect, "access_denied");
        if (consent.isPresent()) {
            return consent.get();
        }
        var openId = Optional.ofNullable(query.get("sim_user"))
                .or(() -> state.accounts().stream().map(known -> known.id()).min(Comparator.naturalOrder()))
                .filter(id -> state.creator(id).isPresent())
                .orElseThrow(() -> new Refusal(TikTokError.oauth(400, "invalid_request", "No such user.")));
        var scope = query.getOrDefault("sim_scope", required(query, "scope"));
        var code = "sim-tiktok-code!" + UUID.randomUUID() + "*1";
        codes.put(
                code,
                new Code(
                        openId,
                        redirect,
                        scope,
                        Optional.ofNullable(query.get("code_challenge")),
                        clock.instant().plus(CODE_LIVES)));
        var location = redirect + "?code=" + encoded(code) + "&scopes=" + encoded(scope) + "&state="
                + encoded(required(query, "state"));
        return new Reply(302, Map.of("Location", location), Buffer.buffer());
    }

    private Reply exchange(Map<String, String> form) {
        var code = codes.remove(required(form, "code"));
        var isGood = code != null
                && clock.instant().isBefore(code.expiresAt)
                && code.redirectUri.equals(required(form, "redirect_uri"))
                && code.isVerifiedBy(Optional.ofNullable(form.get("code_verifier")));
        if (code == null || !isGood) {
            return invalidGrant("Authorization code is expired.");
        }
        var access = newToken("act");
        var refresh = newToken("rft");
        state.commit(
                new TikTokChange.Granted(code.openId, access, refresh, code.scope, accessExpiry(), refreshExpiry()));
        return tokens(code.openId, code.scope, access, refresh);
    }

    private Reply refresh(String token) {
        var creator = state.tokens().refresh(token).flatMap(known -> state.creator(known.openId()));
        if (creator.isEmpty()) {
            return invalidGrant("Refresh token is invalid or expired.");
        }
        // Two callers with the same token: exactly one of them wins.
        synchronized (creator.get()) {
            return rotate(token, creator.get());
        }
    }

    private Reply rotate(String token, Creator creator) {
        var refresh = state.tokens().refresh(token).orElseThrow();
        if (refresh.used()) {
            state.tokens().countReuse();
        }
        if (refresh.used() || state.tokens().isRevoked(refresh.family()) || refresh.isExpired(clock.instant())) {
            return invalidGrant("Refresh token is invalid or expired.");
        }
        var access = newToken("act");
        var next = newToken("rft");
        state.commit(new TikTokChange.TokensRotated(
                creator.account().id(), token, access, next, accessExpiry(), refreshExpiry()));
        return tokens(creator.account().id(), String.join(",", refresh.scopes()), access, next);
    }

    private Reply tokens(String openId, String scope, String access, String refresh) {
        var body = Json.object();
        body.put("open_id", openId);
        body.put("scope", scope);
        body.put("access_token", access);
        body.put("expires_in", settings.get().tiktokAccessTokenSeconds());
        body.put("refresh_token", refresh);
        body.put("refresh_expires_in", settings.get().tiktokRefreshTokenSeconds());
        body.put("token_type", "Bearer");
        return Reply.json(200, body);
    }

    private Reply invalidGrant(String description) {
        return TikTokError.oauth(settings.get().tiktokInvalidGrantIs200() ? 200 : 400, "invalid_grant", description);
    }

    private Map<String, String> authenticated(Request request) {
        var form = request.form();
        if (!request.contentType().equals("application/x-www-form-urlencoded")) {
            throw new Refusal(TikTokError.oauth(400, "invalid_request", "Only x-www-form-urlencoded is accepted."));
        }
        if (!app.clientId().equals(required(form, "client_key"))
                || !app.clientSecret().equals(required(form, "client_secret"))) {
            throw new Refusal(TikTokError.oauth(401, "invalid_client", "Client key or secret is incorrect."));
        }
        return form;
    }

    private static String required(Map<String, String> parameters, String name) {
        var value = parameters.get(name);
        if (value == null || value.isEmpty()) {
            throw new Refusal(TikTokError.oauth(400, "invalid_request", "The parameter " + name + " is missing."));
        }
        return value;
    }

    private Instant accessExpiry() {
        return clock.instant().plusSeconds(settings.get().tiktokAccessTokenSeconds());
    }

    private Instant refreshExpiry() {
        return clock.instant().plusSeconds(settings.get().tiktokRefreshTokenSeconds());
    }

    private static String newToken(String kind) {
        return kind + ".sim-" + UUID.randomUUID();
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("*", "%2A");
    }

    private record Code(
            String openId, String redirectUri, String scope, Optional<String> challenge, Instant expiresAt) {
        boolean isVerifiedBy(Optional<String> verifier) {
            return challenge.isEmpty() || challenge.equals(verifier.map(TikTokOAuth::hexSha256));
        }
    }

    /** TikTok's way of RFC 7636: hexadecimal digits, where others have Base64. */
    static String hexSha256(String verifier) {
        try {
            var digest = MessageDigest.getInstance("SHA-256").digest(verifier.getBytes(StandardCharsets.US_ASCII));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
