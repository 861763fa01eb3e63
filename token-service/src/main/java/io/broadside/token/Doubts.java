package io.broadside.token;

import io.broadside.events.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether refusals of a platform are to be believed. Those of many people one after another, without a single token that is accepted in
 * between, say more about the app that asks, or about the platform, than about the tokens: the app may be set up with another app's
 * secret. Safe for use by many threads.
 *
 * <ol>
 *   <li>The first refusals are believed, whatever comes after them.
 *   <li>All tokens of one person count as one: somebody who leaves takes all of theirs along.
 *   <li>A token that is accepted ends the doubt. So does a while in which few are refused.
 * </ol>
 */
public final class Doubts {

    /** So many people are believed to have ended their tokens at once. */
    public static final int BELIEVED = 25;

    /** A refusal that is older says nothing of the others. */
    static final Duration WHILE = Duration.ofMinutes(10);

    /** Beyond these nothing depends on how many there are. */
    private static final int MOST = 20 * BELIEVED;

    private static final Logger LOGGER = LoggerFactory.getLogger(Doubts.class);

    private final Map<String, Map<String, Instant>> refused = new HashMap<>();

    /** A token of the platform was accepted. */
    public synchronized void accepted(String platform) {
        refused.remove(platform);
    }

    /** Whether so many were refused that no further refusal is believed. */
    public synchronized boolean areTooMany(String platform, Instant now) {
        var people = refused.getOrDefault(platform, Map.of());
        return people.values().stream()
                        .filter(at -> now.isBefore(at.plus(WHILE)))
                        .count()
                > BELIEVED;
    }

    /** Whether the refusal of this connection's token is believed. */
    public synchronized boolean believes(Connection connection, Instant now) {
        var people = refused.computeIfAbsent(connection.getPlatform(), _ -> new HashMap<>());
        people.values().removeIf(at -> !now.isBefore(at.plus(WHILE)));
        var before = people.size();
        if (before < MOST) {
            // The first refusal counts: whoever is asked for again and again must not keep the doubt alive by that.
            people.putIfAbsent(connection.getGrantedBy().orElse(connection.getAccountId()), now);
        }
        if (before == BELIEVED && people.size() > BELIEVED) {
            LOGGER.atError()
                    .addKeyValue("platform", connection.getPlatform())
                    .log(
                            "platform refuses one token after another and is not believed any more; is its app set up rightly?");
        }
        return people.size() <= BELIEVED;
    }
}
