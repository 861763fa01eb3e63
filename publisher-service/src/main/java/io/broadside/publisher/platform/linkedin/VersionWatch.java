package io.broadside.publisher.platform.linkedin;

import java.time.InstantSource;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Warns once a day when the version of LinkedIn's API is old: LinkedIn refuses every call of a version that is more than a
 * year old, and no answer announces that. Safe for use by many threads.
 */
final class VersionWatch {

    private static final Logger LOGGER = LoggerFactory.getLogger(VersionWatch.class);

    /** Versions live for twelve months; this is when it is time to see to it. */
    private static final int MONTHS_UNTIL_WARNING = 9;

    private final LinkedInConfig config;
    private final InstantSource clock;

    /** The day of the last look, counted from 1970. */
    private final AtomicLong looked = new AtomicLong(Long.MIN_VALUE);

    VersionWatch(LinkedInConfig config, InstantSource clock) {
        this.config = config;
        this.clock = clock;
    }

    /** To be called whenever something is published; returns whether it warned now. */
    boolean watch() {
        var today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
        var before = looked.get();
        var isFirstToday = before < today.toEpochDay() && looked.compareAndSet(before, today.toEpochDay());
        var isOld = config.released().plusMonths(MONTHS_UNTIL_WARNING).isBefore(YearMonth.from(today));
        if (!isFirstToday || !isOld) {
            return false;
        }
        LOGGER.atWarn()
                .addKeyValue("platform", LinkedInPlatform.ID)
                .addKeyValue("version", config.apiVersion())
                .log("the version of LinkedIn's API is old and will be refused a year after its month; raise"
                        + " LINKEDIN_API_VERSION");
        return true;
    }
}
