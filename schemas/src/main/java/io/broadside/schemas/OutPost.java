package io.broadside.schemas;

import io.broadside.events.Checkpoint;
import io.broadside.events.PublishCommand;
import java.util.Optional;

/** What a command's checkpoint says of a post that is out while the command is not done yet. */
public final class OutPost {

    /**
     * Among the values of a checkpoint: what stands there as the id of the post is another one, for as long as the post's own is looked
     * for.
     */
    public static final String STAND_IN = "standIn";

    private OutPost() {}

    /** Whether the post itself is out, and only something that belongs to it is left to do, or its id to be found. */
    public static boolean isOut(PublishCommand command) {
        return command.getCheckpoint().flatMap(Checkpoint::getRemoteId).isPresent();
    }

    /** Whether it is out and its own id is not known yet: nothing of it can come too late, or be taken back, before it is. */
    public static boolean isOnlyLookedFor(PublishCommand command) {
        return isOut(command)
                && command.getCheckpoint()
                        .map(Checkpoint::getValues)
                        .filter(values -> values.containsKey(STAND_IN))
                        .isPresent();
    }

    /** The platform's id of a post that is out; empty for as long as it is looked for. */
    public static Optional<String> remoteId(PublishCommand command) {
        return isOnlyLookedFor(command)
                ? Optional.empty()
                : command.getCheckpoint().flatMap(Checkpoint::getRemoteId);
    }

    /** Where people see it, if that is known. */
    public static Optional<String> url(PublishCommand command) {
        return command.getCheckpoint().flatMap(Checkpoint::getUrl);
    }
}
