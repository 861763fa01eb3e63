package io.broadside.token.platform.facebook;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import io.broadside.runtime.config.Secret;
import io.broadside.runtime.http.Call;
import io.broadside.runtime.http.CallContext;
import io.broadside.runtime.http.Reply;
import io.broadside.schemas.ErrorCode;
import io.broadside.token.platform.Account;
import io.broadside.token.platform.Inspection;
import io.broadside.token.platform.PlatformCalls;
import io.broadside.token.platform.PlatformJson;
import io.broadside.token.platform.TokenPlatform;
import io.broadside.token.platform.TokenPlatformEntry;
import io.broadside.token.platform.TokenPolicies;
import io.broadside.token.platform.TokenPolicy;
import io.broadside.token.platform.graph.GraphError;
import java.net.URLEncoder;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;

/**
 * Tokens of Facebook Pages. A Page token taken with a long-lived user token has no end, and nothing renews it: when it is
 * refused, a person must connect the Page again.
 *
 * <p>https://developers.facebook.com/docs/facebook-login/guides/access-tokens/get-long-lived,
 * https://developers.facebook.com/docs/graph-api/reference/debug_token
 */
public final class FacebookTokens implements TokenPlatform {

    /** This platform's line of the list. */
    public static final TokenPlatformEntry<FacebookConfig> ENTRY = new TokenPlatformEntry<>(
            FacebookConfig.SETTINGS,
            FacebookConfig::from,
            (config, tools) -> new FacebookTokens(config, tools.calls()));

    private static final String ID = "facebook";

    private static final TokenPolicy POLICY = TokenPolicies.facebook();

    private static final GraphError.Words WORDS =
            new GraphError.Words("Facebook", "Page", "pages_show_list, pages_read_engagement and pages_manage_posts");

    /** Of an app that looks at a token that another app got. */
    private static final int INVALID_PARAMETER = 100;

    private final FacebookConfig config;
    private final PlatformCalls calls;

    public FacebookTokens(FacebookConfig config, PlatformCalls calls) {
        this.config = config;
        this.calls = calls;
    }

    @Override
    public String id() {
        return ID;
    }

    @Override
    public String title() {
        return "Facebook";
    }

    @Override
    public TokenPolicy policy() {
        return POLICY;
    }

    @Override
    public Inspection inspect(Secret accessToken, CallContext context) {
        var me = Call.get(ID, "me", config.uri("/me?fields=id,name"))
                .withBearer(accessToken)
                .withCodeReader(GraphError::codeOf);
        return switch (calls.call(me, context)) {
            case Reply.NoAnswer(var cause, var _) -> GraphError.noAnswer(WORDS, cause);
            case Reply.Answer answer ->
                GraphError.in(answer)
                        .map(error -> error.asInspection(WORDS))
                        .orElseGet(() -> identified(PlatformJson.of(answer), accessToken, context));
        };
    }

    private Inspection identified(JsonNode me, Secret accessToken, CallContext context) {
        var id = PlatformJson.text(me, "id");
        if (id.isEmpty()) {
            return GraphError.unexpected(WORDS);
        }
        var account = new Account(id.get(), PlatformJson.text(me, "name").orElse(id.get()));
        return config.app()
                .map(app -> debugged(account, app, accessToken, context))
                .orElseGet(() -> new Inspection.Found(account, Optional.empty(), Optional.empty(), List.of()));
    }

    /** The token to look at has no other place than the query; it is neither logged nor kept. */
    private Inspection debugged(Account account, FacebookConfig.App app, Secret accessToken, CallContext context) {
        var query = "?input_token=" + URLEncoder.encode(accessToken.reveal(), UTF_8);
        var debug = Call.get(ID, "debug_token", config.uri("/debug_token" + query))
                .withBearer(app.token())
                .withCodeReader(GraphError::codeOf);
        return switch (calls.call(debug, context)) {
            case Reply.NoAnswer(var cause, var _) -> GraphError.noAnswer(WORDS, cause);
            case Reply.Answer answer ->
                GraphError.in(answer)
                        .map(FacebookTokens::notLookedAt)
                        .orElseGet(() -> judged(account, PlatformJson.of(answer).path("data")));
        };
    }

    /** Here it is our app that was refused: the token itself has just been accepted. */
    private static Inspection notLookedAt(GraphError error) {
        if (error.isAboutTheCaller()) {
            return new Inspection.Unavailable(
                    ErrorCode.APP_REFUSED,
                    "Facebook refuses the app that looks at tokens. Whoever runs Broadside must check FACEBOOK_APP_ID and"
                            + " FACEBOOK_APP_SECRET.",
                    Optional.empty());
        }
        return error.code() == INVALID_PARAMETER
                ? new Inspection.Refused(
                        ErrorCode.TOKEN_REVOKED,
                        "The token was issued to another app. Get one with the app that Broadside is set up with.")
                : error.asInspection(WORDS);
    }

    private static Inspection judged(Account account, JsonNode data) {
        if (!data.path("is_valid").isBoolean()) {
            return GraphError.unexpected(WORDS);
        }
        if (!data.path("is_valid").asBoolean()) {
            return GraphError.of(data.path("error"))
                    .map(error -> error.asInspection(WORDS))
                    .orElseGet(() -> new Inspection.Refused(
                            ErrorCode.TOKEN_REVOKED, "Facebook says that this token is not valid. Get a new one."));
        }
        var type = PlatformJson.text(data, "type");
        if (type.isPresent() && !type.get().equals("PAGE")) {
            return new Inspection.Refused(
                    ErrorCode.PERMISSION_MISSING,
                    "This is not the token of a Page. Get the Page's own token from /me/accounts and paste that.");
        }
        var scopes = StreamSupport.stream(data.path("scopes").spliterator(), false)
                .map(JsonNode::asText)
                .toList();
        // A Page cannot remove an app, the person who manages it can: the webhook about that names the person.
        var granted = account.withGrantedBy(PlatformJson.text(data, "user_id"));
        return new Inspection.Found(granted, time(data, "expires_at"), time(data, "data_access_expires_at"), scopes);
    }

    /** Seconds since 1970; 0 means never. */
    private static Optional<Instant> time(JsonNode data, String name) {
        var seconds = data.path(name).asLong(0);
        return seconds > 0 ? Optional.of(Instant.ofEpochSecond(seconds)) : Optional.empty();
    }
}
