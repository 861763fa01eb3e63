package io.broadside.simulator.facebook;

import io.broadside.simulator.facebook.FacebookChange.Token;
import io.broadside.simulator.facebook.FacebookChange.TokenKind;
import io.broadside.simulator.facebook.FacebookChange.TokenState;
import io.broadside.simulator.facebook.FacebookState.Page;
import io.broadside.simulator.graph.GraphError;
import io.broadside.simulator.graph.GraphRequest;
import io.broadside.simulator.http.Refusal;
import io.broadside.simulator.platform.App;
import java.time.Clock;
import java.util.Optional;

/** Who calls, by the token that came with the call. */
final class Callers {
    private final Clock clock;
    private final FacebookState state;
    private final App app;

    Callers(Clock clock, FacebookState state, App app) {
        this.clock = clock;
        this.state = state;
        this.app = app;
    }

    /** Token of the application itself. */
    static String appToken(App app) {
        return app.clientId() + "|" + app.clientSecret();
    }

    /** Refuses tokens that are missing, unknown, expired or revoked. */
    Caller of(GraphRequest request) {
        var value = request.token().orElseThrow(GraphError::tokenMissing);
        if (value.equals(appToken(app))) {
            return new Caller.App();
        }
        var token = state.token(value).orElseThrow(GraphError::tokenInvalid);
        if (token.state() == TokenState.REVOKED) {
            throw new Refusal(GraphError.tokenRevoked());
        }
        if (token.isExpired(clock.instant())) {
            throw new Refusal(GraphError.tokenExpired());
        }
        return switch (token.kind()) {
            case PAGE -> new Caller.AsPage(state.page(token.ownerId()).orElseThrow(GraphError::tokenInvalid));
            case USER -> new Caller.AsUser(token.ownerId());
        };
    }

    /** The Page named by the path, if the caller is that Page. */
    Page asPage(GraphRequest request, String id) {
        return switch (of(request)) {
            case Caller.AsPage(var page) when id.equals("me") || id.equals(page.id()) -> page;
            case Caller.AsPage _ -> {
                if (state.page(id).isEmpty()) {
                    throw GraphError.noSuchObject(request.method(), id);
                }
                throw new Refusal(FacebookError.permissionMissing());
            }
            case Caller.AsUser _ -> throw FacebookError.notAsThePage();
            case Caller.App _ -> throw new Refusal(FacebookError.permissionMissing());
        };
    }

    /** The account a failure may name: the Page of the token, or of the path. */
    Optional<String> account(GraphRequest request) {
        return request.token()
                .flatMap(state::token)
                .filter(token -> token.kind() == TokenKind.PAGE)
                .map(Token::ownerId)
                .or(() -> request.path().stream()
                        .findFirst()
                        .filter(id -> state.page(id).isPresent()));
    }

    /** Who a token speaks for. */
    sealed interface Caller {
        record AsPage(Page page) implements Caller {}

        record AsUser(String userId) implements Caller {}

        record App() implements Caller {}
    }
}
