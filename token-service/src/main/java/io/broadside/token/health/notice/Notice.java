package io.broadside.token.health.notice;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.broadside.events.ConnectionEvent;
import java.util.Optional;
import java.util.UUID;

/**
 * One thing that somebody is told.
 *
 * @param id the same for the same event, however often it is read: whoever gets a notice twice can tell by it
 */
record Notice(String id, ConnectionEvent event) {

    /** What is told of an event; empty for one that nobody need hear of. */
    static Optional<Notice> of(ConnectionEvent event) {
        return switch (event.getKind()) {
            case EXPIRING, NEEDS_REAUTH, DEAUTHORIZED, RECOVERED -> Optional.of(new Notice(idOf(event), event));
            case CONNECTED, REFRESHED, DISCONNECTED, UNKNOWN -> Optional.empty();
        };
    }

    /** One sentence or two for a person. */
    String sentence() {
        return event.getDetail().orElseGet(() -> switch (event.getKind()) {
            case RECOVERED -> "The account is connected again; posts that waited for it go out now.";
            default -> "Connect the account again.";
        });
    }

    private static String idOf(ConnectionEvent event) {
        var what = String.join(
                "|",
                event.getConnectionId(),
                event.getKind().name(),
                Long.toString(event.getAt().toEpochMilli()),
                event.getActBefore().map(at -> Long.toString(at.toEpochMilli())).orElse(""));
        return "msg_" + UUID.nameUUIDFromBytes(what.getBytes(UTF_8)).toString().replace("-", "");
    }
}
