package io.broadside.token;

import io.broadside.events.Connection;
import io.broadside.events.Credential;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.common.KafkaException;

/** The connections there are and what renews them, as of a moment ago. Reads are for any thread and never block. */
public interface KnownConnections {

    Optional<Connection> connection(String connectionId);

    Optional<Credential> credential(String connectionId);

    /** Every connection; they may change while they are read. */
    Iterable<Connection> all();

    /** At least the connections that are to be renewed by then; others may be among them. */
    default Iterable<Connection> dueBy(Instant time) {
        return all();
    }

    /** The connections of one profile, in no order. All connections are looked through for them. */
    List<Connection> ofProfile(String profileId);

    /**
     * Waits until everything is here that was written and acknowledged before this call, by whichever instance.
     *
     * @throws TimeoutException if that takes longer than a few seconds
     * @throws KafkaException if the broker cannot be asked
     */
    void awaitCurrent() throws TimeoutException, InterruptedException;

    /** The same: whether it is so now. */
    default boolean bringUpToDate() {
        try {
            awaitCurrent();
            return true;
        } catch (TimeoutException | KafkaException _) {
            return false;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
