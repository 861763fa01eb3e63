package io.broadside.publisher.platform.tiktok;

import io.broadside.events.PublishCommand;
import io.broadside.publisher.platform.Step;
import java.util.Optional;
import java.util.stream.Stream;

/** The calls a post on TikTok is made of. */
enum TikTokStep {
    /** What the account lets us do; for a video we upload, the beginning of it too, which yields the id of the post. */
    BEGIN("begin", false),
    /** All pieces of a video but the last: what is not whole, TikTok does not publish. */
    UPLOAD("upload", false),
    /** The last piece. TikTok publishes once it has it. */
    FINISH("finish", true),
    /** A video that TikTok fetches: the call that begins it is the only one. */
    PULL("pull", true),
    /** Photos, which TikTok fetches: the same. */
    PHOTOS("photos", true),
    /** TikTok has everything; it is asked how far it is. */
    STATUS("status", false),
    /** A post that is given up is cancelled before another one takes its place. Durable before the call: see {@link Progress}. */
    CANCEL("cancel", false);

    private final String label;
    private final boolean publishes;

    TikTokStep(String label, boolean publishes) {
        this.label = label;
        this.publishes = publishes;
    }

    Step step() {
        return new Step(label, publishes);
    }

    String label() {
        return label;
    }

    /** The step a command is at; empty for a checkpoint of a version that is not this one. */
    static Optional<TikTokStep> of(PublishCommand command) {
        var checkpoint = command.getCheckpoint();
        return checkpoint.isEmpty()
                ? Optional.of(BEGIN)
                : Stream.of(values())
                        .filter(it -> it.label.equals(checkpoint.get().getStep()))
                        .findFirst();
    }
}
