package io.broadside.publisher;

import io.broadside.events.Fault;
import io.broadside.events.PublishRequest;
import io.broadside.publisher.posts.Requests;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.common.KafkaException;

/** What the posts API asks, answered by what the fan-out goes by itself: both must come to the same. */
final class RequestsOfFanOut implements Requests {

    private static final Duration CONNECTIONS_WITHIN = Duration.ofSeconds(2);

    private final FanOut fanOut;
    private final HomePartition home;
    private final CurrentConnections connections;
    private final Clock clock;

    /** Waits until every connection is known that was made before. */
    @FunctionalInterface
    interface CurrentConnections {
        void await(Duration limit) throws TimeoutException, InterruptedException;
    }

    RequestsOfFanOut(FanOut fanOut, HomePartition home, CurrentConnections connections, Clock clock) {
        this.fanOut = fanOut;
        this.home = home;
        this.connections = connections;
        this.clock = clock;
    }

    @Override
    public boolean isValidId(String requestId) {
        return RequestRules.isValidId(requestId);
    }

    @Override
    public String fingerprint(PublishRequest request) {
        return RequestFingerprint.of(request);
    }

    @Override
    public boolean isHome(String requestId, int partition) {
        return home.isAt(requestId, partition);
    }

    @Override
    public List<TargetFault> faults(PublishRequest request) {
        if (!fanOut.knowsAll(request)) {
            awaitConnections();
        }
        return fanOut.faults(request, clock.instant());
    }

    /** One that was made a moment ago may not have arrived here yet. */
    private void awaitConnections() {
        try {
            connections.await(CONNECTIONS_WITHIN);
        } catch (TimeoutException e) {
            throw new KafkaException("Which accounts are connected is not known just now", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KafkaException("Interrupted while connections were read", e);
        }
    }

    @Override
    public Optional<Fault> tooLarge(int bytes) {
        return bytes > RequestRules.MOST_BYTES
                ? RequestRules.tooLarge(bytes).stream().findFirst()
                : Optional.empty();
    }
}
