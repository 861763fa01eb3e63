package io.broadside.publisher.budget;

import io.broadside.publisher.platform.Quotas.Documented;
import io.broadside.publisher.platform.Quotas.Reading;
import io.broadside.publisher.platform.Quotas.Reading.Count;
import io.broadside.publisher.platform.Quotas.Reading.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is known of the calls that one holder has in one group: limits in calls, a level in percent, and a time before which
 * the platform wants no call. Not safe for use by several threads: {@link Budgets} holds a lock for each.
 */
final class Budget {

    private static final int ALL = 100;

    /** A level that is out of date is looked at anew with one call; the others ask again after this. */
    private static final Duration PROBE = Duration.ofSeconds(2);

    /** For so long it is worth knowing that a level was too much. */
    private static final Duration REMEMBERED = Duration.ofHours(1);

    private final String platform;
    private final String owner;
    private final String what;
    private final Map<String, Limit> limits = new LinkedHashMap<>();
    private Optional<Level> level = Optional.empty();
    private Optional<Held> block = Optional.empty();
    private long underWay;

    /**
     * @param platform as people write it
     * @param owner for whom is counted, in words: {@code for this account}
     * @param what is counted, in the plural
     */
    Budget(String platform, String owner, String what, List<Documented> documented) {
        this.platform = platform;
        this.owner = owner;
        this.what = what;
        documented.forEach(limit -> limits.put(limit.span(), Limit.of(limit)));
    }

    /** Why calls have to wait, if they have to: the reason that lasts longest. Nothing is taken. */
    Optional<Held> ask(Asking asking, Instant now) {
        var reasons = new ArrayList<Held>();
        block.filter(held -> held.until().isAfter(now)).ifPresent(reasons::add);
        tooMuch(asking, now).ifPresent(reasons::add);
        if (asking.calls() > 0) {
            limits.values()
                    .forEach(limit -> limit.ask(asking, underWay, platform, what + " " + owner, now)
                            .ifPresent(reasons::add));
        }
        return reasons.stream().reduce(Held::later);
    }

    /** Takes calls; they are under way until they are {@link #ended}. */
    void take(int calls) {
        underWay += calls;
    }

    void ended(int calls) {
        underWay -= calls;
    }

    /** A call was made, and this is what was said of limits. */
    void counted(List<Reading> readings, Instant now) {
        var told = new HashSet<String>();
        // A level that is out of date and of which nothing is said any more is no longer too much.
        level = level.filter(known -> known.until().isAfter(now));
        for (var reading : readings) {
            switch (reading) {
                case Count count -> {
                    told.add(count.span());
                    limits.computeIfAbsent(count.span(), _ -> Limit.of(count)).counted(count, now);
                }
                case Level found -> level = Optional.of(found);
            }
        }
        limits.forEach((span, limit) -> {
            if (!told.contains(span)) {
                limit.counted(now);
            }
        });
    }

    /** The platform refused a call and wants none before this. */
    void blocked(Held held) {
        block = Optional.of(block.map(held::later).orElse(held));
    }

    /** Whether it says nothing that a new one would not. */
    boolean isIdle(Instant now) {
        return underWay == 0
                && block.filter(held -> held.until().isAfter(now)).isEmpty()
                && level.filter(known -> known.until().plus(REMEMBERED).isAfter(now))
                        .isEmpty()
                && limits.values().stream().allMatch(limit -> limit.isIdle(now));
    }

    private Optional<Held> tooMuch(Asking asking, Instant now) {
        return level.filter(known -> known.percent() >= (asking.isUrgent() ? ALL : asking.throttleAt()))
                .flatMap(known -> {
                    if (known.until().isAfter(now)) {
                        return Optional.of(new Held(known.until(), sentence(known)));
                    }
                    return underWay > 0 && asking.calls() > 0
                            ? Optional.of(new Held(now.plus(PROBE), sentence(known)))
                            : Optional.empty();
                });
    }

    private String sentence(Level known) {
        return known.percent() >= ALL
                ? platform + " says that the " + what + " " + owner + " are used up"
                : platform + " counts " + known.percent() + "% of the " + what + " " + owner
                        + " as used, and the rest is kept for scheduled posts";
    }
}
