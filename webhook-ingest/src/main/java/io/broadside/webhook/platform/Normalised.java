package io.broadside.webhook.platform;

import io.broadside.events.InboundEvent;
import java.util.List;

/**
 * What a delivery tells.
 *
 * @param events in the order of the delivery
 * @param faults what could not be read, in sentences; with any, the delivery is set aside besides, so that nothing is lost
 */
public record Normalised(List<InboundEvent> events, List<String> faults) {

    public Normalised {
        events = List.copyOf(events);
        faults = List.copyOf(faults);
    }

    /** Nothing of it could be read. */
    public static Normalised malformed(String fault) {
        return new Normalised(List.of(), List.of(fault));
    }
}
