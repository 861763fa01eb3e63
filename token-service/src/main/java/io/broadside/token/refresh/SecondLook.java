package io.broadside.token.refresh;

import io.broadside.events.Credential;
import io.broadside.runtime.config.Secret;
import io.broadside.runtime.http.CallContext;
import io.broadside.runtime.vault.KeysetName;
import io.broadside.runtime.vault.Vault;
import io.broadside.runtime.vault.VaultException;
import io.broadside.schemas.ErrorCode;
import io.broadside.token.AccessTokens;
import io.broadside.token.platform.Account;
import io.broadside.token.platform.Inspection;
import io.broadside.token.platform.RefreshAnswer;
import io.broadside.token.platform.TokenPair;
import io.broadside.token.platform.TokenPlatform;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.SequencedMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is tried before a person is asked for a token that was refused and that nothing renews. A single refusal may be wrong.
 *
 * <ol>
 *   <li>A new token is taken with the person's own, where that is stored and the platform knows such a thing.
 *   <li>Otherwise the token is shown to its platform; one that is found good gets a second chance.
 *   <li>There is no third one: a token that came of this and is refused within {@link #CHANCE} is dead, whatever a look says.
 * </ol>
 *
 * Safe for use by many threads.
 */
final class SecondLook {

    private static final Logger LOGGER = LoggerFactory.getLogger(SecondLook.class);

    /** What waits for a token tries it within seconds; what comes later is another refusal. */
    static final Duration CHANCE = Duration.ofHours(1);

    private static final int MOST = 10_000;

    private final AccessTokens tokens;
    private final Vault vault;
    private final Clock clock;
    private final SequencedMap<String, Chance> chances = new LinkedHashMap<>();

    private record Chance(long version, Instant at) {}

    SecondLook(AccessTokens tokens, Vault vault, Clock clock) {
        this.tokens = tokens;
        this.vault = vault;
        this.clock = clock;
    }

    /** What came of it. */
    sealed interface Seen {

        /** There is another token. */
        record Anew(TokenPair tokens) implements Seen {}

        /** It is accepted. */
        record Good(ByteBuffer sealedToken) implements Seen {}

        /**
         * It is not.
         *
         * @param sentence what the platform says to that, if it was asked
         * @param isCertain whether it says that the person has ended it
         */
        record Dead(ErrorCode code, Optional<String> sentence, boolean isCertain) implements Seen {}

        /** It cannot be found out now. */
        record NotNow(ErrorCode cause, Optional<Duration> retryAfter) implements Seen {}

        /** The token is not here: perhaps not yet. */
        record Missing() implements Seen {}
    }

    /** Whether the current token is what came of an earlier look, a short while ago. */
    synchronized boolean hadItsChance(KnownState state) {
        var chance = chances.get(state.connection().getConnectionId());
        return chance != null
                && chance.version() == state.version()
                && clock.instant().isBefore(chance.at().plus(CHANCE));
    }

    /** The connection has got another token, or the same again, under this version. */
    synchronized void gaveAChance(String connectionId, long version) {
        chances.putLast(connectionId, new Chance(version, clock.instant()));
        while (chances.size() > MOST) {
            chances.pollFirstEntry();
        }
    }

    /** Makes a few calls, none of which changes anything. */
    Seen at(KnownState state, TokenPlatform platform, CallContext context) {
        var connection = state.connection();
        var id = connection.getConnectionId();
        var sealed = tokens.sealedToken(id, state.version());
        if (sealed.isEmpty()) {
            return new Seen.Missing();
        }
        var token = opened(KeysetName.ACCESS, sealed.get(), id);
        if (token.isEmpty()) {
            return new Seen.NotNow(ErrorCode.INTERNAL, Optional.empty());
        }
        var account = Account.of(connection);
        var derived = state.credential()
                .flatMap(Credential::getSealedUserToken)
                .flatMap(user -> opened(KeysetName.REFRESH, user, id))
                .flatMap(user -> platform.derive(user, account, context));
        if (derived.isPresent()) {
            switch (derived.get()) {
                case RefreshAnswer.Renewed(var pair)
                when !pair.accessToken().equals(token.get()) -> {
                    return new Seen.Anew(pair);
                }
                case RefreshAnswer.NotNow(var cause, var retryAfter) -> {
                    return new Seen.NotNow(cause, retryAfter);
                }
                case RefreshAnswer.Unclear(var cause) -> {
                    return new Seen.NotNow(cause, Optional.empty());
                }
                // The person's token may be dead while the account's is not.
                case RefreshAnswer.Renewed _, RefreshAnswer.Refused _ -> {}
            }
        }
        return switch (platform.inspect(token.get(), account, context)) {
            case Inspection.Found _ -> new Seen.Good(sealed.get());
            case Inspection.Refused(var code, var sentence) ->
                new Seen.Dead(
                        code == ErrorCode.UNKNOWN_REFUSAL ? ErrorCode.TOKEN_REVOKED : code,
                        Optional.of(sentence),
                        false);
            case Inspection.Withdrawn(var sentence) ->
                new Seen.Dead(ErrorCode.TOKEN_REVOKED, Optional.of(sentence), true);
            case Inspection.Unavailable(var cause, var _, var retryAfter) -> new Seen.NotNow(cause, retryAfter);
        };
    }

    private Optional<Secret> opened(KeysetName keyset, ByteBuffer sealed, String connectionId) {
        try {
            return Optional.of(vault.unseal(keyset, sealed, connectionId));
        } catch (VaultException e) {
            LOGGER.atError()
                    .addKeyValue("connectionId", connectionId)
                    .addKeyValue("cause", e.getMessage())
                    .log("token cannot be opened, and is not looked at again");
            return Optional.empty();
        }
    }
}
