package io.broadside.token.health;

import io.broadside.events.Connection;
import io.broadside.events.ConnectionEventKind;
import io.broadside.events.Credential;
import io.broadside.events.RefreshReason;
import io.broadside.events.RefreshRequest;
import io.broadside.runtime.dispatch.Decision;
import io.broadside.runtime.dispatch.EffectHandler;
import io.broadside.runtime.dispatch.Outputs;
import io.broadside.runtime.dispatch.Reconciled;
import io.broadside.runtime.dispatch.Unreadable;
import io.broadside.runtime.dispatch.Work;
import io.broadside.runtime.http.CallContext;
import io.broadside.runtime.vault.KeysetName;
import io.broadside.runtime.vault.Vault;
import io.broadside.runtime.vault.VaultException;
import io.broadside.schemas.ErrorCode;
import io.broadside.schemas.EventSerdes;
import io.broadside.schemas.Topics;
import io.broadside.token.AccessTokens;
import io.broadside.token.Doubts;
import io.broadside.token.KnownConnections;
import io.broadside.token.Quiet;
import io.broadside.token.platform.Account;
import io.broadside.token.platform.Inspection;
import io.broadside.token.platform.TokenPlatform;
import io.broadside.token.platform.TokenPlatforms;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes how connections fare. It answers the requests of {@link HealthScan} (reason INSPECTION), and leaves all others to the handler
 * that renews: one dispatcher for both, so that a connection has one writer, whose records and the note that they are written
 * are one transaction.
 *
 * <ol>
 *   <li>A warning is given once. Whether it was given is read behind a barrier that waits for everything written before, by a
 *       former owner too; and it is written in the transaction that marks the request as done.
 *   <li>What an inspection finds is written in the transaction that ends it: status and event become visible together.
 *   <li>An inspection that is interrupted, or whose answer got lost, has done nothing: it is asked for again.
 *   <li>What was found of a token that is no longer the current one is dropped.
 * </ol>
 */
public final class HealthHandler implements EffectHandler<RefreshRequest> {

    private static final Logger LOGGER = LoggerFactory.getLogger(HealthHandler.class);

    private final EffectHandler<RefreshRequest> renewing;
    private final KnownConnections connections;
    private final TokenPlatforms platforms;
    private final AccessTokens tokens;
    private final Vault vault;
    private final EventSerdes serdes;
    private final HealthMetrics metrics;
    private final Clock clock;
    private final Doubts doubts = new Doubts();

    private final Quiet quiet = new Quiet();

    /** @param renewing what all other requests are for */
    public HealthHandler(
            EffectHandler<RefreshRequest> renewing,
            KnownConnections connections,
            TokenPlatforms platforms,
            AccessTokens tokens,
            Vault vault,
            EventSerdes serdes,
            HealthMetrics metrics,
            Clock clock) {
        this.renewing = renewing;
        this.connections = connections;
        this.platforms = platforms;
        this.tokens = tokens;
        this.vault = vault;
        this.serdes = serdes;
        this.metrics = metrics;
        this.clock = clock;
    }

    /** A connection and its platform. */
    private record Subject(Connection connection, TokenPlatform platform) {}

    @Override
    public Decision decide(Work<RefreshRequest> work) {
        if (!isAboutHealth(work) || !work.key().equals(work.value().getConnectionId())) {
            return renewing.decide(work);
        }
        var now = clock.instant();
        var isWanted = subject(work)
                .filter(subject -> Review.isDue(subject.connection(), subject.platform(), now)
                        || InspectionPlan.isDue(subject.connection(), now))
                .isPresent();
        // What the tables do not know yet is asked for again by the next scan.
        return isWanted ? new Decision.Attempt(Outputs.none()) : new Decision.Settle(Outputs.none());
    }

    @Override
    public Outputs run(Work<RefreshRequest> work) {
        if (!isAboutHealth(work)) {
            return renewing.run(work);
        }
        if (!connections.bringUpToDate()) {
            return Outputs.none();
        }
        var found = subject(work);
        if (found.isEmpty()) {
            return Outputs.none();
        }
        var subject = found.get();
        var review = Review.of(subject.connection(), subject.platform(), clock.instant());
        return review.isPresent()
                ? written(work, subject, review.get())
                : InspectionPlan.isDue(subject.connection(), clock.instant()) ? inspect(work, subject) : Outputs.none();
    }

    @Override
    public Reconciled reconcile(Work<RefreshRequest> work) {
        return isAboutHealth(work)
                ? new Reconciled(Reconciled.Verdict.CANNOT_TELL, Outputs.none())
                : renewing.reconcile(work);
    }

    @Override
    public Outputs unreadable(Unreadable unreadable) {
        return renewing.unreadable(unreadable);
    }

    @Override
    public Outputs failed(Work<RefreshRequest> work, Throwable cause) {
        return renewing.failed(work, cause);
    }

    @Override
    public boolean admits(String topic) {
        return renewing.admits(topic);
    }

    @Override
    public void owns(Map<String, Integer> partitionsByTopic) {
        renewing.owns(partitionsByTopic);
    }

    private Outputs inspect(Work<RefreshRequest> work, Subject subject) {
        var connection = subject.connection();
        var id = connection.getConnectionId();
        var sealed = tokens.sealedToken(id, connection.getTokenVersion());
        if (sealed.isEmpty() || quiet.isFor(connection.getPlatform(), id, clock.instant())) {
            return Outputs.none();
        }
        Inspection inspection;
        try {
            var token = vault.unseal(KeysetName.ACCESS, sealed.get(), id);
            inspection = subject.platform().inspect(token, Account.of(connection), contextOf(work, connection));
        } catch (VaultException e) {
            LOGGER.atError()
                    .addKeyValue("connectionId", id)
                    .addKeyValue("cause", e.getMessage())
                    .log("access token cannot be opened");
            return Outputs.none();
        }
        if (!connections.bringUpToDate() || !connections.connection(id).equals(Optional.of(connection))) {
            return Outputs.none();
        }
        note(connection, inspection);
        if (Findings.isRefusal(inspection) && !doubts.believes(connection, clock.instant())) {
            return Outputs.none();
        }
        if (mayBeTakenAnew(inspection, connection)) {
            return written(work, subject, new Change(connection, Optional.empty(), true));
        }
        return Findings.of(inspection, connection, subject.platform(), clock.instant())
                .map(change -> written(work, subject, change))
                .orElse(Outputs.none());
    }

    /** A token that came by the person's: the handler that renews tries that before a person is asked. */
    private boolean mayBeTakenAnew(Inspection inspection, Connection connection) {
        return inspection instanceof Inspection.Refused(var code, var _)
                && (code == ErrorCode.TOKEN_EXPIRED || code == ErrorCode.TOKEN_REVOKED)
                && connections
                        .credential(connection.getConnectionId())
                        .flatMap(Credential::getSealedUserToken)
                        .isPresent();
    }

    private void note(Connection connection, Inspection inspection) {
        var platform = connection.getPlatform();
        if (!(inspection instanceof Inspection.Unavailable)) {
            quiet.answered(platform, clock.instant());
        }
        switch (inspection) {
            case Inspection.Found _ -> {
                doubts.accepted(platform);
                metrics.inspected(platform, "accepted");
            }
            case Inspection.Refused(var code, var _) -> refused(connection, code);
            case Inspection.Withdrawn _ -> refused(connection, ErrorCode.TOKEN_REVOKED);
            case Inspection.Unavailable(var code, var _, var retryAfter) -> {
                metrics.inspected(platform, "unavailable");
                retryAfter.ifPresent(
                        wait -> quiet.wanted(platform, connection.getConnectionId(), wait, clock.instant()));
                LOGGER.atWarn()
                        .addKeyValue("connectionId", connection.getConnectionId())
                        .addKeyValue("platform", platform)
                        .addKeyValue("errorCode", code)
                        .log("token could not be inspected; it is tried again");
            }
        }
    }

    private void refused(Connection connection, ErrorCode code) {
        metrics.inspected(connection.getPlatform(), "refused");
        LOGGER.atWarn()
                .addKeyValue("connectionId", connection.getConnectionId())
                .addKeyValue("platform", connection.getPlatform())
                .addKeyValue("errorCode", code)
                .log("inspection of a token was refused");
    }

    private Outputs written(Work<RefreshRequest> work, Subject subject, Change change) {
        var id = change.connection().getConnectionId();
        var out = Outputs.to(serdes, work.trace().child());
        if (!change.connection().equals(subject.connection())) {
            out.add(Topics.CONNECTIONS, id, change.connection());
        }
        change.event().ifPresent(event -> {
            out.add(Topics.CONNECTION_EVENTS, id, event);
            if (event.getKind() == ConnectionEventKind.EXPIRING) {
                var days = event.getActBefore().map(_ -> change.connection().getWarnedDays());
                metrics.warned(event.getPlatform(), days.orElse(0));
            }
            LOGGER.atWarn()
                    .addKeyValue("connectionId", id)
                    .addKeyValue("platform", event.getPlatform())
                    .addKeyValue("kind", event.getKind())
                    .addKeyValue("errorCode", event.getReason().orElse(""))
                    .log("a person is told of a connection");
        });
        if (change.isRenewalWanted()) {
            out.add(Topics.REFRESH_REQUESTS, id, renewal(work.value(), change, subject.connection()));
        }
        return out.build();
    }

    /** Nothing has changed where a token was refused; where its end is to be learnt, the inspection has. */
    private RefreshRequest renewal(RefreshRequest asked, Change change, Connection before) {
        return RefreshRequest.newBuilder(asked)
                .setTokenVersion(before.getTokenVersion())
                .setReason(change.connection().equals(before) ? RefreshReason.REFUSED : RefreshReason.EXPIRING)
                .setRequestedAt(clock.instant())
                .setAttempt(1)
                .build();
    }

    private static CallContext contextOf(Work<RefreshRequest> work, Connection connection) {
        return new CallContext(
                connection.getConnectionId(),
                Optional.empty(),
                Optional.empty(),
                work.value().getAttempt(),
                OptionalLong.of(connection.getTokenVersion()),
                work.trace(),
                work.lease());
    }

    private static boolean isAboutHealth(Work<RefreshRequest> work) {
        return work.value().getReason() == RefreshReason.INSPECTION;
    }

    private Optional<Subject> subject(Work<RefreshRequest> work) {
        return connections
                .connection(work.value().getConnectionId())
                .flatMap(connection ->
                        platforms.find(connection.getPlatform()).map(platform -> new Subject(connection, platform)));
    }
}
