package io.broadside.retry;

import io.broadside.events.DelayCause;
import io.broadside.events.DelayedCommand;
import io.broadside.events.ErrorOwner;
import io.broadside.schemas.ErrorCode;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/** The flows of all platforms, shared by the partitions of an instance. For any thread. */
final class Flows {

    private final Map<String, Double> most;
    private final double rampEnd;
    private final Map<String, Dealer> dealers = new HashMap<>();

    /**
     * @param most commands per second this instance sends back at most, by platform
     * @param rampEnd commands per second at which a platform that is back has no limit any more
     */
    Flows(Map<String, Double> most, double rampEnd) {
        this.most = Map.copyOf(most);
        this.rampEnd = rampEnd;
    }

    /** Whether one more may go to the platform now although none of its partition waits for its turn; if so, it is counted. */
    synchronized boolean letsAtOnce(String platform, Instant now) {
        return of(platform).letsAtOnce(now);
    }

    /** Whether one more of what waits for its turn in the partition may go; if so, it is counted. */
    synchronized boolean lets(String platform, Object partition, Instant now) {
        return of(platform).lets(partition, now);
    }

    /** One that was let go did not. */
    synchronized void giveBack(String platform, Object partition) {
        of(platform).giveBack(partition);
    }

    /** Something waits for its turn in the partition. */
    synchronized void waits(String platform, Object partition) {
        of(platform).waits(partition);
    }

    /** Nothing does any more. */
    synchronized void waitsNoMore(String platform, Object partition) {
        of(platform).waitsNoMore(partition);
    }

    /** The partition comes here with something that waits for its turn. */
    synchronized void resume(String platform, Object partition, Instant now) {
        of(platform).flow().resume(now);
        of(platform).waits(partition);
    }

    /** The partition leaves. */
    synchronized void leaves(Object partition) {
        dealers.values().forEach(dealer -> dealer.waitsNoMore(partition));
    }

    /** A command came to wait. Only a fault that is the platform's to mend says something of it. */
    synchronized void came(DelayedCommand delayed, Instant now) {
        var cause = delayed.getCause();
        var isFailure =
                cause == DelayCause.UNAVAILABLE || cause == DelayCause.BREAKER_OPEN || cause == DelayCause.UNCONFIRMED;
        if (isFailure && isOfThePlatform(delayed)) {
            var command = delayed.getCommand();
            of(command.getPlatform()).flow().failed(command.getConnectionId(), now);
        }
    }

    /** Not a media file that cannot be fetched, a keyset that is missing here, or a process of ours that was killed. */
    private static boolean isOfThePlatform(DelayedCommand delayed) {
        return delayed.getErrorCode()
                .flatMap(Results::codeOf)
                .map(ErrorCode::owner)
                .filter(owner -> owner != ErrorOwner.PLATFORM)
                .isEmpty();
    }

    /** A post has come to its end at the platform. */
    synchronized void completed(String platform, Instant now) {
        of(platform).flow().completed(now);
    }

    synchronized boolean isThrottled(String platform) {
        return of(platform).flow().isThrottled();
    }

    private Dealer of(String platform) {
        return dealers.computeIfAbsent(
                platform, id -> new Dealer(new Flow(most.getOrDefault(id, Double.POSITIVE_INFINITY), rampEnd)));
    }
}
