package io.broadside.token.inbound;

import io.broadside.events.Connection;
import io.broadside.events.ConnectionEvent;
import io.broadside.events.ConnectionEventKind;
import io.broadside.events.ConnectionStatus;
import io.broadside.events.InboundEvent;
import io.broadside.events.InboundKind;
import io.broadside.schemas.ErrorCode;
import io.broadside.token.connect.Loss;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What an inbound event means for a connection.
 *
 * <ol>
 *   <li>TOKEN_REVOKED and ACCOUNT_DEAUTHORIZED make it REVOKED: its tokens, which are good for nothing any more, are forgotten, and a
 *       person is asked.
 *   <li>DATA_DELETION_REQUESTED ends it: it is told to be DISCONNECTED, without names, and deleted. So is one that was disconnected
 *       before.
 *   <li>Its version grows with that, so that a refresh under way does not bring it back.
 *   <li>A connection that a person has connected since is not concerned: the event comes late, as webhooks do. A token that was renewed
 *       since says nothing: renewals go on until the platform stops them.
 *   <li>The same event once more changes nothing.
 * </ol>
 */
final class EndedPermission {

    /** Platforms name whole seconds, and their clocks are not ours. */
    private static final Duration CLOCK_SKEW = Duration.ofSeconds(2);

    private EndedPermission() {}

    /** Whether it is an event of this kind at all. */
    static boolean isTold(InboundEvent event) {
        return switch (event.getKind()) {
            case TOKEN_REVOKED, ACCOUNT_DEAUTHORIZED, DATA_DELETION_REQUESTED -> true;
            case UNKNOWN, COMMENT, MENTION, MESSAGE, REACTION, POST_PUBLISHED, POST_FAILED, POST_DELETED, OTHER ->
                false;
        };
    }

    /** Whether it is about this connection: about its account, or about the person who granted it. */
    static boolean concerns(InboundEvent event, Connection connection) {
        var isAboutAccount = connection.getPlatform().equals(event.getPlatform())
                && connection.getAccountId().equals(event.getAccountId());
        // Who leaves a Facebook app leaves with all that was granted by Facebook Login, an Instagram account perhaps.
        var isByFacebookLogin = event.getPlatform().equals("facebook")
                && connection.getPlatform().equals("instagram");
        var isAboutGrant = connection.getGrantedBy().equals(Optional.of(event.getAccountId()))
                && (isByFacebookLogin || connection.getPlatform().equals(event.getPlatform()));
        return isAboutAccount || isAboutGrant;
    }

    /** What is to be written of a connection it is about; empty if nothing is. */
    static Optional<Loss> lossOf(InboundEvent event, Connection connection, Instant now) {
        var happenedAt = event.getOccurredAt().orElse(event.getReceivedAt());
        if (happenedAt.plus(CLOCK_SKEW).isBefore(connection.getGrantedAt().orElseGet(connection::getRefreshedAt))) {
            return Optional.empty();
        }
        var isDeletion = event.getKind() == InboundKind.DATA_DELETION_REQUESTED;
        var status = isDeletion ? ConnectionStatus.DISCONNECTED : ConnectionStatus.REVOKED;
        // What is to be deleted is deleted whatever it is: where it was already, there is no connection.
        if (!isDeletion
                && (connection.getStatus() == status || connection.getStatus() == ConnectionStatus.DISCONNECTED)) {
            return Optional.empty();
        }
        var lost = Connection.newBuilder(connection)
                .setStatus(status)
                .setStatusReason(ErrorCode.TOKEN_REVOKED.name())
                .setTokenVersion(connection.getTokenVersion() + 1)
                .setIsRenewable(false)
                .setUpdatedAt(now);
        if (isDeletion) {
            lost.setAccountName("").setAccountId("").setGrantedBy(null);
        }
        var told = ConnectionEvent.newBuilder()
                .setConnectionId(connection.getConnectionId())
                .setProfileId(connection.getProfileId())
                .setPlatform(connection.getPlatform())
                .setKind(isDeletion ? ConnectionEventKind.DISCONNECTED : ConnectionEventKind.DEAUTHORIZED)
                .setAt(now)
                .setReason(ErrorCode.TOKEN_REVOKED.name())
                .setDetail(
                        isDeletion
                                ? "The person asked the platform to have their data deleted. Connect the account again if they want"
                                        + " that."
                                : "The person took back the permission at the platform. Connect the account again.")
                .build();
        return Optional.of(new Loss(lost.build(), told, isDeletion ? Loss.Forgets.EVERYTHING : Loss.Forgets.TOKENS));
    }
}
