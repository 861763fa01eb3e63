package io.broadside.retry;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.utils.Bytes;

/**
 * Whose turn it is, of the profiles of which something waits for its platform. Holds no commands, and no more than the profiles'
 * names. For one task.
 */
final class Turns {

    /**
     * A profile whose turn it is.
     *
     * @param from the key before which it has nothing any more
     */
    record Turn(String profileId, Bytes from) {}

    /** By platform: profiles in the order in which their turn comes, each with the key before which it has nothing. */
    private final Map<String, LinkedHashMap<String, Bytes>> waiting = new HashMap<>();

    /** Something of the profile waits under that key. What comes later may be older than what went already. */
    void add(String platform, String profileId, Bytes key) {
        waiting.computeIfAbsent(platform, _ -> new LinkedHashMap<>())
                .merge(profileId, key, (one, other) -> one.compareTo(other) < 0 ? one : other);
    }

    boolean isWaiting(String platform) {
        return waiting.containsKey(platform);
    }

    List<String> platforms() {
        return List.copyOf(waiting.keySet());
    }

    /** Takes the next profile out; {@link #goesOn} puts it back at the end. */
    Turn next(String platform) {
        var profiles = waiting.getOrDefault(platform, new LinkedHashMap<>());
        var first = profiles.pollFirstEntry();
        if (profiles.isEmpty()) {
            waiting.remove(platform);
        }
        return new Turn(first.getKey(), first.getValue());
    }

    void goesOn(String platform, String profileId, Bytes from) {
        waiting.computeIfAbsent(platform, _ -> new LinkedHashMap<>()).put(profileId, from);
    }
}
