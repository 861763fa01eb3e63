package io.broadside.publisher.platform;

import io.broadside.events.PublishCommand;
import io.broadside.runtime.http.Reply.Answer;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;

/**
 * How a platform limits calls: in which groups it counts them, which calls a command goes on with, what is documented, and
 * what its answers say. Data and reading only; who may call when is decided from it elsewhere.
 *
 * <p>Implementations keep no state and are safe for use by many threads. They never throw because of what an answer holds.
 */
public interface Quotas {

    /** The group of what is counted together whatever is called. */
    String EVERYTHING = "*";

    /** The platform's id in lower case. */
    String platform();

    /** Its name as people write it. */
    String title();

    /** The group in which calls of this endpoint are counted. */
    default String groupOf(String endpoint) {
        return EVERYTHING;
    }

    /** What is counted in a group, in the plural and for people: {@code posts}. */
    default String nameOf(String group) {
        return group.equals(EVERYTHING) ? "calls" : "calls of " + group;
    }

    /**
     * The calls that publishing this command goes on with: those of its next step, not of all that follow. For a command that
     * is not begun, the call that publishes is among them, whichever step makes it: what is half done has the reserve at its
     * disposal, so it must not be begun on account of it.
     */
    default List<Need> next(PublishCommand command) {
        return List.of(new Need(EVERYTHING, 1));
    }

    /** Limits known beforehand. They hold, counted here, until an answer says how things stand. */
    default List<Documented> documented() {
        return List.of();
    }

    /** What an answer says of limits. That it says nothing is normal. */
    default List<Reading> readings(String endpoint, Answer answer, Instant now) {
        return List.of();
    }

    /**
     * The same, for platforms whose answers speak of several accounts.
     *
     * @param accountId the platform's id of the account that made the call; empty text if that is not known
     */
    default List<Reading> readings(String endpoint, String accountId, Answer answer, Instant now) {
        return readings(endpoint, answer, now);
    }

    /** For whom a platform counts. */
    enum Holder {
        /** For everybody who uses the app. */
        APP,
        /** For one account. */
        ACCOUNT
    }

    /** Calls of one group that are about to be made. */
    record Need(String group, int calls) {}

    /**
     * A limit that is known beforehand: so many calls in a window.
     *
     * @param span the window in words, as in {@link Reading.Count#span}
     */
    record Documented(Holder holder, String group, String span, int limit, Window window) {}

    /** Which calls a limit counts together. */
    sealed interface Window {

        /** When a call made at that time no longer counts. */
        Instant countsUntil(Instant call);

        /** Those of any span of this length. */
        record Rolling(Duration length) implements Window {
            @Override
            public Instant countsUntil(Instant call) {
                return call.plus(length);
            }
        }

        /** Those of one day, which begins at midnight UTC. */
        record UtcDay() implements Window {
            @Override
            public Instant countsUntil(Instant call) {
                return call.atZone(ZoneOffset.UTC)
                        .toLocalDate()
                        .plusDays(1)
                        .atStartOfDay(ZoneOffset.UTC)
                        .toInstant();
            }
        }
    }

    /** What an answer said. */
    sealed interface Reading {

        Holder holder();

        String group();

        /**
         * A limit counted in calls, how many are left of it, and when all of them are there again.
         *
         * @param span what the limit is for, in words: {@code 15 minutes}. Tells apart several limits of one group
         */
        record Count(Holder holder, String group, String span, long limit, long left, Instant reset)
                implements Reading {}

        /**
         * A limit of which only the used share is told.
         *
         * @param percent how much is used; 100 and more for none left
         * @param until how long to go by that, if it is too much
         */
        record Level(Holder holder, String group, int percent, Instant until) implements Reading {}
    }

    /** Those of a platform of which no limit is known: only what it refuses tells. */
    static Quotas none(String platform) {
        return new Quotas() {
            @Override
            public String platform() {
                return platform;
            }

            @Override
            public String title() {
                return platform;
            }

            @Override
            public List<Need> next(PublishCommand command) {
                return List.of();
            }
        };
    }
}
