package io.broadside.token.refresh;

import io.broadside.runtime.config.Secret;
import io.broadside.schemas.ErrorCode;
import io.broadside.token.health.FakeTokenPlatform;
import io.broadside.token.platform.Account;
import io.broadside.token.platform.Inspection;
import io.broadside.token.platform.RefreshAnswer;
import io.broadside.token.platform.TokenPair;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * An account as its platform has it: which token works until when, and what renewing brings. Lifetimes are those that platforms
 * document; what the service believes is not asked here.
 */
final class AccountOfAYear {

    private static final Instant NEVER = Instant.MAX;

    private final FakeTokenPlatform platform;
    private final Kind kind;
    private final Duration accessLife;
    private final Clock clock;
    private Instant isBrokenFrom = NEVER;
    private Instant dataAccessEnds = NEVER;
    private Instant accessEnds = NEVER;
    private Instant refreshEnds = NEVER;
    private Optional<Duration> refreshLife = Optional.empty();
    private Instant issuedAt;
    private int version = 1;

    /** How the platform renews. */
    enum Kind {
        NOTHING,
        ITSELF,
        REUSED,
        ROTATING
    }

    /** @param accessLife how long a token works; zero: for ever */
    AccountOfAYear(FakeTokenPlatform platform, Kind kind, Duration accessLife, Clock clock) {
        this.platform = platform;
        this.kind = kind;
        this.accessLife = accessLife;
        this.clock = clock;
        this.issuedAt = clock.instant();
        if (accessLife.isPositive()) {
            accessEnds = issuedAt.plus(accessLife);
        }
        platform.renews(this::renew);
        platform.inspects(this::inspect);
    }

    AccountOfAYear refreshLife(Duration life) {
        refreshLife = Optional.of(life);
        refreshEnds = issuedAt.plus(life);
        return this;
    }

    AccountOfAYear dataAccess(Duration life) {
        dataAccessEnds = issuedAt.plus(life);
        return this;
    }

    /** From this day on renewals get no answer that helps. */
    AccountOfAYear brokenFrom(Instant when) {
        isBrokenFrom = when;
        return this;
    }

    FakeTokenPlatform platform() {
        return platform;
    }

    Kind kind() {
        return kind;
    }

    /** Whether it can be posted with the newest token. */
    boolean works() {
        return clock.instant().isBefore(accessEnds) && clock.instant().isBefore(dataAccessEnds);
    }

    String accessToken() {
        return "access-" + version;
    }

    String refreshToken() {
        return switch (kind) {
            case NOTHING -> throw new IllegalStateException("there is none");
            case ITSELF -> accessToken();
            case REUSED -> "refresh";
            case ROTATING -> "refresh-" + version;
        };
    }

    Optional<Instant> accessEnds() {
        return Optional.of(accessEnds).filter(end -> !end.equals(NEVER));
    }

    /** A person logs in again. */
    void consentAnew() {
        version++;
        issuedAt = clock.instant();
        accessEnds = issuedAt.plus(accessLife);
        refreshLife.ifPresent(life -> refreshEnds = issuedAt.plus(life));
    }

    private RefreshAnswer renew(String token) {
        var now = clock.instant();
        if (!now.isBefore(isBrokenFrom)) {
            return new RefreshAnswer.NotNow(ErrorCode.APP_REFUSED, Optional.empty());
        }
        var isTooYoung = kind == Kind.ITSELF && now.isBefore(issuedAt.plus(Duration.ofHours(24)));
        var isDead = !token.equals(refreshToken())
                || !now.isBefore(refreshEnds)
                || (kind == Kind.ITSELF && !now.isBefore(accessEnds));
        if (isDead || isTooYoung) {
            return new RefreshAnswer.Refused("invalid_grant");
        }
        version++;
        issuedAt = now;
        accessEnds = now.plus(accessLife);
        if (kind == Kind.ROTATING) {
            refreshLife.ifPresent(life -> refreshEnds = now.plus(life));
        }
        var told = switch (kind) {
            case ITSELF -> Optional.of(accessLife);
            case REUSED -> Optional.of(Duration.between(now, refreshEnds));
            // TikTok says it, X does not.
            case ROTATING -> refreshLife.filter(_ -> platform.id().equals("tiktok"));
            case NOTHING -> Optional.<Duration>empty();
        };
        return new RefreshAnswer.Renewed(new TokenPair(
                Secret.of(accessToken()),
                Optional.of(Secret.of(refreshToken())),
                Optional.of(accessLife),
                told,
                List.of()));
    }

    private Inspection inspect(String token) {
        if (!works() || !token.equals(accessToken())) {
            return new Inspection.Refused(ErrorCode.TOKEN_EXPIRED, "It has expired.");
        }
        return new Inspection.Found(
                new Account("1", "Harbour Bakery"),
                platform.id().equals("linkedin") ? accessEnds() : Optional.empty(),
                Optional.of(dataAccessEnds).filter(end -> !end.equals(NEVER)),
                List.of());
    }
}
