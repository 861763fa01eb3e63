package io.broadside.retry;

import io.broadside.events.DelayCause;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/** The flows of all platforms, shared by the partitions of an instance. For any thread. */
final class Flows {

    private final Map<String, Double> most;
    private final double rampEnd;
    private final Map<String, Flow> flows = new HashMap<>();

    /**
     * @param most commands per second this instance sends back at most, by platform
     * @param rampEnd commands per second at which a platform that is back has no limit any more
     */
    Flows(Map<String, Double> most, double rampEnd) {
        this.most = Map.copyOf(most);
        this.rampEnd = rampEnd;
    }

    /** Whether one more may go to the platform now; if so, it is counted. */
    synchronized boolean lets(String platform, Instant now) {
        return of(platform).lets(now);
    }

    /** A command came to wait, for this cause. */
    synchronized void came(String platform, DelayCause cause, Instant now) {
        if (cause == DelayCause.UNAVAILABLE || cause == DelayCause.BREAKER_OPEN || cause == DelayCause.UNCONFIRMED) {
            of(platform).failed(now);
        }
    }

    /** A post has come to its end at the platform. */
    synchronized void completed(String platform, Instant now) {
        of(platform).completed(now);
    }

    synchronized boolean isThrottled(String platform) {
        return of(platform).isThrottled();
    }

    private Flow of(String platform) {
        return flows.computeIfAbsent(
                platform, id -> new Flow(most.getOrDefault(id, Double.POSITIVE_INFINITY), rampEnd));
    }
}
