package io.broadside.token.refresh;

import io.broadside.runtime.config.Secret;
import io.broadside.runtime.http.CallContext;
import io.broadside.token.platform.Inspection;
import io.broadside.token.platform.TokenPlatform;
import io.broadside.token.platform.TokenPolicy;
import java.util.List;

/** A platform of which only the policy matters. */
record FakePlatform(String id, TokenPolicy.Renewal renewal) implements TokenPlatform {

    @Override
    public String title() {
        return id;
    }

    @Override
    public TokenPolicy policy() {
        return new TokenPolicy("user", List.of("tweet.write"), renewal);
    }

    @Override
    public Inspection inspect(Secret accessToken, CallContext context) {
        throw new AssertionError("refreshes inspect nothing");
    }
}
