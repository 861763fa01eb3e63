package io.broadside.webhook.platform;

import io.broadside.events.RawDelivery;
import java.util.Map;
import java.util.Set;

/**
 * How one platform shakes hands, signs and words its webhooks.
 *
 * <p>Implementations hold no state, are safe for use by many threads, do no I/O and throw for no input whatever.
 */
public interface WebhookPlatform {

    Traits traits();

    /** Its id in lower case, as in paths and topics. */
    default String id() {
        return traits().id();
    }

    /** The request headers it needs for verifying and understanding a delivery, in lower case; no others are kept. */
    default Set<String> keptHeaders() {
        return Set.of(traits().signatureHeader(), "content-type");
    }

    /**
     * Answers the platform's question whether this endpoint is ours.
     *
     * @param query the decoded parameters; one that came several times holds all its values, joined by a comma
     */
    Handshake handshake(Map<String, String> query, Credentials credentials);

    /**
     * Whether a delivery comes from the platform. Comparisons take a time that does not depend on where two signatures differ,
     * nor on which of the secrets fits. A delivery that names a time is measured by when it was received, however much later it
     * is asked for: one verified again gets the same answer unless the credentials have changed.
     *
     * @param delivery as received: the kept headers, names in lower case, one that came several times with all its values, joined
     *     by a comma
     */
    Verdict verify(RawDelivery delivery, Credentials credentials);

    /**
     * What is stored of a verified delivery: all of it, unless the platform forbids keeping some of it for as long. It tells the
     * same; only its signature may no longer fit.
     */
    default RawDelivery kept(RawDelivery delivery) {
        return delivery;
    }

    /** What a verified delivery tells: the events that could be read of it, and what could not. */
    Normalised normalise(RawDelivery delivery);
}
