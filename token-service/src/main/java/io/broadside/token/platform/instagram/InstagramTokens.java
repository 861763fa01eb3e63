package io.broadside.token.platform.instagram;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import io.broadside.runtime.config.Secret;
import io.broadside.runtime.config.Settings;
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
import io.broadside.token.platform.TokenPair;
import io.broadside.token.platform.TokenPlatform;
import io.broadside.token.platform.TokenPlatformEntry;
import io.broadside.token.platform.TokenPolicies;
import io.broadside.token.platform.TokenPolicy;
import io.broadside.token.platform.facebook.FacebookConfig;
import io.broadside.token.platform.facebook.PageTokenLook;
import io.broadside.token.platform.facebook.PageTokens;
import io.broadside.token.platform.graph.GraphError;
import java.net.URLEncoder;
import java.util.List;
import java.util.Optional;

/**
 * Long-lived tokens of accounts that log in with Instagram. Such a token lives for 60 days and, from the age of a day on, brings
 * its own successor. Instagram does not say what becomes of the old one: it is taken for dead. Its scopes and its end cannot be asked
 * for; they are known once it was renewed.
 *
 * <p>Accounts that were connected with Facebook have the token of their Page instead: nothing renews it, and Facebook is asked how it
 * fares.
 *
 * <p>https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/business-login
 */
public final class InstagramTokens implements TokenPlatform {

    /** This platform's line of the list. */
    public static final TokenPlatformEntry<Config> ENTRY = new TokenPlatformEntry<>(
            InstagramConfig.SETTINGS,
            Config::from,
            (config, tools) -> new InstagramTokens(config.instagram(), config.facebook(), tools.calls()));

    private static final String ID = "instagram";

    private static final GraphError.Words WORDS = new GraphError.Words(
            "Instagram", "account", "instagram_business_basic and instagram_business_content_publish");

    private static final GraphError.Words WORDS_BY_FACEBOOK = new GraphError.Words(
            "Facebook",
            "Instagram account",
            "instagram_basic, instagram_content_publish, pages_show_list and pages_read_engagement");

    private final InstagramConfig config;
    private final PlatformCalls calls;
    private final PageTokenLook byFacebook;
    private final PageTokens pages;
    private final TokenPolicy policy;

    /** How Instagram is reached by itself, and by Facebook. */
    public record Config(InstagramConfig instagram, FacebookConfig facebook) {

        static Config from(Settings settings) {
            return new Config(InstagramConfig.from(settings), FacebookConfig.from(settings));
        }
    }

    public InstagramTokens(InstagramConfig config, FacebookConfig facebook, PlatformCalls calls) {
        this.config = config;
        this.calls = calls;
        this.byFacebook = new PageTokenLook(ID, WORDS_BY_FACEBOOK, facebook, calls);
        this.pages = new PageTokens(ID, facebook, calls);
        this.policy = TokenPolicies.instagram(this::refresh);
    }

    @Override
    public String id() {
        return ID;
    }

    @Override
    public String title() {
        return "Instagram";
    }

    @Override
    public TokenPolicy policy() {
        return policy;
    }

    @Override
    public Inspection inspect(Secret accessToken, CallContext context) {
        var me = Call.get(ID, "me", config.versioned("/me?fields=id,user_id,username"))
                .withBearer(accessToken)
                .withCodeReader(GraphError::codeOf);
        return switch (calls.call(me, context)) {
            case Reply.NoAnswer(var cause, var _) -> GraphError.noAnswer(WORDS, cause);
            case Reply.Answer answer ->
                GraphError.in(answer)
                        .map(error -> error.asInspection(WORDS))
                        .orElseGet(() -> identified(PlatformJson.of(answer)));
        };
    }

    /** An account that was connected with Facebook has the token of its Page, which Instagram itself does not know. */
    @Override
    public Inspection inspect(Secret accessToken, Account account, CallContext context) {
        if (!isByFacebook(account)) {
            return inspect(accessToken, context);
        }
        var path = "/" + URLEncoder.encode(account.id(), UTF_8) + "?fields=username";
        return byFacebook.at(
                "instagram.account",
                path,
                found -> PlatformJson.text(found, "id")
                        .filter(account.id()::equals)
                        .map(id -> new Account(
                                id, PlatformJson.text(found, "username").orElse(id), Optional.empty(), account.kind())),
                accessToken,
                context);
    }

    @Override
    public Optional<RefreshAnswer> derive(Secret userToken, Account account, CallContext context) {
        return isByFacebook(account)
                ? Optional.of(pages.of(
                        page -> PlatformJson.text(page.path("instagram_business_account"), "id")
                                .filter(account.id()::equals)
                                .isPresent(),
                        userToken,
                        context))
                : Optional.empty();
    }

    private static boolean isByFacebook(Account account) {
        return account.kind()
                .filter(TokenPolicies.INSTAGRAM_BY_FACEBOOK::equals)
                .isPresent();
    }

    /**
     * What is published to is {@code user_id}. The plain id is one that only this app knows: by that one Instagram names whoever
     * removes the app, or wants their data deleted.
     */
    private static Inspection identified(JsonNode me) {
        return PlatformJson.text(me, "user_id")
                .<Inspection>map(id -> new Inspection.Found(
                        new Account(id, PlatformJson.text(me, "username").orElse(id))
                                .withGrantedBy(PlatformJson.text(me, "id")),
                        Optional.empty(),
                        Optional.empty(),
                        List.of()))
                .orElseGet(() -> GraphError.unexpected(WORDS));
    }

    /** The token has no other place than the query; it is neither logged nor kept. */
    private RefreshAnswer refresh(Secret token, CallContext context) {
        var query = "?grant_type=ig_refresh_token&access_token=" + URLEncoder.encode(token.reveal(), UTF_8);
        var call = Call.get(ID, "refresh_access_token", config.unversioned("/refresh_access_token" + query))
                .withCodeReader(GraphError::codeOf);
        return switch (calls.call(call, context)) {
            case Reply.NoAnswer(var cause, var maybeSent) ->
                maybeSent ? new RefreshAnswer.Unclear(cause) : new RefreshAnswer.NotNow(cause, Optional.empty());
            case Reply.Answer answer ->
                GraphError.in(answer)
                        .map(error -> error.asRefreshAnswer(policy.deadCodes()))
                        .orElseGet(() -> renewed(PlatformJson.of(answer)));
        };
    }

    private static RefreshAnswer renewed(JsonNode body) {
        var lifetime = PlatformJson.lifetime(body, "expires_in");
        var scopes = PlatformJson.text(body, "permissions").map(TokenEndpoint::scopes);
        return PlatformJson.token(body, "access_token")
                .map(Secret::of)
                .<RefreshAnswer>map(token -> new RefreshAnswer.Renewed(
                        new TokenPair(token, Optional.of(token), lifetime, lifetime, scopes.orElse(List.of()))))
                .orElseGet(() -> new RefreshAnswer.Unclear(ErrorCode.UNEXPECTED_ANSWER));
    }
}
