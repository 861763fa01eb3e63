package io.broadside.webhook;

import io.vertx.core.http.HttpConnection;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * The connections of one server. A header that is sent byte by byte is never idle: a connection whose next request does not come
 * in time is closed, the first as well as any later one. For one event loop.
 */
final class Connections {

    private final long firstRequestWithinNanos;
    private final long nextRequestWithinNanos;
    private final LongSupplier nanoTime;
    private final Map<HttpConnection, State> states = new HashMap<>();

    private static final class State {

        private final Source source;
        private long expectedBy;
        private int requests;

        State(Source source, long expectedBy) {
            this.source = source;
            this.expectedBy = expectedBy;
        }
    }

    Connections(long firstRequestWithinNanos, long nextRequestWithinNanos, LongSupplier nanoTime) {
        this.firstRequestWithinNanos = firstRequestWithinNanos;
        this.nextRequestWithinNanos = nextRequestWithinNanos;
        this.nanoTime = nanoTime;
    }

    void opened(HttpConnection connection, Source source) {
        states.put(connection, new State(source, nanoTime.getAsLong() + firstRequestWithinNanos));
    }

    /** Forgets it; false if it was not known here. */
    boolean closed(HttpConnection connection) {
        return states.remove(connection) != null;
    }

    /** Whose connection it is. */
    Source began(HttpConnection connection, Sources sources) {
        var state = states.get(connection);
        if (state == null) {
            // It was closed before its request was handled.
            return sources.of(connection.remoteAddress());
        }
        state.requests++;
        return state.source;
    }

    void ended(HttpConnection connection) {
        var state = states.get(connection);
        if (state != null) {
            state.requests--;
            state.expectedBy = nanoTime.getAsLong() + nextRequestWithinNanos;
        }
    }

    /** Closes those that have been without a request for too long. */
    void look() {
        var now = nanoTime.getAsLong();
        var overdue = states.entrySet().stream()
                .filter(entry -> entry.getValue().requests == 0 && now - entry.getValue().expectedBy > 0)
                .map(Map.Entry::getKey)
                .toList();
        overdue.forEach(HttpConnection::close);
    }
}
