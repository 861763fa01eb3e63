package io.broadside.runtime.http;

import io.broadside.runtime.http.Reply.Answer;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.ResolverStyle;
import java.time.temporal.ChronoField;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The time from which on a call is welcome again, as {@code Retry-After} names it: in seconds, or as a date in any of the three forms
 * of HTTP (RFC 9110, sections 5.6.7 and 10.2.3). What has passed is now, what is further away than a day is a day, and what is neither
 * is not there.
 */
public final class RetryAfter {

    /** Nobody names more in earnest, and a mistake in a header must not hold a post up for ever. */
    public static final Duration LONGEST = Duration.ofDays(1);

    private RetryAfter() {}

    /** The time that an answer names, if it names one. */
    public static Optional<Instant> of(Answer answer, Instant now) {
        return answer.header("retry-after").flatMap(value -> parse(value, now));
    }

    /** The time that the value of such a header names, if it names one. */
    public static Optional<Instant> parse(String value, Instant now) {
        var text = value.strip();
        var latest = now.plus(LONGEST);
        return (text.matches("[0-9]+") ? Optional.of(seconds(text, now, latest)) : date(text, now))
                .map(time -> time.isBefore(now) ? now : time)
                .map(time -> time.isAfter(latest) ? latest : time);
    }

    private static Instant seconds(String digits, Instant now, Instant latest) {
        var significant = digits.replaceFirst("^0+(?=[0-9])", "");
        return significant.length() > 9 ? latest : now.plusSeconds(Long.parseLong(significant));
    }

    /** The day of the week is not looked at: a wrong one makes the time no less clear. */
    private static Optional<Instant> date(String text, Instant now) {
        var withoutDay = text.replaceFirst("^[A-Za-z]{3,9},? +", "").replaceAll(" +", " ");
        for (var form : forms(now)) {
            try {
                return Optional.of(LocalDateTime.parse(withoutDay, form).toInstant(ZoneOffset.UTC));
            } catch (DateTimeException _) {
                // Perhaps it is the next one.
            }
        }
        return Optional.empty();
    }

    /** A year of two digits is at most fifty years ahead. */
    private static List<DateTimeFormatter> forms(Instant now) {
        var firstYear = now.atOffset(ZoneOffset.UTC).getYear() - 49;
        return List.of(
                form().appendPattern("d MMM uuuu HH:mm:ss 'GMT'")
                        .toFormatter(Locale.ENGLISH)
                        .withResolverStyle(ResolverStyle.STRICT),
                form().appendPattern("d-MMM-")
                        .appendValueReduced(ChronoField.YEAR, 2, 2, firstYear)
                        .appendPattern(" HH:mm:ss 'GMT'")
                        .toFormatter(Locale.ENGLISH)
                        .withResolverStyle(ResolverStyle.STRICT),
                form().appendPattern("MMM d HH:mm:ss uuuu")
                        .toFormatter(Locale.ENGLISH)
                        .withResolverStyle(ResolverStyle.STRICT));
    }

    private static DateTimeFormatterBuilder form() {
        return new DateTimeFormatterBuilder().parseCaseInsensitive();
    }
}
