package io.broadside.schemas;

import static io.broadside.schemas.Topic.Cleanup.COMPACT;
import static io.broadside.schemas.Topic.Cleanup.DELETE;
import static io.broadside.schemas.Topic.Cleanup.GONE_BY_THEN;
import static io.broadside.schemas.Topic.Cleanup.GONE_BY_THEN_BOUNDED;
import static io.broadside.schemas.Topic.Owner.PUBLISHER_SERVICE;
import static io.broadside.schemas.Topic.Owner.RETRY_SERVICE;
import static io.broadside.schemas.Topic.Owner.TOKEN_SERVICE;
import static io.broadside.schemas.Topic.Owner.WEBHOOK_INGEST;

import io.broadside.events.Amendment;
import io.broadside.events.ApiCall;
import io.broadside.events.CancelRequest;
import io.broadside.events.ChangeRequest;
import io.broadside.events.CommandEnded;
import io.broadside.events.Confirmation;
import io.broadside.events.Connection;
import io.broadside.events.ConnectionEvent;
import io.broadside.events.Credential;
import io.broadside.events.DeadLetter;
import io.broadside.events.DelayedCommand;
import io.broadside.events.FreshToken;
import io.broadside.events.InboundEvent;
import io.broadside.events.PostResult;
import io.broadside.events.PublishCommand;
import io.broadside.events.PublishRequest;
import io.broadside.events.QuarantinedDelivery;
import io.broadside.events.RawDelivery;
import io.broadside.events.RefreshRequest;
import io.broadside.events.WaitingPosts;
import io.broadside.events.Withdrawal;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;

/** The topic catalogue: every topic of the pipeline, declared once. */
public final class Topics {

    public static final Topic<PublishRequest> REQUESTS =
            topic("publish.requests", PUBLISHER_SERVICE, PublishRequest.class, "requestId", days(7));
    public static final Topic<CancelRequest> CANCELLATIONS =
            topic("publish.cancellations", PUBLISHER_SERVICE, CancelRequest.class, "requestId", days(7));
    public static final Topic<Withdrawal> WITHDRAWALS =
            topic("publish.withdrawals", PUBLISHER_SERVICE, Withdrawal.class, "connectionId", days(7));
    public static final Topic<ChangeRequest> CHANGES =
            topic("publish.changes", PUBLISHER_SERVICE, ChangeRequest.class, "requestId", days(7));
    public static final Topic<Amendment> AMENDMENTS =
            topic("publish.amendments", PUBLISHER_SERVICE, Amendment.class, "connectionId", days(7));
    /** Ends of commands that later ones wait for. */
    public static final Topic<CommandEnded> ENDED =
            topic("publish.ended", PUBLISHER_SERVICE, CommandEnded.class, "connectionId", days(7));

    public static final Topic<DelayedCommand> BACKOFF_429 =
            topic("publish.backoff.429", RETRY_SERVICE, DelayedCommand.class, "connectionId", days(7));
    public static final Topic<DelayedCommand> BACKOFF_5XX =
            topic("publish.backoff.5xx", RETRY_SERVICE, DelayedCommand.class, "connectionId", days(7));
    public static final Topic<DelayedCommand> BACKOFF_UNCONFIRMED =
            topic("publish.backoff.unconfirmed", RETRY_SERVICE, DelayedCommand.class, "connectionId", days(7));
    /** Scheduled posts, processing polls, posts held for a token or a person. */
    public static final Topic<DelayedCommand> WAITING =
            topic("publish.waiting", RETRY_SERVICE, DelayedCommand.class, "connectionId", days(60));

    /** What platforms told of posts that may wait to learn their fate. */
    public static final Topic<Confirmation> CONFIRMATIONS =
            topic("publish.confirmations", RETRY_SERVICE, Confirmation.class, "connectionId", days(7));

    public static final Topic<PostResult> RESULTS =
            topic("publish.results", PUBLISHER_SERVICE, PostResult.class, "requestId", days(30));
    public static final Topic<DeadLetter> DEAD_LETTERS =
            topic("publish.dead-letters", RETRY_SERVICE, DeadLetter.class, "connectionId", days(30));

    public static final Topic<RefreshRequest> REFRESH_REQUESTS =
            topic("tokens.refresh-requests", TOKEN_SERVICE, RefreshRequest.class, "connectionId", days(7));
    public static final Topic<FreshToken> FRESH_TOKENS =
            new Topic<>("tokens.fresh", TOKEN_SERVICE, FreshToken.class, "connectionId", COMPACT, days(1));
    public static final Topic<Connection> CONNECTIONS =
            new Topic<>("connections", TOKEN_SERVICE, Connection.class, "connectionId", COMPACT, days(1));
    public static final Topic<Credential> CREDENTIALS =
            new Topic<>("connections.credentials", TOKEN_SERVICE, Credential.class, "connectionId", COMPACT, days(1));
    public static final Topic<ConnectionEvent> CONNECTION_EVENTS =
            topic("connections.events", TOKEN_SERVICE, ConnectionEvent.class, "connectionId", days(30));
    /** How many posts wait on each connection, for people. */
    public static final Topic<WaitingPosts> WAITING_POSTS =
            new Topic<>("connections.waiting", RETRY_SERVICE, WaitingPosts.class, "connectionId", COMPACT, days(1));

    /**
     * Originals of webhook deliveries. LinkedIn forbids keeping them for longer than 48 hours, and what was refused at first may be stored
     * up to four hours after it came.
     */
    public static final Topic<RawDelivery> INBOUND_RAW = new Topic<>(
            "inbound.raw", WEBHOOK_INGEST, RawDelivery.class, "delivery key", GONE_BY_THEN, Duration.ofHours(44));

    public static final Topic<InboundEvent> INBOUND_EVENTS =
            topic("inbound.events", WEBHOOK_INGEST, InboundEvent.class, "platform:accountId", days(7));
    public static final Topic<QuarantinedDelivery> INBOUND_QUARANTINE = new Topic<>(
            "inbound.quarantine",
            WEBHOOK_INGEST,
            QuarantinedDelivery.class,
            "delivery key",
            GONE_BY_THEN_BOUNDED,
            Duration.ofHours(44));

    public static final Topic<ApiCall> API_CALLS =
            topic("api.calls", PUBLISHER_SERVICE, ApiCall.class, "connectionId", days(7));

    private static final List<Topic<?>> SHARED = List.of(
            REQUESTS,
            CANCELLATIONS,
            WITHDRAWALS,
            CHANGES,
            AMENDMENTS,
            ENDED,
            BACKOFF_429,
            BACKOFF_5XX,
            BACKOFF_UNCONFIRMED,
            WAITING,
            CONFIRMATIONS,
            RESULTS,
            DEAD_LETTERS,
            REFRESH_REQUESTS,
            FRESH_TOKENS,
            CONNECTIONS,
            CREDENTIALS,
            CONNECTION_EVENTS,
            WAITING_POSTS,
            INBOUND_RAW,
            INBOUND_EVENTS,
            INBOUND_QUARANTINE,
            API_CALLS);

    private static final String COMMANDS_PREFIX = "publish.commands.";

    private Topics() {}

    /** The commands of one platform, by its id in lower case. */
    public static Topic<PublishCommand> commands(String platform) {
        return topic(COMMANDS_PREFIX + platform, PUBLISHER_SERVICE, PublishCommand.class, "connectionId", days(7));
    }

    /** The platform whose commands are on this topic. The topic must be one that {@link #commands} named. */
    public static String platformOf(String commandsTopic) {
        if (!commandsTopic.startsWith(COMMANDS_PREFIX)) {
            throw new IllegalArgumentException("Not a topic of commands: " + commandsTopic);
        }
        return commandsTopic.substring(COMMANDS_PREFIX.length());
    }

    /** Every topic there is, for these platforms. */
    public static List<Topic<?>> all(List<String> platforms) {
        Stream<Topic<?>> perPlatform = platforms.stream().map(Topics::commands);
        return Stream.concat(SHARED.stream(), perPlatform).toList();
    }

    private static <V extends SpecificRecord> Topic<V> topic(
            String name, Topic.Owner owner, Class<V> type, String keyMeaning, Duration retention) {
        return new Topic<>(name, owner, type, keyMeaning, DELETE, retention);
    }

    private static Duration days(int days) {
        return Duration.ofDays(days);
    }
}
