package io.broadside.retry.letters;

import io.broadside.events.Checkpoint;
import io.broadside.events.DeadLetter;
import io.broadside.events.PublishCommand;
import io.broadside.schemas.ErrorCode;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A dead letter where it stands.
 *
 * @param partition of the topic
 * @param offset in the partition
 */
public record Filed(int partition, long offset, DeadLetter letter) {

    private static final Pattern ID = Pattern.compile("(\\d{1,9})-(\\d{1,18})");

    /** Where a letter stands, by its id. */
    record Position(int partition, long offset) {}

    /** Names the letter for as long as it is kept. */
    public String id() {
        return partition + "-" + offset;
    }

    static Optional<Position> position(String id) {
        var parts = ID.matcher(id);
        return parts.matches()
                ? Optional.of(new Position(Integer.parseInt(parts.group(1)), Long.parseLong(parts.group(2))))
                : Optional.empty();
    }

    /** The platform; empty for a record that could not be read. */
    public String platform() {
        return letter.getCommand().map(PublishCommand::getPlatform).orElse("");
    }

    /** Whether there is a command in it that can be taken up again. */
    public boolean isRedrivable() {
        return letter.getCommand().isPresent();
    }

    /** Whether the post itself is out, and only something that belongs to it is missing. */
    public boolean isOut() {
        return letter.getCommand()
                .flatMap(PublishCommand::getCheckpoint)
                .flatMap(Checkpoint::getRemoteId)
                .isPresent();
    }

    /** Whether people may see the post, as far as anybody knew when it was given up: as its last word said. */
    public boolean isPerhapsOut() {
        return !isOut()
                && letter.getCommand()
                        .filter(command -> command.getDoubt().isPresent()
                                || letter.getCode().equals(ErrorCode.NOT_CONFIRMABLE.name()))
                        .isPresent();
    }

    /** Whether nobody wants the post any more, so that a redrive ends at once. What may be out is looked for all the same. */
    public boolean isPastDeadline(Instant now) {
        return letter.getCommand()
                .filter(command -> !isOut() && command.getDoubt().isEmpty())
                .flatMap(PublishCommand::getDeadline)
                .filter(now::isAfter)
                .isPresent();
    }

    /**
     * One sentence: what taking it up again would do, or why it cannot be done.
     *
     * @param isWithdrawn whether somebody wanted it back, and that is remembered
     */
    public String outlook(Instant now, boolean isWithdrawn) {
        if (letter.getCommand().isEmpty()) {
            return "It cannot be redriven: there is no command in it. Mend what writes it, and send it again.";
        }
        var command = letter.getCommand().get();
        if (isOut()) {
            return "The post is out. Redriven, only what is missing of it is added.";
        }
        if (command.getDoubt().isPresent()) {
            return "Redriven, it is looked for at the platform first, and sent only if it is certainly not out.";
        }
        if (isWithdrawn) {
            return "It was taken back. Redriven, it ends CANCELLED at once.";
        }
        if (isPastDeadline(now)) {
            return "Its deadline (" + command.getDeadline().orElseThrow()
                    + ") has passed. Redriven, it ends FAILED again at once; send it under a new requestId instead.";
        }
        if (isPerhapsOut()) {
            return "The platform had begun with it and may finish it yet. Redriven, it is asked what became of it.";
        }
        return command.getCheckpoint().isPresent()
                ? "Its publication had begun. Redriven, it goes on where it stopped."
                : "Redriven, it is sent: it is certain that it is not out.";
    }
}
