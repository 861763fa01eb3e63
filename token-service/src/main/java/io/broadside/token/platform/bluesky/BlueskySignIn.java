package io.broadside.token.platform.bluesky;

import io.broadside.runtime.config.ConfigException;
import io.broadside.runtime.config.Secret;
import io.broadside.runtime.config.Setting;
import io.broadside.runtime.http.Call;
import io.broadside.runtime.http.CallContext;
import io.broadside.runtime.http.DpopKey;
import io.broadside.schemas.ErrorCode;
import io.broadside.token.platform.CodeExchange;
import io.broadside.token.platform.Grant;
import io.broadside.token.platform.Person;
import io.broadside.token.platform.PlatformCalls;
import io.broadside.token.platform.RefreshAnswer;
import io.broadside.token.platform.SignIn;
import io.broadside.token.platform.SignInEntry;
import io.broadside.token.platform.Step;
import io.broadside.token.platform.TokenPolicies;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

/**
 * Signing in by OAuth, where the accounts of the configured server sign in. The account may live elsewhere: its identity says where,
 * and that server must name the same issuer, or anybody's issuer could give out tokens for anybody's account.
 *
 * <p>https://atproto.com/specs/oauth
 */
public final class BlueskySignIn implements SignIn {

    private static final Setting SCOPES = Setting.of(
            "BLUESKY_CONNECT_SCOPES",
            "atproto,transition:generic",
            "What people are asked for on Bluesky, comma separated. The client metadata must name all of it. Publishing needs"
                    + " transition:generic, or repo:app.bsky.feed.post?action=create&action=update and blob:*/*.");

    /** This way's line of the list. */
    public static final SignInEntry ENTRY = new SignInEntry(List.of(SCOPES), settings -> {
        var config = BlueskyConfig.from(settings);
        var scopes = settings.list(SCOPES);
        requirePublishing(scopes);
        return tools -> new BlueskySignIn(config, scopes, tools.calls(), tools.clock());
    });

    private static final String TITLE = "Bluesky";

    /**
     * An app without a secret of its own is let in for two weeks from the sign-in, however often its tokens are renewed.
     * https://atproto.com/specs/oauth#tokens-and-session-lifetime
     */
    private static final Duration LONGEST_GRANT = Duration.ofDays(14);

    private final BlueskyConfig config;
    private final List<String> scopes;
    private final Clock clock;
    private final Servers servers;
    private final OAuth oauth;
    private final BlueskyTokens tokens;

    public BlueskySignIn(BlueskyConfig config, List<String> scopes, PlatformCalls calls, Clock clock) {
        this.config = config;
        this.scopes = List.copyOf(scopes);
        this.clock = clock;
        this.tokens = new BlueskyTokens(config, calls, clock);
        this.servers = new Servers(config, calls, clock);
        this.oauth = new OAuth(servers, config, tokens.policy().deadCodes(), clock);
    }

    private static void requirePublishing(List<String> scopes) {
        var missing = TokenPolicies.bluesky((_, _) -> new RefreshAnswer.NotNow(ErrorCode.INTERNAL, Optional.empty()))
                .missingFrom("user", scopes);
        if (!missing.isEmpty()) {
            throw new ConfigException("BLUESKY_CONNECT_SCOPES: publishing needs " + String.join(", ", missing)
                    + " too; transition:generic has all but atproto");
        }
    }

    @Override
    public String id() {
        return Servers.ID;
    }

    @Override
    public String platform() {
        return Servers.ID;
    }

    @Override
    public String title() {
        return TITLE;
    }

    @Override
    public List<String> missingSettings() {
        return config.clientId().isPresent() ? List.of() : List.of("BLUESKY_CLIENT_ID");
    }

    @Override
    public boolean usesPkce() {
        return true;
    }

    @Override
    public URI authorization(Asking asking) {
        throw new UnsupportedOperationException("It is known only once the issuer was told: see begin.");
    }

    @Override
    public Step<Beginning> begin(Asking asking, CallContext context) {
        var key = DpopKey.generate();
        var parameters = new LinkedHashMap<String, String>();
        var clientId = config.clientId().orElseThrow();
        parameters.put("response_type", "code");
        parameters.put("client_id", clientId);
        parameters.put("redirect_uri", asking.redirectUri().toString());
        parameters.put("scope", String.join(" ", scopes));
        parameters.put("state", asking.state());
        parameters.put("code_challenge", asking.challenge().orElseThrow());
        parameters.put("code_challenge_method", "S256");
        return oauth.issuerOf(config.service(), context)
                .then(issuer -> oauth.push(issuer, key, parameters, context).then(pushed -> {
                    var query = new LinkedHashMap<String, String>();
                    query.put("client_id", clientId);
                    query.put("request_uri", pushed);
                    var address = CodeExchange.withQuery(issuer.authorization(), query);
                    return new Step.Done<>(new Beginning(address, Optional.of(OAuth.keep(key, issuer))));
                }));
    }

    @Override
    public Step<Person> exchange(Code code, CallContext context) {
        var askedAt = clock.instant();
        var ends = askedAt.plus(LONGEST_GRANT);
        var kept = Sealed.open(code.kept().orElseThrow(), config).until(ends);
        var form = new LinkedHashMap<String, String>();
        form.put("grant_type", "authorization_code");
        form.put("code", code.value().reveal());
        form.put("redirect_uri", code.redirectUri().toString());
        form.put("code_verifier", code.verifier().orElseThrow().reveal());
        var exchanged =
                oauth.exchange(kept.tokenEndpoint().orElseThrow(), kept.key().orElseThrow(), form, context);
        // The account is not known yet, nor where it lives: the issuer stands for its server until then.
        return CodeExchange.of(TITLE, exchanged.answer(), askedAt)
                .then(person -> new Step.Done<>(new Person(
                        kept.with(person.accessToken()).of(exchanged.subject()).toSecret(),
                        person.refreshToken().map(token -> kept.with(token).toSecret()),
                        person.expiresAt(),
                        person.refreshToken().map(_ -> ends),
                        person.scopes())));
    }

    @Override
    public Step<List<Grant>> accounts(Person person, CallContext context) {
        var issued = Sealed.open(person.accessToken(), config);
        return subject(issued)
                .then(did -> home(did, context))
                .then(server -> oauth.namedBy(server, context).then(named -> {
                    if (!named.equals(issued.service())) {
                        return Step.failed(
                                ErrorCode.PERMISSION_MISSING,
                                "The account's own server names another issuer than the one that let you in. Nothing was"
                                        + " connected; use an app password of that server.");
                    }
                    var like = issued.at(server).of(Optional.empty());
                    var here = new Person(
                            like.withoutRenewal().toSecret(),
                            person.refreshToken()
                                    .map(token -> like.with(
                                                    Sealed.open(token, config).token())
                                            .toSecret()),
                            person.expiresAt(),
                            person.refreshExpiresAt(),
                            person.scopes());
                    return CodeExchange.account(TITLE, tokens.inspect(here.accessToken(), context))
                            .then(
                                    account ->
                                            account.id().equals(issued.subject().orElseThrow())
                                                    ? new Step.Done<>(List.of(Grant.of(account, here, tokens.policy())))
                                                    : Step.failed(
                                                            ErrorCode.UNEXPECTED_ANSWER,
                                                            "The account's server says that the token is another account's. Nothing was connected."));
                }));
    }

    @Override
    public Optional<Call> revocation(Secret token) {
        var sealed = Sealed.open(token, config);
        return sealed.tokenEndpoint().isPresent()
                ? Optional.empty()
                : Optional.of(servers.guarded(Sessions.ending(sealed)));
    }

    /** Whose it is, as the issuer says; the account's server is asked afterwards, and has the last word. */
    private static Step<String> subject(Sealed issued) {
        return issued.subject()
                .flatMap(Identity::did)
                .<Step<String>>map(Step.Done::new)
                .orElseGet(() -> Step.failed(
                        ErrorCode.UNEXPECTED_ANSWER, "Bluesky did not say whose account this is. Begin again."));
    }

    /** Where an account lives, by its identity. */
    private Step<URI> home(String did, CallContext context) {
        var address = did.startsWith("did:plc:")
                ? Servers.at(config.directory(), "/" + did).toString()
                : "https://" + did.substring("did:web:".length()) + "/.well-known/did.json";
        return oauth.document("did.resolve", URI.create(address), context)
                .then(document -> Identity.home(document)
                        .map(oauth::server)
                        .orElseGet(() -> Step.failed(
                                ErrorCode.UNEXPECTED_ANSWER,
                                "Where the account lives could not be found out. Begin again in a few minutes.")));
    }
}
