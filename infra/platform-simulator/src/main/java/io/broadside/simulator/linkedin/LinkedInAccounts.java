package io.broadside.simulator.linkedin;

import io.broadside.simulator.account.LinkedInMember;
import java.time.Clock;

/** Members as they are steered from outside. */
final class LinkedInAccounts {
    private final LinkedInState state;
    private final Clock clock;

    LinkedInAccounts(LinkedInState state, Clock clock) {
        this.state = state;
        this.clock = clock;
    }

    /** Adds a member, or gives it new tokens. */
    LinkedInMember save(LinkedInMember member) {
        state.commit(new LinkedInChange.MemberSaved(member, clock.instant()));
        return member;
    }

    /** Makes the newest access token of the member expire now. */
    void expireToken(String memberId) {
        state.commit(new LinkedInChange.AccessTokenExpired(known(memberId).accessToken()));
    }

    /** The member removes the application in the settings: nobody is told. */
    void revokeTokens(String memberId) {
        state.commit(new LinkedInChange.MemberRevoked(known(memberId).id()));
    }

    private LinkedInMember known(String memberId) {
        return state.member(memberId)
                .orElseThrow(() -> new IllegalArgumentException("no such LinkedIn member: " + memberId));
    }
}
