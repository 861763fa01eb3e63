package io.broadside.token.platform.linkedin;

import com.fasterxml.jackson.databind.JsonNode;
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
import io.broadside.token.platform.linkedin.LinkedInOrganizations.Listed;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Tokens of LinkedIn. A member's token speaks for the member, and for the organisations the member may publish for: which of them a
 * connection is for says its account. A refresh token works many times, and ends a year after the consent whatever happens;
 * most apps get none.
 *
 * <p>https://learn.microsoft.com/en-us/linkedin/shared/authentication/authorization-code-flow,
 * https://learn.microsoft.com/en-us/linkedin/shared/authentication/token-introspection
 */
public final class LinkedInTokens implements TokenPlatform {

    /** This platform's line of the list. */
    public static final TokenPlatformEntry<LinkedInConfig> ENTRY = new TokenPlatformEntry<>(
            LinkedInConfig.SETTINGS,
            LinkedInConfig::from,
            (config, tools) -> new LinkedInTokens(config, tools.calls()));

    private static final String ID = "linkedin";
    private static final String ORGANIZATION = TokenPolicies.LINKEDIN_ORGANIZATION;

    private final LinkedInConfig config;
    private final PlatformCalls calls;
    private final LinkedInOrganizations organizations;
    private final TokenEndpoint endpoint;
    private final TokenPolicy policy;

    public LinkedInTokens(LinkedInConfig config, PlatformCalls calls) {
        this.config = config;
        this.calls = calls;
        this.organizations = new LinkedInOrganizations(config, calls);
        this.policy = TokenPolicies.linkedIn(this::refresh);
        this.endpoint = new TokenEndpoint(calls, policy.deadCodes(), TokenEndpoint::retryAfter);
    }

    @Override
    public String id() {
        return ID;
    }

    @Override
    public String title() {
        return "LinkedIn";
    }

    @Override
    public TokenPolicy policy() {
        return policy;
    }

    @Override
    public Inspection inspect(Secret accessToken, CallContext context) {
        return inspect(accessToken, Optional.empty(), context);
    }

    @Override
    public Inspection inspect(Secret accessToken, Optional<String> accountId, CallContext context) {
        return switch (get("userinfo", "/v2/userinfo", accessToken, context)) {
            case Reply.NoAnswer(var cause, var _) -> notReached(cause);
            case Reply.Answer answer
            when answer.isSuccess() ->
                member(PlatformJson.of(answer))
                        .map(member ->
                                accountId.filter(id -> !id.equals(member.id())).isPresent()
                                        ? organization(member, accountId.get(), accessToken, context)
                                        : found(member, accessToken, context))
                        .orElseGet(LinkedInTokens::notUnderstood);
            case Reply.Answer answer ->
                refused(answer, "Get one of the member with the scopes openid, profile and w_member_social.");
        };
    }

    private static Optional<Account> member(JsonNode userinfo) {
        return PlatformJson.text(userinfo, "sub")
                .map(id -> new Account(id, PlatformJson.text(userinfo, "name").orElse(id)));
    }

    /** The organisations that a token's member may publish for. */
    Listed organizations(Secret token, CallContext context) {
        return organizations.of(token, context);
    }

    /** Whether the member may publish for it; the token itself does not say for whom it may speak. */
    private Inspection organization(Account member, String id, Secret token, CallContext context) {
        return switch (organizations(token, context)) {
            case Listed.NotTold(Reply.NoAnswer(var cause, var _)) -> notReached(cause);
            case Listed.NotTold(Reply.Answer answer) ->
                refused(answer, "Get one with rw_organization_admin, w_organization_social and r_organization_social.");
            case Listed.Told told -> {
                var organization = told.find(id)
                        .map(it -> new Account(id, it.name(), Optional.of(member.id()), Optional.of(ORGANIZATION)));
                if (organization.isPresent()) {
                    yield found(organization.get(), token, context);
                }
                yield told.isAll()
                        ? new Inspection.Refused(
                                ErrorCode.PERMISSION_MISSING,
                                "The token is of member " + member.id() + ", who does not administer organization " + id
                                        + ". Paste that of an administrator, or leave accountId out.")
                        : unavailable(
                                ErrorCode.UNEXPECTED_ANSWER,
                                "Member " + member.id() + " administers more organizations than are looked through",
                                Optional.empty());
            }
        };
    }

    private Inspection found(Account account, Secret token, CallContext context) {
        return config.app()
                .map(app -> introspected(account, app, token, context))
                .orElseGet(() -> new Inspection.Found(account, Optional.empty(), Optional.empty(), List.of()));
    }

    /** The only way to learn a token's end and scopes. */
    private Inspection introspected(Account account, LinkedInConfig.App app, Secret token, CallContext context) {
        var form = Map.of("client_id", app.id(), "client_secret", app.secret().reveal(), "token", token.reveal());
        var call = Call.post(ID, "oauth.introspect", config.ofOAuth("/oauth/v2/introspectToken"), new Body.Form(form))
                .withCodeReader(TokenEndpoint::errorIn);
        return switch (calls.call(call, context)) {
            case Reply.NoAnswer(var cause, var _) -> notReached(cause);
            case Reply.Answer answer when answer.isSuccess() -> judged(account, PlatformJson.of(answer));
            case Reply.Answer answer
            when answer.status() < 500 && answer.status() != 429 ->
                new Inspection.Unavailable(
                        ErrorCode.APP_REFUSED,
                        "LinkedIn refuses the app that looks at tokens. Whoever runs Broadside must check LINKEDIN_CLIENT_ID"
                                + " and LINKEDIN_CLIENT_SECRET.",
                        Optional.empty());
            case Reply.Answer answer -> refused(answer, "");
        };
    }

    private static Inspection judged(Account account, JsonNode token) {
        if (!token.path("active").isBoolean()) {
            return notUnderstood();
        }
        if (!token.path("active").asBoolean()) {
            return new Inspection.Refused(
                    ErrorCode.TOKEN_REVOKED,
                    "LinkedIn says that this token is not active for this app. Get a new one, with the app that Broadside is"
                            + " set up with.");
        }
        return new Inspection.Found(
                account,
                PlatformJson.moment(token, "expires_at"),
                Optional.empty(),
                PlatformJson.text(token, "scope").map(TokenEndpoint::scopes).orElse(List.of()));
    }

    private RefreshAnswer refresh(Secret refreshToken, CallContext context) {
        if (config.app().isEmpty()) {
            // The operator's fault, and mended by a new start: the connection must not suffer for it.
            return new RefreshAnswer.NotNow(ErrorCode.APP_REFUSED, Optional.empty());
        }
        var app = config.app().get();
        var form = new LinkedHashMap<String, String>();
        form.put("grant_type", "refresh_token");
        form.put("refresh_token", refreshToken.reveal());
        form.put("client_id", app.id());
        form.put("client_secret", app.secret().reveal());
        return endpoint.renew(
                Call.post(ID, "oauth.token", config.ofOAuth("/oauth/v2/accessToken"), new Body.Form(form)), context);
    }

    private Reply get(String endpoint, String pathAndQuery, Secret token, CallContext context) {
        var call = Call.get(ID, endpoint, config.ofApi(pathAndQuery))
                .withHeader("X-Restli-Protocol-Version", "2.0.0")
                .withBearer(token);
        return calls.call(call, context);
    }

    private static Inspection refused(Reply.Answer answer, String advice) {
        return switch (answer.status()) {
            case 401 ->
                new Inspection.Refused(
                        ErrorCode.TOKEN_REVOKED,
                        "LinkedIn does not accept this access token: it has expired or was withdrawn. Get a new one.");
            case 403 ->
                new Inspection.Refused(
                        ErrorCode.PERMISSION_MISSING,
                        "LinkedIn does not let this token look at its account. " + advice);
            case 429 ->
                unavailable(
                        ErrorCode.RATE_LIMITED, "LinkedIn's rate limit is reached", TokenEndpoint.retryAfter(answer));
            default ->
                answer.status() >= 500
                        ? unavailable(
                                ErrorCode.SERVER_ERROR,
                                "LinkedIn has a fault of its own",
                                TokenEndpoint.retryAfter(answer))
                        : notUnderstood();
        };
    }

    private static Inspection notReached(ErrorCode cause) {
        return unavailable(cause, "LinkedIn cannot be reached now (" + cause + ")", Optional.empty());
    }

    private static Inspection notUnderstood() {
        return unavailable(ErrorCode.UNEXPECTED_ANSWER, "LinkedIn's answer could not be understood", Optional.empty());
    }

    private static Inspection unavailable(ErrorCode code, String what, Optional<Duration> retryAfter) {
        return new Inspection.Unavailable(code, what + ". Send the token again later.", retryAfter);
    }
}
