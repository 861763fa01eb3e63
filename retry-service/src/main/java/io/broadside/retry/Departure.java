package io.broadside.retry;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.broadside.events.DelayCause;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * What is remembered of a command that waits no more.
 *
 * @param at when it left, in milliseconds of the epoch
 * @param round its round when it came last; -1 if it never did
 * @param waitedFor why it waited last
 * @param run the trouble it was in
 */
record Departure(long at, int round, boolean isWithdrawn, Optional<DelayCause> waitedFor, Optional<Run> run) {

    private static final int VERSION = 1;
    private static final int BYTES = 1 + Long.BYTES + Integer.BYTES + 1 + Long.BYTES + Integer.BYTES;

    byte[] encoded() {
        var causes = (waitedFor.map(DelayCause::name).orElse("") + ","
                        + run.map(Run::cause).map(DelayCause::name).orElse(""))
                .getBytes(UTF_8);
        return ByteBuffer.allocate(BYTES + causes.length)
                .put((byte) VERSION)
                .putLong(at)
                .putInt(round)
                .put((byte) (isWithdrawn ? 1 : 0))
                .putLong(run.map(Run::since).orElse(0L))
                .putInt(run.map(Run::failures).orElse(0))
                .put(causes)
                .array();
    }

    static Departure decoded(byte[] bytes) {
        var buffer = ByteBuffer.wrap(bytes);
        Versions.check(buffer.get(), VERSION, "a command that left");
        var at = buffer.getLong();
        var round = buffer.getInt();
        var isWithdrawn = buffer.get() == 1;
        var since = buffer.getLong();
        var failures = buffer.getInt();
        var causes = UTF_8.decode(buffer).toString().split(",", -1);
        return new Departure(
                at,
                round,
                isWithdrawn,
                causes[0].isEmpty() ? Optional.empty() : Optional.of(Waiting.cause(causes[0])),
                causes[1].isEmpty()
                        ? Optional.empty()
                        : Optional.of(new Run(Waiting.cause(causes[1]), since, failures)));
    }

    /** Whether somebody wanted it back, without reading the rest. */
    static boolean isWithdrawnOf(byte[] bytes) {
        return bytes[1 + Long.BYTES + Integer.BYTES] == 1;
    }

    /** When it left, without reading the rest. */
    static long atOf(byte[] bytes) {
        return ByteBuffer.wrap(bytes).getLong(1);
    }
}
