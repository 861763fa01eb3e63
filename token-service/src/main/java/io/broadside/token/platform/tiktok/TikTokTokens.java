package io.broadside.token.platform.tiktok;

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
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

/**
 * Tokens of TikTok. An access token lives for hours; each renewal brings the next refresh token and ends the one before. How long
 * both live has changed more than once, so only what an answer says counts.
 *
 * <p>https://developers.tiktok.com/doc/oauth-user-access-token-management
 */
public final class TikTokTokens implements TokenPlatform {

    /** This platform's line of the list. */
    public static final TokenPlatformEntry<TikTokConfig> ENTRY = new TokenPlatformEntry<>(
            TikTokConfig.SETTINGS, TikTokConfig::from, (config, tools) -> new TikTokTokens(config, tools.calls()));

    private static final String ID = "tiktok";
    private static final String OK = "ok";

    private final TikTokConfig config;
    private final PlatformCalls calls;
    private final TokenEndpoint endpoint;
    private final TokenPolicy policy;

    public TikTokTokens(TikTokConfig config, PlatformCalls calls) {
        this.config = config;
        this.calls = calls;
        this.policy = TokenPolicies.tikTok(this::refresh);
        this.endpoint = new TokenEndpoint(calls, policy.deadCodes(), TokenEndpoint::retryAfter);
    }

    @Override
    public String id() {
        return ID;
    }

    @Override
    public String title() {
        return "TikTok";
    }

    @Override
    public TokenPolicy policy() {
        return policy;
    }

    @Override
    public Inspection inspect(Secret accessToken, CallContext context) {
        var call = Call.get(ID, "user.info", config.uri("/v2/user/info/?fields=open_id,display_name"))
                .withBearer(accessToken)
                .withCodeReader(TikTokTokens::codeIn);
        return switch (calls.call(call, context)) {
            case Reply.NoAnswer(var cause, var _) ->
                unavailable(cause, "TikTok cannot be reached now (" + cause + ")", Optional.empty());
            case Reply.Answer answer -> inspected(answer);
        };
    }

    private Inspection inspected(Reply.Answer answer) {
        var code = codeIn(answer);
        if (answer.isSuccess() && code.filter(OK::equals).isPresent()) {
            var user = PlatformJson.of(answer).path("data").path("user");
            return PlatformJson.text(user, "open_id")
                    .<Inspection>map(id -> new Inspection.Found(
                            new Account(
                                    id, PlatformJson.text(user, "display_name").orElse(id)),
                            Optional.empty(),
                            Optional.empty(),
                            List.of()))
                    .orElseGet(TikTokTokens::notUnderstood);
        }
        return switch (code.orElse("")) {
            case "access_token_invalid" ->
                new Inspection.Refused(
                        ErrorCode.TOKEN_REVOKED,
                        "TikTok does not accept this access token: it has expired or was withdrawn. Get a new one; or, if"
                                + " there is a refresh token, send both with verify=false, accountId and accountName, and"
                                + " the token will be renewed.");
            case "scope_not_authorized", "scope_permission_missed" ->
                new Inspection.Refused(
                        ErrorCode.PERMISSION_MISSING,
                        "TikTok does not let this token look at its account. Get one with the scopes "
                                + String.join(", ", policy.publishScopes()) + ".");
            case "rate_limit_exceeded" ->
                unavailable(ErrorCode.RATE_LIMITED, "TikTok's rate limit is reached", TokenEndpoint.retryAfter(answer));
            default ->
                answer.status() >= 500
                        ? unavailable(
                                ErrorCode.SERVER_ERROR,
                                "TikTok has a fault of its own",
                                TokenEndpoint.retryAfter(answer))
                        : notUnderstood();
        };
    }

    private static Optional<String> codeIn(Reply.Answer answer) {
        return PlatformJson.text(PlatformJson.of(answer).path("error"), "code")
                .filter(code -> code.matches("[a-z][a-z0-9_]{0,79}"));
    }

    private RefreshAnswer refresh(Secret refreshToken, CallContext context) {
        if (config.app().isEmpty()) {
            // The operator's fault, and mended by a new start: the connection must not suffer for it.
            return new RefreshAnswer.NotNow(ErrorCode.APP_REFUSED, Optional.empty());
        }
        var app = config.app().get();
        var form = new LinkedHashMap<String, String>();
        form.put("client_key", app.key());
        form.put("client_secret", app.secret().reveal());
        form.put("grant_type", "refresh_token");
        form.put("refresh_token", refreshToken.reveal());
        return endpoint.renew(
                Call.post(ID, "oauth.token", config.uri("/v2/oauth/token/"), new Body.Form(form)), context);
    }

    private static Inspection notUnderstood() {
        return unavailable(ErrorCode.UNEXPECTED_ANSWER, "TikTok's answer could not be understood", Optional.empty());
    }

    private static Inspection unavailable(ErrorCode code, String what, Optional<Duration> retryAfter) {
        return new Inspection.Unavailable(code, what + ". Send the token again later.", retryAfter);
    }
}
