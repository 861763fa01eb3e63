package io.broadside.simulator.facebook;

import io.broadside.simulator.facebook.Callers.Caller;
import io.broadside.simulator.facebook.FacebookState.Page;
import io.broadside.simulator.graph.GraphRequest;
import io.broadside.simulator.graph.PageTokens;
import io.broadside.simulator.http.Refusal;
import java.util.Set;
import java.util.stream.Collectors;

/** Tokens as Instagram asks for them. */
final class FacebookPageTokens implements PageTokens {
    private final FacebookState state;
    private final Callers callers;

    FacebookPageTokens(FacebookState state, Callers callers) {
        this.state = state;
        this.callers = callers;
    }

    @Override
    public Set<String> pagesOf(GraphRequest request) {
        return switch (callers.of(request)) {
            case Caller.AsPage(var page) -> Set.of(page.id());
            case Caller.AsUser(var user) ->
                state.pagesOf(user).stream().map(Page::id).collect(Collectors.toSet());
            case Caller.App() -> throw new Refusal(FacebookError.permissionMissing());
        };
    }

    @Override
    public void link(String pageId, String instagramId) {
        state.commit(new FacebookChange.InstagramLinked(pageId, instagramId));
    }
}
