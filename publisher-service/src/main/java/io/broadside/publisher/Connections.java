package io.broadside.publisher;

import io.broadside.events.Target;

/** Who is connected. */
interface Connections {

    /** The connection that a target means, by its id or by profile and platform. Never blocks. */
    Resolution resolve(Target target);

    /** What is needed of a connection to address a command. */
    record Account(
            String connectionId,
            String profileId,
            String platform,
            String accountId,
            String accountKind,
            boolean isConnected) {}

    /** What a target was found to mean. */
    sealed interface Resolution {
        record Resolved(Account account) implements Resolution {}

        /** Nothing is connected there, as far as is known so far. */
        record Unknown() implements Resolution {}

        /** The profile has several connections on the platform. */
        record Ambiguous(int count) implements Resolution {}

        /** It was disconnected. */
        record Disconnected() implements Resolution {}
    }
}
