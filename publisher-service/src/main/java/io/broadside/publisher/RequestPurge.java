package io.broadside.publisher;

import io.broadside.events.PostResult;
import io.broadside.publisher.RequestState.CommandRef;
import io.broadside.schemas.EventSerdes;
import io.broadside.schemas.RegistryUnavailableException;
import io.broadside.schemas.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Forgets requests, with their results, so that what is remembered of them does not grow for ever.
 *
 * <ol>
 *   <li>A request is remembered for as long as one of its targets is open, and for the time it is made with after the last word
 *       on all of them. From then on its id is as good as new.
 *   <li>Each run looks at {@link #MOST_AT_ONCE} requests at most, and the next one goes on behind them: it holds nothing else up,
 *       however many there are. When all have been looked at it rests for an hour.
 * </ol>
 */
final class RequestPurge {

    static final Duration EVERY = Duration.ofSeconds(1);
    static final int MOST_AT_ONCE = 500;

    private static final Duration REST = Duration.ofHours(1);

    private static final Logger LOGGER = LoggerFactory.getLogger(RequestPurge.class);

    private final KeyValueStore<String, byte[]> requests;
    private final KeyValueStore<String, byte[]> results;
    private final EventSerdes serdes;
    private final Duration kept;

    private String next = "";
    private Instant restsUntil = Instant.MIN;

    RequestPurge(
            KeyValueStore<String, byte[]> requests,
            KeyValueStore<String, byte[]> results,
            EventSerdes serdes,
            Duration kept) {
        this.requests = requests;
        this.results = results;
        this.serdes = serdes;
        this.kept = kept;
    }

    void run(Instant now) {
        if (now.isBefore(restsUntil)) {
            return;
        }
        var some = some();
        var oldest = now.minus(kept);
        some.stream().filter(entry -> isSurelyOver(entry, oldest)).forEach(entry -> forget(entry.key));
        if (some.size() < MOST_AT_ONCE) {
            next = "";
            restsUntil = now.plus(REST);
        } else {
            // The smallest key behind the last one: ids have no such character.
            next = some.getLast().key + '\0';
        }
    }

    private List<KeyValue<String, byte[]>> some() {
        var some = new ArrayList<KeyValue<String, byte[]>>();
        try (var found = requests.range(next, null)) {
            while (found.hasNext() && some.size() < MOST_AT_ONCE) {
                some.add(found.next());
            }
        }
        return some;
    }

    /** Cleaning up must stop nothing: what cannot be read now is kept, and looked at again with the next round. */
    private boolean isSurelyOver(KeyValue<String, byte[]> request, Instant oldest) {
        try {
            return isOver(request, oldest);
        } catch (RegistryUnavailableException | SerializationException | IllegalArgumentException e) {
            LOGGER.atWarn()
                    .addKeyValue("requestId", request.key)
                    .addKeyValue("cause", e.toString())
                    .log("request cannot be read, and is not forgotten");
            return false;
        }
    }

    private boolean isOver(KeyValue<String, byte[]> request, Instant oldest) {
        var state = RequestState.decoded(request.value);
        if (!Instant.ofEpochMilli(state.acceptedAtMillis()).isBefore(oldest)) {
            return false;
        }
        var last = new ArrayList<PostResult>();
        try (var found = resultsOf(request.key)) {
            found.forEachRemaining(entry -> last.add(serdes.read(Topics.RESULTS, entry.value)));
        }
        var known =
                last.stream().flatMap(result -> result.getCommandId().stream()).collect(Collectors.toSet());
        return last.stream()
                        .allMatch(
                                result -> result.getIsFinal() && result.getAt().isBefore(oldest))
                && state.commands().stream().map(CommandRef::commandId).allMatch(known::contains);
    }

    private void forget(String requestId) {
        var keys = new ArrayList<String>();
        try (var found = resultsOf(requestId)) {
            found.forEachRemaining(entry -> keys.add(entry.key));
        }
        keys.forEach(results::delete);
        requests.delete(requestId);
    }

    private KeyValueIterator<String, byte[]> resultsOf(String requestId) {
        return results.range(RequestStores.firstResultKey(requestId), RequestStores.lastResultKey(requestId));
    }
}
