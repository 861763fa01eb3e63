package io.broadside.retry;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.broadside.events.DelayCause;
import io.broadside.events.DelayedCommand;
import io.broadside.events.PostOrder;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.apache.kafka.common.utils.Bytes;

/**
 * A waiting command as it is stored.
 *
 * @param cause why it waits
 * @param since when this wait began, in milliseconds of the epoch
 * @param isInOrder whether posts of its account keep their order
 * @param traceparent the trace its record belonged to, as W3C writes it
 * @param original the DelayedCommand as it stood on its topic, in Confluent's Avro format
 */
record Waiting(
        String commandId,
        String connectionId,
        String requestId,
        String platform,
        String profileId,
        Place place,
        DelayCause cause,
        long since,
        Run run,
        boolean isInOrder,
        String traceparent,
        Bytes original) {

    /** The first byte of every entry, so that a later release can tell what it finds. */
    private static final int VERSION = 4;

    static Waiting of(DelayedCommand delayed, Place place, Run run, String traceparent, Bytes original) {
        var command = delayed.getCommand();
        return new Waiting(
                command.getCommandId(),
                command.getConnectionId(),
                command.getRequestId(),
                command.getPlatform(),
                command.getProfileId(),
                place,
                delayed.getCause(),
                delayed.getSince().toEpochMilli(),
                run,
                command.getOrder() == PostOrder.IN_ORDER,
                traceparent,
                original);
    }

    Waiting at(Place other) {
        return new Waiting(
                commandId,
                connectionId,
                requestId,
                platform,
                profileId,
                other,
                cause,
                since,
                run,
                isInOrder,
                traceparent,
                original);
    }

    Waiting in(Run other) {
        return new Waiting(
                commandId,
                connectionId,
                requestId,
                platform,
                profileId,
                place,
                cause,
                since,
                other,
                isInOrder,
                traceparent,
                original);
    }

    /** The command as it was changed, and why it waits now. The trouble it is in stays the same. */
    Waiting because(DelayedCommand changed, Bytes written) {
        return new Waiting(
                commandId,
                connectionId,
                requestId,
                platform,
                profileId,
                place,
                changed.getCause(),
                changed.getSince().toEpochMilli(),
                run,
                changed.getCommand().getOrder() == PostOrder.IN_ORDER,
                traceparent,
                written);
    }

    byte[] encoded() {
        var bytes = new ByteArrayOutputStream(original.get().length + 512);
        try (var out = new DataOutputStream(bytes)) {
            out.writeByte(VERSION);
            out.writeLong(since);
            write(out, cause.name());
            write(out, commandId);
            write(out, connectionId);
            write(out, requestId);
            write(out, platform);
            write(out, profileId);
            out.writeLong(place.due());
            out.writeLong(place.position());
            out.writeInt(place.round());
            out.writeLong(place.releasedBy());
            out.writeBoolean(place.isWithdrawn());
            out.writeBoolean(place.isBehind());
            out.writeBoolean(place.isInTurn());
            out.writeLong(place.turnEnds());
            write(out, run.cause().name());
            out.writeLong(run.since());
            out.writeInt(run.failures());
            out.writeBoolean(isInOrder);
            write(out, traceparent);
            out.write(original.get());
        } catch (IOException e) {
            throw new UncheckedIOException("Memory cannot fail to be written", e);
        }
        return bytes.toByteArray();
    }

    static Waiting decoded(byte[] bytes) {
        try (var in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            Versions.check(in.readByte(), VERSION, "what waits");
            var since = in.readLong();
            var cause = cause(read(in));
            return new Waiting(
                    read(in),
                    read(in),
                    read(in),
                    read(in),
                    read(in),
                    new Place(
                            in.readLong(),
                            in.readLong(),
                            in.readInt(),
                            in.readLong(),
                            in.readBoolean(),
                            in.readBoolean(),
                            in.readBoolean(),
                            in.readLong()),
                    cause,
                    since,
                    new Run(cause(read(in)), in.readLong(), in.readInt()),
                    in.readBoolean(),
                    read(in),
                    Bytes.wrap(in.readAllBytes()));
        } catch (IOException e) {
            throw new IllegalStateException("An entry of the store is cut short.", e);
        }
    }

    /** Why an entry waits and since when, without reading the rest, most of which is the post. */
    static Glance glanceAt(byte[] bytes) {
        var buffer = ByteBuffer.wrap(bytes);
        Versions.check(buffer.get(), VERSION, "what waits");
        return new Glance(buffer.getLong(), cause(Keys.text(buffer)));
    }

    /** @param since in milliseconds of the epoch */
    record Glance(long since, DelayCause cause) {}

    /** Causes may be added at any time. */
    static DelayCause cause(String name) {
        return Arrays.stream(DelayCause.values())
                .filter(known -> known.name().equals(name))
                .findFirst()
                .orElse(DelayCause.UNKNOWN);
    }

    private static void write(DataOutputStream out, String text) throws IOException {
        var bytes = text.getBytes(UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static String read(DataInputStream in) throws IOException {
        return new String(in.readNBytes(in.readInt()), UTF_8);
    }
}
