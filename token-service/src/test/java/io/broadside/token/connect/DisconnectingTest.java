package io.broadside.token.connect;

import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.events.Connection;
import io.broadside.events.ConnectionEventKind;
import io.broadside.events.ConnectionStatus;
import io.broadside.events.Credential;
import io.broadside.runtime.config.Secret;
import io.broadside.runtime.config.Settings;
import io.broadside.runtime.http.Body;
import io.broadside.runtime.tracing.Trace;
import io.broadside.runtime.vault.KeysetName;
import io.broadside.runtime.vault.Vault;
import io.broadside.runtime.vault.VaultConfig;
import io.broadside.schemas.ErrorCode;
import io.broadside.testkit.SettableClock;
import io.broadside.token.FakeConnections;
import io.broadside.token.connect.Disconnecting.AtPlatform;
import io.broadside.token.connect.Disconnecting.Ending;
import io.broadside.token.platform.ScriptedCalls;
import io.broadside.token.platform.SignIns;
import io.broadside.token.platform.TokenPair;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DisconnectingTest {

    @TempDir
    private static Path keys;

    private final SettableClock clock = new SettableClock();
    private final ScriptedCalls calls = new ScriptedCalls();
    private final FakeConnections connections = new FakeConnections();
    private final List<Loss> losses = new ArrayList<>();
    private final Vault vault = Vault.open(
            new VaultConfig(Optional.of(keys.resolve("access.json")), Optional.of(keys.resolve("refresh.json")), true));
    private final Disconnecting disconnecting = with((id, compose, _) -> {
        compose.apply(connections.connection(id)).ifPresent(losses::add);
        return true;
    });

    @Test
    void tokensAreForgottenAndThePermissionIsTakenBack() {
        // Given
        add("c1", "x", "1111", Optional.empty());
        calls.answer(200, "{\"revoked\":true}");
        // When
        var ending = disconnecting.disconnect("c1", Trace.root());
        // Then
        assertThat(permission(ending)).isEqualTo(AtPlatform.REVOKED);
        var loss = losses.getFirst();
        assertThat(loss.forgets()).isEqualTo(Loss.Forgets.TOKENS);
        assertThat(loss.connection().getStatus()).isEqualTo(ConnectionStatus.DISCONNECTED);
        assertThat(loss.connection().getTokenVersion()).isEqualTo(4);
        assertThat(loss.event().getKind()).isEqualTo(ConnectionEventKind.DISCONNECTED);
        var call = calls.calls().getFirst();
        assertThat(call.uri()).hasToString("https://x.example/2/oauth2/revoke");
        assertThat(call.body())
                .isInstanceOfSatisfying(
                        Body.Form.class, form -> assertThat(form.fields()).containsEntry("token", "rt-c1"));
    }

    @Test
    void whatARenewalBroughtInBetweenIsWhatIsTakenBack() {
        // Given: it is written twice, because a refresh was written in between
        add("c1", "x", "1111", Optional.empty());
        calls.answer(200, "{\"revoked\":true}");
        var beside = with((id, compose, _) -> {
            compose.apply(connections.connection(id)).ifPresent(losses::add);
            add("c1", "x", "1111", Optional.empty(), "rt-renewed");
            compose.apply(connections.connection(id)).ifPresent(losses::add);
            return true;
        });
        // When
        beside.disconnect("c1", Trace.root());
        // Then
        assertThat(calls.calls().getFirst().body())
                .isInstanceOfSatisfying(
                        Body.Form.class, form -> assertThat(form.fields()).containsEntry("token", "rt-renewed"));
    }

    @Test
    void whatARenewalBringsAfterwardsIsTakenBackToo() {
        // Given
        add("c1", "x", "1111", Optional.empty());
        calls.answer(200, "{\"revoked\":true}");
        var tokens = new TokenPair(
                Secret.of("at-late"), Optional.of(Secret.of("rt-late")), Optional.empty(), Optional.empty(), List.of());
        // When
        disconnecting.tookTooLong(connections.connection("c1").orElseThrow(), tokens, Trace.root());
        // Then
        assertThat(calls.calls().getFirst().body())
                .isInstanceOfSatisfying(
                        Body.Form.class, form -> assertThat(form.fields()).containsEntry("token", "rt-late"));
    }

    @Test
    void itIsDisconnectedWhateverThePlatformSays() {
        // Given
        add("c1", "x", "1111", Optional.empty());
        add("c2", "x", "2222", Optional.empty());
        calls.answer(500, "<html>").noAnswer(ErrorCode.TIMED_OUT, true);
        // When
        var refused = disconnecting.disconnect("c1", Trace.root());
        var lost = disconnecting.disconnect("c2", Trace.root());
        // Then
        assertThat(permission(refused)).isEqualTo(AtPlatform.NOT_CONFIRMED);
        assertThat(permission(lost)).isEqualTo(AtPlatform.NOT_CONFIRMED);
        assertThat(losses).hasSize(2);
    }

    @Test
    void aPermissionThatOthersRestOnStays() {
        // Given
        add("member", "linkedin", "m1", Optional.empty());
        add("company", "linkedin", "5550001", Optional.of("m1"));
        // When
        var ending = disconnecting.disconnect("company", Trace.root());
        // Then
        assertThat(permission(ending)).isEqualTo(AtPlatform.STILL_IN_USE);
        assertThat(calls.calls()).isEmpty();
        assertThat(losses).hasSize(1);
    }

    @Test
    void theLastOneTakesItBack() {
        // Given
        add("company", "linkedin", "5550001", Optional.of("m1"));
        add("other", "linkedin", "m2", Optional.empty());
        calls.answer(200, "");
        // When
        var ending = disconnecting.disconnect("company", Trace.root());
        // Then
        assertThat(permission(ending)).isEqualTo(AtPlatform.REVOKED);
    }

    @Test
    void facebookIsNotAsked() {
        // Given
        add("page", "facebook", "1", Optional.of("user-1"));
        // When
        var ending = disconnecting.disconnect("page", Trace.root());
        // Then
        assertThat(permission(ending)).isEqualTo(AtPlatform.NOT_OFFERED);
        assertThat(losses).hasSize(1);
    }

    @Test
    void nothingIsRevokedBeforeItIsStored() {
        // Given
        add("c1", "x", "1111", Optional.empty());
        var away = with((_, _, _) -> {
            throw new NotStoredException("the broker is away");
        });
        // When
        var ending = away.disconnect("c1", Trace.root());
        // Then
        assertThat(ending).isInstanceOf(Ending.NotNow.class);
        assertThat(calls.calls()).isEmpty();
    }

    @Test
    void whatWasStoredIsTakenBackAlthoughTheStoreCouldNotSaySo() {
        // Given
        add("c1", "x", "1111", Optional.empty());
        calls.answer(200, "{\"revoked\":true}");
        var silent = with((id, compose, _) -> {
            stored(compose.apply(connections.connection(id)));
            throw new NotStoredException("the tables do not follow");
        });
        // When
        var ending = silent.disconnect("c1", Trace.root());
        // Then
        assertThat(permission(ending)).isEqualTo(AtPlatform.REVOKED);
    }

    @Test
    void whatCannotBeSeenToBeStoredIsTakenBackByWhoeverDisconnectsItAgain() {
        // Given: it is stored, and nobody can tell
        add("c1", "x", "1111", Optional.empty());
        calls.answer(200, "{\"revoked\":true}");
        var away = with((id, compose, _) -> {
            var loss = compose.apply(connections.connection(id));
            if (loss.isEmpty()) {
                return false;
            }
            stored(loss);
            connections.goAway();
            throw new NotStoredException("the broker is away");
        });
        // When
        var first = away.disconnect("c1", Trace.root());
        var callsOfTheFirst = calls.calls().size();
        connections.comeBack();
        var second = away.disconnect("c1", Trace.root());
        // Then
        assertThat(first).isInstanceOf(Ending.NotNow.class);
        assertThat(callsOfTheFirst).isZero();
        assertThat(permission(second)).isEqualTo(AtPlatform.REVOKED);
        assertThat(calls.calls().getFirst().body())
                .isInstanceOfSatisfying(
                        Body.Form.class, form -> assertThat(form.fields()).containsEntry("token", "rt-c1"));
    }

    private void stored(Optional<Loss> loss) {
        var connection = loss.orElseThrow().connection();
        connections.write(
                connection,
                Credential.newBuilder()
                        .setConnectionId(connection.getConnectionId())
                        .setPlatform(connection.getPlatform())
                        .setVersion(connection.getTokenVersion())
                        .setStoredAt(clock.instant())
                        .build());
    }

    @Test
    void whatIsNotThereIsUnknown() {
        assertThat(disconnecting.disconnect("nothing", Trace.root())).isInstanceOf(Ending.Unknown.class);
    }

    private static AtPlatform permission(Ending ending) {
        return ((Ending.Disconnected) ending).permission();
    }

    private Disconnecting with(Losses store) {
        var ways = SignIns.all(
                SignIns.Config.from(Settings.from(Map.of(
                        "X_API_URI", "https://x.example",
                        "X_CLIENT_ID", "client",
                        "FACEBOOK_APP_ID", "1",
                        "FACEBOOK_APP_SECRET", "s",
                        "LINKEDIN_CLIENT_ID", "client",
                        "LINKEDIN_CLIENT_SECRET", "s"))),
                calls,
                clock);
        return new Disconnecting(connections, store, ways, calls, vault, clock);
    }

    private void add(String id, String platform, String account, Optional<String> grantedBy) {
        add(id, platform, account, grantedBy, "rt-" + id);
    }

    private void add(String id, String platform, String account, Optional<String> grantedBy, String refreshToken) {
        var connection = Connection.newBuilder()
                .setConnectionId(id)
                .setProfileId("bakery")
                .setPlatform(platform)
                .setAccountId(account)
                .setAccountName(account)
                .setAccountKind("user")
                .setGrantedBy(grantedBy.orElse(null))
                .setStatus(ConnectionStatus.HEALTHY)
                .setTokenVersion(3)
                .setConnectedAt(clock.instant())
                .setRefreshedAt(clock.instant())
                .setUpdatedAt(clock.instant())
                .build();
        var credential = Credential.newBuilder()
                .setConnectionId(id)
                .setPlatform(platform)
                .setVersion(3)
                .setSealedRefreshToken(ByteBuffer.wrap(vault.seal(KeysetName.REFRESH, Secret.of(refreshToken), id)))
                .setStoredAt(clock.instant())
                .build();
        connections.put(connection, credential);
    }
}
