package io.broadside.local;

import io.broadside.events.CancelRequest;
import io.broadside.events.Content;
import io.broadside.events.Media;
import io.broadside.events.MediaKind;
import io.broadside.events.PublishRequest;
import io.broadside.events.Target;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;

/**
 * Sends posts, always some hundred ahead of the last words, so that there is work under way whenever something is
 * killed. No two have the same text, so what the platforms have can be told apart.
 * Some have a picture, some are scheduled, some of those cancelled, and some requests are sent twice.
 */
final class ChaosPosts implements AutoCloseable {

    private static final double WITH_PICTURE = 0.03;
    private static final double SCHEDULED = 0.10;
    private static final double CANCELLED = 0.20;
    private static final double SENT_TWICE = 0.03;
    private static final int MOST_SECONDS_AHEAD = 40;
    private static final int MOST_AHEAD = 800;
    private static final Duration POLL = Duration.ofMillis(20);

    private final Chaos.Plan plan;
    private final List<ChaosAccounts.Connected> accounts;
    private final Cluster cluster;
    private final StackClient client;
    private final SplittableRandom dice;
    private final IntSupplier over;
    private final Map<String, Sent> sent = new ConcurrentHashMap<>();
    private final Thread thread = Thread.ofPlatform().name("posts").daemon().unstarted(this::sendAll);
    private volatile boolean areAllSent;

    /** A post that is durable on the topic of requests. */
    record Sent(String requestId, String text, String platform) {}

    /** @param over how many posts have had their last word */
    ChaosPosts(
            Chaos.Plan plan,
            List<ChaosAccounts.Connected> accounts,
            Cluster cluster,
            StackClient client,
            SplittableRandom dice,
            IntSupplier over) {
        this.plan = plan;
        this.accounts = accounts;
        this.cluster = cluster;
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

    boolean areAllSent() {
        return areAllSent;
    }

    private void sendAll() {
        try {
            for (int number = 0; number < plan.posts(); number++) {
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
        var account = accounts.get(dice.nextInt(accounts.size()));
        var id = "chaos-" + plan.seed() + "-" + number;
        var text = "Chaos " + plan.seed() + ", post " + number;
        var content = Content.newBuilder().setText(text);
        if (account.platform().equals("x") && dice.nextDouble() < WITH_PICTURE) {
            content.setMedia(List.of(Media.newBuilder()
                    .setUrl(cluster.simulator()
                            .uri()
                            .resolve("/media/sample.jpg")
                            .toString())
                    .setKind(MediaKind.IMAGE)
                    .build()));
        }
        var isScheduled = dice.nextDouble() < SCHEDULED;
        var request = PublishRequest.newBuilder()
                .setRequestId(id)
                .setContent(content.build())
                .setTargets(List.of(Target.newBuilder()
                        .setConnectionId(account.connectionId())
                        .build()))
                .setPublishAt(isScheduled ? Instant.now().plusSeconds(1 + dice.nextInt(MOST_SECONDS_AHEAD)) : null)
                .build();
        untilDurable(() -> client.publish(request));
        sent.put(id, new Sent(id, text, account.platform()));
        if (dice.nextDouble() < SENT_TWICE) {
            untilDurable(() -> client.publish(request));
        }
        if (isScheduled && dice.nextDouble() < CANCELLED) {
            var cancellation = CancelRequest.newBuilder()
                    .setRequestId(id)
                    .setRequestedAt(Instant.now())
                    .build();
            untilDurable(() -> client.cancel(cancellation));
        }
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
