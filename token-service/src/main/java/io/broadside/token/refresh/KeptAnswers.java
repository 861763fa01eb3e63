package io.broadside.token.refresh;

import io.broadside.runtime.dispatch.Outputs;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * What this process was given for tokens, sealed and as it is to be written. If writing it fails although the process lives on, as
 * it may when the broker is lost amid a commit, the pair is still here and is written then: the platform would refuse to
 * give another. The latest ones are kept, which is longer than any writing takes.
 */
final class KeptAnswers {

    private static final int MOST = 5_000;

    private final SequencedMap<String, Kept> latest = new LinkedHashMap<>();

    private record Kept(long version, Outputs outputs) {}

    /** @param version of the token that was renewed */
    synchronized void keep(String connectionId, long version, Outputs outputs) {
        latest.putLast(connectionId, new Kept(version, outputs));
        while (latest.size() > MOST) {
            latest.pollFirstEntry();
        }
    }

    /** What came for the token of this version, if it was here that it came. */
    synchronized Optional<Outputs> of(String connectionId, long version) {
        return Optional.ofNullable(latest.get(connectionId))
                .filter(kept -> kept.version() == version)
                .map(Kept::outputs);
    }
}
