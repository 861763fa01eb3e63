package io.broadside.simulator.linkedin;

import io.broadside.simulator.account.LinkedInMember;
import io.broadside.simulator.http.Json;
import io.broadside.simulator.http.Refusal;
import io.broadside.simulator.http.Reply;
import io.broadside.simulator.http.Request;
import io.broadside.simulator.linkedin.LinkedInTokens.Token;
import io.broadside.simulator.platform.App;
import io.broadside.simulator.platform.ConsentPage;
import io.broadside.simulator.platform.ConsentPage.Person;
import io.vertx.core.buffer.Buffer;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * OAuth 2.0 of LinkedIn: https://learn.microsoft.com/en-us/linkedin/shared/authentication/authorization-code-flow.
 *
 * <ol>
 *   <li>Client id and secret belong into the body.
 *   <li>A refresh token comes back as it was, works many times, and ends a year after the consent whatever happens.
 *   <li>A consent to other scopes ends all earlier tokens of that member.
 *   <li>Consent is given at once, but by browsers: they are shown a page.
 * </ol>
 */
final class LinkedInOAuth {
    private static final Duration CODE_LIVES = Duration.ofMinutes(30);

    private final Clock clock;
    private final LinkedInState state;
    private final Supplier<LinkedInSettings> settings;
    private final App app;
    private final Map<String, Code> codes = new ConcurrentHashMap<>();

    LinkedInOAuth(Clock clock, LinkedInState state, Supplier<LinkedInSettings> settings, App app) {
        this.clock = clock;
        this.state = state;
        this.settings = settings;
        this.app = app;
    }

    /** The token this call brings in its body, if it was ever issued. */
    Optional<Token> presented(Request request) {
        var form = request.form();
        return Optional.ofNullable(form.getOrDefault("refresh_token", form.get("token")))
                .flatMap(state.tokens()::any);
    }

    /** Answers for the person: {@code sim_user} chooses who that is, the first member otherwise. */
    Reply authorize(Request request) {
        var query = request.query();
        if (!app.clientId().equals(query.get("client_id")) || !"code".equals(query.get("response_type"))) {
            return LinkedInError.oauth(400, "invalid_request", "client_id or response_type is wrong");
        }
        var redirect = required(query, "redirect_uri");
        var scopes = List.of(required(query, "scope").split(" +"));
        var unknown = scopes.stream()
                .filter(scope -> !LinkedInMember.ALL_SCOPES.contains(scope))
                .findFirst();
        if (unknown.isPresent()) {
            return back(
                    redirect,
                    query,
                    "error=unauthorized_scope_error&error_description="
                            + encoded("Scope \"" + unknown.get() + "\" is not authorized for your application"));
        }
        var people = state.members().stream()
                .map(known -> new Person(known.id(), known.name()))
                .toList();
        var consent = ConsentPage.of(request, "LinkedIn", people, redirect, "user_cancelled_authorize");
        if (consent.isPresent()) {
            return consent.get();
        }
        var member = Optional.ofNullable(query.get("sim_user"))
                .or(() -> state.members().stream().map(LinkedInMember::id).min(Comparator.naturalOrder()))
                .filter(id -> state.member(id).isPresent())
                .orElseThrow(() -> new Refusal(LinkedInError.oauth(400, "invalid_request", "no such member")));
        var code = "sim-linkedin-code-" + UUID.randomUUID();
        codes.put(code, new Code(member, redirect, scopes, clock.instant().plus(CODE_LIVES)));
        return back(redirect, query, "code=" + code);
    }

    Reply token(Request request) {
        var form = form(request);
        return switch (required(form, "grant_type")) {
            case "authorization_code" -> exchange(form);
            case "refresh_token" -> refresh(required(form, "refresh_token"));
            default -> LinkedInError.oauth(400, "unsupported_grant_type", "The grant type is not supported");
        };
    }

    private Reply exchange(Map<String, String> form) {
        // Looked at once: whoever comes second, or with another address, has nothing.
        var code = codes.remove(required(form, "code"));
        var now = clock.instant();
        if (code == null
                || !now.isBefore(code.expiresAt())
                || !code.redirectUri().equals(required(form, "redirect_uri"))) {
            return LinkedInError.invalidGrant();
        }
        var known = state.member(code.memberId()).orElseThrow();
        var granted = known.withAccessToken(
                        newToken("access"), now.plusSeconds(settings.get().linkedinAccessTokenSeconds()))
                .withScopes(code.scopes());
        var member = settings.get().linkedinRefreshTokens()
                ? granted.withRefreshToken(
                        newToken("refresh"), now.plusSeconds(settings.get().linkedinRefreshTokenSeconds()))
                : new LinkedInMember(
                        granted.id(),
                        granted.name(),
                        granted.accessToken(),
                        Optional.empty(),
                        granted.expiresAt(),
                        Optional.empty(),
                        granted.scopes(),
                        granted.organizations());
        state.commit(new LinkedInChange.Granted(member, now));
        return tokens(member, now);
    }

    private Reply refresh(String refreshToken) {
        var now = clock.instant();
        var token = state.tokens().refresh(refreshToken).filter(it -> it.isActive(now));
        if (token.isEmpty()) {
            return LinkedInError.invalidGrant();
        }
        var expiresAt = now.plusSeconds(settings.get().linkedinAccessTokenSeconds());
        state.commit(new LinkedInChange.Refreshed(token.get().memberId(), newToken("access"), expiresAt, now));
        return tokens(state.member(token.get().memberId()).orElseThrow(), now);
    }

    private static Reply tokens(LinkedInMember member, Instant now) {
        var body = Json.object()
                .put("access_token", member.accessToken())
                .put("expires_in", left(member.expiresAt(), now));
        member.refreshToken()
                .ifPresent(refresh -> body.put("refresh_token", refresh)
                        .put("refresh_token_expires_in", left(member.refreshExpiresAt(), now)));
        body.put("scope", String.join(",", member.scopes()));
        return Reply.json(200, body);
    }

    private static long left(Optional<Instant> end, Instant now) {
        return end.map(it -> Duration.between(now, it).toSeconds())
                .orElse(Duration.ofDays(365).toSeconds());
    }

    /** The only way to learn of a revocation without posting. */
    Reply introspect(Request request) {
        var form = form(request);
        var token = state.tokens().any(required(form, "token"));
        var body = Json.object();
        if (token.isEmpty()) {
            return Reply.json(200, body.put("active", false));
        }
        var now = clock.instant();
        var found = token.get();
        body.put("active", found.isActive(now))
                .put("client_id", app.clientId())
                .put("authorized_at", found.createdAt().getEpochSecond())
                .put("created_at", found.createdAt().getEpochSecond())
                .put("status", found.isRevoked() ? "revoked" : found.isExpired(now) ? "expired" : "active");
        found.expiresAt().ifPresent(end -> body.put("expires_at", end.getEpochSecond()));
        body.put("scope", String.join(",", found.scopes())).put("auth_type", "3L");
        return Reply.json(200, body);
    }

    Reply revoke(Request request) {
        var form = form(request);
        var token = required(form, "token");
        if (state.tokens().any(token).isPresent()) {
            state.commit(new LinkedInChange.TokenRevoked(token));
        }
        return new Reply(200, Map.of(), Buffer.buffer());
    }

    private Map<String, String> form(Request request) {
        var form = request.form();
        if (!app.clientId().equals(form.get("client_id")) || !app.clientSecret().equals(form.get("client_secret"))) {
            throw new Refusal(LinkedInError.oauth(401, "invalid_client", "Client authentication failed"));
        }
        return form;
    }

    private static Reply back(String redirect, Map<String, String> query, String result) {
        var location = redirect + (redirect.contains("?") ? "&" : "?") + result + "&state="
                + encoded(required(query, "state"));
        return new Reply(302, Map.of("Location", location), Buffer.buffer());
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static String required(Map<String, String> parameters, String name) {
        var value = parameters.get(name);
        if (value == null || value.isEmpty()) {
            throw new Refusal(
                    LinkedInError.oauth(400, "invalid_request", "A required parameter \"" + name + "\" is missing"));
        }
        return value;
    }

    private static String newToken(String kind) {
        return "sim-linkedin-" + kind + "-" + UUID.randomUUID();
    }

    private record Code(String memberId, String redirectUri, List<String> scopes, Instant expiresAt) {}
}
