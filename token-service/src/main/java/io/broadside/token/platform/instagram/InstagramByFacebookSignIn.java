package io.broadside.token.platform.instagram;

import io.broadside.runtime.config.Setting;
import io.broadside.runtime.http.CallContext;
import io.broadside.schemas.ErrorCode;
import io.broadside.token.platform.Account;
import io.broadside.token.platform.Grant;
import io.broadside.token.platform.Person;
import io.broadside.token.platform.SignIn;
import io.broadside.token.platform.SignInEntry;
import io.broadside.token.platform.Step;
import io.broadside.token.platform.TokenPolicies;
import io.broadside.token.platform.TokenPolicy;
import io.broadside.token.platform.facebook.FacebookLogin;
import java.net.URI;
import java.util.List;
import java.util.Optional;

/**
 * Signing in with Facebook, for the Instagram accounts that belong to Pages. Such an account is reached with the token of its Page,
 * which has no end of its own and is renewed by nothing.
 *
 * <p>https://developers.facebook.com/docs/instagram-platform/instagram-api-with-facebook-login
 */
public final class InstagramByFacebookSignIn implements SignIn {

    private static final Setting SCOPES = Setting.of(
            "INSTAGRAM_BY_FACEBOOK_CONNECT_SCOPES",
            "instagram_basic,instagram_content_publish,instagram_manage_comments,pages_show_list,pages_read_engagement",
            "What people are asked for on Facebook to connect an Instagram account, comma separated."
                    + " instagram_manage_comments is for first comments. business_management: as in FACEBOOK_CONNECT_SCOPES.");

    /** This way's line of the list. */
    public static final SignInEntry ENTRY = new SignInEntry(List.of(SCOPES), settings -> {
        var login = FacebookLogin.Config.from(settings);
        var instagram = InstagramConfig.from(settings);
        var scopes = settings.list(SCOPES);
        return tools -> new InstagramByFacebookSignIn(
                login.with(tools.calls(), tools.clock()),
                scopes,
                new InstagramTokens(instagram, login.facebook(), tools.calls()).policy());
    });

    private static final String KIND = TokenPolicies.INSTAGRAM_BY_FACEBOOK;

    private final FacebookLogin login;
    private final List<String> scopes;
    private final TokenPolicy policy;

    InstagramByFacebookSignIn(FacebookLogin login, List<String> scopes, TokenPolicy policy) {
        this.login = login;
        this.scopes = List.copyOf(scopes);
        this.policy = policy;
    }

    @Override
    public String id() {
        return "instagram-facebook";
    }

    @Override
    public String platform() {
        return "instagram";
    }

    @Override
    public String title() {
        return "Instagram with Facebook";
    }

    @Override
    public List<String> missingSettings() {
        return login.missingSettings();
    }

    @Override
    public URI authorization(Asking asking) {
        return login.authorization(asking, scopes);
    }

    @Override
    public Step<Person> exchange(Code code, CallContext context) {
        return login.exchange(code, context);
    }

    @Override
    public Step<List<Grant>> accounts(Person person, CallContext context) {
        return login.consent(person, context)
                .then(consent -> login.pages(person, consent, context).then(pages -> {
                    var grants = pages.stream()
                            .filter(page -> page.instagramId().isPresent())
                            .map(page -> grant(page, person, consent, context))
                            .toList();
                    return grants.isEmpty()
                            ? Step.failed(
                                    ErrorCode.PERMISSION_MISSING,
                                    "Facebook shows no Instagram account that belongs to a Page of yours. It must be a"
                                            + " professional account, linked to a Page that you tick in Facebook's dialog; or"
                                            + " sign in with Instagram itself.")
                            : new Step.Done<>(grants);
                }));
    }

    private Grant grant(FacebookLogin.Page page, Person person, FacebookLogin.Consent consent, CallContext context) {
        var id = page.instagramId().orElseThrow();
        return new Grant(
                new Account(
                        id, login.instagramName(id, page, context), Optional.of(consent.userId()), Optional.of(KIND)),
                page.token(),
                Optional.empty(),
                Optional.of(person.accessToken()),
                Optional.empty(),
                Optional.empty(),
                consent.dataAccessExpiresAt(),
                consent.scopes(),
                policy.missingFrom(KIND, consent.scopes()));
    }
}
