package io.broadside.publisher.platform.bluesky;

import io.broadside.publisher.platform.Step;

/** The calls a post on Bluesky is made of. A thread goes through the last two once for each part. */
@SuppressWarnings("ImmutableEnumChecker") // Step is a record of immutable parts
enum BlueskyStep {
    /** What the post will say is settled: its time, whom it mentions, what it answers. */
    SETTLE(Step.preparing("settle")),
    /** Files to the account's server, which nobody sees. */
    UPLOAD(Step.preparing("upload")),
    /** The post. */
    CREATE(Step.publishing("create")),
    /** The look for one. */
    LOOK(Step.preparing("look"));

    private final Step step;

    BlueskyStep(Step step) {
        this.step = step;
    }

    Step step() {
        return step;
    }

    String label() {
        return step.name();
    }
}
