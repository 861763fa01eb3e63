package io.broadside.retry.letters;

import io.broadside.events.PublishCommand;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/** Which dead letters are meant; what is empty excludes none. */
public record Selection(
        Set<String> ids,
        Optional<String> code,
        Optional<String> platform,
        Optional<String> connectionId,
        Optional<String> requestId,
        Optional<Instant> since,
        Optional<Instant> until) {

    public static final Selection ALL = new Selection(
            Set.of(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());

    public Selection {
        ids = Set.copyOf(ids);
    }

    /** Whether it excludes nothing. */
    public boolean isAll() {
        return equals(ALL);
    }

    boolean has(Filed filed) {
        var letter = filed.letter();
        var command = letter.getCommand();
        return (ids.isEmpty() || ids.contains(filed.id()))
                && code.map(letter.getCode()::equals).orElse(true)
                && platform.map(filed.platform()::equals).orElse(true)
                && connectionId
                        .map(id -> command.map(PublishCommand::getConnectionId)
                                .filter(id::equals)
                                .isPresent())
                        .orElse(true)
                && requestId
                        .map(id -> command.map(PublishCommand::getRequestId)
                                .filter(id::equals)
                                .isPresent())
                        .orElse(true)
                && since.map(time -> !letter.getAt().isBefore(time)).orElse(true)
                && until.map(time -> letter.getAt().isBefore(time)).orElse(true);
    }
}
