package io.broadside.publisher.platform.x;

import io.broadside.events.Checkpoint;
import io.broadside.events.PublishCommand;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How far the posts of a command have come: what a checkpoint holds.
 *
 * @param posted ids of those that are out, in their order
 * @param mediaIds uploads that are ready for the next one
 * @param expireAt when the first of these is of no more use
 * @param upload of an upload under way, what its next step needs
 */
record Progress(List<String> posted, List<String> mediaIds, Optional<Instant> expireAt, Map<String, String> upload) {

    private static final String POSTED = "posted";
    private static final String MEDIA_IDS = "mediaIds";
    private static final String EXPIRE_AT = "expireAt";

    /** Uploads are made anew some time before they expire, so that none does on the way. */
    private static final Duration EXPIRY_MARGIN = Duration.ofMinutes(5);

    Progress {
        posted = List.copyOf(posted);
        mediaIds = List.copyOf(mediaIds);
        upload = Map.copyOf(upload);
    }

    static Progress of(PublishCommand command) {
        var values = new LinkedHashMap<>(
                command.getCheckpoint().map(Checkpoint::getValues).orElse(Map.of()));
        return new Progress(
                list(values.remove(POSTED)), list(values.remove(MEDIA_IDS)), time(values.remove(EXPIRE_AT)), values);
    }

    /** The part that is next. */
    int part() {
        return posted.size();
    }

    /** Without uploads that have expired, or are about to. */
    Progress usableAt(Instant now) {
        var isExpired = !mediaIds.isEmpty()
                && expireAt.filter(end -> now.isBefore(end.minus(EXPIRY_MARGIN)))
                        .isEmpty();
        return isExpired ? new Progress(posted, List.of(), Optional.empty(), Map.of()) : this;
    }

    /** With one more upload, and none under way. */
    Progress uploaded(String id, Instant expires) {
        var ids = new ArrayList<>(mediaIds);
        ids.add(id);
        var first = expireAt.filter(expires::isAfter).orElse(expires);
        return new Progress(posted, ids, Optional.of(first), Map.of());
    }

    Progress uploading(Map<String, String> values) {
        return new Progress(posted, mediaIds, expireAt, values);
    }

    /** With one more post out. */
    Progress posted(String id) {
        var ids = new ArrayList<>(posted);
        ids.add(id);
        return new Progress(ids, List.of(), Optional.empty(), Map.of());
    }

    /** What an upload under way left; empty text if it left nothing under this name. */
    String value(String name) {
        return upload.getOrDefault(name, "");
    }

    /** The same for a number; 0 if there is none. */
    long number(String name) {
        var text = value(name);
        return text.matches("[0-9]{1,18}") ? Long.parseLong(text) : 0;
    }

    /** Once the first post is out, the checkpoint says so: it is what the sender asked for, whatever becomes of the rest. */
    Checkpoint at(XStep step, Instant now) {
        var values = new LinkedHashMap<>(upload);
        if (!posted.isEmpty()) {
            values.put(POSTED, String.join(",", posted));
        }
        if (!mediaIds.isEmpty()) {
            values.put(MEDIA_IDS, String.join(",", mediaIds));
        }
        expireAt.ifPresent(end -> values.put(EXPIRE_AT, end.toString()));
        var checkpoint =
                Checkpoint.newBuilder().setStep(step.label()).setValues(values).setAt(now);
        if (!posted.isEmpty()) {
            checkpoint
                    .setRemoteId(posted.getFirst())
                    .setUrl(XPlatform.permalink(posted.getFirst()).toString());
        }
        return checkpoint.build();
    }

    private static List<String> list(@Nullable String text) {
        return text == null || text.isEmpty() ? List.of() : List.of(text.split(",", -1));
    }

    private static Optional<Instant> time(@Nullable String text) {
        try {
            return text == null ? Optional.empty() : Optional.of(Instant.parse(text));
        } catch (DateTimeParseException _) {
            return Optional.empty();
        }
    }
}
