package io.broadside.simulator.x;

import io.broadside.simulator.account.XUser;
import io.broadside.simulator.x.XState.User;

/** Users as they are steered from outside. */
final class XAccounts {
    private final XState state;

    XAccounts(XState state) {
        this.state = state;
    }

    /** Adds a user, or gives it new tokens. */
    XUser save(XUser user) {
        state.commit(new XChange.UserSaved(user));
        return user;
    }

    /** Makes the newest access token of the user expire now. */
    void expireToken(String userId) {
        state.commit(new XChange.AccessTokenExpired(known(userId).account().accessToken()));
    }

    /** The user disconnects the application: its tokens are dead. */
    void revokeTokens(String userId) {
        state.tokens()
                .refresh(known(userId).account().refreshToken())
                .ifPresent(refresh -> revokeFamily(refresh.family()));
    }

    void revokeFamily(String family) {
        if (!state.tokens().isRevoked(family)) {
            state.commit(new XChange.FamilyRevoked(family, XChange.Cause.REVOKED_BY_USER));
        }
    }

    private User known(String userId) {
        return state.user(userId).orElseThrow(() -> new IllegalArgumentException("no such X user: " + userId));
    }
}
