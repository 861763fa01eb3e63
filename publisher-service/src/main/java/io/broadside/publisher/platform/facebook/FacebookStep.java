package io.broadside.publisher.platform.facebook;

import io.broadside.events.Checkpoint;
import io.broadside.events.Content;
import io.broadside.events.PublishCommand;
import io.broadside.publisher.platform.Step;
import java.util.Optional;
import java.util.stream.Stream;

/** The calls a post to a Page is made of. Which follow each other depends on its media, and on the configuration. */
enum FacebookStep {
    /** Photos to Facebook, unseen; then the post they belong to. */
    PHOTOS("photos"),
    /** The post, unseen; then {@link #SHOW}. */
    DRAFT("draft"),
    /** The post that was made is shown. Made twice it changes nothing more. */
    SHOW("show"),
    /** The post in one call. */
    FEED("feed"),
    /** A post of one photo in one call. */
    PHOTO("photo");

    private final String label;

    FacebookStep(String label) {
        this.label = label;
    }

    String label() {
        return label;
    }

    /** The step a command is at; empty for a checkpoint of a version that is not this one. */
    static Optional<FacebookStep> of(PublishCommand command, boolean inSteps) {
        var checkpoint = command.getCheckpoint().map(Checkpoint::getStep);
        return checkpoint.isPresent()
                ? Stream.of(values())
                        .filter(step -> step.label.equals(checkpoint.get()))
                        .findFirst()
                : Optional.of(first(command.getContent(), inSteps));
    }

    private static FacebookStep first(Content content, boolean inSteps) {
        return switch (content.getMedia().size()) {
            case 0 -> inSteps ? DRAFT : FEED;
            case 1 -> inSteps ? PHOTOS : PHOTO;
            default -> PHOTOS;
        };
    }

    /**
     * What is at stake. A draft of mere text stays unseen. For one with a link or with photos there is a report (one, and
     * not from Meta) that it was shown at once, so there a lost answer is looked into before the call is made again.
     */
    Step of(Content content) {
        return switch (this) {
            case PHOTOS -> Step.preparing(label);
            case DRAFT ->
                content.getLink().isEmpty() && content.getMedia().isEmpty()
                        ? Step.preparing(label)
                        : Step.publishing(label);
            case SHOW, FEED, PHOTO -> Step.publishing(label);
        };
    }
}
