package io.broadside.simulator.post;

import io.broadside.simulator.account.Platform;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Everything ever published, deleted or not, in the order of publishing. */
public final class Publications {
    private final List<Publication> all = new ArrayList<>();
    private final Set<Publication.Fingerprint> seen = new HashSet<>();
    private final Map<Platform, Long> published = new EnumMap<>(Platform.class);
    private final Map<Platform, Long> duplicates = new EnumMap<>(Platform.class);

    public synchronized void add(Publication publication) {
        all.add(publication);
        published.merge(publication.platform(), 1L, Long::sum);
        if (!seen.add(publication.fingerprint())) {
            duplicates.merge(publication.platform(), 1L, Long::sum);
        }
    }

    public synchronized List<Publication> all() {
        return List.copyOf(all);
    }

    public synchronized long published(Platform platform) {
        return published.getOrDefault(platform, 0L);
    }

    /** Posts of which the account already had one that looks the same. */
    public synchronized long duplicates(Platform platform) {
        return duplicates.getOrDefault(platform, 0L);
    }
}
