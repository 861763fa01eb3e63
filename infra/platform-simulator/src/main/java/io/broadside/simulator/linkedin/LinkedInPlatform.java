package io.broadside.simulator.linkedin;

import io.broadside.simulator.account.LinkedInMember;
import io.broadside.simulator.account.LinkedInMember.Organization;
import io.broadside.simulator.account.Platform;
import io.broadside.simulator.http.Api;
import io.broadside.simulator.platform.App;
import io.broadside.simulator.platform.Foundation;
import io.broadside.simulator.platform.SimulatedPlatform;
import io.broadside.simulator.platform.Tally;
import io.broadside.simulator.webhooks.WebhookDialect;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** LinkedIn: members, and the organizations they look after. One token serves both. */
public final class LinkedInPlatform implements SimulatedPlatform<LinkedInMember> {
    /** Its webhooks are signed with the client secret. */
    public static final App DEFAULT_APP =
            new App("sim-linkedin-client-id", "sim-linkedin-client-secret", "sim-linkedin-client-secret", "");

    private static final Duration ACCESS_TOKEN_LIVES = Duration.ofDays(60);
    private static final Duration REFRESH_TOKEN_LIVES = Duration.ofDays(365);

    private final LinkedInState state;
    private final LinkedInAccounts accounts;
    private final LinkedInApi api;
    private final LinkedInWebhooks webhooks;

    public LinkedInPlatform(Foundation foundation) {
        var app = foundation.app(Platform.LINKEDIN, DEFAULT_APP);
        this.state = new LinkedInState(foundation.journal(), foundation.publications());
        this.accounts = new LinkedInAccounts(state, foundation.clock());
        this.api = new LinkedInApi(foundation, state, app);
        this.webhooks = new LinkedInWebhooks(foundation.clock(), app);
    }

    @Override
    public Platform id() {
        return Platform.LINKEDIN;
    }

    @Override
    public Api api() {
        return api;
    }

    @Override
    public List<String> endpoints() {
        return LinkedInApi.ENDPOINTS;
    }

    @Override
    public Class<LinkedInMember> accountType() {
        return LinkedInMember.class;
    }

    /** The first has a refresh token and two organizations, the second neither. */
    @Override
    public List<LinkedInMember> demoAccounts(Instant now) {
        return List.of(
                LinkedInMember.of("SimMember01", "Harbour Bakery", "sim-linkedin-access-1-token")
                        .withExpiresAt(now.plus(ACCESS_TOKEN_LIVES))
                        .withRefreshToken("sim-linkedin-refresh-1-token", now.plus(REFRESH_TOKEN_LIVES))
                        .withOrganizations(
                                Organization.of("5550001", "Harbour Bakery Ltd"),
                                Organization.of("5550002", "Harbour Coffee Ltd")),
                LinkedInMember.of("SimMember02", "Town Library", "sim-linkedin-access-2-token")
                        .withExpiresAt(now.plus(ACCESS_TOKEN_LIVES))
                        .withScopes("openid", "profile", "w_member_social"));
    }

    @Override
    public LinkedInMember save(LinkedInMember member) {
        return accounts.save(member);
    }

    @Override
    public List<LinkedInMember> accounts() {
        return state.members();
    }

    @Override
    public void expireToken(String memberId) {
        accounts.expireToken(memberId);
    }

    @Override
    public void revokeTokens(String memberId) {
        accounts.revokeTokens(memberId);
    }

    @Override
    public Tally tally() {
        return api.tally();
    }

    @Override
    public WebhookDialect webhooks() {
        return webhooks;
    }
}
