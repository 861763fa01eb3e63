package io.broadside.publisher.posts;

import io.broadside.events.Fault;
import io.broadside.events.PublishRequest;
import java.util.List;
import java.util.Optional;

/** What the fan-out knows of requests, for those who ask before it does. */
public interface Requests {

    /** Whether the id can serve as a key at all. */
    boolean isValidId(String requestId);

    /** What a request asks for; the same text for the same, whoever wrote it. */
    String fingerprint(PublishRequest request);

    /** Whether everything about this id meets in this partition. */
    boolean isHome(String requestId, int partition);

    /** Everything that is wrong with it, as the fan-out would find it. May wait a moment for what was connected just before. */
    List<TargetFault> faults(PublishRequest request);

    /** What is wrong with a request of this size, if it is too large. */
    Optional<Fault> tooLarge(int bytes);

    /**
     * A fault and what it is about.
     *
     * @param targetIndex position of the target in the request; empty where it is the request as a whole
     */
    record TargetFault(Optional<Integer> targetIndex, Fault fault) {}
}
