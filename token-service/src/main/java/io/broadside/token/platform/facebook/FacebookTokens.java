package io.broadside.token.platform.facebook;

import com.fasterxml.jackson.databind.JsonNode;
import io.broadside.runtime.config.Secret;
import io.broadside.runtime.http.CallContext;
import io.broadside.token.platform.Account;
import io.broadside.token.platform.Inspection;
import io.broadside.token.platform.PlatformCalls;
import io.broadside.token.platform.PlatformJson;
import io.broadside.token.platform.RefreshAnswer;
import io.broadside.token.platform.TokenPlatform;
import io.broadside.token.platform.TokenPlatformEntry;
import io.broadside.token.platform.TokenPolicies;
import io.broadside.token.platform.TokenPolicy;
import io.broadside.token.platform.graph.GraphError;
import java.util.Optional;

/**
 * Tokens of Facebook Pages. A Page token taken with a long-lived user token has no end, and nothing renews it: when it is
 * refused, it is taken anew with that user token where we have it, or a person must connect the Page again.
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

    private final PageTokenLook look;
    private final PageTokens pages;

    public FacebookTokens(FacebookConfig config, PlatformCalls calls) {
        this.look = new PageTokenLook(ID, WORDS, config, calls);
        this.pages = new PageTokens(ID, config, calls);
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
        return look.at("me", "/me?fields=id,name", FacebookTokens::page, accessToken, context);
    }

    @Override
    public Optional<RefreshAnswer> derive(Secret userToken, Account account, CallContext context) {
        return Optional.of(pages.of(
                page -> PlatformJson.text(page, "id")
                        .filter(account.id()::equals)
                        .isPresent(),
                userToken,
                context));
    }

    private static Optional<Account> page(JsonNode me) {
        return PlatformJson.text(me, "id")
                .map(id -> new Account(id, PlatformJson.text(me, "name").orElse(id)));
    }
}
