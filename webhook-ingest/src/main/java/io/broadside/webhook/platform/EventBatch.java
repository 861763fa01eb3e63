package io.broadside.webhook.platform;

import io.broadside.events.InboundEvent;
import io.broadside.events.InboundKind;
import io.broadside.events.RawDelivery;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Collects the events of one delivery, and keeps each of them to a size that a record can have: one update of a batch that is
 * out of bounds costs none of the others.
 *
 * <p>For one thread.
 */
public final class EventBatch {

    /** Ten times what Meta says it sends at most: beyond, it is not a batch but an attempt on our memory. */
    private static final int MOST_EVENTS = 10_000;

    private static final int MOST_FAULTS = 20;
    private static final int LONGEST_ID = 512;
    private static final int LONGEST_TEXT = 65_536;
    private static final int LONGEST_DETAIL = 1_000;
    private static final int MOST_DETAILS = 50;

    private final RawDelivery delivery;
    private final List<InboundEvent> events = new ArrayList<>();
    private final List<String> faults = new ArrayList<>();

    public EventBatch(RawDelivery delivery) {
        this.delivery = delivery;
    }

    /** The first fields of an event of this delivery; {@link #add} what comes of it. */
    public InboundEvent.Builder begin(String accountId, InboundKind kind, String platformKind, String... identity) {
        return beginFor(delivery.getPlatform(), accountId, kind, platformKind, identity);
    }

    /** The same for an event of another platform than the one whose address it came to. */
    public InboundEvent.Builder beginFor(
            String platform, String accountId, InboundKind kind, String platformKind, String... identity) {
        return InboundEvent.newBuilder()
                .setEventId(EventId.of(platform, identity))
                .setPlatform(platform)
                .setApp(delivery.getApp())
                .setAccountId(accountId)
                .setKind(kind)
                .setPlatformKind(platformKind)
                .setReceivedAt(delivery.getReceivedAt())
                .setDeliveryId(delivery.getDeliveryId());
    }

    public void add(InboundEvent.Builder draft) {
        var event = draft.build();
        if (hasOversizedId(event)) {
            fault("An id in it is longer than " + LONGEST_ID + " characters.");
        } else if (events.size() == MOST_EVENTS) {
            fault("It holds more than " + MOST_EVENTS + " updates; those after them are left out.");
        } else {
            event.getText().ifPresent(text -> draft.setText(clip(text, LONGEST_TEXT)));
            event.getActorName().ifPresent(name -> draft.setActorName(clip(name, LONGEST_ID)));
            // The beginning of a URL leads elsewhere.
            event.getUrl().filter(url -> url.length() > LONGEST_ID).ifPresent(_ -> draft.clearUrl());
            draft.setPlatformKind(clip(event.getPlatformKind(), LONGEST_ID));
            events.add(draft.setDetails(bounded(event.getDetails())).build());
        }
    }

    /** Part of the delivery cannot be read. One sentence that repeats nothing of the delivery. */
    public void fault(String sentence) {
        if (faults.size() < MOST_FAULTS && !faults.contains(sentence)) {
            faults.add(sentence);
        }
    }

    public Normalised normalised() {
        return new Normalised(events, faults);
    }

    private static boolean hasOversizedId(InboundEvent event) {
        var optional = Stream.of(event.getActorId(), event.getObjectId(), event.getParentId(), event.getPublishId())
                .flatMap(Optional::stream);
        return Stream.concat(Stream.of(event.getAccountId()), optional).anyMatch(id -> id.length() > LONGEST_ID);
    }

    private static Map<String, String> bounded(Map<String, String> details) {
        var bounded = new LinkedHashMap<String, String>();
        details.entrySet().stream()
                .filter(detail -> detail.getKey().length() <= LONGEST_ID)
                .limit(MOST_DETAILS)
                .forEach(detail -> bounded.put(detail.getKey(), clip(detail.getValue(), LONGEST_DETAIL)));
        return bounded;
    }

    /** The beginning of a text, with no half of a surrogate pair at its end. */
    private static String clip(String text, int length) {
        if (text.length() <= length) {
            return text;
        }
        return text.substring(0, Character.isHighSurrogate(text.charAt(length - 1)) ? length - 1 : length);
    }
}
