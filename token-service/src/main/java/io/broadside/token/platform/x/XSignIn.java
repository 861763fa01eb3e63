package io.broadside.token.platform.x;

import io.broadside.runtime.config.Secret;
import io.broadside.runtime.config.Setting;
import io.broadside.runtime.http.Body;
import io.broadside.runtime.http.Call;
import io.broadside.runtime.http.CallContext;
import io.broadside.token.platform.CodeExchange;
import io.broadside.token.platform.Grant;
import io.broadside.token.platform.Person;
import io.broadside.token.platform.PlatformCalls;
import io.broadside.token.platform.SignIn;
import io.broadside.token.platform.SignInEntry;
import io.broadside.token.platform.Step;
import io.broadside.token.platform.TokenEndpoint;
import java.net.URI;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Signing in with X: OAuth 2.0 with PKCE, which X wants of confidential clients too. A code lives for half a minute.
 *
 * <p>https://docs.x.com/fundamentals/authentication/oauth-2-0/authorization-code
 */
public final class XSignIn implements SignIn {

    private static final Setting AUTHORIZE =
            Setting.of("X_AUTHORIZE_URI", "https://x.com/i/oauth2/authorize", "Page of X on which people consent.");
    private static final Setting SCOPES = Setting.of(
            "X_CONNECT_SCOPES",
            "tweet.read,tweet.write,users.read,media.write,offline.access",
            "What people are asked for on X, comma separated. Without offline.access a connection ends after two hours.");

    /** This way's line of the list. */
    public static final SignInEntry ENTRY = new SignInEntry(List.of(AUTHORIZE, SCOPES), settings -> {
        var config = XConfig.from(settings);
        var authorize = settings.uri(AUTHORIZE);
        var scopes = settings.list(SCOPES);
        return tools -> new XSignIn(config, authorize, scopes, tools.calls(), tools.clock());
    });

    private static final String ID = "x";
    private static final String TITLE = "X";

    private final XConfig config;
    private final URI authorize;
    private final List<String> scopes;
    private final Clock clock;
    private final TokenEndpoint endpoint;
    private final XTokens tokens;

    public XSignIn(XConfig config, URI authorize, List<String> scopes, PlatformCalls calls, Clock clock) {
        this.config = config;
        this.authorize = authorize;
        this.scopes = List.copyOf(scopes);
        this.clock = clock;
        this.tokens = new XTokens(config, calls, clock);
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
        return config.clientId().isPresent() ? List.of() : List.of("X_CLIENT_ID");
    }

    @Override
    public boolean usesPkce() {
        return true;
    }

    @Override
    public URI authorization(Asking asking) {
        var query = new LinkedHashMap<String, String>();
        query.put("response_type", "code");
        query.put("client_id", config.clientId().orElseThrow());
        query.put("redirect_uri", asking.redirectUri().toString());
        query.put("scope", String.join(" ", scopes));
        query.put("state", asking.state());
        query.put("code_challenge", asking.challenge().orElseThrow());
        query.put("code_challenge_method", "S256");
        return CodeExchange.withQuery(authorize, query);
    }

    @Override
    public Step<Person> exchange(Code code, CallContext context) {
        var form = new LinkedHashMap<String, String>();
        form.put("grant_type", "authorization_code");
        form.put("code", code.value().reveal());
        form.put("redirect_uri", code.redirectUri().toString());
        form.put("code_verifier", code.verifier().orElseThrow().reveal());
        var askedAt = clock.instant();
        return CodeExchange.of(TITLE, endpoint.renew(call("oauth2.token", "/2/oauth2/token", form), context), askedAt);
    }

    @Override
    public Step<List<Grant>> accounts(Person person, CallContext context) {
        return CodeExchange.account(TITLE, tokens.inspect(person.accessToken(), context))
                .then(account -> new Step.Done<>(List.of(Grant.of(account, person, tokens.policy()))));
    }

    @Override
    public Optional<Call> revocation(Secret token) {
        return Optional.of(call("oauth2.revoke", "/2/oauth2/revoke", Map.of("token", token.reveal())));
    }

    /** A confidential client names itself in the header, a public one in the body. */
    private Call call(String name, String path, Map<String, String> fields) {
        var form = new LinkedHashMap<>(fields);
        var id = config.clientId().orElseThrow();
        if (config.clientSecret().isEmpty()) {
            form.put("client_id", id);
        }
        var call = Call.post(ID, name, config.uri(path), new Body.Form(form));
        return config.clientSecret().map(secret -> call.withBasic(id, secret)).orElse(call);
    }
}
