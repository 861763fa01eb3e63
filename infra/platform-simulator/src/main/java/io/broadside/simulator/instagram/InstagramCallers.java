package io.broadside.simulator.instagram;

import io.broadside.simulator.account.Platform;
import io.broadside.simulator.graph.GraphError;
import io.broadside.simulator.graph.GraphRequest;
import io.broadside.simulator.graph.PageTokens;
import io.broadside.simulator.http.Refusal;
import io.broadside.simulator.instagram.InstagramChange.Token;
import io.broadside.simulator.instagram.InstagramState.Profile;
import java.time.Clock;
import java.util.Optional;

/** Who calls, by the token that came with the call, and by the host it came to. */
final class InstagramCallers {
    private final Clock clock;
    private final InstagramState state;
    private final PageTokens pages;

    InstagramCallers(Clock clock, InstagramState state, PageTokens pages) {
        this.clock = clock;
        this.state = state;
        this.pages = pages;
    }

    /** Came to Facebook's host, with a token of Facebook. */
    static boolean isThroughFacebook(GraphRequest request) {
        return request.request().base().equals("/" + Platform.FACEBOOK.id());
    }

    /** The account named by an id, {@code me} or its app-scoped id, if the caller may act for it. */
    Profile as(GraphRequest request, String id) {
        requireToken(request);
        var named = isThroughFacebook(request) ? id : own(request, id);
        return state.profile(named)
                .filter(_ -> mayActFor(request, named))
                .orElseThrow(() -> GraphError.noSuchObject(request.method(), id));
    }

    private String own(GraphRequest request, String id) {
        var own = token(request).accountId();
        return id.equals("me") || id.equals(appScoped(own)) ? own : id;
    }

    /** The account that a container, a medium or a comment belongs to, if the caller may act for it. */
    Profile ownerOf(GraphRequest request, String objectId) {
        requireToken(request);
        return state.owner(objectId)
                .filter(owner -> mayActFor(request, owner))
                .flatMap(state::profile)
                .orElseThrow(() -> GraphError.noSuchObject(request.method(), objectId));
    }

    /** Refuses tokens that are missing, unknown, expired or revoked. */
    Token token(GraphRequest request) {
        var token = state.token(request.token().orElseThrow(GraphError::tokenMissing))
                .orElseThrow(GraphError::tokenInvalid);
        switch (token.state()) {
            case REVOKED, REPLACED -> throw new Refusal(GraphError.tokenRevoked());
            case VALID, EXPIRED -> {
                if (token.isExpired(clock.instant())) {
                    throw new Refusal(GraphError.tokenExpired());
                }
            }
        }
        return token;
    }

    /** The account a failure may name: of the path, or of the token. */
    Optional<String> account(GraphRequest request) {
        return request.path().stream()
                .flatMap(segment -> state.owner(segment).stream())
                .findFirst()
                .or(() -> request.token().flatMap(state::token).map(Token::accountId));
    }

    static String appScoped(String id) {
        return "2" + id.substring(1);
    }

    private void requireToken(GraphRequest request) {
        if (isThroughFacebook(request)) {
            pages.pagesOf(request);
        } else {
            token(request);
        }
    }

    private boolean mayActFor(GraphRequest request, String accountId) {
        return isThroughFacebook(request)
                ? state.profile(accountId)
                        .flatMap(profile -> profile.account().pageId())
                        .filter(pages.pagesOf(request)::contains)
                        .isPresent()
                : token(request).accountId().equals(accountId);
    }
}
