package io.broadside.token.platform.instagram;

import com.fasterxml.jackson.databind.JsonNode;
import io.broadside.runtime.config.ConfigException;
import io.broadside.runtime.config.Secret;
import io.broadside.runtime.config.Setting;
import io.broadside.runtime.config.Settings;
import io.broadside.runtime.http.Body;
import io.broadside.runtime.http.Call;
import io.broadside.runtime.http.CallContext;
import io.broadside.runtime.http.Reply;
import io.broadside.schemas.ErrorCode;
import io.broadside.token.platform.CodeExchange;
import io.broadside.token.platform.Grant;
import io.broadside.token.platform.Person;
import io.broadside.token.platform.PlatformCalls;
import io.broadside.token.platform.PlatformJson;
import io.broadside.token.platform.SignIn;
import io.broadside.token.platform.SignInEntry;
import io.broadside.token.platform.Step;
import io.broadside.token.platform.TokenEndpoint;
import io.broadside.token.platform.facebook.FacebookConfig;
import io.broadside.token.platform.graph.GraphError;
import java.net.URI;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;

/**
 * Signing in with Instagram itself: a code becomes a token for an hour, that a token for 60 days.
 *
 * <p>https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/business-login
 */
public final class InstagramSignIn implements SignIn {

    private static final Setting AUTHORIZE = Setting.of(
            "INSTAGRAM_AUTHORIZE_URI",
            "https://www.instagram.com/oauth/authorize",
            "Page of Instagram on which people consent.");
    private static final Setting OAUTH = Setting.of(
            "INSTAGRAM_OAUTH_URI", "https://api.instagram.com", "Base URI of what gives Instagram tokens for codes.");
    private static final Setting APP_ID = Setting.optional(
            "INSTAGRAM_APP_ID",
            "Id of your Instagram app (not of the Meta app it belongs to). Without it nobody can sign in with Instagram.");
    private static final Setting APP_SECRET =
            Setting.optional("INSTAGRAM_APP_SECRET", "Secret of your Instagram app; goes with INSTAGRAM_APP_ID.");
    private static final Setting SCOPES = Setting.of(
            "INSTAGRAM_CONNECT_SCOPES",
            "instagram_business_basic,instagram_business_content_publish,instagram_business_manage_comments",
            "What people are asked for on Instagram, comma separated. instagram_business_manage_comments is for first"
                    + " comments.");

    /** This way's line of the list. */
    public static final SignInEntry ENTRY =
            new SignInEntry(List.of(AUTHORIZE, OAUTH, APP_ID, APP_SECRET, SCOPES), settings -> {
                var config = InstagramConfig.from(settings);
                var facebook = FacebookConfig.from(settings);
                var login = Login.from(settings);
                return tools -> new InstagramSignIn(config, facebook, login, tools.calls(), tools.clock());
            });

    private static final String ID = "instagram";
    private static final String TITLE = "Instagram";

    /** Browsers keep it to themselves, but some are known to send it on. */
    private static final String CODE_TAIL = "#_";

    private final InstagramConfig config;
    private final Login login;
    private final PlatformCalls calls;
    private final Clock clock;
    private final InstagramTokens tokens;

    /** An app of ours. */
    record App(String id, Secret secret) {}

    /** What only the sign-in needs. */
    record Login(URI authorize, URI oauth, Optional<App> app, List<String> scopes) {

        static Login from(Settings settings) {
            var id = settings.optionalText(APP_ID);
            var secret = settings.optionalSecret(APP_SECRET);
            if (id.isPresent() != secret.isPresent()) {
                throw new ConfigException("INSTAGRAM_APP_ID, INSTAGRAM_APP_SECRET: both or neither needed, was only "
                        + (id.isPresent() ? "INSTAGRAM_APP_ID" : "INSTAGRAM_APP_SECRET"));
            }
            return new Login(
                    settings.uri(AUTHORIZE),
                    settings.uri(OAUTH),
                    id.flatMap(known -> secret.map(it -> new App(known, it))),
                    settings.list(SCOPES));
        }
    }

    InstagramSignIn(InstagramConfig config, FacebookConfig facebook, Login login, PlatformCalls calls, Clock clock) {
        this.config = config;
        this.login = login;
        this.calls = calls;
        this.clock = clock;
        this.tokens = new InstagramTokens(config, facebook, calls);
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
        return login.app().isPresent() ? List.of() : List.of("INSTAGRAM_APP_ID", "INSTAGRAM_APP_SECRET");
    }

    @Override
    public URI authorization(Asking asking) {
        var query = new LinkedHashMap<String, String>();
        query.put("client_id", app().id());
        query.put("redirect_uri", asking.redirectUri().toString());
        query.put("response_type", "code");
        query.put("scope", String.join(",", login.scopes()));
        query.put("state", asking.state());
        return CodeExchange.withQuery(login.authorize(), query);
    }

    @Override
    public Step<Person> exchange(Code code, CallContext context) {
        var text = code.value().reveal();
        var form = new LinkedHashMap<String, String>();
        form.put("client_id", app().id());
        form.put("client_secret", app().secret().reveal());
        form.put("grant_type", "authorization_code");
        form.put("redirect_uri", code.redirectUri().toString());
        form.put("code", text.endsWith(CODE_TAIL) ? text.substring(0, text.length() - CODE_TAIL.length()) : text);
        var base = login.oauth().toString();
        var uri = URI.create((base.endsWith("/") ? base : base + "/") + "oauth/access_token");
        return json(Call.post(ID, "oauth.access_token", uri, new Body.Form(form)), context)
                .then(body -> {
                    // The documents have a list; a plain object was seen as well.
                    var given = body.path("data").isArray() ? body.path("data").path(0) : body;
                    return PlatformJson.token(given, "access_token")
                            .map(token -> longLived(token, permissions(given.path("permissions")), context))
                            .orElseGet(() -> CodeExchange.away(TITLE, ErrorCode.UNEXPECTED_ANSWER));
                });
    }

    private Step<Person> longLived(String shortLived, List<String> scopes, CallContext context) {
        var query = new LinkedHashMap<String, String>();
        query.put("grant_type", "ig_exchange_token");
        query.put("client_secret", app().secret().reveal());
        query.put("access_token", shortLived);
        var askedAt = clock.instant();
        var uri = CodeExchange.withQuery(config.unversioned("/access_token"), query);
        return json(Call.get(ID, "access_token.exchange", uri), context).then(body -> {
            var end = PlatformJson.lifetime(body, "expires_in").map(askedAt::plus);
            return PlatformJson.token(body, "access_token")
                    .<Step<Person>>map(
                            token -> new Step.Done<>(new Person(Secret.of(token), Optional.empty(), end, end, scopes)))
                    .orElseGet(() -> CodeExchange.away(TITLE, ErrorCode.UNEXPECTED_ANSWER));
        });
    }

    /** With commas in between, or as a list. */
    private static List<String> permissions(JsonNode node) {
        return node.isArray()
                ? StreamSupport.stream(node.spliterator(), false)
                        .map(JsonNode::asText)
                        .toList()
                : TokenEndpoint.scopes(node.asText(""));
    }

    @Override
    public Step<List<Grant>> accounts(Person person, CallContext context) {
        return CodeExchange.account(TITLE, tokens.inspect(person.accessToken(), context))
                .then(account -> new Step.Done<>(List.of(Grant.of(account, person, tokens.policy()))));
    }

    private Step<JsonNode> json(Call call, CallContext context) {
        return switch (calls.call(call.withCodeReader(GraphError::codeOf), context)) {
            case Reply.NoAnswer(var cause, var _) -> CodeExchange.away(TITLE, cause);
            case Reply.Answer answer ->
                GraphError.in(answer)
                        .map(error -> refused(error, answer))
                        .orElseGet(() -> new Step.Done<>(PlatformJson.of(answer)));
        };
    }

    /** What gives tokens for codes has errors of another shape: flat, with a code that is an HTTP status. */
    private static Step<JsonNode> refused(GraphError error, Reply.Answer answer) {
        if (answer.status() >= 500) {
            return CodeExchange.away(TITLE, ErrorCode.SERVER_ERROR);
        }
        if (error.code() == 0) {
            return CodeExchange.tooLate(TITLE, "HTTP " + answer.status());
        }
        return error.isAboutTheCaller() ? CodeExchange.appRefused(TITLE) : CodeExchange.away(TITLE, error.asCause());
    }

    private App app() {
        return login.app().orElseThrow();
    }
}
