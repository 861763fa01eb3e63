package io.broadside.publisher.platform.instagram;

import io.broadside.events.Checkpoint;
import io.broadside.events.PublishCommand;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * How far a publication has come, as checkpoints carry it. Nothing in it is secret: ids of containers are of no use without a
 * token.
 */
record Progress(Map<String, String> values) {

    /** Ids of a carousel's children in the order of its media, with commas between them; empty for one that is not made. */
    private static final String CHILDREN = "children";

    /** How many of the children, from the first on, Instagram is done with. */
    private static final String READY = "ready";

    private static final String CONTAINER = "container";
    /** When that which is waited for was made. */
    private static final String MADE_AT = "madeAt";

    private static final String POLLS = "polls";
    /** How often a container was not to be seen. */
    private static final String MISSING = "missing";

    /** How often a container was made anew, by its place: -1 for that which is published. */
    private static final String RENEWALS = "renewals";

    private static final String EXPIRIES = "expiries";

    Progress {
        values = Map.copyOf(values);
    }

    static Progress of(PublishCommand command) {
        return new Progress(command.getCheckpoint().map(Checkpoint::getValues).orElse(Map.of()));
    }

    List<String> children(int count) {
        var ids = Stream.of(values.getOrDefault(CHILDREN, "").split(",", -1));
        return Stream.concat(ids, Stream.generate(() -> "")).limit(count).toList();
    }

    Progress withChild(List<String> children, int index, String id) {
        var all = new ArrayList<>(children);
        all.set(index, id);
        return with(CHILDREN, String.join(",", all)).with(READY, Math.min(index, ready()));
    }

    Progress withoutChildren() {
        return without(CHILDREN).without(READY);
    }

    int ready() {
        return number(READY);
    }

    Progress withReady(int count) {
        return with(READY, count);
    }

    String container() {
        return values.getOrDefault(CONTAINER, "");
    }

    Progress withContainer(String id) {
        return with(CONTAINER, id);
    }

    Progress withoutContainer() {
        return without(CONTAINER);
    }

    /** Something was made just now: waiting for it begins. */
    Progress waitingSince(Instant now) {
        return with(MADE_AT, now.toString()).without(POLLS).without(MISSING);
    }

    /** When what is waited for was made; the beginning of time if nobody knows. */
    Instant madeAt() {
        try {
            return Instant.parse(values.getOrDefault(MADE_AT, ""));
        } catch (DateTimeParseException _) {
            return Instant.EPOCH;
        }
    }

    int polls() {
        return number(POLLS);
    }

    Progress polledAgain() {
        return with(POLLS, polls() + 1);
    }

    int missing() {
        return number(MISSING);
    }

    Progress missedAgain() {
        return with(MISSING, missing() + 1);
    }

    int renewals(int place) {
        return number(RENEWALS + place);
    }

    Progress renewed(int place) {
        return with(RENEWALS + place, renewals(place) + 1);
    }

    int expiries() {
        return number(EXPIRIES);
    }

    Progress expired() {
        return with(EXPIRIES, expiries() + 1);
    }

    private int number(String name) {
        var text = values.getOrDefault(name, "0");
        return text.matches("[0-9]{1,6}") ? Integer.parseInt(text) : 0;
    }

    private Progress with(String name, int value) {
        return with(name, Integer.toString(value));
    }

    private Progress with(String name, String value) {
        var more = new TreeMap<>(values);
        more.put(name, value);
        return new Progress(more);
    }

    private Progress without(String name) {
        var fewer = new TreeMap<>(values);
        fewer.remove(name);
        return new Progress(fewer);
    }
}
