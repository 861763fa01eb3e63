package io.broadside.publisher.platform.x;

import io.broadside.publisher.platform.Step;

/** The calls a post on X is made of. A thread goes through them once for each part. */
@SuppressWarnings("ImmutableEnumChecker") // Step is a record of immutable parts
enum XStep {
    /** Media to X, which nobody sees. */
    UPLOAD(Step.preparing("upload")),
    /** X works on a video or an animation. */
    PROCESSING(Step.preparing("processing")),
    /** The post. */
    CREATE(Step.publishing("create"));

    private final Step step;

    XStep(Step step) {
        this.step = step;
    }

    Step step() {
        return step;
    }

    String label() {
        return step.name();
    }
}
