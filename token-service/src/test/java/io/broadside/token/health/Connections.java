package io.broadside.token.health;

import io.broadside.events.Connection;
import io.broadside.events.ConnectionStatus;
import io.broadside.testkit.SettableClock;
import java.time.Duration;
import java.time.Instant;

/** Connections as tests need them. */
final class Connections {

    static final Instant START = SettableClock.START;
    static final String ID = "connection-1";

    private Connections() {}

    static Connection.Builder on(FakeTokenPlatform platform) {
        return Connection.newBuilder()
                .setConnectionId(ID)
                .setProfileId("bakery")
                .setPlatform(platform.id())
                .setAccountId("account-1")
                .setAccountName("Harbour Bakery")
                .setAccountKind(platform.policy().accountKind())
                .setStatus(ConnectionStatus.HEALTHY)
                .setTokenVersion(1)
                .setConnectedAt(START)
                .setRefreshedAt(START)
                .setUpdatedAt(START);
    }

    static Instant day(int days) {
        return START.plus(Duration.ofDays(days));
    }
}
