package io.broadside.token.connect;

import io.broadside.runtime.http.CallContext;
import io.broadside.runtime.tracing.Trace;
import io.broadside.runtime.vault.Vault;
import io.broadside.schemas.ErrorCode;
import io.broadside.token.platform.Account;
import io.broadside.token.platform.Grant;
import io.broadside.token.platform.Inspection;
import io.broadside.token.platform.Step;
import io.broadside.token.platform.TokenPlatform;
import io.broadside.token.platform.TokenPlatforms;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Makes a connection of a pasted token, which is shown to its platform first, unless the request says otherwise. It is stored as
 * {@link Acceptance} promises.
 *
 * Safe for use by many threads.
 */
public final class Pasting {

    private static final Duration PLATFORM_RETRY = Duration.ofSeconds(30);
    private static final Duration STORE_RETRY = Duration.ofSeconds(5);

    private final TokenPlatforms platforms;
    private final Acceptance acceptance;
    private final Clock clock;

    public Pasting(TokenPlatforms platforms, ConnectionWriter writer, Vault vault, Clock clock) {
        this(platforms, (ConnectionStore) writer, vault, clock);
    }

    Pasting(TokenPlatforms platforms, ConnectionStore store, Vault vault, Clock clock) {
        this.platforms = platforms;
        this.acceptance = new Acceptance(store, vault, clock);
        this.clock = clock;
    }

    Pasted paste(PasteRequest request, Trace trace) {
        var platform = platforms
                .find(request.platform())
                .orElseThrow(() -> new IllegalArgumentException("Unknown platform: " + request.platform()));
        var handed = new TokenPlatform.Handed(request.accessToken(), request.accountId(), request.server());
        var signedIn = platform.signIn(handed, CallContext.forApp(trace));
        if (signedIn.isPresent()) {
            return switch (signedIn.get()) {
                case Step.Done<Grant>(var grant) -> stored(request, platform, grant, trace);
                case Step.Failed<Grant>(var code, var sentence) -> notSignedIn(code, sentence);
            };
        }
        if (request.server().isPresent()) {
            return belongsToNoServer();
        }
        if (!request.isInspected()) {
            var id = request.accountId().orElseThrow();
            var account = new Account(id, request.accountName().orElse(id));
            var unseen = new Inspection.Found(account, Optional.empty(), Optional.empty(), List.of());
            return connected(request, platform, unseen, trace);
        }
        return switch (platform.inspect(request.accessToken(), request.accountId(), CallContext.forApp(trace))) {
            case Inspection.Found found -> accepted(request, platform, found, trace);
            case Inspection.Refused(var code, var sentence) -> refused(code, sentence);
            case Inspection.Withdrawn(var sentence) -> refused(ErrorCode.TOKEN_REVOKED, sentence);
            case Inspection.Unavailable(var code, var sentence, var retryAfter) ->
                new Pasted.NotNow(code, sentence, retryAfter.orElse(PLATFORM_RETRY));
        };
    }

    private static Pasted belongsToNoServer() {
        var sentence =
                "A token is taken for an account of the configured server. To connect an account of another server, send an"
                        + " app password as accessToken, and leave server as it is.";
        return new Pasted.Refused(
                ErrorCode.INVALID_REQUEST, sentence, List.of(new FieldFault("server", "notUsed", sentence)));
    }

    private static Pasted refused(ErrorCode code, String sentence) {
        return new Pasted.Refused(
                code, sentence, List.of(new FieldFault("accessToken", "refusedByPlatform", sentence)));
    }

    private Pasted accepted(PasteRequest request, TokenPlatform platform, Inspection.Found found, Trace trace) {
        var expected = request.accountId();
        if (expected.isPresent() && !expected.get().equals(found.account().id())) {
            var sentence = "The token belongs to account " + found.account().id() + ", not to " + expected.get()
                    + ". Paste the token of that account, or leave accountId out.";
            return new Pasted.Refused(
                    ErrorCode.INVALID_REQUEST,
                    sentence,
                    List.of(new FieldFault("accountId", "otherAccount", sentence)));
        }
        return connected(request, platform, found, trace);
    }

    private static Pasted notSignedIn(ErrorCode code, String sentence) {
        return switch (code.recovery()) {
            case WAIT, RECONCILE -> new Pasted.NotNow(code, sentence, PLATFORM_RETRY);
            case NONE, TOKEN, PERSON ->
                new Pasted.Refused(
                        code, sentence, List.of(new FieldFault("accessToken", "refusedByPlatform", sentence)));
        };
    }

    private Pasted connected(PasteRequest request, TokenPlatform platform, Inspection.Found found, Trace trace) {
        return stored(request, platform, grant(request, platform, found), trace);
    }

    private Pasted stored(PasteRequest request, TokenPlatform platform, Grant grant, Trace trace) {
        try {
            var connection = acceptance.accept(request.profileId(), platform, grant, trace);
            return new Pasted.Connected(connection);
        } catch (NotStoredException _) {
            return new Pasted.NotNow(
                    ErrorCode.INTERNAL, "The connection could not be stored now. Send the token again.", STORE_RETRY);
        }
    }

    private Grant grant(PasteRequest request, TokenPlatform platform, Inspection.Found found) {
        return new Grant(
                found.account(),
                request.accessToken(),
                platform.policy().renewing(request.accessToken(), request.refreshToken()),
                Optional.empty(),
                found.expiresAt().or(() -> request.expiresIn().map(clock.instant()::plus)),
                Optional.empty(),
                found.dataAccessExpiresAt(),
                found.scopes(),
                platform.policy()
                        .missingFrom(
                                found.account().kind().orElse(platform.policy().accountKind()), found.scopes()));
    }
}
