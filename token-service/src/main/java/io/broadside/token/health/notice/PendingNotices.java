package io.broadside.token.health.notice;

import io.broadside.token.health.notice.NoticeChannel.Delivery;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.DoubleSupplier;

/**
 * Notices of one partition that were read and are not told yet. For one thread.
 *
 * <ol>
 *   <li>Of one connection one notice is on its way at a time, in the order of the events.
 *   <li>What fails is tried again, with growing pauses, for a day after the event; and for an hour after it was read at least, so
 *       that a long standstill of our own swallows nothing.
 *   <li>What is told, or given up, is done; the position to commit is that of the first that is not.
 * </ol>
 */
final class PendingNotices {

    static final Duration TRIED_FOR = Duration.ofDays(1);
    static final Duration TRIED_AT_LEAST = Duration.ofHours(1);

    private static final List<Duration> PAUSES = List.of(
            Duration.ofSeconds(5),
            Duration.ofSeconds(30),
            Duration.ofMinutes(2),
            Duration.ofMinutes(10),
            Duration.ofMinutes(30),
            Duration.ofHours(1),
            Duration.ofHours(2));

    private final Map<Long, Entry> entries = new TreeMap<>();
    private final DoubleSupplier random;

    private record Entry(Notice notice, Instant readAt, int attempts, Instant notBefore, boolean isUnderWay) {}

    /** @param random from 0 to 1, so that many endpoints that were away together are not asked together */
    PendingNotices(DoubleSupplier random) {
        this.random = random;
    }

    /** A notice that is to be told. */
    record Due(long offset, Notice notice) {}

    void add(long offset, Notice notice, Instant now) {
        entries.put(offset, new Entry(notice, now, 0, now, false));
    }

    /** What may be told now, at most so many; it is under way from then on. */
    List<Due> begin(Instant now, int most) {
        var due = new ArrayList<Due>();
        var busy = new HashSet<String>();
        for (var entry : entries.entrySet()) {
            var pending = entry.getValue();
            var isFirst = busy.add(pending.notice().event().getConnectionId());
            if (due.size() < most && isFirst && !pending.isUnderWay() && !now.isBefore(pending.notBefore())) {
                due.add(new Due(entry.getKey(), pending.notice()));
            }
        }
        due.forEach(begun -> entries.computeIfPresent(
                begun.offset(),
                (_, it) -> new Entry(it.notice(), it.readAt(), it.attempts() + 1, it.notBefore(), true)));
        return due;
    }

    /** What became of one that was under way. Returns whether it is given up. */
    boolean end(long offset, Delivery delivery, Instant now) {
        var pending = entries.get(offset);
        if (pending == null) {
            return false;
        }
        switch (delivery) {
            case Delivery.Delivered() -> entries.remove(offset);
            case Delivery.Failed _ -> {
                var until = later(
                        pending.notice().event().getAt().plus(TRIED_FOR),
                        pending.readAt().plus(TRIED_AT_LEAST));
                if (!now.isBefore(until)) {
                    entries.remove(offset);
                    return true;
                }
                var next = now.plus(pause(pending.attempts()));
                entries.put(
                        offset,
                        new Entry(
                                pending.notice(),
                                pending.readAt(),
                                pending.attempts(),
                                next.isBefore(until) ? next : until,
                                false));
            }
        }
        return false;
    }

    /** The first that is not done. */
    OptionalLong first() {
        return entries.keySet().stream().mapToLong(Long::longValue).findFirst();
    }

    int size() {
        return entries.size();
    }

    long oldestSeconds(Instant now) {
        return entries.values().stream()
                .findFirst()
                .map(entry -> Math.max(
                        0, Duration.between(entry.notice().event().getAt(), now).toSeconds()))
                .orElse(0L);
    }

    private Duration pause(int attempts) {
        var pause = PAUSES.get(Math.min(attempts, PAUSES.size()) - 1);
        return pause.plusMillis((long) (pause.toMillis() * random.getAsDouble() / 5));
    }

    private static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }
}
