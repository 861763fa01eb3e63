package io.broadside.publisher.posts;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.broadside.events.PublishRequest;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the index keeps of a request: enough to recognise it and to name its targets. What is to be published is not in it.
 *
 * @param fingerprint what it asks for, see {@link Requests#fingerprint}
 * @param receivedAtMillis when it became durable, in milliseconds since 1970 UTC
 */
record RequestNote(
        String fingerprint,
        long receivedAtMillis,
        @Nullable Long publishAtMillis,
        @Nullable Long deadlineMillis,
        Map<String, String> labels,
        List<NamedTarget> targets) {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    /** A target as its sender named it. */
    record NamedTarget(
            @Nullable String connectionId,
            @Nullable String profileId,
            @Nullable String platform) {}

    RequestNote {
        labels = Map.copyOf(labels);
        targets = List.copyOf(targets);
    }

    static RequestNote of(PublishRequest request, String fingerprint, Instant receivedAt) {
        return new RequestNote(
                fingerprint,
                receivedAt.toEpochMilli(),
                request.getPublishAt().map(Instant::toEpochMilli).orElse(null),
                request.getDeadline().map(Instant::toEpochMilli).orElse(null),
                request.getLabels(),
                request.getTargets().stream()
                        .map(target -> new NamedTarget(
                                target.getConnectionId().orElse(null),
                                target.getProfileId().orElse(null),
                                target.getPlatform().orElse(null)))
                        .toList());
    }

    byte[] encoded() {
        try {
            return JSON.writeValueAsBytes(this);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A record of texts and numbers can be written", e);
        }
    }

    static RequestNote decoded(byte[] bytes) {
        try {
            return JSON.readValue(bytes, RequestNote.class);
        } catch (IOException e) {
            throw new IllegalStateException("The index holds what this version did not write", e);
        }
    }
}
