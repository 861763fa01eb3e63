package io.broadside.token.platform.tiktok;

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
 * Signing in with TikTok. There is no PKCE on the web. People may untick what they like, so what was granted is in the answer.
 *
 * <p>https://developers.tiktok.com/doc/login-kit-web
 */
public final class TikTokSignIn implements SignIn {

    private static final Setting AUTHORIZE = Setting.of(
            "TIKTOK_AUTHORIZE_URI",
            "https://www.tiktok.com/v2/auth/authorize/",
            "Page of TikTok on which people consent.");
    private static final Setting SCOPES = Setting.of(
            "TIKTOK_CONNECT_SCOPES",
            "user.info.basic,video.publish,video.list",
            "What people are asked for on TikTok, comma separated.");

    /** This way's line of the list. */
    public static final SignInEntry ENTRY = new SignInEntry(List.of(AUTHORIZE, SCOPES), settings -> {
        var config = TikTokConfig.from(settings);
        var authorize = settings.uri(AUTHORIZE);
        var scopes = settings.list(SCOPES);
        return tools -> new TikTokSignIn(config, authorize, scopes, tools.calls(), tools.clock());
    });

    private static final String ID = "tiktok";
    private static final String TITLE = "TikTok";

    private final TikTokConfig config;
    private final URI authorize;
    private final List<String> scopes;
    private final Clock clock;
    private final TokenEndpoint endpoint;
    private final TikTokTokens tokens;

    public TikTokSignIn(TikTokConfig config, URI authorize, List<String> scopes, PlatformCalls calls, Clock clock) {
        this.config = config;
        this.authorize = authorize;
        this.scopes = List.copyOf(scopes);
        this.clock = clock;
        this.tokens = new TikTokTokens(config, calls);
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
        return config.app().isPresent() ? List.of() : List.of("TIKTOK_CLIENT_KEY", "TIKTOK_CLIENT_SECRET");
    }

    @Override
    public URI authorization(Asking asking) {
        var query = new LinkedHashMap<String, String>();
        query.put("client_key", app().key());
        query.put("response_type", "code");
        query.put("scope", String.join(",", scopes));
        query.put("redirect_uri", asking.redirectUri().toString());
        query.put("state", asking.state());
        return CodeExchange.withQuery(authorize, query);
    }

    @Override
    public Step<Person> exchange(Code code, CallContext context) {
        var form = new LinkedHashMap<String, String>();
        form.put("grant_type", "authorization_code");
        form.put("code", code.value().reveal());
        form.put("redirect_uri", code.redirectUri().toString());
        var askedAt = clock.instant();
        return CodeExchange.of(TITLE, endpoint.renew(call("oauth.token", "/v2/oauth/token/", form), context), askedAt);
    }

    @Override
    public Step<List<Grant>> accounts(Person person, CallContext context) {
        return CodeExchange.account(TITLE, tokens.inspect(person.accessToken(), context))
                .then(account -> new Step.Done<>(List.of(Grant.of(account, person, tokens.policy()))));
    }

    @Override
    public Optional<Call> revocation(Secret token) {
        return Optional.of(call("oauth.revoke", "/v2/oauth/revoke/", Map.of("token", token.reveal())));
    }

    private Call call(String name, String path, Map<String, String> fields) {
        var form = new LinkedHashMap<String, String>();
        form.put("client_key", app().key());
        form.put("client_secret", app().secret().reveal());
        form.putAll(fields);
        return Call.post(ID, name, config.uri(path), new Body.Form(form));
    }

    private TikTokConfig.App app() {
        return config.app().orElseThrow();
    }
}
