package io.broadside.retry;

import io.broadside.events.Confirmation;
import io.broadside.events.DelayCause;
import io.broadside.events.DelayedCommand;
import io.broadside.events.PublishCommand;
import java.time.Duration;
import java.util.Map;

/**
 * Which of the commands that wait a confirmation may be about. It decides nothing but that: such a command goes and looks at once,
 * and what the platform then says counts.
 *
 * <ol>
 *   <li>Only what waits to learn its fate is concerned: a post in doubt, or one that the platform processes.
 *   <li>A confirmation that names a publication is about the command that began it, and may be about those that were under way by
 *       then and whose beginning is in doubt, so that they remember no name.
 *   <li>One that names none is about posts in doubt that were under way by then and have its text: every look counts, so somebody
 *       else's post must not use them up.
 * </ol>
 */
final class Confirmations {

    private static final Duration CLOCK_SKEW = Duration.ofMinutes(1);
    private static final int COMPARED_LETTERS = 40;

    /** The value of a checkpoint that remembers a publication by its id. */
    private static final String PUBLISH_ID = "publishId";

    private Confirmations() {}

    /** Whether what waits for this reason waits to learn its fate; no other is worth reading. */
    static boolean concern(DelayCause cause) {
        return cause == DelayCause.UNCONFIRMED || cause == DelayCause.PROCESSING;
    }

    static boolean mayBeAbout(Confirmation confirmation, DelayedCommand waiting) {
        var command = waiting.getCommand();
        var isInDoubt = waiting.getCause() == DelayCause.UNCONFIRMED;
        var isProcessed = waiting.getCause() == DelayCause.PROCESSING;
        if (confirmation.getPublishId().isPresent()) {
            var values = command.getCheckpoint()
                    .map(checkpoint -> checkpoint.getValues())
                    .orElse(Map.of());
            return values.containsValue(confirmation.getPublishId().get())
                    ? isInDoubt || isProcessed
                    : isInDoubt && !values.containsKey(PUBLISH_ID) && wasUnderWay(command, confirmation);
        }
        return isInDoubt && wasUnderWay(command, confirmation) && hasItsText(command, confirmation);
    }

    private static boolean wasUnderWay(PublishCommand command, Confirmation confirmation) {
        return command.getDoubt()
                .map(doubt -> doubt.getSince().minus(CLOCK_SKEW))
                .filter(since -> !confirmation.getAt().isBefore(since))
                .isPresent();
    }

    /** Platforms shorten links and cut, so only the beginning is compared, and of it only letters and digits. */
    private static boolean hasItsText(PublishCommand command, Confirmation confirmation) {
        var one = letters(command.getContent().getText().orElse(""));
        var other = letters(confirmation.getText().orElse(""));
        return one.startsWith(other) || other.startsWith(one);
    }

    private static String letters(String text) {
        var link = text.indexOf("http");
        var letters = new StringBuilder();
        (link < 0 ? text : text.substring(0, link))
                .codePoints()
                .filter(Character::isLetterOrDigit)
                .limit(COMPARED_LETTERS)
                .map(Character::toLowerCase)
                .forEach(letters::appendCodePoint);
        return letters.toString();
    }
}
