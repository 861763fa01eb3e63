package io.broadside.token.refresh;

import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.embedded.RegistryConfig;
import io.broadside.embedded.SchemaRegistry;
import io.broadside.events.Connection;
import io.broadside.events.ConnectionEvent;
import io.broadside.events.ConnectionEventKind;
import io.broadside.events.ConnectionStatus;
import io.broadside.events.Credential;
import io.broadside.events.RecordPosition;
import io.broadside.events.RefreshRequest;
import io.broadside.runtime.config.Secret;
import io.broadside.runtime.dispatch.Decision;
import io.broadside.runtime.dispatch.Lease;
import io.broadside.runtime.dispatch.Work;
import io.broadside.runtime.tracing.Trace;
import io.broadside.runtime.vault.KeysetName;
import io.broadside.runtime.vault.Vault;
import io.broadside.runtime.vault.VaultConfig;
import io.broadside.schemas.EventSerdes;
import io.broadside.schemas.Topics;
import io.broadside.testkit.SettableClock;
import io.broadside.token.AccessTokens;
import io.broadside.token.FakeConnections;
import io.broadside.token.health.FakeTokenPlatform;
import io.broadside.token.health.HealthHandler;
import io.broadside.token.health.HealthMetrics;
import io.broadside.token.health.HealthScan;
import io.broadside.token.platform.TokenPlatforms;
import io.broadside.token.refresh.AccountOfAYear.Kind;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The clock moved through a year, hour by hour, for each platform: after every hour in which the service is up a post can go out, or
 * a person has been told so, and was warned 30, 7 and 1 day before.
 */
@SuppressWarnings("NullAway.Init")
class YearTest {

    private static final String ID = "connection-1";
    private static final Duration HOUR = Duration.ofHours(1);
    private static final int YEAR = 366;

    /** Of the service: days without it. */
    private static final Duration OUTAGE = Duration.ofDays(5);

    /** No outage. */
    private static final int NONE = 10_000;

    private static final SchemaRegistry REGISTRY = SchemaRegistry.start(RegistryConfig.inMemory());
    private static final EventSerdes SERDES = new EventSerdes(REGISTRY.uri(), true);

    @TempDir
    private static Path keys;

    private final SettableClock clock = new SettableClock();
    private final FakeConnections connections = new FakeConnections();
    private final Queue<RefreshRequest> requests = new ArrayDeque<>();
    private final List<ConnectionEvent> events = new ArrayList<>();
    private Vault vault;
    private AccountOfAYear account;
    private HealthHandler handler;
    private DueScan dueScan;
    private HealthScan healthScan;

    @AfterAll
    static void stopTheRegistry() {
        SERDES.close();
        REGISTRY.close();
    }

    @BeforeEach
    void openTheVault() {
        vault = Vault.open(new VaultConfig(
                Optional.of(keys.resolve("access.json")), Optional.of(keys.resolve("refresh.json")), true));
    }

    @ParameterizedTest
    @ValueSource(ints = {NONE, 33, 200})
    void instagramRenewsItselfAllYear(int outage) {
        connect(new AccountOfAYear(FakeTokenPlatform.instagram(), Kind.ITSELF, days(60), clock));
        live(YEAR, outage);
        assertThat(told()).isEmpty();
        assertThat(connection().getTokenVersion()).isGreaterThan(8);
    }

    @ParameterizedTest
    @ValueSource(ints = {NONE, 51})
    void instagramThatCannotBeRenewedEndsAfterSixtyDaysWithWarnings(int outage) {
        connect(new AccountOfAYear(FakeTokenPlatform.instagram(), Kind.ITSELF, days(60), clock).brokenFrom(day(20)));
        live(YEAR, outage);
        // Its renewal was due on day 37 at the latest, and is overdue a day later: before that nothing is the matter.
        var told = told();
        assertThat(told.getFirst().getAt()).isBetween(day(38), day(39));
        assertThat(told.get(1).getAt()).isEqualTo(outage == NONE ? day(53) : day(56).plus(HOUR.multipliedBy(2)));
        assertThat(told.get(2).getAt()).isEqualTo(day(59));
        assertThat(told.getLast().getAt()).isEqualTo(day(60));
        assertKinds(3, 1);
    }

    @ParameterizedTest
    @ValueSource(ints = {NONE, 50, 332})
    void linkedInWithARefreshTokenEndsAYearAfterTheConsent(int outage) {
        connect(new AccountOfAYear(FakeTokenPlatform.linkedIn(), Kind.REUSED, days(60), clock).refreshLife(days(365)));
        live(440, outage);
        var hardEnd = day(365);
        assertThat(warningsOf(hardEnd)).hasSize(3);
        assertWarnedInTime(hardEnd, outage);
        // Then the last access token ends, which is later, and is warned of for itself.
        var lost = told().getLast();
        assertThat(lost.getKind()).isEqualTo(ConnectionEventKind.NEEDS_REAUTH);
        assertThat(lost.getAt()).isAfter(hardEnd);
        assertThat(told().stream().filter(event -> event.getKind() == ConnectionEventKind.NEEDS_REAUTH))
                .hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {NONE, 28, 51, 57})
    void linkedInWithoutARefreshTokenEndsAfterSixtyDays(int outage) {
        connect(new AccountOfAYear(FakeTokenPlatform.linkedIn(), Kind.NOTHING, days(60), clock));
        live(YEAR, outage);
        assertWarnedInTime(day(60), outage);
        assertThat(told().getLast().getKind()).isEqualTo(ConnectionEventKind.NEEDS_REAUTH);
    }

    @ParameterizedTest
    @ValueSource(ints = {NONE, 58, 80})
    void facebookEndsWithTheAccessToData(int outage) {
        connect(new AccountOfAYear(FakeTokenPlatform.facebook(), Kind.NOTHING, Duration.ZERO, clock)
                .dataAccess(days(90)));
        live(YEAR, outage);
        assertWarnedInTime(day(90), outage);
        assertThat(told().getLast().getReason()).contains("PERMISSION_MISSING");
        assertKinds(3, 1);
    }

    @ParameterizedTest
    @ValueSource(ints = {NONE, 100})
    void tikTokIsRenewedAllYear(int outage) {
        connect(new AccountOfAYear(FakeTokenPlatform.tikTok(), Kind.ROTATING, Duration.ofHours(2), clock)
                .refreshLife(days(180)));
        live(YEAR, outage);
        assertThat(told()).isEmpty();
        assertThat(connection().getTokenVersion()).isGreaterThan(4000);
    }

    @Test
    void tikTokThatCannotBeRenewedSaysSoAndEndsWithItsRefreshToken() {
        connect(new AccountOfAYear(FakeTokenPlatform.tikTok(), Kind.ROTATING, Duration.ofHours(2), clock)
                .refreshLife(days(180))
                .brokenFrom(day(10)));
        for (var now = clock.instant(); now.isBefore(day(200)); now = clock.instant()) {
            anHour(NONE);
            // No post can go out meanwhile, and the badge says so, as does an event.
            assertThat(account.works() || connection().getStatus() != ConnectionStatus.HEALTHY || now.isBefore(day(12)))
                    .as("on %s", now)
                    .isTrue();
        }
        // Once when it became so, and then of the end of its refresh token.
        assertThat(told()).hasSize(5);
        assertThat(told().getFirst().getActBefore()).isEmpty();
        assertKinds(4, 1);
    }

    @Test
    void xThatCannotBeRenewedSaysSoOnceAlthoughNobodyKnowsItsEnd() {
        connect(new AccountOfAYear(FakeTokenPlatform.x(), Kind.ROTATING, Duration.ofHours(2), clock)
                .refreshLife(days(182))
                .brokenFrom(day(10)));
        while (clock.instant().isBefore(day(100))) {
            anHour(NONE);
        }
        assertThat(told()).hasSize(1);
        var told = told().getFirst();
        assertThat(told.getKind()).isEqualTo(ConnectionEventKind.EXPIRING);
        assertThat(told.getActBefore()).isEmpty();
        assertThat(told.getDetail().orElseThrow()).contains("could not be renewed");
        assertThat(told.getAt()).isBetween(day(11), day(12));
        assertThat(connection().getStatus()).isEqualTo(ConnectionStatus.EXPIRING);
    }

    @ParameterizedTest
    @ValueSource(ints = {NONE, 3, 100})
    void xIsRenewedAllYear(int outage) {
        connect(new AccountOfAYear(FakeTokenPlatform.x(), Kind.ROTATING, Duration.ofHours(2), clock)
                .refreshLife(days(182)));
        live(YEAR, outage);
        assertThat(told()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"tiktok", "x"})
    void withoutARefreshTokenAPersonIsWarnedAtOnce(String platform) {
        var fake = platform.equals("x") ? FakeTokenPlatform.x() : FakeTokenPlatform.tikTok();
        connect(new AccountOfAYear(fake, Kind.NOTHING, Duration.ofHours(2), clock));
        live(YEAR, NONE);
        assertThat(told())
                .extracting(ConnectionEvent::getKind)
                .containsExactly(ConnectionEventKind.EXPIRING, ConnectionEventKind.NEEDS_REAUTH);
        assertThat(told().getFirst().getAt()).isEqualTo(SettableClock.START.plus(HOUR));
        assertThat(told().getLast().getAt()).isEqualTo(SettableClock.START.plus(Duration.ofHours(2)));
    }

    @Test
    void whoActsOnTheSecondWarningCanPostInEveryHourOfTheYear() {
        connect(new AccountOfAYear(FakeTokenPlatform.linkedIn(), Kind.NOTHING, days(60), clock));
        var logins = 0;
        while (clock.instant().isBefore(day(YEAR))) {
            anHour(NONE);
            assertThat(account.works()).isTrue();
            if (connection().getWarnedDays() == 7) {
                logins++;
                account.consentAnew();
                connect(account);
            }
        }
        assertThat(logins).isEqualTo(6);
        assertKinds(2 * logins + 1, 0);
    }

    /** Every hour: it works, or a person has been told. */
    private void live(int untilDay, int outage) {
        while (clock.instant().isBefore(day(untilDay))) {
            if (!anHour(outage)) {
                continue;
            }
            var status = connection().getStatus();
            var isTold = status == ConnectionStatus.NEEDS_REAUTH
                    && told().getLast().getKind() == ConnectionEventKind.NEEDS_REAUTH;
            var isUsable = status == ConnectionStatus.HEALTHY || status == ConnectionStatus.EXPIRING;
            assertThat(account.works() ? isUsable : isTold)
                    .as("%s, works: %s, status: %s", clock.instant(), account.works(), status)
                    .isTrue();
        }
    }

    /** Returns whether the service was up in it. */
    private boolean anHour(int outage) {
        clock.advance(HOUR);
        var now = clock.instant();
        if (now.isAfter(day(outage)) && !now.isAfter(day(outage).plus(OUTAGE))) {
            return false;
        }
        if (now.equals(day(outage).plus(OUTAGE).plus(HOUR))) {
            startTheService();
        }
        dueScan.scan();
        healthScan.scan();
        while (!requests.isEmpty()) {
            handle(requests.remove());
        }
        return true;
    }

    private void startTheService() {
        var platforms = TokenPlatforms.of(List.of(account.platform()));
        AccessTokens tokens = (id, _) -> Optional.of(sealed(KeysetName.ACCESS, account.accessToken(), id));
        var renewing = new RefreshHandler(
                connections,
                tokens,
                vault,
                platforms,
                new RefreshRecords(SERDES, vault, platforms, clock),
                _ -> {},
                (_, _, _) -> {},
                new RefreshMetrics(new SimpleMeterRegistry()),
                clock);
        var metrics = new HealthMetrics(new SimpleMeterRegistry());
        handler = new HealthHandler(renewing, connections, platforms, tokens, vault, SERDES, metrics, clock);
        dueScan = new DueScan(
                connections,
                requests::add,
                new DueTimes(platforms, Duration.ofMinutes(10)),
                HOUR,
                1,
                new RefreshMetrics(new SimpleMeterRegistry()),
                clock);
        healthScan = new HealthScan(connections, requests::add, platforms, HOUR, 1, metrics, clock);
    }

    private void handle(RefreshRequest request) {
        var lease = Lease.of(System::nanoTime, System.nanoTime(), Duration.ofMinutes(1), Duration.ofMinutes(1));
        var work = new Work<>(
                request.getConnectionId(),
                request,
                new RecordPosition("t", 0, 1L),
                clock.instant(),
                Trace.root(),
                lease);
        var outputs = switch (handler.decide(work)) {
            case Decision.Settle(var settled) -> settled;
            case Decision.Attempt _ -> handler.run(work);
        };
        connections.write(outputs, SERDES);
        connections.catchUp();
        for (var record : outputs.records()) {
            if (record.topic().equals(Topics.CONNECTION_EVENTS.name())) {
                events.add(SERDES.read(Topics.CONNECTION_EVENTS, record.value()));
            } else if (record.topic().equals(Topics.REFRESH_REQUESTS.name())) {
                var next = SERDES.read(Topics.REFRESH_REQUESTS, record.value());
                // What is tried again and again is tried once an hour here.
                if (next.getAttempt() == 1) {
                    requests.add(next);
                }
            }
        }
    }

    /** As after a paste: what the platform does not say is not known. */
    private void connect(AccountOfAYear account) {
        this.account = account;
        var now = clock.instant();
        var version =
                connections.connection(ID).map(Connection::getTokenVersion).orElse(0L) + 1;
        var isRenewable = account.kind() != Kind.NOTHING;
        connections.put(
                Connection.newBuilder()
                        .setConnectionId(ID)
                        .setProfileId("bakery")
                        .setPlatform(account.platform().id())
                        .setAccountId("1")
                        .setAccountName("Harbour Bakery")
                        .setAccountKind("user")
                        .setStatus(ConnectionStatus.HEALTHY)
                        .setTokenVersion(version)
                        .setAccessExpiresAt(account.accessEnds().orElse(null))
                        .setIsRenewable(isRenewable)
                        .setConnectedAt(SettableClock.START)
                        .setRefreshedAt(now)
                        .setUpdatedAt(now)
                        .build(),
                Credential.newBuilder()
                        .setConnectionId(ID)
                        .setPlatform(account.platform().id())
                        .setVersion(version)
                        .setSealedRefreshToken(
                                isRenewable ? sealed(KeysetName.REFRESH, account.refreshToken(), ID) : null)
                        .setStoredAt(now)
                        .build());
        startTheService();
    }

    private ByteBuffer sealed(KeysetName keyset, String token, String id) {
        return ByteBuffer.wrap(vault.seal(keyset, Secret.of(token), id));
    }

    private void assertWarnedInTime(Instant end, int outage) {
        for (var days : List.of(30, 7, 1)) {
            var due = end.minus(days(days));
            var isDown = due.isAfter(day(outage)) && !due.isAfter(day(outage).plus(OUTAGE));
            var told = isDown ? day(outage).plus(OUTAGE).plus(HOUR) : due;
            // A nearer warning, or the end itself, takes the place of one that was missed.
            var isOvertaken = isDown && !told.isBefore(end.minus(days(nextAfter(days))));
            if (!isOvertaken) {
                assertThat(warningsOf(end))
                        .as("%s days before", days)
                        .extracting(ConnectionEvent::getAt)
                        .contains(told);
            }
        }
        assertThat(warningsOf(end)).hasSizeLessThanOrEqualTo(3);
        assertThat(warningsOf(end)).extracting(ConnectionEvent::getAt).doesNotHaveDuplicates();
    }

    private static int nextAfter(int days) {
        return days == 30 ? 7 : days == 7 ? 1 : 0;
    }

    private void assertKinds(int warnings, int losses) {
        assertThat(told().stream().filter(event -> event.getKind() == ConnectionEventKind.EXPIRING))
                .hasSize(warnings);
        assertThat(told().stream().filter(event -> event.getKind() == ConnectionEventKind.NEEDS_REAUTH))
                .hasSize(losses);
    }

    private List<ConnectionEvent> warningsOf(Instant end) {
        return told().stream()
                .filter(event -> event.getActBefore()
                        .filter(at -> Duration.between(at, end).abs().compareTo(HOUR) < 0)
                        .isPresent())
                .toList();
    }

    /** What a person hears of. */
    private List<ConnectionEvent> told() {
        return events.stream()
                .filter(event -> event.getKind() != ConnectionEventKind.REFRESHED)
                .toList();
    }

    private Connection connection() {
        return connections.connection(ID).orElseThrow();
    }

    private static Instant day(int days) {
        return SettableClock.START.plus(days(days));
    }

    private static Duration days(int days) {
        return Duration.ofDays(days);
    }
}
