package io.broadside.local;

import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;

/** Times as they are given on the command line. */
final class Times {

    private Times() {}

    /** A time such as 2026-12-01T08:00:00Z, or from now, such as 30s. */
    static Instant parse(String option, String text, Instant now) throws IOException {
        try {
            return text.matches("\\d{1,9}[smhSMH]") ? now.plus(Duration.parse("PT" + text)) : Instant.parse(text);
        } catch (DateTimeException | ArithmeticException e) {
            throw new IOException(
                    option + ": a time such as 2026-12-01T08:00:00Z or 30s is needed, was " + text + ".", e);
        }
    }
}
