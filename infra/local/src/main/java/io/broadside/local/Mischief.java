package io.broadside.local;

import java.time.Duration;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Kills processes with posts under way and starts them again, freezes some for longer than their sessions live, and kills the
 * broker once, halfway. The kills are spread over the posts, not over time, so that they hit work on a slow machine too. Whatever
 * ends by itself is started again, as any operator's tools do. For one use.
 */
final class Mischief implements AutoCloseable {

    private static final Duration LEAST_PAUSE = Duration.ofSeconds(1);
    private static final Duration MOST_PAUSE = Duration.ofSeconds(20);
    private static final Duration POLL = Duration.ofMillis(50);

    /** So long that others have taken over, and have looked for the calls that were under way. */
    private static final int LEAST_FREEZE_SECONDS = 28;

    private static final int MOST_FREEZE_SECONDS = 45;
    private static final int MOST_DOWN_MILLIS = 2_000;

    /** Every third one stays away for longer than its session lives: its partitions go to others, instead of back to itself. */
    private static final double STAYS_AWAY = 0.33;

    private static final int LEAST_AWAY_MILLIS = 12_000;
    private static final int MOST_AWAY_MILLIS = 18_000;
    private static final double PUBLISHERS = 0.7;
    private static final int KILLS_PER_FREEZE = 5;

    private final Chaos.Plan plan;
    private final Cluster cluster;
    private final SplittableRandom dice;
    private final ScheduledThreadPoolExecutor later = new ScheduledThreadPoolExecutor(
            2, Thread.ofPlatform().daemon().name("mischief ", 0).factory());
    private final Thread thread = Thread.ofPlatform().name("mischief").daemon().unstarted(this::doAll);
    private final Set<Instance> away = ConcurrentHashMap.newKeySet();
    private volatile Tally tally = new Tally(0, 0, 0);
    private volatile boolean isDone;
    private volatile @Nullable RuntimeException fault;

    /** What was done so far. */
    record Tally(int kills, int freezes, int brokerKills) {}

    Mischief(Chaos.Plan plan, Cluster cluster, SplittableRandom dice) {
        this.plan = plan;
        this.cluster = cluster;
        this.dice = dice;
    }

    /** What is done in all. */
    static Tally wanted(Chaos.Plan plan) {
        return new Tally(plan.kills(), plan.kills() / KILLS_PER_FREEZE, plan.kills() > 0 ? 1 : 0);
    }

    void start() {
        var _ = later.scheduleWithFixedDelay(this::startWhatEnded, 5, 5, TimeUnit.SECONDS);
        thread.start();
    }

    Tally tally() {
        return tally;
    }

    /**
     * Makes sure that it can go on.
     *
     * @throws IllegalStateException if something went wrong here: what waits then is not the product's fault
     */
    void requireSound() {
        var wrong = fault;
        if (wrong != null) {
            throw new IllegalStateException("Killing and starting processes went wrong: " + wrong.getMessage(), wrong);
        }
    }

    /** Whether all kills are done and everything is up again. */
    boolean isDone() {
        return isDone
                && cluster.broker().isUp()
                && cluster.instances().stream().allMatch(one -> one.isUp() && !one.isFrozen());
    }

    long frozenNow() {
        return cluster.instances().stream().filter(Instance::isFrozen).count();
    }

    private void doAll() {
        try {
            for (int number = 1; number <= plan.kills(); number++) {
                awaitWork((long) plan.posts() * number / (plan.kills() + 1));
                killOne();
                if (number % KILLS_PER_FREEZE == 0) {
                    freezeOne();
                }
                if (number == (plan.kills() + 1) / 2) {
                    while (!cluster.broker().kill()) {
                        TimeUnit.MILLISECONDS.sleep(POLL.toMillis());
                    }
                    tally = new Tally(tally.kills(), tally.freezes(), tally.brokerKills() + 1);
                    cluster.broker().start();
                }
            }
            isDone = true;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            fault = e;
        }
    }

    /** Until the platforms have so many posts; not for ever, since what was killed may be what is waited for. */
    private void awaitWork(long posts) throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(LEAST_PAUSE.toMillis() + dice.nextInt((int) LEAST_PAUSE.toMillis()));
        var until = System.nanoTime() + MOST_PAUSE.toNanos();
        while (cluster.published() < posts && System.nanoTime() - until < 0) {
            TimeUnit.MILLISECONDS.sleep(POLL.toMillis());
        }
    }

    /** One that is up, and rather one that has been up for long: killing the idle proves little. */
    private Instance victim() throws InterruptedException {
        var group = dice.nextDouble() < PUBLISHERS ? cluster.publishers() : cluster.retries();
        while (true) {
            var up = group.stream().filter(one -> one.isUp() && !one.isFrozen()).toList();
            if (!up.isEmpty()) {
                var one = up.get(dice.nextInt(up.size()));
                var other = up.get(dice.nextInt(up.size()));
                return one.startedAt().isBefore(other.startedAt()) ? one : other;
            }
            TimeUnit.MILLISECONDS.sleep(POLL.toMillis());
        }
    }

    private void killOne() throws InterruptedException {
        var victim = victim();
        while (!victim.kill()) {
            victim = victim();
        }
        tally = new Tally(tally.kills() + 1, tally.freezes(), tally.brokerKills());
        var victimsTime = dice.nextDouble() < STAYS_AWAY
                ? LEAST_AWAY_MILLIS + dice.nextInt(MOST_AWAY_MILLIS - LEAST_AWAY_MILLIS)
                : dice.nextInt(MOST_DOWN_MILLIS);
        comeBackAfter(victim, victimsTime);
    }

    private void comeBackAfter(Instance victim, int millis) {
        away.add(victim);
        var _ = later.schedule(
                () -> {
                    away.remove(victim);
                    victim.start();
                },
                millis,
                TimeUnit.MILLISECONDS);
    }

    private void freezeOne() throws InterruptedException {
        var victim = victim();
        while (!victim.freeze()) {
            victim = victim();
        }
        tally = new Tally(tally.kills(), tally.freezes() + 1, tally.brokerKills());
        var seconds = LEAST_FREEZE_SECONDS + dice.nextInt(MOST_FREEZE_SECONDS - LEAST_FREEZE_SECONDS);
        var _ = later.schedule(victim::thaw, seconds, TimeUnit.SECONDS);
    }

    /** A service that is started while there is no broker gives up; the broker does when its former self holds a lock. */
    private void startWhatEnded() {
        try {
            cluster.broker().start();
            cluster.tokens().forEach(Instance::start);
            cluster.instances().stream().filter(one -> !away.contains(one)).forEach(Instance::start);
        } catch (RuntimeException e) {
            fault = e;
        }
    }

    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join();
            later.shutdownNow();
            var _ = later.awaitTermination(1, TimeUnit.MINUTES);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
