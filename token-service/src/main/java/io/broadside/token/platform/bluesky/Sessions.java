package io.broadside.token.platform.bluesky;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.broadside.runtime.config.Secret;
import io.broadside.runtime.http.Body;
import io.broadside.runtime.http.Call;
import io.broadside.runtime.http.CallContext;
import io.broadside.runtime.http.Reply;
import io.broadside.schemas.ErrorCode;
import io.broadside.token.platform.Grant;
import io.broadside.token.platform.PlatformJson;
import io.broadside.token.platform.RefreshAnswer;
import io.broadside.token.platform.Step;
import io.broadside.token.platform.TokenEndpoint;
import io.broadside.token.platform.TokenPair;
import io.broadside.token.platform.TokenPlatform.Handed;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Sessions: begun with a password for apps, renewed by a refresh token. A refresh token that was used works for two hours more, and
 * brings the same successor each time, so an answer that got lost is had by asking again.
 *
 * <p>https://docs.bsky.app/docs/api/com-atproto-server-create-session,
 * https://docs.bsky.app/docs/api/com-atproto-server-refresh-session
 */
final class Sessions {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final Servers servers;
    private final BlueskyConfig config;
    private final Set<String> deadCodes;
    private final Clock clock;

    Sessions(Servers servers, BlueskyConfig config, Set<String> deadCodes, Clock clock) {
        this.servers = servers;
        this.config = config;
        this.deadCodes = deadCodes;
        this.clock = clock;
    }

    Step<Grant> begin(Handed handed, CallContext context) {
        if (handed.account().isEmpty()) {
            return Step.failed(
                    ErrorCode.INVALID_REQUEST,
                    "An app password does not say whose it is: give the account's handle as accountId.");
        }
        var server = handed.server().map(servers::named).orElseGet(() -> Optional.of(config.service()));
        if (server.isEmpty()) {
            return Step.failed(
                    ErrorCode.INVALID_REQUEST, "This server is not one on the public Internet; correct its address.");
        }
        var body = JSON.createObjectNode()
                .put("identifier", handed.account().get().replaceFirst("^@", ""))
                .put("password", handed.secret().reveal());
        var call = Servers.post("com.atproto.server.createSession", server.get(), new Body.Json(body.toString()));
        return switch (servers.call(call, context)) {
            case Reply.NoAnswer(var cause, var _) ->
                Step.failed(cause, "The account's server cannot be reached now. Send it again later.");
            case Reply.Answer answer when answer.isSuccess() -> begun(PlatformJson.of(answer), server.get());
            case Reply.Answer answer -> notBegun(answer);
        };
    }

    private Step<Grant> begun(JsonNode body, URI server) {
        var account = Identity.in(body);
        var access = PlatformJson.token(body, "accessJwt");
        var refresh = PlatformJson.token(body, "refreshJwt");
        if (account.isEmpty() || access.isEmpty() || refresh.isEmpty()) {
            return Step.failed(
                    ErrorCode.UNEXPECTED_ANSWER, "The server's answer could not be understood. Send it again later.");
        }
        var home = home(body, server);
        return new Step.Done<>(new Grant(
                account.get(),
                Sealed.ofSession(home, access.get()).toSecret(),
                Optional.of(Sealed.ofSession(home, refresh.get()).toSecret()),
                Optional.empty(),
                Jwt.expiry(access.get()),
                Jwt.expiry(refresh.get()),
                Optional.empty(),
                List.of(),
                List.of()));
    }

    /**
     * Where the account lives, as its identity says, if the answer has that: a server that signs in for many others sends it. That one
     * takes the session too, and is the one that has the account's posts.
     */
    private static URI home(JsonNode body, URI server) {
        var identity = body.path("didDoc");
        return Identity.home(identity)
                .filter(_ -> PlatformJson.text(identity, "id").equals(PlatformJson.text(body, "did")))
                .flatMap(Servers::ofIdentity)
                .orElse(server);
    }

    private static Step<Grant> notBegun(Reply.Answer answer) {
        if (answer.status() == 429) {
            return Step.failed(
                    ErrorCode.RATE_LIMITED,
                    "The account's server takes no more sign-ins for now. Send it again in some minutes.");
        }
        if (answer.status() >= 500) {
            return Step.failed(ErrorCode.SERVER_ERROR, "The account's server has a fault. Send it again later.");
        }
        return switch (Servers.errorIn(answer).orElse("")) {
            case "AuthFactorTokenRequired" ->
                Step.failed(
                        ErrorCode.PERMISSION_MISSING,
                        "This is the account's own password, which asks for a code by mail. Make an app password and send that.");
            case "AccountTakedown", "AccountSuspended", "AccountDeactivated" ->
                Step.failed(ErrorCode.TOKEN_REVOKED, "The account's server has put the account out of use.");
            default ->
                Step.failed(
                        ErrorCode.TOKEN_REVOKED,
                        "The account's server does not accept the app password for this account. Check the handle, and the"
                                + " server; or make a new app password.");
        };
    }

    RefreshAnswer refresh(Sealed refreshToken, CallContext context) {
        var call = Servers.post("com.atproto.server.refreshSession", refreshToken.service(), new Body.None());
        return switch (servers.call(call, refreshToken, context)) {
            case Reply.NoAnswer(var cause, var maybeSent) ->
                maybeSent ? new RefreshAnswer.Unclear(cause) : new RefreshAnswer.NotNow(cause, Optional.empty());
            case Reply.Answer answer
            when answer.isSuccess() -> renewed(PlatformJson.of(answer), refreshToken.service());
            case Reply.Answer answer -> notRenewed(answer);
        };
    }

    private RefreshAnswer renewed(JsonNode body, URI server) {
        var access = PlatformJson.token(body, "accessJwt");
        var refresh = PlatformJson.token(body, "refreshJwt");
        if (access.isEmpty() || refresh.isEmpty()) {
            return new RefreshAnswer.Unclear(ErrorCode.UNEXPECTED_ANSWER);
        }
        var now = clock.instant();
        var home = home(body, server);
        return new RefreshAnswer.Renewed(new TokenPair(
                Sealed.ofSession(home, access.get()).toSecret(),
                Optional.of(Sealed.ofSession(home, refresh.get()).toSecret()),
                Jwt.life(access.get(), now),
                Jwt.life(refresh.get(), now),
                List.of()));
    }

    private RefreshAnswer notRenewed(Reply.Answer answer) {
        var error = Servers.errorIn(answer).orElse("none");
        if (answer.status() == 429) {
            return new RefreshAnswer.NotNow(ErrorCode.RATE_LIMITED, retryAfter(answer, clock.instant()));
        }
        if (answer.status() >= 500) {
            return new RefreshAnswer.Unclear(ErrorCode.SERVER_ERROR);
        }
        return answer.status() < 500 && deadCodes.contains(error)
                ? new RefreshAnswer.Refused(error)
                : new RefreshAnswer.NotNow(ErrorCode.UNEXPECTED_ANSWER, retryAfter(answer, clock.instant()));
    }

    /** The call that ends a session. */
    static Call ending(Sealed refreshToken) {
        return Servers.post("com.atproto.server.deleteSession", refreshToken.service(), new Body.None())
                .withBearer(refreshToken.token());
    }

    /** Seconds in Retry-After, or until the second at which the limit begins anew. */
    static Optional<Duration> retryAfter(Reply.Answer answer, Instant now) {
        return TokenEndpoint.retryAfter(answer).or(() -> TokenEndpoint.retryAt(answer, "ratelimit-reset", now));
    }

    /** Whether what was handed over is a password for apps: a token has dots in it, and a password none. */
    static boolean isPassword(Secret handed) {
        return !handed.reveal().contains(".");
    }
}
