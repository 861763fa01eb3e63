package io.broadside.simulator.post;

import io.broadside.simulator.account.Platform;
import io.broadside.simulator.post.Publication.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Everything ever published, deleted or not, in the order of publishing. */
public final class Publications {
    private final List<Publication> all = new ArrayList<>();
    private final Set<Publication.Fingerprint> seen = new HashSet<>();
    private final Map<Platform, Map<Kind, Counts>> counts = new HashMap<>();

    public synchronized void add(Publication publication) {
        all.add(publication);
        int again = seen.add(publication.fingerprint()) ? 0 : 1;
        counts.computeIfAbsent(publication.platform(), _ -> new TreeMap<>())
                .merge(publication.kind(), new Counts(1, again), Counts::plus);
    }

    public synchronized List<Publication> all() {
        return List.copyOf(all);
    }

    /** By kind; kinds of which there are none are missing. */
    public synchronized Map<Kind, Counts> counts(Platform platform) {
        return new TreeMap<>(counts.getOrDefault(platform, Map.of()));
    }

    /**
     * Publications of one kind.
     *
     * @param duplicates those of which the account already had one that looks the same
     */
    public record Counts(long published, long duplicates) {
        Counts plus(Counts other) {
            return new Counts(published + other.published, duplicates + other.duplicates);
        }
    }
}
