package io.broadside.publisher.platform.instagram;

import io.broadside.events.Checkpoint;
import io.broadside.events.PublishCommand;
import io.broadside.publisher.platform.Step;
import java.util.Optional;
import java.util.stream.Stream;

/** The steps of a publication. A carousel begins with its children, everything else with its container. */
enum InstagramStep {
    /** A container for the next medium of a carousel that has none. */
    CHILD("child", false),
    /** Waiting until Instagram is done with the children. */
    CHILDREN("children", false),
    /** The container that is to be published. */
    CONTAINER("container", false),
    /** Waiting until Instagram is done with it. */
    PROCESSING("processing", false),
    /** The container is published. */
    PUBLISH("publish", true),
    /** It is out by the container's own word; the post it became is looked for. */
    LIVE("live", false),
    /** The first comment. */
    COMMENT("comment", true);

    private final String label;
    private final boolean publishes;

    InstagramStep(String label, boolean publishes) {
        this.label = label;
        this.publishes = publishes;
    }

    String label() {
        return label;
    }

    Step step() {
        return publishes ? Step.publishing(label) : Step.preparing(label);
    }

    /** The step a command is at; empty for a checkpoint of a version that is not this one. */
    static Optional<InstagramStep> of(PublishCommand command) {
        var label = command.getCheckpoint().map(Checkpoint::getStep);
        return label.isPresent()
                ? Stream.of(values())
                        .filter(step -> step.label.equals(label.get()))
                        .findFirst()
                : Optional.of(first(command));
    }

    private static InstagramStep first(PublishCommand command) {
        return PostKind.of(command.getContent()) == PostKind.CAROUSEL ? CHILD : CONTAINER;
    }
}
