package io.broadside.token.refresh;

import io.broadside.events.Connection;
import io.broadside.events.ConnectionStatus;
import io.broadside.events.RefreshReason;
import io.broadside.events.RefreshRequest;
import io.broadside.runtime.config.Secret;
import io.broadside.runtime.dispatch.Decision;
import io.broadside.runtime.dispatch.EffectHandler;
import io.broadside.runtime.dispatch.Outputs;
import io.broadside.runtime.dispatch.Reconciled;
import io.broadside.runtime.dispatch.Unreadable;
import io.broadside.runtime.dispatch.Work;
import io.broadside.runtime.http.CallContext;
import io.broadside.runtime.tracing.Trace;
import io.broadside.runtime.vault.KeysetName;
import io.broadside.runtime.vault.Vault;
import io.broadside.runtime.vault.VaultException;
import io.broadside.schemas.ErrorCode;
import io.broadside.token.AccessTokens;
import io.broadside.token.Doubts;
import io.broadside.token.KnownConnections;
import io.broadside.token.platform.RefreshAnswer;
import io.broadside.token.platform.Refresher;
import io.broadside.token.platform.TokenPair;
import io.broadside.token.platform.TokenPlatform;
import io.broadside.token.platform.TokenPlatforms;
import io.broadside.token.platform.TokenPolicy.Renewal;
import io.broadside.token.refresh.SecondLook.Seen;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Renews tokens, one at a time for each connection. What it promises, on top of what the dispatcher promises to it:
 *
 * <ol>
 *   <li><b>One call per token version.</b> A request based on an older version than the current one is already served.
 *       What is current is asked behind a barrier that waits for everything written before, by a former owner too: a
 *       refresh token that was used is never used again by us.
 *   <li><b>Durable before use.</b> The new pair is written in the transaction that marks the request as done; nobody sees
 *       the new access token before its refresh token is safe.
 *   <li><b>Trouble passes.</b> While the platform, the way to it, the broker or our own app is in trouble, the request goes
 *       round again, a few seconds apart, for as long as it takes. It never ends in asking a person. Of a platform in trouble only so
 *       many wait here; the rest is asked for again by {@link DueScan}, and other platforms have room. After some answers in a row that
 *       cannot be used, those who wait try whether it has passed, before others are asked for.
 *   <li><b>A refusal is looked at twice.</b> Before a person is asked, the tables are brought up to date once more: perhaps
 *       the connection was made anew in the meantime. Refusals of many at once are not believed ({@link Doubts}). A token that
 *       nothing renews is taken anew with the person's, or shown to its platform, once ({@link SecondLook}).
 *   <li><b>A lost answer is noticed at once.</b> If no answer to a call with a single-use refresh token came, the same token
 *       is tried once more, immediately, or in the next round where the request's time is used up. If it is refused, the platform has used it up for an answer nobody has: the
 *       chain is broken, and a person is asked now and not when the next renewal would be due.
 *   <li><b>A crash is a lost answer.</b> A request whose call a former owner may have made is not called for here but goes
 *       out anew ({@link #reconcile}), so that the second try has a durable intent of its own. Whether it is needed is
 *       seen then: if the former owner's outcome became durable, the request is already served; and if it was this process
 *       that was answered and could not write, it still has the answer.
 * </ol>
 */
public final class RefreshHandler implements EffectHandler<RefreshRequest> {

    private static final Logger LOGGER = LoggerFactory.getLogger(RefreshHandler.class);

    /** So often a connection that is behind its credential is waited for; then it will not come any more. */
    private static final int PATIENT_ATTEMPTS = 4;

    private final KnownConnections connections;
    private final Vault vault;
    private final TokenPlatforms platforms;
    private final RefreshRecords records;
    private final Unwanted unwanted;
    private final RefreshMetrics metrics;
    private final Clock clock;

    private final Retries retries = new Retries();
    private final KeptAnswers answers = new KeptAnswers();

    private final Doubts doubts = new Doubts();

    private final Troubles troubles;

    private final SecondLook secondLook;

    /** What becomes of a token that came for a connection nobody wants any more. */
    @FunctionalInterface
    public interface Unwanted {
        /** The pair is not stored anywhere. May block, for a few seconds. */
        void dropped(Connection connection, TokenPair tokens, Trace trace);
    }

    public RefreshHandler(
            KnownConnections connections,
            AccessTokens tokens,
            Vault vault,
            TokenPlatforms platforms,
            RefreshRecords records,
            Pause pause,
            Unwanted unwanted,
            RefreshMetrics metrics,
            Clock clock) {
        this.connections = connections;
        this.vault = vault;
        this.platforms = platforms;
        this.records = records;
        this.troubles = new Troubles(pause, metrics, clock);
        this.secondLook = new SecondLook(tokens, vault, clock);
        this.unwanted = unwanted;
        this.metrics = metrics;
        this.clock = clock;
    }

    /** Settles only what is certain whatever the tables do not know yet: versions grow, and their ends are for good. */
    @Override
    public Decision decide(Work<RefreshRequest> work) {
        var request = work.value();
        if (!work.key().equals(request.getConnectionId())) {
            // Only records of one key are worked on one after another: under another key it might run beside them.
            return new Decision.Settle(records.underItsOwnKey(request, work.trace()));
        }
        if (request.getReason() == RefreshReason.RESEAL) {
            return new Decision.Attempt(Outputs.none());
        }
        var isServed = KnownState.of(connections, request.getConnectionId())
                .filter(state -> state.hasServed(request))
                .isPresent();
        if (isServed || retries.follow(request)) {
            metrics.served(request.getPlatform());
            return new Decision.Settle(Outputs.none());
        }
        return new Decision.Attempt(Outputs.none());
    }

    @Override
    public Outputs run(Work<RefreshRequest> work) {
        var request = work.value();
        retries.begun(request);
        if (!connections.bringUpToDate()) {
            return later(work, ErrorCode.INTERNAL, Optional.empty());
        }
        var found = KnownState.of(connections, request.getConnectionId());
        if (found.isEmpty()) {
            RefreshLog.warn(request, "refresh of an unknown connection was asked for", ErrorCode.UNKNOWN_CONNECTION);
            return Outputs.none();
        }
        var state = found.get();
        if (request.getReason() == RefreshReason.RESEAL) {
            return reseal(work, state);
        }
        if (state.hasServed(request)) {
            metrics.served(request.getPlatform());
            return Outputs.none();
        }
        if (request.getTokenVersion() > state.version()) {
            RefreshLog.warn(request, "refresh of a token that does not exist was asked for", ErrorCode.TOKEN_MISSING);
            return Outputs.none();
        }
        if (!state.isWhole() && (state.isConnectionAhead() || request.getAttempt() < PATIENT_ATTEMPTS)) {
            return later(work, ErrorCode.INTERNAL, Optional.empty());
        }
        return renew(work, state.byNewest());
    }

    private Outputs renew(Work<RefreshRequest> work, KnownState state) {
        var platform = platforms
                .find(state.connection().getPlatform())
                .orElseThrow(() -> new IllegalStateException("Unknown platform"));
        return switch (platform.policy().renewal()) {
            case Renewal.ByPerson(var advice) -> notRenewable(work, state, platform, advice);
            case Renewal.ByRefreshToken(var isSingleUse, var refresher) ->
                state.sealedRefreshToken()
                        .map(token -> renew(work, state, token, isSingleUse, refresher))
                        .orElseGet(() -> notRenewable(
                                work,
                                state,
                                platform,
                                "Connect the " + platform.title()
                                        + " account again: there is no refresh token that could renew it."));
            case Renewal.ByItself(var refresher) ->
                state.sealedRefreshToken()
                        .filter(_ ->
                                !platform.policy().isTooYoung(state.connection().getRefreshedAt(), clock.instant()))
                        .map(token -> renew(work, state, token, true, refresher))
                        .orElseGet(() -> notRenewable(
                                work,
                                state,
                                platform,
                                "Connect the " + platform.title()
                                        + " account again: its token does not work, and cannot be renewed without"
                                        + " a person."));
        };
    }

    /**
     * What a former owner may have called for. Nothing is called here: the request goes out again as the next attempt. By
     * then the former owner's outcome either is in the tables, and the request is served, or never will be, and the stored
     * refresh token is tried once: it works if the former call never arrived, and is refused if it did.
     */
    @Override
    public Reconciled reconcile(Work<RefreshRequest> work) {
        return new Reconciled(Reconciled.Verdict.CANNOT_TELL, again(work));
    }

    /** What went round for partitions that come back may have ended elsewhere meanwhile. */
    @Override
    public void owns(Map<String, Integer> partitionsByTopic) {
        retries.clear();
    }

    @Override
    public Outputs unreadable(Unreadable unreadable) {
        return records.deadLetter(unreadable);
    }

    /** A bug: the record is kept for a person, and the connection is asked for again when its end comes near. */
    @Override
    public Outputs failed(Work<RefreshRequest> work, Throwable cause) {
        LOGGER.atError()
                .addKeyValue("connectionId", work.value().getConnectionId())
                .addKeyValue("cause", cause.getClass().getName())
                .log("refresh failed by a fault of ours; see the dead letter");
        return records.deadLetter(work, cause);
    }

    /** No call is made; it goes this way because nobody else may write while a renewal is under way. */
    private Outputs reseal(Work<RefreshRequest> work, KnownState state) {
        var request = work.value();
        if (request.getTokenVersion() < state.version()) {
            return Outputs.none();
        }
        if (!state.isWhole()) {
            return later(work, ErrorCode.INTERNAL, Optional.empty());
        }
        try {
            return records.resealed(state, request.getSealedToken(), work.trace());
        } catch (VaultException e) {
            RefreshLog.unopened(request, e, "what is stored cannot be opened, and stays as it is");
            return Outputs.none();
        }
    }

    /** A token that still works is left alone; one that has ended, or is refused for good, needs a person. */
    private Outputs notRenewable(Work<RefreshRequest> work, KnownState state, TokenPlatform platform, String advice) {
        var hasEnded = state.connection()
                .getAccessExpiresAt()
                .filter(end -> !clock.instant().isBefore(end))
                .isPresent();
        return switch (work.value().getReason()) {
            case REFUSED -> lookedAtAgain(work, state, platform, advice);
            case EXPIRING, MANUAL, INSPECTION, RESEAL, UNKNOWN ->
                hasEnded ? needsPerson(work, state, ErrorCode.TOKEN_EXPIRED, advice) : Outputs.none();
        };
    }

    private Outputs lookedAtAgain(Work<RefreshRequest> work, KnownState state, TokenPlatform platform, String advice) {
        if (secondLook.hadItsChance(state)) {
            return dead(work, state, new Seen.Dead(ErrorCode.TOKEN_REVOKED, Optional.empty(), false), advice);
        }
        if (doubts.areTooMany(state.connection().getPlatform(), clock.instant())) {
            return lookedAtLater(work, ErrorCode.UNKNOWN_REFUSAL, Optional.empty());
        }
        if (troubles.isToBeLeftAlone(work.value())) {
            return lookedAtLater(work, ErrorCode.RATE_LIMITED, Optional.empty());
        }
        var askedAt = clock.instant();
        return switch (secondLook.at(state, platform, contextOf(work))) {
            case Seen.Anew(var tokens) -> {
                troubles.answered(work.value());
                secondLook.gaveAChance(work.key(), state.version() + 1);
                yield renewed(work, state, tokens, askedAt);
            }
            case Seen.Good(var token) -> {
                troubles.answered(work.value());
                yield good(work, state, token);
            }
            case Seen.Dead seen -> {
                troubles.answered(work.value());
                yield dead(work, state, seen, advice);
            }
            case Seen.NotNow(var cause, var retryAfter) -> lookedAtLater(work, cause, retryAfter);
            // Nobody is asked for a token that was not looked at.
            case Seen.Missing _ -> lookedAtLater(work, ErrorCode.TOKEN_MISSING, Optional.empty());
        };
    }

    /** What was refused asks again in minutes, with the next call for it: only so many wait here for a look. */
    private Outputs lookedAtLater(Work<RefreshRequest> work, ErrorCode cause, Optional<Duration> retryAfter) {
        if (troubles.areTooMany(work.value().getPlatform())) {
            troubles.note(work.value(), cause, retryAfter);
            return Outputs.none();
        }
        return later(work, cause, retryAfter);
    }

    /** The refusal was a mistake. The token stays, as a newer one: what was refused with it is tried once more. */
    private Outputs good(Work<RefreshRequest> work, KnownState state, ByteBuffer sealedToken) {
        if (hasMovedOn(state)) {
            return Outputs.none();
        }
        var request = work.value();
        RefreshLog.warn(request, "refused token is accepted when it is looked at, and kept", ErrorCode.TOKEN_EXPIRED);
        doubts.accepted(request.getPlatform());
        metrics.renewed(request.getPlatform());
        secondLook.gaveAChance(work.key(), state.version() + 1);
        return records.kept(state, sealedToken, work.trace());
    }

    private Outputs dead(Work<RefreshRequest> work, KnownState state, Seen.Dead seen, String advice) {
        if (!connections.bringUpToDate()) {
            return later(work, ErrorCode.INTERNAL, Optional.empty());
        }
        if (hasMovedOn(state)) {
            metrics.served(work.value().getPlatform());
            return Outputs.none();
        }
        if (!seen.isCertain() && !doubts.believes(state.connection(), clock.instant())) {
            return lookedAtLater(work, ErrorCode.UNKNOWN_REFUSAL, Optional.empty());
        }
        var detail = seen.sentence().map(sentence -> advice + " " + sentence).orElse(advice);
        return needsPerson(work, state, seen.code(), detail);
    }

    private Outputs renew(
            Work<RefreshRequest> work,
            KnownState state,
            ByteBuffer sealedToken,
            boolean isSingleUse,
            Refresher refresher) {
        var request = work.value();
        var answered = answers.of(state.connection());
        if (answered.isPresent()) {
            RefreshLog.warn(request, "answer to a refresh was not written; it is written now", ErrorCode.INTERNAL);
            return answered.get();
        }
        Secret refreshToken;
        try {
            refreshToken = vault.unseal(KeysetName.REFRESH, sealedToken, request.getConnectionId());
        } catch (VaultException e) {
            RefreshLog.unopened(request, e, "refresh token cannot be opened");
            return later(work, ErrorCode.INTERNAL, Optional.empty());
        }
        // Asked last: who is let through may be the one that the platform is tried with.
        if (troubles.isToBeLeftAlone(request)) {
            return notNow(work, ErrorCode.RATE_LIMITED, Optional.empty());
        }
        if (isAskedForAgain(request) && troubles.areForOthersToTry(request)) {
            troubles.note(request, ErrorCode.UNEXPECTED_ANSWER, Optional.empty());
            return Outputs.none();
        }
        var wasInDoubt = troubles.isInDoubt(request);
        var context = contextOf(work);
        var askedAt = clock.instant();
        var answer = refresher.refresh(refreshToken, context);
        var isAnswerLost = false;
        if (isSingleUse && answer instanceof RefreshAnswer.Unclear(var cause)) {
            isAnswerLost = true;
            RefreshLog.warn(request, "answer to a refresh was lost; trying the same token once more", cause);
            askedAt = clock.instant();
            answer = refresher.refresh(refreshToken, context);
        }
        if (answer instanceof RefreshAnswer.Renewed || answer instanceof RefreshAnswer.Refused) {
            troubles.answered(request);
        }
        return switch (answer) {
            case RefreshAnswer.Renewed(var tokens) -> renewed(work, state, tokens, askedAt);
            case RefreshAnswer.Refused(var code) ->
                refused(work, state, code, isAnswerLost || wasInDoubt || request.getAttempt() > 1);
            case RefreshAnswer.Unclear(var cause) -> {
                troubles.unusable(request);
                yield notNow(work, cause, Optional.empty());
            }
            case RefreshAnswer.NotNow(var cause, var retryAfter) -> {
                if (isAnswerLost) {
                    troubles.unusable(request);
                }
                yield notNow(work, cause, retryAfter);
            }
        };
    }

    /**
     * Of what {@link DueScan} asks for again anyway, only so many wait here for it; what goes round already may have been answered once,
     * and is seen to its end.
     */
    private Outputs notNow(Work<RefreshRequest> work, ErrorCode cause, Optional<Duration> retryAfter) {
        var request = work.value();
        if (isAskedForAgain(request) && troubles.areTooMany(request.getPlatform())) {
            troubles.note(request, cause, retryAfter);
            return Outputs.none();
        }
        return later(work, cause, retryAfter);
    }

    /** Whether {@link DueScan} asks for it again in a minute if nothing comes of it. */
    private static boolean isAskedForAgain(RefreshRequest request) {
        return request.getReason() == RefreshReason.EXPIRING && request.getAttempt() == 1;
    }

    private static CallContext contextOf(Work<RefreshRequest> work) {
        var request = work.value();
        var version = OptionalLong.of(request.getTokenVersion());
        var none = Optional.<String>empty();
        return new CallContext(
                request.getConnectionId(), none, none, request.getAttempt(), version, work.trace(), work.lease());
    }

    private Outputs renewed(Work<RefreshRequest> work, KnownState state, TokenPair tokens, Instant askedAt) {
        var request = work.value();
        if (hasMovedOn(state)) {
            RefreshLog.warn(
                    request,
                    "connection was changed during a refresh; the refreshed token is dropped",
                    ErrorCode.TOKEN_EXPIRED);
            if (isDisconnected(request.getConnectionId())) {
                unwanted.dropped(state.connection(), tokens, work.trace().child());
            }
            return Outputs.none();
        }
        LOGGER.atDebug()
                .addKeyValue("connectionId", request.getConnectionId())
                .addKeyValue("platform", request.getPlatform())
                .addKeyValue("tokenVersion", state.version() + 1)
                .log("token renewed");
        metrics.renewed(request.getPlatform());
        doubts.accepted(request.getPlatform());
        var outputs = records.renewed(state, tokens, askedAt, work.trace());
        answers.keep(state.connection(), outputs);
        return outputs;
    }

    private Outputs refused(Work<RefreshRequest> work, KnownState state, String platformCode, boolean mayBeBroken) {
        if (!connections.bringUpToDate()) {
            return later(work, ErrorCode.INTERNAL, Optional.empty());
        }
        if (hasMovedOn(state)) {
            metrics.served(work.value().getPlatform());
            return Outputs.none();
        }
        if (!doubts.believes(state.connection(), clock.instant())) {
            return notNow(work, ErrorCode.UNKNOWN_REFUSAL, Optional.empty());
        }
        var detail = mayBeBroken
                ? "Connect the account again: the platform refuses the refresh token (" + platformCode
                        + "), and an earlier attempt to renew had no clear answer, which may have used it up."
                : "Connect the account again: the platform refuses the refresh token (" + platformCode + ").";
        return needsPerson(work, state, ErrorCode.TOKEN_REVOKED, detail);
    }

    private Outputs needsPerson(Work<RefreshRequest> work, KnownState state, ErrorCode reason, String detail) {
        LOGGER.atWarn()
                .addKeyValue("connectionId", work.value().getConnectionId())
                .addKeyValue("platform", work.value().getPlatform())
                .addKeyValue("errorCode", reason)
                .addKeyValue("attempt", work.value().getAttempt())
                .log("connection needs a person");
        metrics.needsPerson(work.value().getPlatform());
        return records.needsReauth(state, reason, detail, work.trace());
    }

    /**
     * Waits a little, then sends the request round again. The key is kept busy meanwhile, so that however many requests there
     * are for a connection, the platform is asked no more often.
     */
    private Outputs later(Work<RefreshRequest> work, ErrorCode cause, Optional<Duration> retryAfter) {
        var request = work.value();
        troubles.note(request, cause, retryAfter);
        troubles.sitOut(request);
        return again(work);
    }

    private Outputs again(Work<RefreshRequest> work) {
        var request = work.value();
        var attempt = request.getAttempt() + 1;
        if (request.getReason() != RefreshReason.RESEAL) {
            retries.sent(request, attempt);
        }
        return records.again(request, attempt, work.trace());
    }

    /** Whether anybody has written it meanwhile: who writes beside renewals has the last word, whatever it is. */
    private boolean hasMovedOn(KnownState before) {
        return KnownState.of(connections, before.connection().getConnectionId())
                .filter(now -> now.version() == before.version()
                        && now.byNewest().connection().equals(before.connection()))
                .isEmpty();
    }

    private boolean isDisconnected(String connectionId) {
        return connections
                .connection(connectionId)
                .filter(now -> now.getStatus() != ConnectionStatus.DISCONNECTED)
                .isEmpty();
    }
}
