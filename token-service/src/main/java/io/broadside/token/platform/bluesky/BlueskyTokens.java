package io.broadside.token.platform.bluesky;

import io.broadside.runtime.config.Secret;
import io.broadside.runtime.http.CallContext;
import io.broadside.runtime.http.Reply;
import io.broadside.schemas.ErrorCode;
import io.broadside.token.platform.Grant;
import io.broadside.token.platform.Inspection;
import io.broadside.token.platform.PlatformCalls;
import io.broadside.token.platform.PlatformJson;
import io.broadside.token.platform.RefreshAnswer;
import io.broadside.token.platform.Step;
import io.broadside.token.platform.TokenPlatform;
import io.broadside.token.platform.TokenPlatformEntry;
import io.broadside.token.platform.TokenPolicies;
import io.broadside.token.platform.TokenPolicy;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Tokens of Bluesky: those of a session, begun with a password for apps, and those of OAuth, bound to a key. Each goes with the
 * address of the server where its account lives ({@link Sealed}).
 */
public final class BlueskyTokens implements TokenPlatform {

    /** This platform's line of the list. */
    public static final TokenPlatformEntry<BlueskyConfig> ENTRY = new TokenPlatformEntry<>(
            BlueskyConfig.SETTINGS,
            BlueskyConfig::from,
            (config, tools) -> new BlueskyTokens(config, tools.calls(), tools.clock()));

    private final BlueskyConfig config;
    private final Clock clock;
    private final Servers servers;
    private final Sessions sessions;
    private final OAuth oauth;
    private final TokenPolicy policy;

    public BlueskyTokens(BlueskyConfig config, PlatformCalls calls, Clock clock) {
        this.config = config;
        this.clock = clock;
        this.servers = new Servers(config, calls, clock);
        this.policy = TokenPolicies.bluesky(this::refresh);
        this.sessions = new Sessions(servers, config, policy.deadCodes(), clock);
        this.oauth = new OAuth(servers, config, policy.deadCodes(), clock);
    }

    @Override
    public String id() {
        return Servers.ID;
    }

    @Override
    public String title() {
        return "Bluesky";
    }

    @Override
    public TokenPolicy policy() {
        return policy;
    }

    @Override
    public boolean hasServers() {
        return true;
    }

    @Override
    public Optional<String> faultOfServer(String server) {
        return servers.named(server).isPresent()
                ? Optional.empty()
                : Optional.of(
                        config.allowsPrivate()
                                ? "This is no address of a server; correct it."
                                : "The server must be on the public Internet, with https and without a port; correct its address.");
    }

    @Override
    public Optional<Step<Grant>> signIn(Handed handed, CallContext context) {
        return Sessions.isPassword(handed.secret()) ? Optional.of(sessions.begin(handed, context)) : Optional.empty();
    }

    @Override
    public Inspection inspect(Secret accessToken, CallContext context) {
        var sealed = Sealed.open(accessToken, config);
        var call = Servers.get("com.atproto.server.getSession", sealed.service());
        return switch (servers.call(call, sealed, context)) {
            case Reply.NoAnswer(var cause, var _) ->
                unavailable(cause, "The account's server cannot be reached now (" + cause + ")", Optional.empty());
            case Reply.Answer answer when answer.isSuccess() -> identified(answer, sealed);
            case Reply.Answer answer -> notInspected(answer, sealed);
        };
    }

    private RefreshAnswer refresh(Secret refreshToken, CallContext context) {
        var sealed = Sealed.open(refreshToken, config);
        var answer =
                sealed.tokenEndpoint().isPresent() ? oauth.refresh(sealed, context) : sessions.refresh(sealed, context);
        return answer instanceof RefreshAnswer.NotNow(var cause, var pause)
                ? new RefreshAnswer.NotNow(cause, pause.filter(_ -> mayHoldUpAll(sealed)))
                : answer;
    }

    /** A pause that is asked for holds up all of a platform's accounts: a server that one person named cannot ask for that. */
    private boolean mayHoldUpAll(Sealed sealed) {
        return sealed.service().equals(config.service());
    }

    private static Inspection identified(Reply.Answer answer, Sealed sealed) {
        return Identity.in(PlatformJson.of(answer))
                .<Inspection>map(account ->
                        new Inspection.Found(account, Jwt.expiry(sealed.token().reveal()), Optional.empty(), List.of()))
                .orElseGet(() -> unavailable(
                        ErrorCode.UNEXPECTED_ANSWER, "The server's answer could not be understood", Optional.empty()));
    }

    private Inspection notInspected(Reply.Answer answer, Sealed sealed) {
        if (answer.status() == 429) {
            return unavailable(
                    ErrorCode.RATE_LIMITED,
                    "The server's rate limit is reached",
                    Sessions.retryAfter(answer, clock.instant()).filter(_ -> mayHoldUpAll(sealed)));
        }
        if (answer.status() >= 500) {
            return unavailable(ErrorCode.SERVER_ERROR, "The account's server has a fault of its own", Optional.empty());
        }
        return switch (Servers.errorIn(answer).orElse("")) {
            case "ExpiredToken",
                    "InvalidToken",
                    "invalid_token",
                    "AuthenticationRequired",
                    "AuthMissing",
                    "AccountTakedown",
                    "AccountSuspended",
                    "AccountDeactivated",
                    "AccountNotFound" ->
                new Inspection.Refused(
                        ErrorCode.TOKEN_REVOKED,
                        "The account's server does not accept this access token. Send an app password in its place, and the"
                                + " account's handle as accountId.");
            default ->
                unavailable(ErrorCode.UNEXPECTED_ANSWER, "The server's answer was not expected", Optional.empty());
        };
    }

    private static Inspection unavailable(ErrorCode code, String what, Optional<Duration> retryAfter) {
        return new Inspection.Unavailable(code, what + ". Send the token again later.", retryAfter);
    }
}
