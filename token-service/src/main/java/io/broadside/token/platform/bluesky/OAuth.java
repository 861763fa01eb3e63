package io.broadside.token.platform.bluesky;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.broadside.runtime.config.Secret;
import io.broadside.runtime.http.Body;
import io.broadside.runtime.http.Call;
import io.broadside.runtime.http.CallContext;
import io.broadside.runtime.http.DpopKey;
import io.broadside.runtime.http.Reply;
import io.broadside.schemas.ErrorCode;
import io.broadside.token.platform.PlatformCalls;
import io.broadside.token.platform.PlatformJson;
import io.broadside.token.platform.RefreshAnswer;
import io.broadside.token.platform.Step;
import io.broadside.token.platform.TokenEndpoint;
import io.broadside.token.platform.TokenPair;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * OAuth as the AT Protocol has it: what the person will be asked is pushed beforehand, and tokens are bound to a key. A refresh token
 * works once; used again, it ends everything that came of the sign-in.
 *
 * <p>https://atproto.com/specs/oauth
 */
final class OAuth {

    private static final String AUTHORIZATION_SERVER = "/.well-known/oauth-authorization-server";
    private static final String PROTECTED_RESOURCE = "/.well-known/oauth-protected-resource";

    private final Servers servers;
    private final BlueskyConfig config;
    private final Set<String> deadCodes;
    private final Clock clock;

    OAuth(Servers servers, BlueskyConfig config, Set<String> deadCodes, Clock clock) {
        this.servers = servers;
        this.config = config;
        this.deadCodes = deadCodes;
        this.clock = clock;
    }

    /**
     * Who asks people, and gives out tokens.
     *
     * @param pushed where it is told beforehand
     */
    record Issuer(URI id, URI authorization, URI token, URI pushed) {}

    /** Who does so for the accounts of a server: itself or somebody it names. */
    Step<Issuer> issuerOf(URI server, CallContext context) {
        return namedBy(server, context).then(issuer -> described(issuer, context));
    }

    /** The address of the issuer that a server names; the server itself where it names none. */
    Step<URI> namedBy(URI server, CallContext context) {
        return document("oauth.resource", Servers.at(server, PROTECTED_RESOURCE), context)
                .then(found -> {
                    var named = found.path("authorization_servers").path(0).asText("");
                    return named.isEmpty() ? new Step.Done<>(server) : server(named);
                });
    }

    /** A server that a document names. */
    Step<URI> server(String named) {
        return servers.named(named)
                .<Step<URI>>map(Step.Done::new)
                .orElseGet(
                        () -> Step.failed(
                                ErrorCode.UNEXPECTED_ANSWER,
                                "The account's server leads to an address that is not on the public Internet. Nothing was connected."));
    }

    private Step<Issuer> described(URI issuer, CallContext context) {
        return document("oauth.metadata", Servers.at(issuer, AUTHORIZATION_SERVER), context)
                .then(found -> {
                    var id = endpoint(found, "issuer");
                    var authorization = endpoint(found, "authorization_endpoint");
                    var token = endpoint(found, "token_endpoint");
                    var pushed = endpoint(found, "pushed_authorization_request_endpoint");
                    return id.filter(issuer::equals).isPresent()
                                    && authorization.isPresent()
                                    && token.isPresent()
                                    && pushed.isPresent()
                            ? new Step.Done<>(new Issuer(issuer, authorization.get(), token.get(), pushed.get()))
                            : Step.failed(
                                    ErrorCode.UNEXPECTED_ANSWER,
                                    "The account's server does not say how to sign in there. Use an app password.");
                });
    }

    private static Optional<URI> endpoint(JsonNode document, String name) {
        return PlatformJson.text(document, name).flatMap(Servers::address);
    }

    /** A document that anybody may read; an empty one where there is none. */
    Step<JsonNode> document(String name, URI address, CallContext context) {
        return switch (servers.call(Call.get(Servers.ID, name, address), context)) {
            case Reply.NoAnswer(var cause, var _) -> away(cause);
            case Reply.Answer answer
            when answer.isSuccess() || answer.status() == 404 || answer.status() == 400 ->
                new Step.Done<>(answer.isSuccess() ? PlatformJson.of(answer) : MissingNode.getInstance());
            case Reply.Answer _ -> away(ErrorCode.SERVER_ERROR);
        };
    }

    /** Tells the issuer what the person will be asked; what the browser brings there in the place of it. */
    Step<String> push(Issuer issuer, DpopKey key, Map<String, String> parameters, CallContext context) {
        var call = Call.post(Servers.ID, "oauth.par", issuer.pushed(), new Body.Form(parameters));
        return switch (servers.call(call, key, context)) {
            case Reply.NoAnswer(var cause, var _) -> away(cause);
            case Reply.Answer answer
            when answer.isSuccess() ->
                PlatformJson.text(PlatformJson.of(answer), "request_uri")
                        .<Step<String>>map(Step.Done::new)
                        .orElseGet(() -> away(ErrorCode.UNEXPECTED_ANSWER));
            case Reply.Answer answer
            when answer.status() >= 500 || answer.status() == 429 -> away(ErrorCode.SERVER_ERROR);
            case Reply.Answer _ ->
                Step.failed(
                        ErrorCode.APP_REFUSED,
                        "Bluesky does not take this app as it is set up. Whoever runs Broadside must look at its client metadata.");
        };
    }

    private static <T> Step<T> away(ErrorCode cause) {
        return Step.failed(cause, "The account's server cannot be asked now. Begin again in a few minutes.");
    }

    /**
     * What came of a call to the token endpoint.
     *
     * @param subject whose tokens they are, as it says
     */
    record Exchanged(RefreshAnswer answer, Optional<String> subject) {}

    Exchanged exchange(URI endpoint, DpopKey key, Map<String, String> form, CallContext context) {
        var fields = new LinkedHashMap<>(form);
        fields.put("client_id", config.clientId().orElseThrow());
        var call = Call.post(Servers.ID, "oauth.token", endpoint, new Body.Form(fields));
        var subjects = new ArrayList<String>();
        PlatformCalls bound = (asked, with) -> {
            var reply = servers.call(asked, key, with);
            if (reply instanceof Reply.Answer answer && answer.isSuccess()) {
                PlatformJson.text(PlatformJson.of(answer), "sub").ifPresent(subjects::add);
            }
            return reply;
        };
        var answer = new TokenEndpoint(bound, deadCodes, it -> Sessions.retryAfter(it, clock.instant()))
                .renew(call, context);
        return new Exchanged(answer, subjects.stream().findFirst());
    }

    /** @param refreshToken of OAuth: with its key, and what renews it */
    RefreshAnswer refresh(Sealed refreshToken, CallContext context) {
        if (config.clientId().isEmpty() || refreshToken.key().isEmpty()) {
            // The operator's fault, and mended by a new start: the connection must not suffer for it.
            return new RefreshAnswer.NotNow(ErrorCode.APP_REFUSED, Optional.empty());
        }
        var form = Map.of(
                "grant_type",
                "refresh_token",
                "refresh_token",
                refreshToken.token().reveal());
        var exchanged = exchange(
                refreshToken.tokenEndpoint().orElseThrow(), refreshToken.key().get(), form, context);
        return switch (exchanged.answer()) {
            case RefreshAnswer.Renewed(var tokens) ->
                new RefreshAnswer.Renewed(sealed(tokens, refreshToken, clock.instant()));
            case RefreshAnswer other -> other;
        };
    }

    /** @param like says what goes with them */
    private static TokenPair sealed(TokenPair tokens, Sealed like, Instant now) {
        return new TokenPair(
                like.with(tokens.accessToken()).withoutRenewal().toSecret(),
                tokens.refreshToken().map(token -> like.with(token).toSecret()),
                tokens.lifetime(),
                like.ends().map(end -> Duration.between(now, end)).or(tokens::refreshLifetime),
                tokens.scopes());
    }

    /** What has to be there when the browser comes back. */
    static Secret keep(DpopKey key, Issuer issuer) {
        return new Sealed(
                        issuer.id(),
                        Secret.of("none"),
                        Optional.of(key),
                        Optional.of(issuer.token()),
                        Optional.empty(),
                        Optional.empty())
                .toSecret();
    }
}
