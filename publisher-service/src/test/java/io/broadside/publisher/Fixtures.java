package io.broadside.publisher;

import io.broadside.events.Content;
import io.broadside.events.FreshToken;
import io.broadside.events.PublishCommand;
import io.broadside.events.PublishRequest;
import io.broadside.events.Target;
import io.broadside.publisher.Connections.Account;
import io.broadside.publisher.Connections.Resolution;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Requests, commands and connections for tests. */
final class Fixtures {

    static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");

    private Fixtures() {}

    static PublishRequest.Builder aRequest(String id) {
        return PublishRequest.newBuilder()
                .setRequestId(id)
                .setContent(Content.newBuilder().setText("Hello").build())
                .setTargets(List.of(to("bakery", "fake")));
    }

    static Target to(String profile, String platform) {
        return Target.newBuilder().setProfileId(profile).setPlatform(platform).build();
    }

    static PublishCommand.Builder aCommand() {
        return PublishCommand.newBuilder()
                .setCommandId("command-1")
                .setRequestId("request-1")
                .setTargetIndex(0)
                .setConnectionId("connection-1")
                .setPlatform("fake")
                .setProfileId("bakery")
                .setAccountId("account-1")
                .setContent(Content.newBuilder().setText("Hello").build())
                .setAcceptedAt(NOW);
    }

    static FreshToken aToken(long version, byte[] sealed) {
        return FreshToken.newBuilder()
                .setConnectionId("connection-1")
                .setPlatform("fake")
                .setVersion(version)
                .setSealedAccessToken(ByteBuffer.wrap(sealed))
                .setIssuedAt(NOW)
                .build();
    }

    static Account anAccount(String connectionId, String profileId, String platform) {
        return new Account(
                connectionId, profileId, platform, "account-of-" + connectionId, "kind-of-" + connectionId, true);
    }

    /** Connections that a test makes and takes away. */
    static final class KnownConnections implements Connections {
        private final Map<String, Resolution> known = new HashMap<>();

        KnownConnections with(Account account) {
            known.put(account.profileId() + "/" + account.platform(), new Resolution.Resolved(account));
            known.put(account.connectionId(), new Resolution.Resolved(account));
            return this;
        }

        KnownConnections with(String profileId, String platform, Resolution resolution) {
            known.put(profileId + "/" + platform, resolution);
            return this;
        }

        @Override
        public Resolution resolve(Target target) {
            var name = target.getConnectionId()
                    .orElseGet(() -> target.getProfileId().orElse("") + "/"
                            + target.getPlatform().orElse(""));
            return known.getOrDefault(name, new Resolution.Unknown());
        }
    }
}
