package io.broadside.token.refresh;

import io.broadside.events.RefreshRequest;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Requests that go round again: those that came before them need no call of their own. Only what is on its way is in here: an entry that
 * outlived its request would swallow every later one.
 */
final class Retries {

    private final Map<String, Retry> byConnection = new ConcurrentHashMap<>();

    private record Retry(long tokenVersion, int attempt) {

        boolean isAfter(RefreshRequest request) {
            return tokenVersion == request.getTokenVersion() && attempt > request.getAttempt();
        }
    }

    /**
     * The request goes out again. Records of its connection that are decided from now on stand before that one in the topic, or know of
     * it.
     */
    void sent(RefreshRequest request, int attempt) {
        byConnection.put(request.getConnectionId(), new Retry(request.getTokenVersion(), attempt));
    }

    /** The request is here: if it is the one that went round, that is not on its way any more. */
    void begun(RefreshRequest request) {
        byConnection.computeIfPresent(request.getConnectionId(), (_, retry) -> retry.isAfter(request) ? retry : null);
    }

    /** Whether another one is on its way that asks for the same. */
    boolean follow(RefreshRequest request) {
        var retry = byConnection.get(request.getConnectionId());
        return retry != null && retry.isAfter(request);
    }

    /** What was on its way may have ended elsewhere. */
    void clear() {
        byConnection.clear();
    }
}
