package io.broadside.token.platform.facebook;

import com.fasterxml.jackson.databind.JsonNode;
import io.broadside.runtime.config.Secret;
import io.broadside.runtime.config.Setting;
import io.broadside.runtime.config.Settings;
import io.broadside.runtime.http.Call;
import io.broadside.runtime.http.CallContext;
import io.broadside.runtime.http.Reply;
import io.broadside.schemas.ErrorCode;
import io.broadside.token.platform.CodeExchange;
import io.broadside.token.platform.Person;
import io.broadside.token.platform.PlatformCalls;
import io.broadside.token.platform.PlatformJson;
import io.broadside.token.platform.SignIn.Asking;
import io.broadside.token.platform.SignIn.Code;
import io.broadside.token.platform.Step;
import io.broadside.token.platform.graph.GraphError;
import java.net.URI;
import java.time.Clock;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.StreamSupport;

/**
 * Facebook Login: a code becomes a token of the person, that a long-lived one, and that opens Pages and what belongs to them.
 *
 * <p>https://developers.facebook.com/docs/facebook-login/guides/advanced/manual-flow
 */
public final class FacebookLogin {

    private static final Setting DIALOG =
            Setting.of("FACEBOOK_DIALOG_URI", "https://www.facebook.com", "Base URI of Facebook's dialog for consent.");

    static final List<Setting> SETTINGS = List.of(DIALOG);

    private static final String ID = "facebook";
    private static final String TITLE = "Facebook";
    private static final String BUSINESSES = "business_management";

    /** What a code gets that is used, has expired or came by another address. */
    private static final int INVALID_PARAMETER = 100;

    private final FacebookConfig config;
    private final URI dialog;
    private final PlatformCalls calls;
    private final Clock clock;

    FacebookLogin(FacebookConfig config, URI dialog, PlatformCalls calls, Clock clock) {
        this.config = config;
        this.dialog = dialog;
        this.calls = calls;
        this.clock = clock;
    }

    /** What it was told; made with {@link #with} once there is something to call with. */
    public record Config(FacebookConfig facebook, URI dialog) {

        public static Config from(Settings settings) {
            return new Config(FacebookConfig.from(settings), settings.uri(DIALOG));
        }

        public FacebookLogin with(PlatformCalls calls, Clock clock) {
            return new FacebookLogin(facebook, dialog, calls, clock);
        }
    }

    public List<String> missingSettings() {
        return config.app().isPresent() ? List.of() : List.of("FACEBOOK_APP_ID", "FACEBOOK_APP_SECRET");
    }

    /** Facebook's dialog. */
    public URI authorization(Asking asking, List<String> scopes) {
        var query = new LinkedHashMap<String, String>();
        query.put("client_id", app().id());
        query.put("redirect_uri", asking.redirectUri().toString());
        query.put("state", asking.state());
        query.put("response_type", "code");
        query.put("scope", String.join(",", scopes));
        if (asking.isAgain()) {
            // Else the dialog does not show what was declined before.
            query.put("auth_type", "rerequest");
        }
        var base = dialog.toString();
        var page = (base.endsWith("/") ? base : base + "/") + config.version() + "/dialog/oauth";
        return CodeExchange.withQuery(URI.create(page), query);
    }

    /** A long-lived token of the person. */
    public Step<Person> exchange(Code code, CallContext context) {
        var byCode = new LinkedHashMap<String, String>();
        byCode.put("client_id", app().id());
        byCode.put("redirect_uri", code.redirectUri().toString());
        byCode.put("client_secret", app().secret().reveal());
        byCode.put("code", code.value().reveal());
        return token(byCode, context).then(shortLived -> {
            var byToken = new LinkedHashMap<String, String>();
            byToken.put("grant_type", "fb_exchange_token");
            byToken.put("client_id", app().id());
            byToken.put("client_secret", app().secret().reveal());
            byToken.put("fb_exchange_token", shortLived.accessToken().reveal());
            return token(byToken, context);
        });
    }

    private Step<Person> token(Map<String, String> parameters, CallContext context) {
        var askedAt = clock.instant();
        var uri = CodeExchange.withQuery(config.uri("/oauth/access_token"), parameters);
        return json(Call.get(ID, "oauth.access_token", uri), context)
                .then(body -> PlatformJson.token(body, "access_token")
                        .<Step<Person>>map(token -> new Step.Done<>(new Person(
                                Secret.of(token),
                                Optional.empty(),
                                PlatformJson.lifetime(body, "expires_in").map(askedAt::plus),
                                Optional.empty(),
                                List.of())))
                        .orElseGet(() -> CodeExchange.away(TITLE, ErrorCode.UNEXPECTED_ANSWER)));
    }

    /**
     * What the person's token is.
     *
     * @param userId the person, as the app knows them
     */
    public record Consent(String userId, List<String> scopes, Optional<Instant> dataAccessExpiresAt) {
        public Consent {
            scopes = List.copyOf(scopes);
        }
    }

    /** What the person granted. */
    public Step<Consent> consent(Person person, CallContext context) {
        var uri = CodeExchange.withQuery(
                config.uri("/debug_token"),
                Map.of("input_token", person.accessToken().reveal()));
        var call = Call.get(ID, "debug_token", uri).withBearer(app().token());
        return json(call, context).then(body -> {
            var data = body.path("data");
            return PlatformJson.text(data, "user_id")
                    .<Step<Consent>>map(user -> new Step.Done<>(new Consent(
                            user,
                            StreamSupport.stream(data.path("scopes").spliterator(), false)
                                    .map(JsonNode::asText)
                                    .toList(),
                            PlatformJson.moment(data, "data_access_expires_at"))))
                    .orElseGet(() -> CodeExchange.away(TITLE, ErrorCode.UNEXPECTED_ANSWER));
        });
    }

    /** A Page on which the person may publish. */
    public record Page(String id, String name, Secret token, Optional<String> instagramId) {}

    /**
     * The Pages on which the person may publish: those that were ticked, and, if the person granted that, those of businesses of
     * theirs; perhaps none.
     */
    public Step<List<Page>> pages(Person person, Consent consent, CallContext context) {
        var pages = new FacebookPages(config, person.accessToken(), call -> json(call, context));
        return consent.scopes().contains(BUSINESSES) ? pages.ofThePersonAndBusinesses() : pages.ofThePerson();
    }

    /** Name of the Instagram account of a Page; its id if Instagram does not say. */
    public String instagramName(String instagramId, Page page, CallContext context) {
        var call = Call.get(ID, "instagram.account", config.uri("/" + instagramId + "?fields=username"))
                .withBearer(page.token());
        return switch (json(call, context)) {
            case Step.Done<JsonNode>(var body) ->
                PlatformJson.text(body, "username").orElse(instagramId);
            case Step.Failed<JsonNode> _ -> instagramId;
        };
    }

    private Step<JsonNode> json(Call call, CallContext context) {
        return switch (calls.call(call.withCodeReader(GraphError::codeOf), context)) {
            case Reply.NoAnswer(var cause, var _) -> CodeExchange.away(TITLE, cause);
            case Reply.Answer answer ->
                GraphError.in(answer)
                        .map(FacebookLogin::refused)
                        .orElseGet(() -> new Step.Done<>(PlatformJson.of(answer)));
        };
    }

    private static Step<JsonNode> refused(GraphError error) {
        if (error.code() == INVALID_PARAMETER) {
            return CodeExchange.tooLate(TITLE, error.text());
        }
        return error.isAboutTheCaller() ? CodeExchange.appRefused(TITLE) : CodeExchange.away(TITLE, error.asCause());
    }

    private FacebookConfig.App app() {
        return config.app().orElseThrow();
    }
}
