package io.broadside.publisher.platform.linkedin;

import io.broadside.events.Checkpoint;
import io.broadside.events.PublishCommand;
import java.util.Optional;
import java.util.stream.Stream;

/** What a publication is made of, in this order. A post without files begins with {@link #CREATE}. */
enum LinkedInStep {
    /** The next file to LinkedIn, or the next parts of it. */
    MEDIA("media"),
    /** Waits until LinkedIn has processed what it got. */
    PROCESS("process"),
    /** The post. */
    CREATE("create"),
    /** Its first comment; the post is out. */
    COMMENT("comment");

    private final String label;

    LinkedInStep(String label) {
        this.label = label;
    }

    String label() {
        return label;
    }

    /** The step a command is at; empty for a checkpoint of a version that is not this one. */
    static Optional<LinkedInStep> of(PublishCommand command) {
        var checkpoint = command.getCheckpoint().map(Checkpoint::getStep);
        if (checkpoint.isEmpty()) {
            return Optional.of(Files.of(command.getContent()).isEmpty() ? CREATE : MEDIA);
        }
        return Stream.of(values())
                .filter(step -> step.label.equals(checkpoint.get()))
                .findFirst();
    }
}
