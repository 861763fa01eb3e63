package io.broadside.publisher.platform.instagram;

import io.broadside.events.Checkpoint;
import io.broadside.events.Content;
import io.broadside.publisher.platform.Outcome;
import io.broadside.publisher.platform.Outcome.Continue;
import io.broadside.schemas.OutPost;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Optional;

/** Makes the checkpoints that lead on. */
final class NextStep {

    private final Clock clock;

    NextStep(Clock clock) {
        this.clock = clock;
    }

    /** This step, at once. */
    Outcome to(InstagramStep step, Progress progress) {
        return new Continue(at(step, progress).build(), Optional.empty());
    }

    /** This step, after a while. */
    Outcome to(InstagramStep step, Progress progress, Duration pause) {
        return new Continue(
                at(step, progress).build(), Optional.of(clock.instant().plus(pause)));
    }

    /** A look for the post that a published container became, whose id nobody knows; until then its own stands for it. */
    Checkpoint live(Progress progress) {
        var values = new HashMap<>(progress.values());
        values.put(OutPost.STAND_IN, "true");
        return at(InstagramStep.LIVE, progress)
                .setValues(values)
                .setRemoteId(progress.container())
                .build();
    }

    /** The look after this one. */
    Outcome liveAgain(Progress progress, Duration pause) {
        return new Continue(live(progress), Optional.of(clock.instant().plus(pause)));
    }

    /** The first comment, if there is to be one. */
    Optional<Checkpoint> comment(Content content, Progress progress, Post post) {
        return content.getFirstComment()
                .filter(text -> !text.isBlank())
                .map(_ -> at(InstagramStep.COMMENT, progress)
                        .setRemoteId(post.id())
                        .setUrl(post.permalink().map(URI::toString).orElse(null))
                        .build());
    }

    private Checkpoint.Builder at(InstagramStep step, Progress progress) {
        var values = new HashMap<>(progress.values());
        values.remove(OutPost.STAND_IN);
        return Checkpoint.newBuilder().setStep(step.label()).setValues(values).setAt(clock.instant());
    }
}
