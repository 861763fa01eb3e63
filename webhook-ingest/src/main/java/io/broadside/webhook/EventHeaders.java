package io.broadside.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.broadside.events.InboundEvent;
import java.util.Optional;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;

/**
 * What has to be known of an event to tell whether it was seen, on its way between the two halves of the topology: so the second
 * need not read the event, and passes it on as the bytes it is.
 */
record EventHeaders(String eventId, String kind) {

    private static final String ID = "broadside-event-id";
    private static final String KIND = "broadside-event-kind";

    static EventHeaders of(InboundEvent event) {
        return new EventHeaders(event.getEventId(), event.getKind().name());
    }

    void writeTo(Headers headers) {
        headers.add(ID, eventId.getBytes(UTF_8));
        headers.add(KIND, kind.getBytes(UTF_8));
    }

    /** Takes them out of a record; empty where they are not there. */
    static Optional<EventHeaders> takeFrom(Headers headers) {
        var id = text(headers, ID);
        var kind = text(headers, KIND);
        headers.remove(ID);
        headers.remove(KIND);
        return id.flatMap(given -> kind.map(name -> new EventHeaders(given, name)));
    }

    private static Optional<String> text(Headers headers, String name) {
        return Optional.ofNullable(headers.lastHeader(name)).map(Header::value).map(value -> new String(value, UTF_8));
    }
}
