package io.broadside.retry;

import io.broadside.events.Amendment;
import io.broadside.events.DelayCause;
import io.broadside.events.DelayedCommand;
import io.broadside.events.PostOrder;
import io.broadside.events.PublishCommand;
import java.time.Instant;
import java.util.Optional;

/** Changes of commands that wait. */
final class Amendments {

    private Amendments() {}

    /**
     * The command as it is to be; empty if it is too late for that: of a publication that has begun, part may be at the platform
     * already. Being sent back at once it may be at any time.
     */
    static Optional<DelayedCommand> applied(DelayedCommand delayed, Amendment amendment, Instant now) {
        var command = delayed.getCommand();
        // After a doubt it is sent again byte for byte, so that a platform that has it yet knows it for the same.
        var wasDoubted = command.getDoubtedSince().isPresent();
        if (changesThePost(amendment) && (hasBegun(command) || wasDoubted)) {
            return Optional.empty();
        }
        var changed = PublishCommand.newBuilder(command)
                .setContent(amendment.getContent().orElse(command.getContent()))
                .setDeadline(amendment.getDeadline().or(command::getDeadline).orElse(null))
                .setPublishAt(
                        amendment.getIsRelease()
                                ? null
                                : amendment
                                        .getPublishAt()
                                        .or(command::getPublishAt)
                                        .orElse(null))
                .build();
        var builder = DelayedCommand.newBuilder(delayed).setCommand(changed);
        if (amendment.getIsRelease()) {
            builder.setNotBefore(now);
        } else if (amendment.getPublishAt().isPresent() && isForItsTime(delayed.getCause())) {
            builder.setCause(DelayCause.SCHEDULED)
                    .setNotBefore(amendment.getPublishAt().get());
        }
        return Optional.of(builder.build());
    }

    /**
     * What is wrong with a change whose time and deadline do not go together, be it that the other one stood before; a sentence. It is
     * the same mistake in a request, and refused there too.
     */
    static Optional<String> fault(DelayedCommand changed, Amendment amendment) {
        var isAboutTimes =
                amendment.getPublishAt().isPresent() || amendment.getDeadline().isPresent();
        var command = changed.getCommand();
        var time = command.getPublishAt();
        return command.getDeadline()
                .filter(_ -> isAboutTimes && !amendment.getIsRelease())
                .filter(end -> time.filter(at -> !at.isBefore(end)).isPresent())
                .map(end -> "The deadline of the post (" + end + ") would not be after its publishAt ("
                        + time.orElseThrow() + "). Set the deadline after publishAt. Nothing was changed.");
    }

    /** The command without a place among the posts of its account. */
    static DelayedCommand independent(DelayedCommand delayed) {
        return DelayedCommand.newBuilder(delayed)
                .setCommand(PublishCommand.newBuilder(delayed.getCommand())
                        .setOrder(PostOrder.INDEPENDENT)
                        .build())
                .build();
    }

    private static boolean changesThePost(Amendment amendment) {
        return amendment.getContent().isPresent()
                || amendment.getPublishAt().isPresent()
                || amendment.getDeadline().isPresent();
    }

    static boolean hasBegun(PublishCommand command) {
        return command.getDoubt().isPresent() || command.getCheckpoint().isPresent();
    }

    /** Whether nothing but the time keeps it here, so that another time decides alone. */
    static boolean isForItsTime(DelayCause cause) {
        return switch (cause) {
            case SCHEDULED, ORDER, REDRIVEN -> true;
            case UNKNOWN, RATE_LIMITED, UNAVAILABLE, UNCONFIRMED, PROCESSING, TOKEN, PERSON, BUDGET, BREAKER_OPEN ->
                false;
        };
    }
}
