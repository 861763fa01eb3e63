package io.broadside.token.platform.linkedin;

import io.broadside.runtime.config.Secret;
import io.broadside.runtime.config.Setting;
import io.broadside.runtime.http.Body;
import io.broadside.runtime.http.Call;
import io.broadside.runtime.http.CallContext;
import io.broadside.runtime.http.Reply;
import io.broadside.schemas.ErrorCode;
import io.broadside.token.platform.Account;
import io.broadside.token.platform.CodeExchange;
import io.broadside.token.platform.Grant;
import io.broadside.token.platform.Person;
import io.broadside.token.platform.PlatformCalls;
import io.broadside.token.platform.SignIn;
import io.broadside.token.platform.SignInEntry;
import io.broadside.token.platform.Step;
import io.broadside.token.platform.TokenEndpoint;
import io.broadside.token.platform.TokenPolicies;
import io.broadside.token.platform.linkedin.LinkedInOrganizations.Listed;
import java.net.URI;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Signing in with LinkedIn. A member opens their own account and the organisations they may publish for, all with one token. A consent to
 * other scopes than before ends the member's earlier tokens, so everything is asked for each time.
 *
 * <p>https://learn.microsoft.com/en-us/linkedin/shared/authentication/authorization-code-flow
 */
public final class LinkedInSignIn implements SignIn {

    private static final Setting AUTHORIZE = Setting.of(
            "LINKEDIN_AUTHORIZE_URI",
            "https://www.linkedin.com/oauth/v2/authorization",
            "Page of LinkedIn on which people consent.");
    private static final Setting SCOPES = Setting.of(
            "LINKEDIN_CONNECT_SCOPES",
            "openid,profile,w_member_social,w_organization_social,r_organization_social,rw_organization_admin",
            "What members are asked for on LinkedIn, comma separated. LinkedIn refuses everybody while the app lacks one of"
                    + " them: without Community Management, set openid,profile,w_member_social. Changing it ends the tokens of"
                    + " each member who consents anew, in all their connections.");

    /** This way's line of the list. */
    public static final SignInEntry ENTRY = new SignInEntry(List.of(AUTHORIZE, SCOPES), settings -> {
        var config = LinkedInConfig.from(settings);
        var authorize = settings.uri(AUTHORIZE);
        var scopes = settings.list(SCOPES);
        return tools -> new LinkedInSignIn(config, authorize, scopes, tools.calls(), tools.clock());
    });

    private static final String ID = "linkedin";
    private static final String TITLE = "LinkedIn";
    private static final String ORGANIZATION = TokenPolicies.LINKEDIN_ORGANIZATION;
    private static final List<String> ADMINISTERING = List.of("rw_organization_admin", "r_organization_admin");

    private final LinkedInConfig config;
    private final URI authorize;
    private final List<String> scopes;
    private final Clock clock;
    private final TokenEndpoint endpoint;
    private final LinkedInTokens tokens;

    public LinkedInSignIn(LinkedInConfig config, URI authorize, List<String> scopes, PlatformCalls calls, Clock clock) {
        this.config = config;
        this.authorize = authorize;
        this.scopes = List.copyOf(scopes);
        this.clock = clock;
        this.tokens = new LinkedInTokens(config, calls);
        this.endpoint = new TokenEndpoint(calls, CodeExchange.refusals(tokens.policy()), TokenEndpoint::retryAfter);
    }

    @Override
    public String id() {
        return ID;
    }

    @Override
    public String platform() {
        return ID;
    }

    @Override
    public String title() {
        return TITLE;
    }

    @Override
    public List<String> missingSettings() {
        return config.app().isPresent() ? List.of() : List.of("LINKEDIN_CLIENT_ID", "LINKEDIN_CLIENT_SECRET");
    }

    @Override
    public URI authorization(Asking asking) {
        var query = new LinkedHashMap<String, String>();
        query.put("response_type", "code");
        query.put("client_id", app().id());
        query.put("redirect_uri", asking.redirectUri().toString());
        query.put("state", asking.state());
        query.put("scope", String.join(" ", scopes));
        return CodeExchange.withQuery(authorize, query);
    }

    @Override
    public Step<Person> exchange(Code code, CallContext context) {
        var form = new LinkedHashMap<String, String>();
        form.put("grant_type", "authorization_code");
        form.put("code", code.value().reveal());
        form.put("redirect_uri", code.redirectUri().toString());
        var askedAt = clock.instant();
        return CodeExchange.of(
                TITLE, endpoint.renew(call("oauth.token", "/oauth/v2/accessToken", form), context), askedAt);
    }

    @Override
    public Step<List<Grant>> accounts(Person person, CallContext context) {
        return CodeExchange.account(TITLE, tokens.inspect(person.accessToken(), context))
                .then(member -> organizations(member, person, context)
                        .then(organizations -> new Step.Done<>(Stream.concat(
                                        Stream.of(revocable(Grant.of(member, person, tokens.policy()), person)),
                                        organizations.stream()
                                                .map(organization -> ofOrganization(organization, person)))
                                .toList())));
    }

    /** Those the member may publish for; nothing where the app may not ask. */
    private Step<List<Account>> organizations(Account member, Person person, CallContext context) {
        if (person.scopes().stream().noneMatch(ADMINISTERING::contains)) {
            return new Step.Done<>(List.of());
        }
        return switch (tokens.organizations(person.accessToken(), context)) {
            case Listed.Told(var organizations, var _) ->
                new Step.Done<>(organizations.stream()
                        .map(it -> new Account(it.id(), it.name(), Optional.of(member.id()), Optional.of(ORGANIZATION)))
                        .toList());
            case Listed.NotTold(Reply.Answer answer) ->
                answer.status() == 403
                        ? new Step.Done<>(List.of())
                        : CodeExchange.away(
                                TITLE, answer.status() >= 500 ? ErrorCode.SERVER_ERROR : ErrorCode.UNEXPECTED_ANSWER);
            case Listed.NotTold(Reply.NoAnswer(var cause, var _)) -> CodeExchange.away(TITLE, cause);
        };
    }

    private Grant ofOrganization(Account organization, Person person) {
        var grant = new Grant(
                organization,
                person.accessToken(),
                person.refreshToken(),
                Optional.empty(),
                person.expiresAt(),
                person.refreshExpiresAt(),
                Optional.empty(),
                person.scopes(),
                tokens.policy().missingFrom(ORGANIZATION, person.scopes()));
        return revocable(grant, person);
    }

    /** Without a refresh token, the access token is what takes the permission back. */
    private static Grant revocable(Grant grant, Person person) {
        return person.refreshToken().isPresent() ? grant : grant.withUserToken(person.accessToken());
    }

    /** Used by several projects; LinkedIn's documents do not mention it. */
    @Override
    public Optional<Call> revocation(Secret token) {
        return Optional.of(call("oauth.revoke", "/oauth/v2/revoke", Map.of("token", token.reveal())));
    }

    @Override
    public boolean revokesAllOfThePerson() {
        return true;
    }

    private Call call(String name, String path, Map<String, String> fields) {
        var form = new LinkedHashMap<>(fields);
        form.put("client_id", app().id());
        form.put("client_secret", app().secret().reveal());
        return Call.post(ID, name, config.ofOAuth(path), new Body.Form(form));
    }

    private LinkedInConfig.App app() {
        return config.app().orElseThrow();
    }
}
