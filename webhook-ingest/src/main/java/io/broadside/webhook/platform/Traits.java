package io.broadside.webhook.platform;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * What is known of a platform before a byte of any delivery has come.
 *
 * @param id in lower case, as in paths and topics: {@code facebook}
 * @param signatureHeader where it signs a delivery, in lower case
 * @param repeatsFor for how long it sends a delivery again that was not acknowledged: for so long at least an event must be known
 *     again
 * @param needsVerifyToken whether its handshake needs a token that we and the platform agreed upon
 * @param signsTime whether its signatures name their time, so that one can be too old
 * @param callbacks the addresses an app of it has
 * @param bodiesKeptFor for how long after it was received what a delivery says may be stored anew; as long as anything is remembered,
 *     where the platform does not limit how long its data may be kept
 */
public record Traits(
        String id,
        String signatureHeader,
        Duration repeatsFor,
        boolean needsVerifyToken,
        boolean signsTime,
        Set<Callback> callbacks,
        Optional<Duration> bodiesKeptFor) {

    public Traits {
        callbacks = Set.copyOf(callbacks);
    }

    /** A platform with one address, that agrees upon no token and signs no time. */
    public static Traits of(String id, String signatureHeader, Duration repeatsFor) {
        return new Traits(id, signatureHeader, repeatsFor, false, false, Set.of(Callback.WEBHOOK), Optional.empty());
    }

    public Traits withVerifyToken() {
        return new Traits(id, signatureHeader, repeatsFor, true, signsTime, callbacks, bodiesKeptFor);
    }

    public Traits withTimedSignatures() {
        return new Traits(id, signatureHeader, repeatsFor, needsVerifyToken, true, callbacks, bodiesKeptFor);
    }

    public Traits withCallbacks(Set<Callback> all) {
        return new Traits(id, signatureHeader, repeatsFor, needsVerifyToken, signsTime, all, bodiesKeptFor);
    }

    public Traits withBodiesKeptFor(Duration limit) {
        return new Traits(id, signatureHeader, repeatsFor, needsVerifyToken, signsTime, callbacks, Optional.of(limit));
    }
}
