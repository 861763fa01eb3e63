package io.broadside.local;

import io.broadside.events.Connection;
import io.broadside.events.ConnectionEvent;
import io.broadside.events.ConnectionStatus;
import io.broadside.events.RefreshReason;
import io.broadside.events.RefreshRequest;
import io.broadside.schemas.Topics;
import io.broadside.simulator.account.Account;
import io.broadside.simulator.account.Platform;
import io.broadside.simulator.account.TikTokCreator;
import io.broadside.simulator.account.XUser;
import io.broadside.simulator.failure.Failure;
import io.broadside.simulator.failure.FailureKind;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.apache.kafka.common.KafkaException;

/**
 * Demands new tokens all the time, kills processes of token-service while they get them, and connects accounts anew whose token was
 * lost, as their owners would. For one use.
 */
final class ChaosTokens implements AutoCloseable {

    private static final Duration STEP = Duration.ofMillis(200);
    private static final Duration LEAST_PAUSE = Duration.ofSeconds(3);
    private static final Duration MOST_PAUSE = Duration.ofSeconds(20);
    private static final Duration SETTLED_WITHIN = Duration.ofMinutes(3);
    private static final int AT_ONCE = 3;

    /** Platforms whose refresh tokens work once, and their endpoint of tokens. */
    private static final Map<Platform, String> ROTATING =
            Map.of(Platform.X, "oauth2.token", Platform.TIKTOK, "oauth.token");

    private static final List<String> ROTATING_IDS =
            ROTATING.keySet().stream().map(Platform::id).toList();

    private final Chaos.Plan plan;
    private final Cluster cluster;
    private final StackClient client;
    private final SplittableRandom dice;
    private final Map<String, Connection> connections = new HashMap<>();
    private final Map<String, Long> reconnected = new HashMap<>();
    private final Thread thread = Thread.ofPlatform().name("tokens").daemon().unstarted(this::work);
    private long nextKill;
    private volatile boolean isDemanding = true;
    private volatile boolean isClosed;
    private volatile Optional<RuntimeException> fault = Optional.empty();
    private volatile Tally tally = new Tally(0, 0, 0, 0);

    /**
     * What became of the tokens that the platforms gave for refresh tokens that work once.
     *
     * @param given as the platforms count them
     * @param stored of these
     * @param asked how often a person was asked to connect an account again
     */
    record Tally(int kills, long given, long stored, long asked) {

        /** Lost with the process that had asked for them, and noticed. */
        long interrupted() {
            return Math.min(asked, given - stored);
        }

        /** A person was asked although nothing was lost: we have made a token worthless. */
        long brokenByUs() {
            return Math.max(0, asked - (given - stored));
        }

        /** Lost, and nobody was told. */
        long unnoticed() {
            return Math.max(0, given - stored - asked);
        }

        boolean isGood() {
            return brokenByUs() == 0 && unnoticed() == 0;
        }
    }

    ChaosTokens(Chaos.Plan plan, Cluster cluster, StackClient client, SplittableRandom dice) {
        this.plan = plan;
        this.cluster = cluster;
        this.client = client;
        this.dice = dice;
    }

    void start() {
        ROTATING.forEach((platform, endpoint) -> cluster.simulator()
                .control()
                .inject(Failure.of(platform, endpoint, FailureKind.SLOW)
                        .seconds(1)
                        .forEver()
                        .probability(plan.slowShare(), plan.seed())));
        nextKill = System.nanoTime() + LEAST_PAUSE.toNanos();
        thread.start();
    }

    Tally tally() {
        return tally;
    }

    /** Demands no more; waits until every token that was given is accounted for, as long as that may take. */
    Tally settle() throws InterruptedException {
        isDemanding = false;
        var until = System.nanoTime() + SETTLED_WITHIN.toNanos();
        var quietSince = System.nanoTime();
        var last = tally;
        while (System.nanoTime() - until < 0) {
            if (fault.isPresent()) {
                throw new IllegalStateException("What became of the tokens was not followed to the end.", fault.get());
            }
            Thread.sleep(STEP);
            if (!last.equals(tally)) {
                last = tally;
                quietSince = System.nanoTime();
            }
            var isQuiet = System.nanoTime() - quietSince > MOST_PAUSE.toNanos();
            if (isQuiet && last.isGood()) {
                return last;
            }
        }
        return last;
    }

    private void work() {
        try (var changes = client.tail(Topics.CONNECTIONS, true);
                var events = client.tail(Topics.CONNECTION_EVENTS, true)) {
            while (!isClosed) {
                try {
                    changes.next(STEP).forEach(change -> connections.put(change.getConnectionId(), change));
                    events.next(Duration.ZERO).forEach(this::count);
                    demand();
                    killOne();
                    reconnect();
                } catch (KafkaException | IOException _) {
                    // The broker is being killed, or token-service is: the next step finds them again.
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            fault = Optional.of(e);
        }
    }

    private void count(ConnectionEvent event) {
        if (ROTATING_IDS.contains(event.getPlatform())) {
            switch (event.getKind()) {
                case REFRESHED -> tally = new Tally(tally.kills(), tally.given(), tally.stored() + 1, tally.asked());
                case NEEDS_REAUTH -> tally = new Tally(tally.kills(), tally.given(), tally.stored(), tally.asked() + 1);
                case UNKNOWN, CONNECTED, EXPIRING, RECOVERED, DEAUTHORIZED, DISCONNECTED -> {
                    // No word on a token that was given.
                }
            }
        }
    }

    private void demand() throws IOException, InterruptedException {
        var report = cluster.simulator().control().report();
        var given = ROTATING.keySet().stream()
                .mapToLong(platform -> report.of(platform).tokenRefreshes())
                .sum();
        tally = new Tally(tally.kills(), given, tally.stored(), tally.asked());
        var healthy = connections.values().stream()
                .filter(one -> ROTATING_IDS.contains(one.getPlatform()))
                .filter(one -> one.getStatus() == ConnectionStatus.HEALTHY)
                .toList();
        for (int i = 0; isDemanding && i < AT_ONCE && !healthy.isEmpty(); i++) {
            var one = healthy.get(dice.nextInt(healthy.size()));
            var request = RefreshRequest.newBuilder()
                    .setConnectionId(one.getConnectionId())
                    .setPlatform(one.getPlatform())
                    .setTokenVersion(one.getTokenVersion())
                    .setReason(RefreshReason.MANUAL)
                    .setRequestedAt(Clock.systemUTC().instant())
                    .build();
            client.send(Topics.REFRESH_REQUESTS, one.getConnectionId(), request);
            client.send(Topics.REFRESH_REQUESTS, one.getConnectionId(), request);
        }
    }

    private void killOne() {
        var now = System.nanoTime();
        if (!isDemanding || tally.kills() >= plan.tokenKills() || now - nextKill < 0) {
            return;
        }
        var up = cluster.tokens().stream().filter(Instance::isUp).toList();
        if (!up.isEmpty()) {
            var victim = up.get(dice.nextInt(up.size()));
            if (victim.kill()) {
                tally = new Tally(tally.kills() + 1, tally.given(), tally.stored(), tally.asked());
            }
            victim.start();
        }
        nextKill = now
                + LEAST_PAUSE.toNanos()
                + dice.nextLong(MOST_PAUSE.minus(LEAST_PAUSE).toNanos());
    }

    /** As soon as a person is asked, there is one. */
    private void reconnect() throws IOException, InterruptedException {
        for (var one : List.copyOf(connections.values())) {
            var version = one.getTokenVersion();
            if (one.getStatus() == ConnectionStatus.NEEDS_REAUTH
                    && reconnected.getOrDefault(one.getConnectionId(), 0L) < version) {
                var account = withNewTokens(one);
                cluster.simulator().control().add(account);
                client.connect(one.getProfileId(), account);
                reconnected.put(one.getConnectionId(), version);
            }
        }
    }

    private static Account withNewTokens(Connection one) {
        var token = "sim-chaos-again-" + one.getConnectionId() + "-" + one.getTokenVersion();
        return one.getPlatform().equals(Platform.X.id())
                ? XUser.of(one.getAccountId(), one.getAccountName(), token, token + "-refresh")
                : TikTokCreator.of(one.getAccountId(), one.getAccountName(), token, token + "-refresh");
    }

    @Override
    public void close() {
        isClosed = true;
        if (thread.getState() == Thread.State.NEW) {
            return;
        }
        try {
            thread.join(Duration.ofSeconds(30));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
