package io.broadside.token.health.notice;

import io.broadside.events.ConnectionEvent;
import io.broadside.events.ConnectionEventKind;
import io.broadside.testkit.SettableClock;
import java.time.Duration;
import java.time.Instant;

/** Events as tests need them. */
final class Events {

    static final Instant START = SettableClock.START;

    private Events() {}

    static ConnectionEvent event(String connectionId, ConnectionEventKind kind) {
        return ConnectionEvent.newBuilder()
                .setConnectionId(connectionId)
                .setProfileId("bakery")
                .setPlatform("facebook")
                .setKind(kind)
                .setAt(START)
                .setReason("PERMISSION_MISSING")
                .setDetail("The access ends in 7 days. Connect the account again before then.")
                .setActBefore(kind == ConnectionEventKind.EXPIRING ? START.plus(Duration.ofDays(7)) : null)
                .build();
    }

    static Notice notice(String connectionId) {
        return Notice.of(event(connectionId, ConnectionEventKind.EXPIRING)).orElseThrow();
    }
}
