package io.broadside.retry.letters;

import io.broadside.events.DelayCause;
import io.broadside.events.DelayedCommand;
import io.broadside.events.Doubt;
import io.broadside.events.PublishCommand;
import java.time.Instant;

/** Commands of dead letters as they come to wait again. */
public final class Redrives {

    private Redrives() {}

    /**
     * The command with a new number of looks and of attempts; its doubt and its history stay.
     *
     * @param due when it is to leave
     */
    public static DelayedCommand of(PublishCommand command, Instant due, Instant now) {
        return DelayedCommand.newBuilder()
                .setCommand(PublishCommand.newBuilder(command)
                        .setRound(command.getRound() + 1)
                        .setAttempt(command.getAttempt() + 1)
                        .setRedrives(command.getRedrives() + 1)
                        .setRedrivenAt(now)
                        .setRefusedTokenVersion(null)
                        .setDoubt(command.getDoubt()
                                .map(doubt ->
                                        Doubt.newBuilder(doubt).setLooks(0).build())
                                .orElse(null))
                        .build())
                .setCause(DelayCause.REDRIVEN)
                .setNotBefore(due)
                .setSince(now)
                .build();
    }
}
