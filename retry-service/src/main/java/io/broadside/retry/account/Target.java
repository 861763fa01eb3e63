package io.broadside.retry.account;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.broadside.events.DelayCause;
import io.broadside.events.PostResult;
import io.broadside.events.ResultStatus;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;

/**
 * Where one target stands, from the results alone.
 *
 * @param anchor from when on its age counts: when it was accepted, or the time it is scheduled for; milliseconds of the epoch
 * @param due when something is to be heard of it, in milliseconds of the epoch; {@link #OPEN} if nobody can say
 * @param at when it was heard of last
 */
record Target(
        String platform,
        String commandId,
        ResultStatus status,
        Optional<DelayCause> waitingFor,
        boolean isFinal,
        int redrives,
        long anchor,
        long due,
        long at) {

    static final long OPEN = Long.MAX_VALUE;

    private static final int VERSION = 1;

    /**
     * For how long nothing may be heard of a post that the platform processes: it is asked again and again, and only the first time
     * is told. So long does the retry policy have it asked.
     */
    static final Duration PROCESSING = Duration.ofHours(24);

    /** For how long nothing may be heard of one that is being published: a large file goes up in pieces, and others have their turn. */
    static final Duration PUBLISHING = Duration.ofHours(1);

    static Target of(PostResult result, Optional<Target> before) {
        var at = result.getAt().toEpochMilli();
        var until = result.getWaitingUntil().map(time -> time.toEpochMilli());
        var accepted = result.getAcceptedAt().map(time -> time.toEpochMilli()).orElse(at);
        var anchor = result.getStatus() == ResultStatus.SCHEDULED
                ? until.orElse(accepted)
                : Math.max(accepted, before.map(Target::anchor).orElse(accepted));
        return new Target(
                result.getPlatform().orElse(""),
                result.getCommandId().orElse(""),
                result.getStatus(),
                result.getWaitingFor(),
                result.getIsFinal(),
                result.getRedrives(),
                anchor,
                switch (result.getStatus()) {
                    case ACCEPTED -> at;
                    case PUBLISHING -> at + PUBLISHING.toMillis();
                    case WAITING, SCHEDULED -> isProcessed(result) ? at + PROCESSING.toMillis() : until.orElse(OPEN);
                    case PUBLISHED, FAILED, CANCELLED, UNCONFIRMED, UNKNOWN -> OPEN;
                },
                at);
    }

    /** Whether the platform has it and processes it. */
    static boolean isProcessed(PostResult result) {
        return result.getWaitingFor().filter(DelayCause.PROCESSING::equals).isPresent();
    }

    byte[] encoded() {
        var texts = String.join(
                        "\0",
                        platform,
                        commandId,
                        status.name(),
                        waitingFor.map(DelayCause::name).orElse(""))
                .getBytes(UTF_8);
        return ByteBuffer.allocate(2 + Integer.BYTES + 3 * Long.BYTES + texts.length)
                .put((byte) VERSION)
                .put((byte) (isFinal ? 1 : 0))
                .putInt(redrives)
                .putLong(anchor)
                .putLong(due)
                .putLong(at)
                .put(texts)
                .array();
    }

    static Target decoded(byte[] bytes) {
        var buffer = ByteBuffer.wrap(bytes);
        if (buffer.get() != VERSION) {
            throw new IllegalStateException("The account holds an entry of a newer retry-service; start that.");
        }
        var isFinal = buffer.get() == 1;
        var redrives = buffer.getInt();
        var anchor = buffer.getLong();
        var due = buffer.getLong();
        var at = buffer.getLong();
        var texts = UTF_8.decode(buffer).toString().split("\0", -1);
        return new Target(texts[0], texts[1], status(texts[2]), cause(texts[3]), isFinal, redrives, anchor, due, at);
    }

    private static ResultStatus status(String name) {
        return Arrays.stream(ResultStatus.values())
                .filter(known -> known.name().equals(name))
                .findFirst()
                .orElse(ResultStatus.UNKNOWN);
    }

    private static Optional<DelayCause> cause(String name) {
        return Arrays.stream(DelayCause.values())
                .filter(known -> known.name().equals(name))
                .findFirst();
    }
}
