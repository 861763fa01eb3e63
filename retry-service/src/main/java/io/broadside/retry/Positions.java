package io.broadside.retry;

import io.broadside.events.PublishCommand;

/** Where posts of one account want to stand among each other: by when they were accepted, or are scheduled for if that is later. */
final class Positions {

    private Positions() {}

    static long of(PublishCommand command) {
        var accepted = command.getAcceptedAt().toEpochMilli();
        return command.getPublishAt()
                .map(at -> Math.max(at.toEpochMilli(), accepted))
                .orElse(accepted);
    }

    static boolean isScheduled(PublishCommand command) {
        return command.getPublishAt()
                .filter(at -> at.isAfter(command.getAcceptedAt()))
                .isPresent();
    }
}
