package io.broadside.runtime.config;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Time spans as people write them. */
public final class Durations {

    private static final Pattern COUNT_AND_UNIT = Pattern.compile("(\\d{1,18})\\s*(ms|s|m|h|d)");
    private static final Map<String, ChronoUnit> UNITS = Map.of(
            "ms", ChronoUnit.MILLIS,
            "s", ChronoUnit.SECONDS,
            "m", ChronoUnit.MINUTES,
            "h", ChronoUnit.HOURS,
            "d", ChronoUnit.DAYS);

    /** Longer than anything waits, and short enough that sums and nanoseconds of it still fit a long. */
    private static final Duration LONGEST = Duration.ofDays(36_500);

    private Durations() {}

    /** The time span, not negative; empty where the text is none. */
    public static Optional<Duration> parse(String text) {
        try {
            return read(text).filter(span -> !span.isNegative() && span.compareTo(LONGEST) <= 0);
        } catch (DateTimeParseException | ArithmeticException _) {
            return Optional.empty();
        }
    }

    private static Optional<Duration> read(String text) {
        var matcher = COUNT_AND_UNIT.matcher(text);
        if (!matcher.matches()) {
            return Optional.of(Duration.parse(text));
        }
        return Optional.ofNullable(UNITS.get(matcher.group(2)))
                .map(unit -> Duration.of(Long.parseLong(matcher.group(1)), unit));
    }
}
