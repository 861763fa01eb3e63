package io.broadside.token.platform.facebook;

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
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Signing in with Facebook, for Pages. A Page's token, taken with a long-lived token of the person, has no end of its own.
 *
 * <p>Nothing is revoked: Facebook takes back all that a person granted, or nothing, and other Pages would go with this one.
 */
public final class FacebookSignIn implements SignIn {

    private static final Setting SCOPES = Setting.of(
            "FACEBOOK_CONNECT_SCOPES",
            "pages_show_list,pages_read_engagement,pages_manage_posts,pages_manage_engagement",
            "What people are asked for on Facebook, comma separated. pages_manage_engagement is for first comments. With"
                    + " business_management, which your app must have, Pages that a person reaches only through a business are"
                    + " listed too.");

    /** This way's line of the list. */
    public static final SignInEntry ENTRY = new SignInEntry(
            Stream.concat(FacebookLogin.SETTINGS.stream(), Stream.of(SCOPES)).toList(), settings -> {
                var login = FacebookLogin.Config.from(settings);
                var scopes = settings.list(SCOPES);
                return tools -> new FacebookSignIn(login.with(tools.calls(), tools.clock()), scopes);
            });

    private static final String ID = "facebook";

    private final FacebookLogin login;
    private final List<String> scopes;

    FacebookSignIn(FacebookLogin login, List<String> scopes) {
        this.login = login;
        this.scopes = List.copyOf(scopes);
    }

    @Override
    public String id() {
        return ID;
    }

    @Override
    public String platform() {
        return ID;
    }

    @Override
    public String title() {
        return "Facebook";
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
                .then(consent -> login.pages(person, consent, context)
                        .then(pages -> pages.isEmpty()
                                ? Step.failed(
                                        ErrorCode.PERMISSION_MISSING,
                                        "Facebook shows no Page on which you may publish. Begin again and tick the Page in Facebook's"
                                                + " dialog; or let somebody do it who may create content on it.")
                                : new Step.Done<>(pages.stream()
                                        .map(page -> grant(page, person, consent))
                                        .toList())));
    }

    private static Grant grant(FacebookLogin.Page page, Person person, FacebookLogin.Consent consent) {
        return new Grant(
                new Account(page.id(), page.name()).withGrantedBy(Optional.of(consent.userId())),
                page.token(),
                Optional.empty(),
                Optional.of(person.accessToken()),
                Optional.empty(),
                Optional.empty(),
                consent.dataAccessExpiresAt(),
                consent.scopes(),
                TokenPolicies.facebook().missingFrom(TokenPolicies.facebook().accountKind(), consent.scopes()));
    }
}
