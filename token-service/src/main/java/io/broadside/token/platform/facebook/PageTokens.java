package io.broadside.token.platform.facebook;

import com.fasterxml.jackson.databind.JsonNode;
import io.broadside.runtime.config.Secret;
import io.broadside.runtime.http.Call;
import io.broadside.runtime.http.CallContext;
import io.broadside.runtime.http.Reply;
import io.broadside.schemas.ErrorCode;
import io.broadside.token.platform.CodeExchange;
import io.broadside.token.platform.PlatformCalls;
import io.broadside.token.platform.PlatformJson;
import io.broadside.token.platform.RefreshAnswer;
import io.broadside.token.platform.TokenPair;
import io.broadside.token.platform.graph.GraphError;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.StreamSupport;

/**
 * Tokens of Pages, taken anew with the long-lived token of the person who connected them. Such a token has no end of its own.
 *
 * <p>https://developers.facebook.com/docs/facebook-login/guides/access-tokens/get-long-lived
 */
public final class PageTokens {

    private static final String PAGES = "100";
    private static final int MOST_ANSWERS = 10;

    /** Errors after which this person's token brings no Page's. */
    private static final Set<String> DEAD = Set.of("3", "10", "100", "102", "190", "200-299");

    private static final String NOT_LISTED = "not listed";

    private final String platform;
    private final FacebookConfig config;
    private final PlatformCalls calls;

    /** @param platform whose accounts the Pages open */
    public PageTokens(String platform, FacebookConfig config, PlatformCalls calls) {
        this.platform = platform;
        this.config = config;
        this.calls = calls;
    }

    /**
     * The token of one Page; refused where the person's token does not work, or does not open that Page. Nothing is used up.
     *
     * @param isWanted which Page, as {@code /me/accounts} lists it
     */
    public RefreshAnswer of(Predicate<JsonNode> isWanted, Secret userToken, CallContext context) {
        var after = Optional.<String>empty();
        for (int i = 0; i < MOST_ANSWERS; i++) {
            var parameters = new LinkedHashMap<String, String>();
            parameters.put("fields", "id,access_token,instagram_business_account");
            parameters.put("limit", PAGES);
            after.ifPresent(cursor -> parameters.put("after", cursor));
            var call = Call.get(platform, "me.accounts", CodeExchange.withQuery(config.uri("/me/accounts"), parameters))
                    .withBearer(userToken)
                    .withCodeReader(GraphError::codeOf);
            switch (calls.call(call, context)) {
                case Reply.NoAnswer(var cause, var _) -> {
                    return new RefreshAnswer.NotNow(cause, Optional.empty());
                }
                case Reply.Answer answer -> {
                    var error = GraphError.in(answer);
                    if (error.isPresent()) {
                        return error.get().asRefreshAnswer(DEAD);
                    }
                    var body = PlatformJson.of(answer);
                    if (!body.path("data").isArray()) {
                        return new RefreshAnswer.NotNow(ErrorCode.UNEXPECTED_ANSWER, Optional.empty());
                    }
                    var token = tokenIn(body.path("data"), isWanted);
                    if (token.isPresent()) {
                        return new RefreshAnswer.Renewed(new TokenPair(
                                token.get(), Optional.empty(), Optional.empty(), Optional.empty(), List.of()));
                    }
                    after = Optional.of(body.path("paging"))
                            .filter(paging -> paging.has("next"))
                            .flatMap(paging -> PlatformJson.text(paging.path("cursors"), "after"));
                }
            }
            if (after.isEmpty()) {
                break;
            }
        }
        return new RefreshAnswer.Refused(NOT_LISTED);
    }

    private static Optional<Secret> tokenIn(JsonNode pages, Predicate<JsonNode> isWanted) {
        return StreamSupport.stream(pages.spliterator(), false)
                .filter(isWanted)
                .flatMap(page -> PlatformJson.text(page, "access_token").stream())
                .findFirst()
                .map(Secret::of);
    }
}
