package io.broadside.token.connect;

import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.events.Connection;
import io.broadside.events.ConnectionEventKind;
import io.broadside.events.ConnectionStatus;
import io.broadside.runtime.config.Secret;
import io.broadside.runtime.config.Settings;
import io.broadside.runtime.tracing.Trace;
import io.broadside.runtime.vault.KeysetName;
import io.broadside.runtime.vault.Vault;
import io.broadside.runtime.vault.VaultConfig;
import io.broadside.schemas.ErrorCode;
import io.broadside.testkit.SettableClock;
import io.broadside.token.ConnectionId;
import io.broadside.token.connect.ConnectionWriter.Change;
import io.broadside.token.platform.ScriptedCalls;
import io.broadside.token.platform.TokenPlatforms;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PastingTest {

    private static final String ME = "{\"data\":{\"id\":\"1111\",\"username\":\"harbour\"}}";

    @TempDir
    private static Path keys;

    private final SettableClock clock = new SettableClock();
    private final ScriptedCalls calls = new ScriptedCalls();
    private final Vault vault = Vault.open(
            new VaultConfig(Optional.of(keys.resolve("access.json")), Optional.of(keys.resolve("refresh.json")), true));
    private final TokenPlatforms platforms = TokenPlatforms.all(
            TokenPlatforms.Config.from(Settings.from(
                    Map.of("FACEBOOK_API_URI", "https://graph.example", "X_API_URI", "https://api.example"))),
            calls,
            clock);
    private final List<Change> changes = new ArrayList<>();
    private final Pasting pasting = new Pasting(
            platforms,
            (_, compose, _) -> {
                changes.add(compose.apply(
                                changes.isEmpty()
                                        ? Optional.empty()
                                        : Optional.of(changes.getLast().connection()))
                        .orElseThrow());
                return changes.getLast().connection();
            },
            vault,
            clock);

    @Test
    void sealsWhatItIsGiven() {
        // Given
        calls.answer(200, ME);
        // When
        pasting.paste(inspected(), Trace.root());
        // Then
        var change = changes.getFirst();
        var id = ConnectionId.of("profile-1", "x", "1111");
        assertThat(change.connection().getConnectionId()).isEqualTo(id);
        assertThat(change.connection().getIsRenewable()).isTrue();
        assertThat(change.connection().getAccessExpiresAt()).contains(SettableClock.START.plus(Duration.ofHours(2)));
        assertThat(vault.unseal(KeysetName.ACCESS, change.token().getSealedAccessToken(), id)
                        .reveal())
                .isEqualTo("at");
        assertThat(vault.unseal(
                                KeysetName.REFRESH,
                                change.credential().getSealedRefreshToken().orElseThrow(),
                                id)
                        .reveal())
                .isEqualTo("rt");
        assertThat(change.event().getKind()).isEqualTo(ConnectionEventKind.CONNECTED);
    }

    @Test
    void pastingAgainKeepsTheConnectionAndRaisesTheVersion() {
        // Given
        calls.answer(200, ME).answer(200, ME);
        pasting.paste(inspected(), Trace.root());
        clock.advance(Duration.ofDays(1));
        // When
        pasting.paste(inspected(), Trace.root());
        // Then
        var connection = changes.getLast().connection();
        assertThat(connection.getConnectionId())
                .isEqualTo(changes.getFirst().connection().getConnectionId());
        assertThat(connection.getTokenVersion()).isEqualTo(2);
        assertThat(changes.getLast().token().getVersion()).isEqualTo(2);
        assertThat(changes.getLast().credential().getVersion()).isEqualTo(2);
        assertThat(connection.getConnectedAt()).isEqualTo(SettableClock.START);
        assertThat(connection.getRefreshedAt()).isEqualTo(clock.instant());
    }

    @Test
    void whatWasStoredUnseenIsNotPutOverWhatARenewalBroughtSince() {
        // Given: it is not stored, then stored, and the store could not say so; then it is renewed
        calls.answer(200, ME).answer(200, ME).answer(200, ME);
        var stored = new ArrayList<Connection>();
        var isAway = new AtomicBoolean(true);
        var silent = new Pasting(
                platforms,
                (_, compose, _) -> {
                    if (isAway.getAndSet(false)) {
                        throw new NotStoredException("the broker is away");
                    }
                    var change = compose.apply(stored.isEmpty() ? Optional.empty() : Optional.of(stored.getLast()));
                    if (change.isEmpty()) {
                        return stored.getLast();
                    }
                    stored.add(change.get().connection());
                    throw new NotStoredException("the tables do not follow");
                },
                vault,
                clock);
        silent.paste(inspected(), Trace.root());
        clock.advance(Duration.ofSeconds(5));
        var first = silent.paste(inspected(), Trace.root());
        stored.add(Connection.newBuilder(stored.getLast()).setTokenVersion(2).build());
        // When
        var second = silent.paste(inspected(), Trace.root());
        // Then
        assertThat(first).isInstanceOf(Pasted.NotNow.class);
        assertThat(second)
                .isInstanceOfSatisfying(
                        Pasted.Connected.class,
                        connected -> assertThat(connected.connection().getTokenVersion())
                                .isEqualTo(2));
        assertThat(stored).hasSize(2);
    }

    @Test
    void aLostConnectionRecovers() {
        // Given
        calls.answer(200, ME).answer(200, ME);
        pasting.paste(inspected(), Trace.root());
        var lost = Connection.newBuilder(changes.getFirst().connection())
                .setStatus(ConnectionStatus.NEEDS_REAUTH)
                .setStatusReason("TOKEN_REVOKED")
                .build();
        var first = changes.removeFirst();
        changes.add(new Change(lost, first.token(), first.credential(), first.event()));
        // When
        pasting.paste(inspected(), Trace.root());
        // Then
        assertThat(changes.getLast().event().getKind()).isEqualTo(ConnectionEventKind.RECOVERED);
        assertThat(changes.getLast().connection().getStatus()).isEqualTo(ConnectionStatus.HEALTHY);
        assertThat(changes.getLast().connection().getStatusReason()).isEmpty();
    }

    @Test
    void aTokenOfAnotherAccountIsRefused() {
        // Given
        calls.answer(200, ME);
        // When
        var pasted = pasting.paste(request(Optional.of("2222"), Optional.empty(), true), Trace.root());
        // Then
        assertThat(pasted)
                .isInstanceOfSatisfying(
                        Pasted.Refused.class,
                        refused -> assertThat(refused.faults())
                                .extracting(FieldFault::rule)
                                .containsExactly("otherAccount"));
        assertThat(changes).isEmpty();
    }

    @Test
    void withoutInspectionTheSenderIsBelievedAndNobodyIsCalled() {
        // When
        pasting.paste(request(Optional.of("2222"), Optional.of("harbour"), false), Trace.root());
        // Then
        assertThat(changes.getFirst().connection().getAccountName()).isEqualTo("harbour");
        assertThat(calls.calls()).isEmpty();
    }

    @Test
    void aServerIsNotForgottenBehindATokenThatIsNotOfIt() {
        // Given
        var request = new PasteRequest(
                "profile-1",
                "bluesky",
                Secret.of("a.b.c"),
                Optional.of(Secret.of("d.e.f")),
                Optional.empty(),
                Optional.of("did:plc:aaaabbbbccccddddeeeeffff"),
                Optional.of("harbour"),
                Optional.of("https://pds.example"),
                false);
        // When
        var pasted = pasting.paste(request, Trace.root());
        // Then
        assertThat(pasted)
                .isInstanceOfSatisfying(
                        Pasted.Refused.class,
                        refused -> assertThat(refused.faults())
                                .extracting(FieldFault::field)
                                .containsExactly("server"));
        assertThat(changes).isEmpty();
        assertThat(calls.calls()).isEmpty();
    }

    @Test
    void aPlatformThatIsAwayMeansLater() {
        // Given
        calls.noAnswer(ErrorCode.BREAKER_OPEN, false);
        // When
        var pasted = pasting.paste(inspected(), Trace.root());
        // Then
        assertThat(pasted).isInstanceOfSatisfying(Pasted.NotNow.class, notNow -> {
            assertThat(notNow.code()).isEqualTo(ErrorCode.BREAKER_OPEN);
            assertThat(notNow.retryAfter()).isPositive();
        });
    }

    @Test
    void whatCannotBeStoredMeansLater() {
        // Given
        calls.answer(200, ME);
        var away = new Pasting(
                platforms,
                (_, _, _) -> {
                    throw new NotStoredException("the broker is away");
                },
                vault,
                clock);
        // When
        var pasted = away.paste(inspected(), Trace.root());
        // Then
        assertThat(pasted).isInstanceOf(Pasted.NotNow.class);
    }

    private static PasteRequest inspected() {
        return request(Optional.empty(), Optional.empty(), true);
    }

    private static PasteRequest request(Optional<String> accountId, Optional<String> accountName, boolean isInspected) {
        return new PasteRequest(
                "profile-1",
                "x",
                Secret.of("at"),
                Optional.of(Secret.of("rt")),
                Optional.of(Duration.ofHours(2)),
                accountId,
                accountName,
                Optional.empty(),
                isInspected);
    }
}
