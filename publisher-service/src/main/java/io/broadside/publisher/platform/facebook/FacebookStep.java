package io.broadside.publisher.platform.facebook;

import io.broadside.events.Checkpoint;
import io.broadside.events.Content;
import io.broadside.events.PublishCommand;
import io.broadside.publisher.platform.Step;
import java.util.Optional;
import java.util.stream.Stream;

/** The calls a post to a Page is made of. Which follow each other depends on its kind, and on the configuration. */
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
    PHOTO("photo"),
    /** A photo that is there already becomes a story. */
    STORY("story"),
    /** A video to Facebook, unseen, in as many calls as it takes. */
    UPLOAD("upload"),
    /** A video that is there already is published. */
    FINISH("finish"),
    /** Facebook works on the video, and shows it when it is done. */
    PROCESSING("processing"),
    /** The post is out; the author's comment goes below it. */
    COMMENT("comment");

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
        return switch (PostKind.of(content)) {
            case TEXT -> inSteps ? DRAFT : FEED;
            case PHOTOS -> content.getMedia().size() == 1 && !inSteps ? PHOTO : PHOTOS;
            case PHOTO_STORY -> PHOTOS;
            case VIDEO, REEL, VIDEO_STORY -> UPLOAD;
        };
    }

    /** What comes after the photos. */
    static FacebookStep afterPhotos(Content content, boolean inSteps) {
        if (PostKind.of(content) == PostKind.PHOTO_STORY) {
            return STORY;
        }
        return inSteps ? DRAFT : FEED;
    }

    /**
     * What is at stake. A draft of mere text stays unseen. For one with a link or with photos there is a report (one, and
     * not from Meta) that it was shown at once, so there a lost answer is looked into before the call is made again.
     */
    Step of(Content content) {
        return switch (this) {
            case PHOTOS, UPLOAD, PROCESSING -> Step.preparing(label);
            case DRAFT ->
                content.getLink().isEmpty() && content.getMedia().isEmpty()
                        ? Step.preparing(label)
                        : Step.publishing(label);
            case SHOW, FEED, PHOTO, STORY, FINISH, COMMENT -> Step.publishing(label);
        };
    }
}
