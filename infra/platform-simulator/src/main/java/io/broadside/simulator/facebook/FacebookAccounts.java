package io.broadside.simulator.facebook;

import io.broadside.simulator.account.FacebookPage;
import io.broadside.simulator.facebook.FacebookChange.TokenState;
import java.time.Clock;

/** Pages as they are steered from outside. */
final class FacebookAccounts {
    private final Clock clock;
    private final FacebookState state;

    FacebookAccounts(Clock clock, FacebookState state) {
        this.clock = clock;
        this.state = state;
    }

    /** Adds a Page, or gives it new tokens. */
    FacebookPage save(FacebookPage page) {
        var complete = page.withUserId(state.userOf(page));
        state.commit(new FacebookChange.PageSaved(complete, clock.instant()));
        return complete;
    }

    /** Makes the Page token expire now; {@code /me/accounts} of its person then has a new one. */
    void expireToken(String pageId) {
        state.commit(new FacebookChange.TokenEnded(known(pageId).pageToken(), TokenState.EXPIRED));
    }

    /** The person changed the password: the tokens of the Page and of the person are dead. */
    void revokeTokens(String pageId) {
        var page = known(pageId);
        revokeToken(page.pageToken());
        page.userToken().ifPresent(this::revokeToken);
    }

    void revokeToken(String token) {
        if (state.token(token).isPresent()) {
            state.commit(new FacebookChange.TokenEnded(token, TokenState.REVOKED));
        }
    }

    /** User id of who manages the Page. */
    String personOf(String pageId) {
        return known(pageId).userId().orElse("");
    }

    private FacebookPage known(String pageId) {
        return state.page(pageId)
                .orElseThrow(() -> new IllegalArgumentException("no such Facebook Page: " + pageId))
                .account();
    }
}
