package io.broadside.retry;

import io.broadside.events.PublishCommand;

/** Where posts of one account stand among each other: by when they were accepted, or are scheduled for if that is later. */
final class Positions {

    private Positions() {}

    static long of(PublishCommand command) {
        var accepted = command.getAcceptedAt().toEpochMilli();
        return command.getPublishAt()
                .map(at -> Math.max(at.toEpochMilli(), accepted))
                .orElse(accepted);
    }
}
