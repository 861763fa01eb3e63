package io.broadside.local;

import io.broadside.retry.account.Account;
import io.broadside.retry.account.AccountReport;
import io.broadside.runtime.service.Closing;
import io.broadside.schemas.Topics;
import io.broadside.simulator.account.Platform;
import io.broadside.simulator.control.Control;
import io.broadside.simulator.post.Publication;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.kafka.common.KafkaException;

/**
 * The check of the promises: posts go out while what publishes them is killed and frozen, and afterwards it is counted what the
 * platforms have and what the results say.
 */
final class Chaos {

    private static final Duration TELL_EVERY = Duration.ofSeconds(10);
    private static final Duration READ = Duration.ofMillis(250);

    /** Longer than it takes to miss an instance, to wait out its calls, to look for them, and to make one more. */
    private static final Duration LATE = Duration.ofSeconds(45);

    private final Plan plan;
    private final Ports ports;
    private final Path data;
    private final Consumer<String> tell;
    private final AtomicInteger over = new AtomicInteger();

    /**
     * What is to be done.
     *
     * @param instances processes of publisher-service, and of retry-service
     * @param kills processes to kill; beside them some are frozen, and the broker is killed once
     * @param limit after this long it is over, whatever is still waiting
     * @param slowShare share of the publishing calls that take a second: those are what a kill finds under way
     * @param isWeakened whether publishers forget their intents, so that the check has something to find
     * @param tokenKills processes of token-service to kill while they renew tokens; with 0 there is one, which is left alone
     */
    record Plan(
            int posts,
            int instances,
            int kills,
            long seed,
            Duration limit,
            double slowShare,
            boolean isWeakened,
            int tokenKills) {

        static final double USUAL_SLOW_SHARE = 0.3;

        Plan(int posts, int instances, int kills, long seed, Duration limit, double slowShare, boolean isWeakened) {
            this(posts, instances, kills, seed, limit, slowShare, isWeakened, 0);
        }

        int tokenInstances() {
            return tokenKills > 0 ? instances : 1;
        }
    }

    /** @param tell hears lines for a person */
    Chaos(Plan plan, Ports ports, Path data, Consumer<String> tell) {
        this.plan = plan;
        this.ports = ports;
        this.data = data;
        this.tell = tell;
    }

    /**
     * Does it all, and leaves no process behind.
     *
     * @throws IOException if the cluster cannot be started
     */
    Reckoning run() throws IOException, InterruptedException {
        tell.accept("Chaos: " + plan.posts() + " posts, " + plan.instances() + " + " + plan.instances()
                + " instances, " + plan.kills() + " kills, seed " + plan.seed() + "; logs in " + data.resolve("logs")
                + "."
                + (plan.isWeakened() ? " Publishers forget their intents on purpose." : ""));
        requireEmpty(data);
        var dice = new SplittableRandom(plan.seed());
        var parts = new Closing();
        // An interrupt from here on leaves no process behind.
        Runtime.getRuntime().addShutdownHook(new Thread(parts::close, "end the cluster"));
        try (parts) {
            var cluster = Cluster.start(plan, ports, data, tell, parts);
            return run(cluster, dice);
        }
    }

    private Reckoning run(Cluster cluster, SplittableRandom dice) throws IOException, InterruptedException {
        try (var client = new StackClient(ports)) {
            var accounts = ChaosAccounts.connect(cluster.simulator(), client);
            tell.accept("  " + accounts.size() + " accounts are connected");
            cluster.startInstances();
            Troubles.inject(cluster.simulator(), plan);
            try (var posts = new ChaosPosts(plan, accounts, cluster, client, dice.split(), over::get);
                    var mischief = new Mischief(plan, cluster, dice.split());
                    var tokens = new ChaosTokens(plan, cluster, client, dice.split())) {
                posts.start();
                mischief.start();
                if (plan.tokenKills() > 0) {
                    tokens.start();
                }
                var ledger = follow(cluster, posts, mischief);
                var ofTokens = plan.tokenKills() > 0 ? tokens.settle() : tokens.tally();
                return Reckoning.of(
                        plan,
                        posts.sent(),
                        ledger,
                        account(),
                        published(cluster.simulator().control()),
                        Reckoning.reconciled(
                                cluster.publishers().stream().map(Instance::log).toList()),
                        mischief.tally(),
                        ofTokens);
            }
        }
    }

    /** Posts, and the comments that their authors put below them. */
    private static List<Publication> published(Control control) {
        return Stream.concat(
                        control.posts().stream(),
                        LocalStack.PLATFORMS.stream()
                                .map(Platform::of)
                                .flatMap(platform -> control.comments(platform).stream()))
                .toList();
    }

    /** What an earlier run left would be counted as of this one. */
    private static void requireEmpty(Path data) throws IOException {
        try (var files = Files.list(Files.createDirectories(data))) {
            if (files.findAny().isPresent()) {
                throw new IOException("--data: " + data + " is not empty; name a new directory.");
            }
        }
    }

    /** What the topics say by themselves. */
    private AccountReport account() {
        var registry = ports.at(ports.registry()).toString();
        try (var account = Account.of(ports.bootstrapServers(), registry, Clock.systemUTC())) {
            return account.draw();
        }
    }

    /** Reads results until every target that was sent has had its last word and all mischief is done, and some time beyond. */
    private Board follow(Cluster cluster, ChaosPosts posts, Mischief mischief) throws InterruptedException {
        var board = new Board();
        var begun = System.nanoTime();
        var nextWord = begun;
        var until = begun + plan.limit().toNanos();
        var isOver = false;
        var isFoundOut = false;
        try (var client = new StackClient(ports);
                var results = client.tail(Topics.RESULTS, true)) {
            while (System.nanoTime() - until < 0) {
                try {
                    results.next(READ).forEach(board::take);
                    over.set(board.finals());
                } catch (KafkaException _) {
                    // The broker is being killed; the next poll finds the new one.
                }
                if (System.nanoTime() - nextWord >= 0) {
                    nextWord = System.nanoTime() + TELL_EVERY.toNanos();
                    isFoundOut = plan.isWeakened() && cluster.hasPostedTwice();
                    tell.accept("  %4d s  sent %d/%d, last word on %d; kills %d/%d, frozen now %d; up: %s"
                            .formatted(
                                    Duration.ofNanos(System.nanoTime() - begun).toSeconds(),
                                    posts.sent().size(),
                                    plan.posts(),
                                    board.finals(),
                                    mischief.tally().kills(),
                                    plan.kills(),
                                    mischief.frozenNow(),
                                    cluster.upAndDown()));
                }
                mischief.requireSound();
                if (isFoundOut) {
                    posts.enough();
                }
                if (!isOver
                        && posts.areAllSent()
                        && (mischief.isDone() || isFoundOut)
                        && board.finals() >= posts.sent().size()) {
                    isOver = true;
                    var late = isFoundOut ? Duration.ZERO : LATE;
                    until = System.nanoTime() + late.toNanos();
                    tell.accept("  every post has had its last word; "
                            + (isFoundOut
                                    ? "one is out twice, as was to be found"
                                    : late.toSeconds() + " s more for what must not come"));
                }
            }
        }
        if (!isOver) {
            tell.accept("The limit of " + plan.limit().toMinutes() + " min is over.");
        }
        return board;
    }
}
