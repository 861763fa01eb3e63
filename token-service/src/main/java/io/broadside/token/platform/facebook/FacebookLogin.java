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
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.StreamSupport;

/**
 * Facebook Login: a code becomes a token of the person, that a long-lived one, and that opens Pages and what belongs to them. Pages
 * that the person did not tick in the dialog are not among them.
 *
 * <p>https://developers.facebook.com/docs/facebook-login/guides/advanced/manual-flow
 */
public final class FacebookLogin {

    private static final Setting DIALOG =
            Setting.of("FACEBOOK_DIALOG_URI", "https://www.facebook.com", "Base URI of Facebook's dialog for consent.");

    static final List<Setting> SETTINGS = List.of(DIALOG);

    private static final String ID = "facebook";
    private static final String TITLE = "Facebook";
    private static final String PAGES = "100";
    private static final int MOST_ANSWERS = 10;
    private static final String CREATING = "CREATE_CONTENT";

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

    /** The Pages that the person ticked and may publish on; perhaps none. */
    public Step<List<Page>> pages(Person person, CallContext context) {
        var pages = new ArrayList<Page>();
        var after = Optional.<String>empty();
        for (int i = 0; i < MOST_ANSWERS; i++) {
            var parameters = new LinkedHashMap<String, String>();
            parameters.put("fields", "id,name,access_token,tasks,instagram_business_account");
            parameters.put("limit", PAGES);
            after.ifPresent(cursor -> parameters.put("after", cursor));
            var call = Call.get(ID, "me.accounts", CodeExchange.withQuery(config.uri("/me/accounts"), parameters))
                    .withBearer(person.accessToken());
            switch (json(call, context)) {
                case Step.Failed<JsonNode>(var code, var sentence) -> {
                    return Step.failed(code, sentence);
                }
                case Step.Done<JsonNode>(var body) -> {
                    body.path("data").forEach(page -> page(page).ifPresent(pages::add));
                    after = Optional.of(body.path("paging"))
                            .filter(paging -> paging.has("next"))
                            .flatMap(paging -> PlatformJson.text(paging.path("cursors"), "after"));
                }
            }
            if (after.isEmpty()) {
                break;
            }
        }
        return new Step.Done<>(List.copyOf(pages));
    }

    private static Optional<Page> page(JsonNode page) {
        var tasks = page.path("tasks");
        var mayCreate = !tasks.isArray()
                || StreamSupport.stream(tasks.spliterator(), false)
                        .anyMatch(task -> task.asText().equals(CREATING));
        var token = PlatformJson.token(page, "access_token").map(Secret::of);
        return PlatformJson.text(page, "id")
                .filter(_ -> mayCreate && token.isPresent())
                .map(id -> new Page(
                        id,
                        PlatformJson.text(page, "name").orElse(id),
                        token.orElseThrow(),
                        PlatformJson.text(page.path("instagram_business_account"), "id")));
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
