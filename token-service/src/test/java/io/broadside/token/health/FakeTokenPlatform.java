package io.broadside.token.health;

import io.broadside.runtime.config.Secret;
import io.broadside.runtime.http.CallContext;
import io.broadside.schemas.ErrorCode;
import io.broadside.token.platform.Account;
import io.broadside.token.platform.Inspection;
import io.broadside.token.platform.RefreshAnswer;
import io.broadside.token.platform.Refresher;
import io.broadside.token.platform.TokenPlatform;
import io.broadside.token.platform.TokenPolicies;
import io.broadside.token.platform.TokenPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** A platform with the policy of a real one, whose answers a test decides. */
public final class FakeTokenPlatform implements TokenPlatform {

    private final String id;
    private final TokenPolicy policy;
    private final List<String> inspected = new ArrayList<>();
    private Function<String, RefreshAnswer> renewal =
            _ -> new RefreshAnswer.NotNow(ErrorCode.NO_CONNECTION, Optional.empty());
    private Function<String, Inspection> inspection =
            _ -> new Inspection.Unavailable(ErrorCode.NO_CONNECTION, "Nobody is there.", Optional.empty());
    private Function<String, Optional<RefreshAnswer>> derivation = _ -> Optional.empty();
    private Runnable meanwhile = () -> {};

    private FakeTokenPlatform(String id, Function<Refresher, TokenPolicy> policy) {
        this.id = id;
        this.policy = policy.apply((token, _) -> renewal.apply(token.reveal()));
    }

    public static FakeTokenPlatform facebook() {
        return new FakeTokenPlatform("facebook", _ -> TokenPolicies.facebook());
    }

    public static FakeTokenPlatform instagram() {
        return new FakeTokenPlatform("instagram", TokenPolicies::instagram);
    }

    public static FakeTokenPlatform linkedIn() {
        return new FakeTokenPlatform("linkedin", TokenPolicies::linkedIn);
    }

    public static FakeTokenPlatform tikTok() {
        return new FakeTokenPlatform("tiktok", TokenPolicies::tikTok);
    }

    public static FakeTokenPlatform x() {
        return new FakeTokenPlatform("x", TokenPolicies::x);
    }

    /** What comes of a refresh with this token. */
    public void renews(Function<String, RefreshAnswer> answer) {
        renewal = answer;
    }

    public void inspects(Inspection answer) {
        inspects(_ -> answer);
    }

    /** What comes of showing it this token. */
    public void inspects(Function<String, Inspection> answer) {
        inspection = answer;
    }

    /** What comes of taking a token with this one of the person. */
    public void derives(Function<String, RefreshAnswer> answer) {
        derivation = answer.andThen(Optional::of);
    }

    /** Happens while an inspection is under way. */
    public void meanwhile(Runnable happening) {
        meanwhile = happening;
    }

    /** The tokens it was shown. */
    public List<String> inspected() {
        return inspected;
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public String title() {
        return id;
    }

    @Override
    public TokenPolicy policy() {
        return policy;
    }

    @Override
    public Optional<RefreshAnswer> derive(Secret userToken, Account account, CallContext context) {
        return derivation.apply(userToken.reveal());
    }

    @Override
    public Inspection inspect(Secret accessToken, CallContext context) {
        inspected.add(accessToken.reveal());
        meanwhile.run();
        return inspection.apply(accessToken.reveal());
    }
}
