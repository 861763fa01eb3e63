package io.broadside.publisher.budget;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * A command may not call its platform just now.
 *
 * @param until when it may ask again
 * @param because why, for a person; goes on a sentence that says what waits
 */
public record Held(Instant until, String because) {

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm:ss 'UTC'", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern(
                    "yyyy-MM-dd 'at' HH:mm:ss 'UTC'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    /** The whole of it as a sentence: {@code Goes out at 14:32:00 UTC because X allows ...} */
    public String sentence(String whatHappensThen, Instant now) {
        var isToday = now.atZone(ZoneOffset.UTC)
                .toLocalDate()
                .equals(until.atZone(ZoneOffset.UTC).toLocalDate());
        return whatHappensThen + (isToday ? " at " + TIME.format(until) : " on " + DATE.format(until)) + " because "
                + because + ".";
    }

    Held later(Held other) {
        return other.until.isAfter(until) ? other : this;
    }
}
