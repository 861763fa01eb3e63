package io.broadside.token.signin;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.broadside.events.Connection;
import io.broadside.runtime.config.Secret;
import io.broadside.runtime.http.CallContext;
import io.broadside.runtime.tracing.Trace;
import io.broadside.schemas.ErrorCode;
import io.broadside.token.connect.Acceptance;
import io.broadside.token.connect.NotStoredException;
import io.broadside.token.platform.Grant;
import io.broadside.token.platform.Person;
import io.broadside.token.platform.SignIn;
import io.broadside.token.platform.SignIn.Asking;
import io.broadside.token.platform.SignIn.Code;
import io.broadside.token.platform.Step;
import io.broadside.token.platform.TokenPlatform;
import io.broadside.token.platform.TokenPlatforms;
import io.broadside.token.signin.Envelopes.Purpose;
import java.net.URI;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Signing in at a platform, from the first click to the stored token.
 *
 * <ol>
 *   <li>A sign-in ends in the browser that began it: what it is about stands sealed in a cookie of that browser, under the state that
 *       the platform hands back. Neither works without the other.
 *   <li>It ends once, and within a time. The cookie is taken back whatever comes of it, and this instance refuses a state that it has
 *       seen. Another instance would not know of that; there, a browser that kept the cookie after all meets the platform, at which
 *       a code works once (RFC 6749, section 4.1.2), and, where there is PKCE, only for the verifier in that same cookie. So over
 *       all instances, one sign-in stores one grant.
 *   <li>Any instance may finish what another began: nothing about single sign-ins is kept in memory that is needed to go on.
 *   <li>Who is to connect an account again and signs in to another one changes nothing.
 *   <li>Tokens reach the browser only sealed, between signing in and choosing; never in an address or a log.
 * </ol>
 *
 * Blocks on the platform and on Kafka; safe for use by many threads.
 */
public final class SigningIn {

    private static final String FLOW_COOKIE = "broadside-flow-";
    private static final String CHOICE_COOKIE = "broadside-choice-";
    private static final int KEY_LENGTH = 16;
    private static final int RANDOM_BYTES = 32;
    private static final int MOST_NAMED = 3;

    private static final String NOT_KNOWN =
            "This sign-in cannot be finished here: it was begun in another browser, took too"
                    + " long, or is over already. Nothing was changed. Begin again.";

    private final SecureRandom random = new SecureRandom();
    private final SignInConfig config;
    private final Supplier<URI> publicUri;
    private final TokenPlatforms platforms;
    private final Acceptance acceptance;
    private final Envelopes envelopes;
    private final UsedOnce used;
    private final Clock clock;

    /**
     * Makes it.
     *
     * @param publicUri where browsers reach this service, known once it listens
     */
    public SigningIn(
            SignInConfig config,
            Supplier<URI> publicUri,
            TokenPlatforms platforms,
            Acceptance acceptance,
            Envelopes envelopes,
            Clock clock) {
        this.config = config;
        this.publicUri = publicUri;
        this.platforms = platforms;
        this.acceptance = acceptance;
        this.envelopes = envelopes;
        this.used = new UsedOnce(clock, config.within().multipliedBy(2));
        this.clock = clock;
    }

    /** What is to be connected. */
    public record Wish(String profileId, Optional<Connection> again, Optional<URI> returnUrl) {}

    /**
     * The browser is sent to the platform.
     *
     * @param cookie what it has to bring back
     */
    public record Begun(URI authorization, Ending.Key cookie) {}

    /** What the browser came back with. */
    public record Return(Optional<String> state, Optional<String> code, Optional<String> error) {}

    /** Begins. The way must be set up. */
    public Step<Begun> begin(SignIn way, Wish wish, Trace trace) {
        var verifier = way.usesPkce() ? Optional.of(random()) : Optional.<String>empty();
        var state = random();
        var asking = new Asking(
                redirectUri(way),
                state,
                verifier.map(SigningIn::challenge),
                wish.again().isPresent());
        return way.begin(asking, CallContext.forApp(trace)).then(beginning -> {
            var flow = new Flow(
                    way.id(),
                    wish.profileId(),
                    state,
                    verifier.map(Secret::of),
                    beginning.kept(),
                    wish.again().map(known -> new Flow.Expected(known.getAccountId(), known.getAccountName())),
                    wish.returnUrl());
            var sealed =
                    envelopes.seal(Purpose.FLOW, flow.toJson(), clock.instant().plus(config.within()));
            return new Step.Done<>(new Begun(beginning.authorization(), new Ending.Key(flowCookie(state), sealed)));
        });
    }

    /** Name of the cookie that belongs to a state: to be taken back once the browser came back. */
    public Optional<String> cookieOf(Return back) {
        return back.state().filter(SigningIn::isOurs).map(SigningIn::flowCookie);
    }

    /**
     * The browser came back.
     *
     * @param cookies its cookies, by name
     */
    public Ending finish(SignIn way, Return back, Function<String, Optional<String>> cookies, Trace trace) {
        var found = back.state()
                .filter(SigningIn::isOurs)
                .flatMap(state -> cookies.apply(flowCookie(state))
                        .flatMap(given -> envelopes.open(Purpose.FLOW, given))
                        .map(Flow::from)
                        .filter(flow ->
                                isSame(flow.state(), state) && flow.way().equals(way.id())));
        if (found.isEmpty() || !used.use(found.get().state())) {
            return Ending.Failed.of(ErrorCode.INVALID_REQUEST, NOT_KNOWN);
        }
        var flow = found.get();
        if (back.error().isPresent() || back.code().isEmpty()) {
            return declined(way, back.error().orElse(""), flow);
        }
        var context = CallContext.forApp(trace);
        var code = new Code(Secret.of(back.code().get()), redirectUri(way), flow.verifier(), flow.kept());
        var person = way.exchange(code, context);
        return switch (person) {
            case Step.Failed<Person>(var cause, var sentence) -> Ending.Failed.of(cause, sentence, flow);
            case Step.Done<Person>(var signedIn) ->
                switch (way.accounts(signedIn, context)) {
                    case Step.Failed<List<Grant>>(var cause, var sentence) -> Ending.Failed.of(cause, sentence, flow);
                    case Step.Done<List<Grant>>(var grants) -> opened(way, flow, signedIn, grants, trace);
                };
        };
    }

    /** The person has chosen. */
    public Ending choose(
            SignIn way, String sealed, String accountId, Function<String, Optional<String>> cookies, Trace trace) {
        var found = envelopes
                .open(Purpose.CHOICE, sealed)
                .map(Choice::from)
                .filter(choice -> cookies.apply(choiceCookie(choice.nonce()))
                                .filter(nonce -> isSame(nonce, choice.nonce()))
                                .isPresent()
                        && choice.flow().way().equals(way.id()));
        if (found.isEmpty() || !used.use(found.get().nonce())) {
            return Ending.Failed.of(ErrorCode.INVALID_REQUEST, NOT_KNOWN);
        }
        var choice = found.get();
        return switch (way.accounts(choice.person(), CallContext.forApp(trace))) {
            case Step.Failed<List<Grant>>(var cause, var sentence) -> Ending.Failed.of(cause, sentence, choice.flow());
            case Step.Done<List<Grant>>(var grants) ->
                grants.stream()
                        .filter(grant -> grant.account().id().equals(accountId))
                        .findFirst()
                        .map(grant -> stored(way, choice.flow(), grant, trace))
                        .orElseGet(() -> Ending.Failed.of(
                                ErrorCode.INVALID_REQUEST,
                                "This account is not among those that you opened on " + way.title() + ". Begin again.",
                                choice.flow()));
        };
    }

    private Ending opened(SignIn way, Flow flow, Person person, List<Grant> grants, Trace trace) {
        if (flow.expected().isPresent()) {
            var expected = flow.expected().get();
            return grants.stream()
                    .filter(grant -> grant.account().id().equals(expected.accountId()))
                    .findFirst()
                    .map(grant -> stored(way, flow, grant, trace))
                    .orElseGet(() -> otherAccount(way, flow, expected, grants));
        }
        if (grants.size() == 1) {
            return stored(way, flow, grants.getFirst(), trace);
        }
        var choice = new Choice(flow, person, random());
        var sealed =
                envelopes.seal(Purpose.CHOICE, choice.toJson(), clock.instant().plus(config.within()));
        var kind = platform(way).policy().accountKind();
        return new Ending.Choosing(
                grants.stream()
                        .map(grant -> new Ending.Candidate(
                                grant.account().id(),
                                grant.account().name(),
                                grant.account().kind().orElse(kind)))
                        .toList(),
                sealed,
                new Ending.Key(choiceCookie(choice.nonce()), choice.nonce()),
                flow.returnUrl());
    }

    private static Ending otherAccount(SignIn way, Flow flow, Flow.Expected expected, List<Grant> grants) {
        var opened = grants.stream()
                .limit(MOST_NAMED)
                .map(grant -> named(grant.account().name(), grant.account().id()))
                .collect(Collectors.joining(", "));
        var more = grants.size() > MOST_NAMED ? " and " + (grants.size() - MOST_NAMED) + " more" : "";
        return Ending.Failed.of(
                ErrorCode.INVALID_REQUEST,
                "You signed in on " + way.title() + " and opened " + opened + more + ", but this connection is of "
                        + named(expected.accountName(), expected.accountId())
                        + ". Nothing was changed. Sign out on " + way.title()
                        + ", then connect again as the right account; or connect the other one as a new account.",
                flow);
    }

    private static String named(String name, String id) {
        return name.equals(id) ? id : name + " (" + id + ")";
    }

    private Ending stored(SignIn way, Flow flow, Grant grant, Trace trace) {
        try {
            return new Ending.Connected(
                    acceptance.accept(flow.profileId(), platform(way), grant, trace), flow.returnUrl());
        } catch (NotStoredException _) {
            return Ending.Failed.of(
                    ErrorCode.INTERNAL, "The connection could not be stored now. Begin again in a moment.", flow);
        }
    }

    /** What platforms send instead of a code: https://datatracker.ietf.org/doc/html/rfc6749#section-4.1.2.1 and names of their own. */
    private static Ending declined(SignIn way, String error, Flow flow) {
        return switch (error) {
            case "access_denied", "user_cancelled_login", "user_cancelled_authorize" ->
                Ending.Failed.of(
                        ErrorCode.PERMISSION_MISSING,
                        "You did not give your consent on " + way.title()
                                + ", so nothing was connected. Begin again if that was not what you wanted.",
                        flow);
            case "unauthorized_scope_error", "invalid_scope" ->
                Ending.Failed.of(
                        ErrorCode.APP_REFUSED,
                        way.title()
                                + " does not let this app ask for all the permissions it is set up to ask for. Whoever"
                                + " runs Broadside must change the app there, or what it asks for.",
                        flow);
            case "temporarily_unavailable", "server_error" ->
                Ending.Failed.of(
                        ErrorCode.SERVER_ERROR,
                        way.title() + " has a fault of its own. Begin again in a few minutes.",
                        flow);
            default ->
                Ending.Failed.of(
                        ErrorCode.UNKNOWN_REFUSAL,
                        way.title() + " ended the sign-in without saying why. Begin again.",
                        flow);
        };
    }

    private TokenPlatform platform(SignIn way) {
        return platforms
                .find(way.platform())
                .orElseThrow(() -> new IllegalStateException("Unknown platform: " + way.platform()));
    }

    private URI redirectUri(SignIn way) {
        return URI.create(publicUri.get() + "/connect/" + way.id() + "/callback");
    }

    private static String flowCookie(String state) {
        return FLOW_COOKIE + state.substring(0, KEY_LENGTH);
    }

    private static String choiceCookie(String nonce) {
        return CHOICE_COOKIE + (isOurs(nonce) ? nonce.substring(0, KEY_LENGTH) : "");
    }

    /** Looks like something made by {@link #random}. */
    private static boolean isOurs(String text) {
        return text.matches("[A-Za-z0-9_-]{43}");
    }

    private static boolean isSame(String one, String other) {
        return MessageDigest.isEqual(one.getBytes(UTF_8), other.getBytes(UTF_8));
    }

    private String random() {
        var bytes = new byte[RANDOM_BYTES];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** S256 of RFC 7636. */
    static String challenge(String verifier) {
        try {
            var hash = MessageDigest.getInstance("SHA-256").digest(verifier.getBytes(US_ASCII));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }
}
