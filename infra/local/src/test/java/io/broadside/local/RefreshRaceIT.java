package io.broadside.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.broadside.events.Connection;
import io.broadside.events.ConnectionEvent;
import io.broadside.events.ConnectionEventKind;
import io.broadside.events.ConnectionStatus;
import io.broadside.schemas.Topics;
import io.broadside.simulator.account.Account;
import io.broadside.simulator.account.Platform;
import io.broadside.simulator.account.TikTokCreator;
import io.broadside.simulator.account.XUser;
import io.broadside.simulator.failure.Failure;
import io.broadside.simulator.failure.FailureKind;
import io.broadside.simulator.http.CallLog;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Many demands for the same new token, several processes that could fetch it, and processes that are killed while they do. Refresh
 * tokens of X and TikTok work once, so the platforms' own count of calls is the truth.
 *
 * <p>Larger runs: {@code -Drace.kills=100 -Drace.demands=20000 -Drace.accounts=10 -Drace.seed=7}.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class RefreshRaceIT {

    private static final Logger LOGGER = LoggerFactory.getLogger(RefreshRaceIT.class);

    private static final int KILLS = Integer.getInteger("race.kills", 5);
    private static final int DEMANDS = Integer.getInteger("race.demands", 1000);
    private static final int ACCOUNTS = Integer.getInteger("race.accounts", 2);
    private static final long SEED = Long.getLong("race.seed", 42);
    private static final int INSTANCES = 3;
    private static final Duration LONG = Duration.ofMinutes(5);

    /** To wait out the call of the killed, and to try once: 6 s and a call; with room for a busy machine. */
    private static final Duration NOTICED_WITHIN = Duration.ofMinutes(2);

    /** The same, and to miss the killed, and for the next of them to start. */
    private static final Duration NOTICED_AFTER_CALL = Duration.ofMinutes(3);

    private static final String X_TOKENS = "oauth2.token";
    private static final String TIKTOK_TOKENS = "oauth.token";

    private final Map<String, Connection> connections = new HashMap<>();
    private final List<ConnectionEvent> events = new ArrayList<>();
    private TokenProcesses processes;
    private StackClient.Tail<Connection> connectionsTail;
    private StackClient.Tail<ConnectionEvent> eventsTail;

    /** An account whose token is renewed again and again. */
    private static final class Chain {
        private final String connectionId;
        private Account account;
        private int grants = 1;
        private long demanded;

        Chain(String connectionId, Account account) {
            this.connectionId = connectionId;
            this.account = account;
        }

        String platform() {
            return account.platform().id();
        }
    }

    @BeforeAll
    void startProcesses(@TempDir Path data) throws Exception {
        processes = TokenProcesses.start(data, INSTANCES);
        connectionsTail = processes.client().tail(Topics.CONNECTIONS, true);
        eventsTail = processes.client().tail(Topics.CONNECTION_EVENTS, true);
    }

    @AfterAll
    void stopProcesses() {
        connectionsTail.close();
        eventsTail.close();
        processes.close();
    }

    @AfterEach
    void platformsAreWellAgain() {
        processes.simulator().control().clearFailures();
    }

    @Test
    void aThousandDemandsForOneVersionAreOneCall() throws Exception {
        // Given
        var chains = List.of(connect(user("thousand", 1)), connect(creator("thousand", 1)));
        // When
        for (var chain : chains) {
            processes.demand(chain.connectionId, chain.platform(), 1, 1000);
        }
        // Then
        chains.forEach(chain -> awaitUntil(() -> version(chain) == 2));
        processes.awaitAllServed();
        assertThat(chains).allSatisfy(chain -> assertThat(statuses(chain)).containsExactly(200));
    }

    @Test
    void noChainIsBrokenByUsHoweverManyAskAndWhoeverIsKilled() throws Exception {
        // Given: calls that take a second, so that a kill finds some under way
        var chains = new ArrayList<Chain>();
        for (int i = 0; i < ACCOUNTS; i++) {
            chains.add(connect(user("race", i)));
            chains.add(connect(creator("race", i)));
        }
        var control = processes.simulator().control();
        control.inject(
                Failure.of(Platform.X, X_TOKENS, FailureKind.SLOW).seconds(1).forEver());
        control.inject(Failure.of(Platform.TIKTOK, TIKTOK_TOKENS, FailureKind.SLOW)
                .seconds(1)
                .forEver());
        var dice = new SplittableRandom(SEED);
        // When
        var rounds = KILLS + 1;
        for (int round = 0; round < rounds; round++) {
            for (var chain : chains) {
                var times = DEMANDS / rounds / chains.size();
                chain.demanded = version(chain);
                processes.demand(chain.connectionId, chain.platform(), chain.demanded, times - times / 4);
                processes.demand(chain.connectionId, chain.platform(), chain.demanded - 1, times / 4);
            }
            if (round < KILLS) {
                killAtSomeMoment(dice);
            }
            for (var chain : chains) {
                awaitRenewedOrReconnect(chain);
            }
        }
        platformsAreWellAgain();
        processes.awaitMembers();
        processes.awaitAllServed();
        // Then
        var interrupted = 0;
        for (var chain : chains) {
            interrupted += requireHonest(chain);
        }
        var x = control.report().x();
        LOGGER.info(
                "race: {} demands, {} kills, {} chains; {} calls that brought a token, {} of them lost with the process that"
                        + " made them and noticed after at most {} ms; chains broken by us: 0; families of X revoked: {}",
                DEMANDS,
                KILLS,
                chains.size(),
                chains.stream().mapToInt(chain -> tokens(chain).size()).sum(),
                interrupted,
                chains.stream()
                        .flatMap(this::delays)
                        .max(Comparator.naturalOrder())
                        .orElse(Duration.ZERO)
                        .toMillis(),
                x.tokenFamiliesRevoked());
        for (var chain : chains) {
            // What is stored is what the platform takes: one more renewal, with nobody killed, works.
            var before = version(chain);
            processes.demand(chain.connectionId, chain.platform(), before, 1);
            awaitUntil(() -> version(chain) == before + 1);
        }
    }

    @Test
    void aRenewalCutOffByAKillIsTriedAgainAndAPersonIsAskedAtOnceIfItsTokenIsLost() throws Exception {
        // Given: one whose answer is on its way, and one whose call the platform has not looked at yet
        var control = processes.simulator().control();
        var lost = connect(user("cut", 1));
        var unharmed = connect(creator("cut", 1));
        var refreshes = control.report().x().tokenRefreshes();
        control.inject(
                Failure.of(Platform.X, X_TOKENS, FailureKind.HANG_AFTER_EFFECT).account(lost.account.id()));
        control.inject(
                Failure.of(Platform.TIKTOK, TIKTOK_TOKENS, FailureKind.HANG).account(unharmed.account.id()));
        processes.demand(unharmed.connectionId, unharmed.platform(), 1, 1);
        await().atMost(LONG).until(() -> !statuses(unharmed).isEmpty());
        processes.demand(lost.connectionId, lost.platform(), 1, 1);
        await().atMost(LONG)
                .pollInterval(Duration.ofMillis(5))
                .until(() -> control.report().x().tokenRefreshes() > refreshes);
        // When
        var dead = processes.members();
        var killed = Instant.now();
        processes.instances().forEach(Instance::kill);
        processes.instances().forEach(Instance::start);
        processes.awaitSomebodyElseThan(dead);
        var takenOver = Instant.now();
        // Then
        awaitUntil(() -> !ofKind(lost, ConnectionEventKind.NEEDS_REAUTH).isEmpty());
        awaitUntil(() -> version(unharmed) == 2);
        var told = ofKind(lost, ConnectionEventKind.NEEDS_REAUTH).getFirst();
        LOGGER.info(
                "every instance was killed, {} ms later others had taken over, {} ms later a person was asked",
                Duration.between(killed, takenOver).toMillis(),
                Duration.between(takenOver, told.getAt()).toMillis());
        assertThat(told.getAt()).isBetween(killed, takenOver.plus(NOTICED_WITHIN));
        assertThat(told.getDetail())
                .hasValueSatisfying(sentence -> assertThat(sentence)
                        .startsWith("Connect the account again")
                        .contains("used it up"));
        assertThat(state(lost).getStatus()).isEqualTo(ConnectionStatus.NEEDS_REAUTH);
        assertThat(ofKind(unharmed, ConnectionEventKind.NEEDS_REAUTH)).isEmpty();
    }

    /**
     * Every token that a platform gave is stored, or a person was asked because it is lost; and a refresh token came a second
     * time only where its answer was lost.
     *
     * @return how many were lost
     */
    private int requireHonest(Chain chain) {
        var stored = ofKind(chain, ConnectionEventKind.REFRESHED).size();
        var lost = ofKind(chain, ConnectionEventKind.NEEDS_REAUTH).size();
        var given = tokens(chain).size();
        var refused = statuses(chain).size() - given;
        assertThat(given)
                .as("tokens given to %s = stored %d + lost %d", chain.account.id(), stored, lost)
                .isEqualTo(stored + lost);
        assertThat(refused)
                .as("calls refused to %s, of which %d tokens were lost", chain.account.id(), lost)
                .isBetween(lost, lost == 0 ? 0 : lost + KILLS);
        assertThat(delays(chain)).allSatisfy(delay -> assertThat(delay).isLessThan(NOTICED_AFTER_CALL));
        assertThat(ofKind(chain, ConnectionEventKind.NEEDS_REAUTH))
                .allSatisfy(event -> assertThat(event.getDetail())
                        .hasValueSatisfying(sentence -> assertThat(sentence).startsWith("Connect the account again")));
        assertThat(state(chain).getStatus()).isEqualTo(ConnectionStatus.HEALTHY);
        return lost;
    }

    /** How long it took from each call whose token was lost until a person was asked. */
    private Stream<Duration> delays(Chain chain) {
        return ofKind(chain, ConnectionEventKind.NEEDS_REAUTH).stream()
                .map(event -> tokens(chain).stream()
                        .map(CallLog.Call::at)
                        .filter(at -> at.isBefore(event.getAt()))
                        .max(Comparator.naturalOrder())
                        .map(at -> Duration.between(at, event.getAt()))
                        .orElseThrow());
    }

    private void killAtSomeMoment(SplittableRandom dice) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(dice.nextInt(1500)));
        var victim = processes.instances().get(dice.nextInt(INSTANCES));
        victim.kill();
        victim.start();
    }

    private void awaitRenewedOrReconnect(Chain chain) {
        awaitUntil(() -> version(chain) > chain.demanded || state(chain).getStatus() == ConnectionStatus.NEEDS_REAUTH);
        if (state(chain).getStatus() == ConnectionStatus.NEEDS_REAUTH) {
            chain.grants++;
            chain.account = chain.account instanceof XUser
                    ? user(chain.account.name(), chain.grants, chain.account.id())
                    : creator(chain.account.name(), chain.grants, chain.account.id());
            processes.simulator().control().add(chain.account);
            assertThat(processes.connect(chain.account)).isEqualTo(chain.connectionId);
            awaitUntil(() -> state(chain).getStatus() == ConnectionStatus.HEALTHY);
        }
    }

    private Chain connect(Account account) {
        processes.simulator().control().add(account);
        var chain = new Chain(processes.connect(account), account);
        awaitUntil(() -> connections.containsKey(chain.connectionId));
        return chain;
    }

    private long version(Chain chain) {
        return state(chain).getTokenVersion();
    }

    private Connection state(Chain chain) {
        readOn();
        return Objects.requireNonNull(connections.get(chain.connectionId));
    }

    private List<ConnectionEvent> ofKind(Chain chain, ConnectionEventKind kind) {
        readOn();
        return events.stream()
                .filter(event -> event.getConnectionId().equals(chain.connectionId) && event.getKind() == kind)
                .toList();
    }

    private void readOn() {
        connectionsTail.next(Duration.ZERO).forEach(one -> connections.put(one.getConnectionId(), one));
        events.addAll(eventsTail.next(Duration.ZERO));
    }

    private void awaitUntil(Callable<Boolean> condition) {
        await().pollInSameThread().atMost(LONG).until(() -> {
            readOn();
            return condition.call();
        });
    }

    private List<CallLog.Call> tokens(Chain chain) {
        return calls(chain).filter(call -> call.status() == 200).toList();
    }

    private List<Integer> statuses(Chain chain) {
        return calls(chain).map(CallLog.Call::status).toList();
    }

    /** Those to the endpoint of tokens that came to an end. */
    private Stream<CallLog.Call> calls(Chain chain) {
        return processes.simulator().control().calls(0).stream()
                .filter(call ->
                        call.endpoint().equals(X_TOKENS) || call.endpoint().equals(TIKTOK_TOKENS))
                .filter(call ->
                        call.account().filter(chain.account.id()::equals).isPresent());
    }

    private static XUser user(String test, int number) {
        return user("user_" + test + number, 1, "77000" + Math.abs(test.hashCode() % 1000) + number);
    }

    private static XUser user(String name, int grant, String id) {
        return XUser.of(id, name, "sim-" + name + "-access-" + grant, "sim-" + name + "-refresh-" + grant);
    }

    private static TikTokCreator creator(String test, int number) {
        return creator("creator." + test + number, 1, "-000" + test + number);
    }

    private static TikTokCreator creator(String name, int grant, String id) {
        return TikTokCreator.of(id, name, "act.sim-" + name + grant, "rft.sim-" + name + grant);
    }
}
