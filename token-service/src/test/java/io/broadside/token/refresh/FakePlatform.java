package io.broadside.token.refresh;

import io.broadside.runtime.config.Secret;
import io.broadside.runtime.http.CallContext;
import io.broadside.schemas.ErrorCode;
import io.broadside.token.platform.Inspection;
import io.broadside.token.platform.TokenPlatform;
import io.broadside.token.platform.TokenPolicy;
import java.util.List;

/** A platform of which only the policy matters; it accepts no token that it is shown. */
record FakePlatform(String id, TokenPolicy.Renewal renewal, TokenPolicy.Schedule schedule) implements TokenPlatform {

    FakePlatform(String id, TokenPolicy.Renewal renewal) {
        this(id, renewal, TokenPolicy.Schedule.USUAL);
    }

    @Override
    public String title() {
        return id;
    }

    @Override
    public TokenPolicy policy() {
        return new TokenPolicy("user", List.of("tweet.write"), renewal, schedule);
    }

    @Override
    public Inspection inspect(Secret accessToken, CallContext context) {
        return new Inspection.Refused(ErrorCode.TOKEN_REVOKED, "It is not accepted.");
    }
}
