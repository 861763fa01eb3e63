package io.broadside.local;

import io.broadside.events.CancelRequest;
import io.broadside.events.Content;
import io.broadside.events.PublishRequest;
import io.broadside.events.Target;
import io.broadside.events.ThreadPart;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Sends posts, always some hundred ahead of the last words, so that there is work under way whenever something is
 * killed. No two have the same text, so what the platforms have can be told apart.
 * Some are scheduled, some of those cancelled, and some requests are sent twice.
 */
final class ChaosPosts implements AutoCloseable {

    private static final double SCHEDULED = 0.10;
    private static final double CANCELLED = 0.20;
    private static final double SENT_TWICE = 0.03;
    private static final int MOST_SECONDS_AHEAD = 40;

    /** The platforms' parts of all posts. */
    private static final Map<String, Double> SHARES =
            Map.of("facebook", 0.32, "instagram", 0.14, "linkedin", 0.14, "tiktok", 0.08, "x", 0.32);

    /** A post that cannot be looked for is looked for all the same, this long; without that time there are none. */
    private static final Duration UNTIL_UNCONFIRMED = Duration.ofMinutes(25);

    private static final int MOST_AHEAD = 800;
    private static final Duration POLL = Duration.ofMillis(20);

    private final Chaos.Plan plan;
    private final Map<String, List<ChaosAccounts.Connected>> accounts;
    private final ChaosContents contents;
    private final StackClient client;
    private final SplittableRandom dice;
    private final IntSupplier over;
    private final Map<String, Sent> sent = new ConcurrentHashMap<>();
    private final Thread thread = Thread.ofPlatform().name("posts").daemon().unstarted(this::sendAll);
    private volatile boolean areEnough;
    private volatile boolean areAllSent;

    /**
     * A post that is durable on the topic of requests.
     *
     * @param texts of its parts, of which the first is the post itself
     * @param isReadable whether its account's posts can be looked for
     * @param isCancelled whether it was called off, or was about to be when the run ended
     */
    record Sent(String requestId, List<String> texts, String platform, boolean isReadable, boolean isCancelled) {

        Sent cancelled() {
            return new Sent(requestId, texts, platform, isReadable, true);
        }
    }

    /** @param over how many posts have had their last word */
    ChaosPosts(
            Chaos.Plan plan,
            List<ChaosAccounts.Connected> accounts,
            Cluster cluster,
            StackClient client,
            SplittableRandom dice,
            IntSupplier over) {
        this.plan = plan;
        var hasBlind = plan.limit().compareTo(UNTIL_UNCONFIRMED) > 0;
        this.accounts = accounts.stream()
                .filter(account -> account.isReadable() || hasBlind)
                .collect(Collectors.groupingBy(ChaosAccounts.Connected::platform));
        this.contents = new ChaosContents(cluster.simulator().uri(), dice.split(), hasBlind);
        this.client = client;
        this.dice = dice;
        this.over = over;
    }

    void start() {
        thread.start();
    }

    /** What has been sent, by request id. For any thread. */
    Map<String, Sent> sent() {
        return sent;
    }

    /** Sends no more. */
    void enough() {
        areEnough = true;
    }

    boolean areAllSent() {
        return areAllSent;
    }

    private void sendAll() {
        try {
            for (int number = 0; number < plan.posts() && !areEnough; number++) {
                while (number - over.getAsInt() > MOST_AHEAD) {
                    TimeUnit.MILLISECONDS.sleep(POLL.toMillis());
                }
                send(number);
            }
            areAllSent = true;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void send(int number) throws InterruptedException {
        var account = account();
        var id = "chaos-" + plan.seed() + "-" + number;
        var text = "Chaos " + plan.seed() + ", post " + number;
        var content = contents.of(account.platform(), text);
        var isScheduled = dice.nextDouble() < SCHEDULED;
        var request = PublishRequest.newBuilder()
                .setRequestId(id)
                .setContent(content)
                .setTargets(List.of(Target.newBuilder()
                        .setConnectionId(account.connectionId())
                        .build()))
                .setPublishAt(isScheduled ? Instant.now().plusSeconds(1 + dice.nextInt(MOST_SECONDS_AHEAD)) : null)
                .build();
        untilDurable(() -> client.publish(request));
        var isReadable = account.isReadable() && ChaosContents.isReadable(account.platform(), content);
        var post = new Sent(id, texts(text, content), account.platform(), isReadable, false);
        sent.put(id, post);
        if (dice.nextDouble() < SENT_TWICE) {
            untilDurable(() -> client.publish(request));
        }
        if (isScheduled && dice.nextDouble() < CANCELLED) {
            sent.put(id, post.cancelled());
            var cancellation = CancelRequest.newBuilder()
                    .setRequestId(id)
                    .setRequestedAt(Instant.now())
                    .build();
            untilDurable(() -> client.cancel(cancellation));
        }
    }

    private ChaosAccounts.Connected account() {
        var thrown = dice.nextDouble();
        var platform = LocalStack.PLATFORMS.getFirst();
        for (var next : LocalStack.PLATFORMS) {
            platform = next;
            thrown -= SHARES.getOrDefault(next, 0.0);
            if (thrown < 0) {
                break;
            }
        }
        var all = accounts.getOrDefault(platform, List.of());
        return all.get(dice.nextInt(all.size()));
    }

    private static List<String> texts(String text, Content content) {
        return Stream.of(
                        Stream.of(text),
                        content.getThread().stream().map(ThreadPart::getText),
                        content.getFirstComment().stream())
                .flatMap(parts -> parts)
                .toList();
    }

    /** As a sender should: a request that was not acknowledged is sent again under its id. */
    private static void untilDurable(Sending sending) throws InterruptedException {
        while (true) {
            try {
                sending.send();
                return;
            } catch (IOException _) {
                TimeUnit.MILLISECONDS.sleep(Duration.ofMillis(200).toMillis());
            }
        }
    }

    @FunctionalInterface
    private interface Sending {
        void send() throws IOException, InterruptedException;
    }

    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
