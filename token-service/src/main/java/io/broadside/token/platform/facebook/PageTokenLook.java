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
import io.broadside.token.platform.graph.GraphError;
import java.net.URLEncoder;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.StreamSupport;

/**
 * A look at the token of a Page: the account that it opens, which is the Page or what belongs to it, and, with an app of ours, what it
 * allows and until when.
 *
 * <p>https://developers.facebook.com/docs/graph-api/reference/debug_token
 */
public final class PageTokenLook {

    /** Of an app that looks at a token that another app got. */
    private static final int INVALID_PARAMETER = 100;

    private final String platform;
    private final GraphError.Words words;
    private final FacebookConfig config;
    private final PlatformCalls calls;

    /** @param platform whose account it opens */
    public PageTokenLook(String platform, GraphError.Words words, FacebookConfig config, PlatformCalls calls) {
        this.platform = platform;
        this.words = words;
        this.config = config;
        this.calls = calls;
    }

    /**
     * Shows the token.
     *
     * @param endpoint name of what is asked, in logs and metrics
     * @param pathAndQuery what is asked, below the version
     * @param account what is read in the answer
     */
    public Inspection at(
            String endpoint,
            String pathAndQuery,
            Function<JsonNode, Optional<Account>> account,
            Secret token,
            CallContext context) {
        var asked = Call.get(platform, endpoint, config.uri(pathAndQuery))
                .withBearer(token)
                .withCodeReader(GraphError::codeOf);
        return switch (calls.call(asked, context)) {
            case Reply.NoAnswer(var cause, var _) -> GraphError.noAnswer(words, cause);
            case Reply.Answer answer ->
                GraphError.in(answer)
                        .map(error -> error.asInspection(words))
                        .orElseGet(() -> account.apply(PlatformJson.of(answer))
                                .map(found -> identified(found, token, context))
                                .orElseGet(() -> GraphError.unexpected(words)));
        };
    }

    private Inspection identified(Account account, Secret token, CallContext context) {
        return config.app()
                .map(app -> debugged(account, app, token, context))
                .orElseGet(() -> new Inspection.Found(account, Optional.empty(), Optional.empty(), List.of()));
    }

    /** The token to look at has no other place than the query; it is neither logged nor kept. */
    private Inspection debugged(Account account, FacebookConfig.App app, Secret accessToken, CallContext context) {
        var query = "?input_token=" + URLEncoder.encode(accessToken.reveal(), UTF_8);
        var debug = Call.get(platform, "debug_token", config.uri("/debug_token" + query))
                .withBearer(app.token())
                .withCodeReader(GraphError::codeOf);
        return switch (calls.call(debug, context)) {
            case Reply.NoAnswer(var cause, var _) -> GraphError.noAnswer(words, cause);
            case Reply.Answer answer ->
                GraphError.in(answer)
                        .map(this::notLookedAt)
                        .orElseGet(() -> judged(account, PlatformJson.of(answer).path("data")));
        };
    }

    /** Here it is our app that was refused: the token itself has just been accepted. */
    private Inspection notLookedAt(GraphError error) {
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
                : error.asInspection(words);
    }

    private Inspection judged(Account account, JsonNode data) {
        if (!data.path("is_valid").isBoolean()) {
            return GraphError.unexpected(words);
        }
        if (!data.path("is_valid").asBoolean()) {
            return GraphError.of(data.path("error"))
                    .map(error -> error.asInspection(words))
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
        return new Inspection.Found(
                granted,
                PlatformJson.moment(data, "expires_at"),
                PlatformJson.moment(data, "data_access_expires_at"),
                scopes);
    }
}
