package io.broadside.token.health;

import static io.broadside.token.health.Connections.START;
import static io.broadside.token.health.Connections.day;
import static io.broadside.token.health.Connections.on;
import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.events.Connection;
import io.broadside.events.ConnectionEventKind;
import io.broadside.events.ConnectionStatus;
import io.broadside.schemas.ErrorCode;
import io.broadside.token.platform.Account;
import io.broadside.token.platform.Inspection;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

class FindingsTest {

    @Test
    void aConnectionIsJudgedByTheRightsThatItsKindOfAccountNeeds() {
        // Given
        var linkedIn = FakeTokenPlatform.linkedIn();
        var organization = on(linkedIn)
                .setAccountKind("organization")
                .setScopes(List.of("w_member_social", "w_organization_social", "r_organization_social"))
                .build();
        // When: the right to post for organizations is gone, that to post for the member is not
        var change = Findings.of(
                        new Inspection.Found(
                                new Account("account-1", "Harbour Bakery"),
                                Optional.empty(),
                                Optional.empty(),
                                List.of("w_member_social", "r_organization_social")),
                        organization,
                        linkedIn,
                        START)
                .orElseThrow();
        // Then
        assertThat(change.connection().getStatus()).isEqualTo(ConnectionStatus.NEEDS_REAUTH);
        assertThat(change.connection().getMissingScopes()).containsExactly("w_organization_social");
    }

    private static final List<String> ALL = List.of("pages_show_list", "pages_read_engagement", "pages_manage_posts");

    private final FakeTokenPlatform facebook = FakeTokenPlatform.facebook();
    private final FakeTokenPlatform linkedIn = FakeTokenPlatform.linkedIn();
    private final FakeTokenPlatform instagram = FakeTokenPlatform.instagram();

    @Test
    void whatThePlatformTellsIsTakenOverSilently() {
        // Given
        var connection = on(facebook).build();
        // When
        var change = Findings.of(found(ALL, null, day(90)), connection, facebook, START)
                .orElseThrow();
        // Then
        assertThat(change.event()).isEmpty();
        assertThat(change.isRenewalWanted()).isFalse();
        assertThat(change.connection().getInspectedAt()).contains(START);
        assertThat(change.connection().getDataAccessExpiresAt()).contains(day(90));
        assertThat(change.connection().getScopes()).isEqualTo(ALL);
        assertThat(change.connection().getStatus()).isEqualTo(ConnectionStatus.HEALTHY);
    }

    @Test
    void whoGrantedItIsLearntIfItWasNotKnown() {
        // Given
        var connection = on(instagram).setGrantedBy(null).build();
        var account = new Account("account-1", "Harbour Bakery").withGrantedBy(Optional.of("person-1"));
        // When
        var change = Findings.of(
                        new Inspection.Found(account, Optional.empty(), Optional.empty(), List.of()),
                        connection,
                        instagram,
                        START)
                .orElseThrow();
        // Then
        assertThat(change.connection().getGrantedBy()).contains("person-1");
    }

    @Test
    void aRightThatWasTakenBackNeedsAPerson() {
        // Given
        var connection = on(facebook).setScopes(ALL).build();
        // When
        var change = Findings.of(found(ALL.subList(0, 2), null, null), connection, facebook, START)
                .orElseThrow();
        // Then
        assertThat(change.connection().getStatus()).isEqualTo(ConnectionStatus.NEEDS_REAUTH);
        assertThat(change.connection().getStatusReason()).contains("PERMISSION_MISSING");
        assertThat(change.connection().getMissingScopes()).containsExactly("pages_manage_posts");
        assertThat(change.event().orElseThrow().getKind()).isEqualTo(ConnectionEventKind.NEEDS_REAUTH);
        assertThat(change.event().orElseThrow().getDetail().orElseThrow()).contains("pages_manage_posts");
    }

    @Test
    void aRightThatWasNeverThereIsOnlyNamed() {
        // Given
        var connection = on(facebook).setScopes(ALL.subList(0, 2)).build();
        // When
        var change = Findings.of(found(ALL.subList(0, 2), null, null), connection, facebook, START)
                .orElseThrow();
        // Then
        assertThat(change.event()).isEmpty();
        assertThat(change.connection().getStatus()).isEqualTo(ConnectionStatus.HEALTHY);
        assertThat(change.connection().getMissingScopes()).containsExactly("pages_manage_posts");
    }

    @Test
    void dataAccessThatHasEndedNeedsAPerson() {
        // When
        var change = Findings.of(found(ALL, null, day(1)), on(facebook).build(), facebook, day(2))
                .orElseThrow();
        // Then
        assertThat(change.connection().getStatus()).isEqualTo(ConnectionStatus.NEEDS_REAUTH);
        assertThat(change.event().orElseThrow().getReason()).contains("PERMISSION_MISSING");
    }

    @Test
    void anEndThatIsNearIsWarnedOfAtOnce() {
        // When
        var change = Findings.of(found(ALL, null, day(5)), on(facebook).build(), facebook, START)
                .orElseThrow();
        // Then
        assertThat(change.event().orElseThrow().getKind()).isEqualTo(ConnectionEventKind.EXPIRING);
        assertThat(change.connection().getWarnedDays()).isEqualTo(7);
        assertThat(change.connection().getInspectedAt()).contains(START);
    }

    @Test
    void aRefusedTokenThatNothingRenewsNeedsAPerson() {
        // Given: 190/460, as the platform tells it after a change of the password
        var refused = new Inspection.Refused(ErrorCode.TOKEN_REVOKED, "The password was changed.");
        // When
        var change = Findings.of(refused, on(facebook).build(), facebook, START).orElseThrow();
        // Then
        assertThat(change.connection().getStatus()).isEqualTo(ConnectionStatus.NEEDS_REAUTH);
        assertThat(change.event().orElseThrow().getDetail())
                .contains("Connect the account again. The password was changed.");
    }

    @Test
    void aRefusedTokenThatSomethingRenewsIsRenewed() {
        // Given
        var connection = on(instagram).setIsRenewable(true).build();
        var refused = new Inspection.Refused(ErrorCode.TOKEN_EXPIRED, "It has expired.");
        // When
        var change = Findings.of(refused, connection, instagram, START).orElseThrow();
        // Then
        assertThat(change.isRenewalWanted()).isTrue();
        assertThat(change.connection()).isEqualTo(connection);
        assertThat(change.event()).isEmpty();
    }

    @Test
    void aRefusalToLookCountsOnlyIfItWasAllowedBefore() {
        // Given
        var refused = new Inspection.Refused(ErrorCode.PERMISSION_MISSING, "It does not let this token look.");
        var never = on(linkedIn).build();
        var before = Connection.newBuilder(never).setInspectedAt(START).build();
        // Then
        assertThat(Findings.of(refused, never, linkedIn, day(1))).isEmpty();
        assertThat(Findings.of(refused, before, linkedIn, day(1))
                        .orElseThrow()
                        .connection()
                        .getStatus())
                .isEqualTo(ConnectionStatus.NEEDS_REAUTH);
    }

    @Test
    void whatCannotBeFoundOutChangesNothing() {
        assertThat(Findings.of(
                        new Inspection.Unavailable(ErrorCode.SERVER_ERROR, "A fault.", Optional.empty()),
                        on(facebook).build(),
                        facebook,
                        START))
                .isEmpty();
        assertThat(Findings.of(
                        new Inspection.Refused(ErrorCode.UNKNOWN_REFUSAL, "No."),
                        on(facebook).build(),
                        facebook,
                        START))
                .isEmpty();
    }

    @Test
    void theEndOfARefreshTokenThatMayBeUsedAgainIsLearntByUsingIt() {
        // Given
        var unknown =
                on(linkedIn).setIsRenewable(true).setAccessExpiresAt(day(60)).build();
        var known = Connection.newBuilder(unknown).setRefreshExpiresAt(day(365)).build();
        // Then
        assertThat(Findings.of(found(List.of(), day(60), null), unknown, linkedIn, START)
                        .orElseThrow()
                        .isRenewalWanted())
                .isTrue();
        assertThat(Findings.of(found(List.of(), day(60), null), known, linkedIn, START)
                        .orElseThrow()
                        .isRenewalWanted())
                .isFalse();
    }

    @NullUnmarked
    private static Inspection found(List<String> scopes, Instant expiresAt, Instant dataAccessExpiresAt) {
        return new Inspection.Found(
                new Account("account-1", "Harbour Bakery"),
                Optional.ofNullable(expiresAt),
                Optional.ofNullable(dataAccessExpiresAt),
                scopes);
    }
}
