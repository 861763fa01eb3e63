package io.broadside.token.refresh;

import io.broadside.events.Connection;
import io.broadside.runtime.dispatch.Outputs;
import java.time.Instant;
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

    /** Of a connection that was deleted and made anew versions begin anew, and only the time of the grant tells them apart. */
    private record Kept(long version, Optional<Instant> grantedAt, Outputs outputs) {

        boolean isOf(Connection connection) {
            return version == connection.getTokenVersion() && grantedAt.equals(connection.getGrantedAt());
        }
    }

    /** @param before as it was when its token was renewed */
    synchronized void keep(Connection before, Outputs outputs) {
        latest.putLast(before.getConnectionId(), new Kept(before.getTokenVersion(), before.getGrantedAt(), outputs));
        while (latest.size() > MOST) {
            latest.pollFirstEntry();
        }
    }

    /** What came for the token that this connection has, if it was here that it came. */
    synchronized Optional<Outputs> of(Connection connection) {
        return Optional.ofNullable(latest.get(connection.getConnectionId()))
                .filter(kept -> kept.isOf(connection))
                .map(Kept::outputs);
    }
}
