package io.broadside.retry;

import io.broadside.events.Amendment;
import io.broadside.events.CommandEnded;
import io.broadside.events.Confirmation;
import io.broadside.events.Connection;
import io.broadside.events.DelayedCommand;
import io.broadside.events.RecordPosition;
import io.broadside.events.Withdrawal;
import java.util.OptionalLong;
import org.apache.kafka.common.utils.Bytes;

/** What comes in, once it could be read. */
sealed interface Arrival {

    /**
     * A command that is to wait.
     *
     * @param original the record's value as it stood on the topic; what is stored, so that nothing is lost that a newer
     *     publisher put there
     */
    record Delayed(DelayedCommand delayed, Bytes original, RecordPosition source) implements Arrival {}

    /** Somebody wants a command back. */
    record Withdrawn(Withdrawal withdrawal) implements Arrival {}

    /** A platform has told of a post of the account. */
    record Confirmed(Confirmation confirmation) implements Arrival {}

    /** Somebody wants it otherwise. */
    record Amended(Amendment amendment) implements Arrival {}

    /** A post that others wait for has ended. */
    record Ended(CommandEnded ended) implements Arrival {}

    /** How a connection fares. */
    record Fares(Connection connection) implements Arrival {}

    /**
     * The newest token of a connection.
     *
     * @param version empty where the connection has no token any more
     */
    record TokenSeen(String connectionId, OptionalLong version) implements Arrival {}
}
