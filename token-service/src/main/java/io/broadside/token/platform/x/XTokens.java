package io.broadside.token.platform.x;

import io.broadside.runtime.config.Secret;
import io.broadside.runtime.http.Body;
import io.broadside.runtime.http.Call;
import io.broadside.runtime.http.CallContext;
import io.broadside.runtime.http.Reply;
import io.broadside.schemas.ErrorCode;
import io.broadside.token.platform.Account;
import io.broadside.token.platform.Inspection;
import io.broadside.token.platform.PlatformCalls;
import io.broadside.token.platform.PlatformJson;
import io.broadside.token.platform.RefreshAnswer;
import io.broadside.token.platform.TokenEndpoint;
import io.broadside.token.platform.TokenPlatform;
import io.broadside.token.platform.TokenPlatformEntry;
import io.broadside.token.platform.TokenPolicies;
import io.broadside.token.platform.TokenPolicy;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

/**
 * Tokens of X, OAuth 2.0. An access token lives for two hours; a refresh token works once, and the answer holds the next
 * one.
 *
 * <p>https://docs.x.com/fundamentals/authentication/oauth-2-0/authorization-code
 */
public final class XTokens implements TokenPlatform {

    /** This platform's line of the list. */
    public static final TokenPlatformEntry<XConfig> ENTRY = new TokenPlatformEntry<>(
            XConfig.SETTINGS, XConfig::from, (config, tools) -> new XTokens(config, tools.calls(), tools.clock()));

    private static final String ID = "x";

    private final XConfig config;
    private final PlatformCalls calls;
    private final Clock clock;
    private final TokenEndpoint endpoint;
    private final TokenPolicy policy;

    public XTokens(XConfig config, PlatformCalls calls, Clock clock) {
        this.config = config;
        this.calls = calls;
        this.clock = clock;
        this.policy = TokenPolicies.x(this::refresh);
        this.endpoint = new TokenEndpoint(calls, policy.deadCodes(), this::retryAfter);
    }

    @Override
    public String id() {
        return ID;
    }

    @Override
    public String title() {
        return "X";
    }

    @Override
    public TokenPolicy policy() {
        return policy;
    }

    @Override
    public Inspection inspect(Secret accessToken, CallContext context) {
        var me = Call.get(ID, "users.me", config.uri("/2/users/me"))
                .withBearer(accessToken)
                .withCodeReader(XTokens::problemOf);
        return switch (calls.call(me, context)) {
            case Reply.NoAnswer(var cause, var _) ->
                unavailable(cause, "X cannot be reached now (" + cause + ")", Optional.empty());
            case Reply.Answer answer -> inspected(answer);
        };
    }

    private Inspection inspected(Reply.Answer answer) {
        return switch (answer.status()) {
            case 200 -> identified(answer);
            case 401 ->
                new Inspection.Refused(
                        ErrorCode.TOKEN_REVOKED,
                        "X does not accept this access token: it has expired or was withdrawn. Get a new one; or, if there"
                                + " is a refresh token, send both with verify=false, accountId and accountName, and the"
                                + " token will be renewed.");
            case 402 -> unavailable(ErrorCode.CREDITS_DEPLETED, "The app has no credit left at X", Optional.empty());
            case 403 ->
                new Inspection.Refused(
                        ErrorCode.PERMISSION_MISSING,
                        "X does not let this token look at its own user. Get one of the user (OAuth 2.0 with PKCE), with"
                                + " the scopes " + String.join(" ", policy.publishScopes()) + ".");
            case 429 -> unavailable(ErrorCode.RATE_LIMITED, "X's rate limit is reached", retryAfter(answer));
            default ->
                answer.status() >= 500
                        ? unavailable(ErrorCode.SERVER_ERROR, "X has a fault of its own", retryAfter(answer))
                        : unavailable(ErrorCode.UNEXPECTED_ANSWER, "X's answer was not expected", Optional.empty());
        };
    }

    private static Inspection identified(Reply.Answer answer) {
        var user = PlatformJson.of(answer).path("data");
        var name = PlatformJson.text(user, "username").or(() -> PlatformJson.text(user, "name"));
        return PlatformJson.text(user, "id")
                .<Inspection>map(id -> new Inspection.Found(
                        new Account(id, name.orElse(id)), Optional.empty(), Optional.empty(), List.of()))
                .orElseGet(() -> unavailable(
                        ErrorCode.UNEXPECTED_ANSWER, "X's answer could not be understood", Optional.empty()));
    }

    private static Inspection unavailable(ErrorCode code, String what, Optional<Duration> retryAfter) {
        return new Inspection.Unavailable(code, what + ". Send the token again later.", retryAfter);
    }

    private RefreshAnswer refresh(Secret refreshToken, CallContext context) {
        if (config.clientId().isEmpty()) {
            // The operator's fault, and mended by a new start: the connection must not suffer for it.
            return new RefreshAnswer.NotNow(ErrorCode.APP_REFUSED, Optional.empty());
        }
        return endpoint.renew(tokenCall(config.clientId().get(), refreshToken), context);
    }

    private Call tokenCall(String clientId, Secret refreshToken) {
        var form = new LinkedHashMap<String, String>();
        form.put("grant_type", "refresh_token");
        form.put("refresh_token", refreshToken.reveal());
        if (config.clientSecret().isEmpty()) {
            form.put("client_id", clientId);
        }
        var call = Call.post(ID, "oauth2.token", config.uri("/2/oauth2/token"), new Body.Form(form));
        return config.clientSecret()
                .map(secret -> call.withBasic(clientId, secret))
                .orElse(call);
    }

    /** The last segment of the problem's type: its host differs, its text is for people. */
    private static Optional<String> problemOf(Reply.Answer answer) {
        return PlatformJson.text(PlatformJson.of(answer), "type")
                .map(type -> type.substring(type.lastIndexOf('/') + 1))
                .filter(name -> name.matches("[a-z-]{1,60}"));
    }

    /** Seconds in Retry-After, or the time at which the window begins anew. */
    private Optional<Duration> retryAfter(Reply.Answer answer) {
        return TokenEndpoint.retryAfter(answer)
                .or(() -> TokenEndpoint.retryAt(answer, "x-rate-limit-reset", clock.instant()));
    }
}
