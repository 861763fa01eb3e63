package io.broadside.publisher.platform.media;

import io.broadside.events.MediaKind;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a platform takes.
 *
 * @param kinds of files
 * @param contentTypes their types, for instance {@code image/jpeg}
 * @param maxBytes largest file; what is configured for all media holds too
 */
public record MediaLimits(Set<MediaKind> kinds, Set<String> contentTypes, long maxBytes) {

    public MediaLimits {
        kinds = Set.copyOf(kinds);
        contentTypes = Set.copyOf(contentTypes);
    }

    boolean allow(MediaType type) {
        return type.isOneOf(kinds) && contentTypes.contains(type.contentType());
    }

    /** For a person: "JPEG or PNG". */
    String named() {
        var labels = Stream.of(MediaType.values())
                .filter(this::allow)
                .map(MediaType::label)
                .toList();
        var last = labels.size() - 1;
        return last < 1
                ? String.join("", labels)
                : labels.stream().limit(last).collect(Collectors.joining(", ")) + " or " + labels.get(last);
    }
}
