package io.broadside.simulator.webhooks;

import io.broadside.simulator.http.Outbound;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** How one network talks to the receivers of its webhooks. */
public interface WebhookDialect {
    /** Signs deliveries that are not forged. */
    String secret();

    /** The question a receiver must answer before it gets deliveries; empty when the network asks none. */
    Optional<Challenge> challenge(URI callback);

    /**
     * A delivery, ready to be sent.
     *
     * @param secret what it is signed with
     * @throws IllegalArgumentException when the network tells nobody about such events
     */
    Message message(Delivery delivery, String secret);

    /**
     * A question to a receiver.
     *
     * @param uri what is asked for with GET
     * @param judge what is wrong with an answer; empty when it is right
     */
    record Challenge(URI uri, Function<Outbound.Answer, String> judge) {}

    /**
     * What is sent.
     *
     * @param headers with the content type
     * @param signature as it is told to whoever ordered the delivery; empty where it is in the body
     */
    @SuppressWarnings("ArrayRecordComponent") // lives for one sending, and is never compared
    record Message(byte[] body, Map<String, String> headers, String signature) {
        /** Signed by a header. */
        public static Message signed(byte[] body, String contentType, String header, String signature) {
            return new Message(body, Map.of("Content-Type", contentType, header, signature), signature);
        }

        /** Signed within its body, or not at all. */
        public static Message of(byte[] body, String contentType) {
            return new Message(body, Map.of("Content-Type", contentType), "");
        }
    }
}
