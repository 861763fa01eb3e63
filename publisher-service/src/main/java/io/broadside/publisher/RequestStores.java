package io.broadside.publisher;

/** The stores of the fan-out. Every key begins with a requestId. */
final class RequestStores {

    /** Requests that were accepted: {@link RequestState}. */
    static final String REQUESTS = "requests";

    /** The last result of each target: key {@link #resultKey}, value as on the topic of results. */
    static final String RESULTS = "last-results";

    /** Requests that wait a moment for a connection that is not known yet: value as on the topic of requests. */
    static final String HELD = "held-requests";

    /**
     * Cancellations of requests that have not been taken in yet: key {@link #cancellationKey}, value as on the topic of
     * cancellations. Earlier versions kept one for each request, under the requestId alone.
     */
    static final String CANCELLED = "early-cancellations";

    /** Changes that are not answered yet: key {@link #changeKey}, value as on the topic of changes. */
    static final String CHANGES = "open-changes";

    private RequestStores() {}

    static String changeKey(String requestId, String commandId, String changeId) {
        return changesOf(requestId, commandId) + changeId;
    }

    /** What the keys of a command's changes begin with. Without a command: changes that came before their request. */
    static String changesOf(String requestId, String commandId) {
        return requestId + '\0' + commandId + '\0';
    }

    /** @param connectionId the one that is cancelled; empty for all */
    static String cancellationKey(String requestId, String connectionId) {
        return cancellationsOf(requestId) + connectionId;
    }

    /** What the keys of a request's cancellations begin with. */
    static String cancellationsOf(String requestId) {
        return requestId + '\0';
    }

    /** Ids are visible ASCII, so that this separator sorts before all of them. */
    static String resultKey(String requestId, int targetIndex) {
        return requestId + '\0' + targetIndex;
    }

    static String firstResultKey(String requestId) {
        return requestId + '\0';
    }

    static String lastResultKey(String requestId) {
        return requestId + '\u0001';
    }
}
