package io.broadside.publisher;

/** The stores of the fan-out, all keyed by requestId. */
final class RequestStores {

    /** Requests that were accepted: {@link RequestState}. */
    static final String REQUESTS = "requests";

    /** The last result of each target: key {@link #resultKey}, value as on the topic of results. */
    static final String RESULTS = "last-results";

    /** Requests that wait a moment for a connection that is not known yet: value as on the topic of requests. */
    static final String HELD = "held-requests";

    /** Cancellations of requests that have not been taken in yet: value as on the topic of cancellations. */
    static final String CANCELLED = "early-cancellations";

    private RequestStores() {}

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
