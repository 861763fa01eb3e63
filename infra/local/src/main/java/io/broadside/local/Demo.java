package io.broadside.local;

import static io.broadside.simulator.account.Platform.FACEBOOK;
import static io.broadside.simulator.account.Platform.LINKEDIN;
import static io.broadside.simulator.account.Platform.TIKTOK;
import static io.broadside.simulator.account.Platform.X;

import io.broadside.events.ApiCall;
import io.broadside.events.Content;
import io.broadside.events.InboundEvent;
import io.broadside.events.Media;
import io.broadside.events.MediaKind;
import io.broadside.events.PostResult;
import io.broadside.events.PublishRequest;
import io.broadside.events.ResultStatus;
import io.broadside.events.Target;
import io.broadside.local.DemoAccounts.Connected;
import io.broadside.schemas.Topics;
import io.broadside.simulator.account.Platform;
import io.broadside.simulator.instagram.InstagramPlatform;
import io.broadside.simulator.webhooks.Delivery;
import java.io.IOException;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The story of one morning: posts that meet what posts meet, and go out all the same. What goes wrong is injected at the
 * simulated platforms; Broadside is told nothing of it.
 */
final class Demo {

    private static final Duration LIMIT = Duration.ofSeconds(90);
    private static final Duration SCHEDULED_IN = Duration.ofSeconds(8);
    private static final Duration POLL = Duration.ofMillis(100);

    private final LocalStack stack;
    private final StackClient client;
    private final Screen screen;
    private final Clock clock;
    private final Board board = new Board();
    private final Map<String, Instant> sentAt = new HashMap<>();
    private final Map<String, Instant> firstCallAt = new HashMap<>();
    private final List<String> disappointments = new ArrayList<>();
    private int targets;

    Demo(LocalStack stack, StackClient client, Screen screen, Clock clock) {
        this.stack = stack;
        this.client = client;
        this.screen = screen;
        this.clock = clock;
    }

    /** Tells the story; gives what did not end as it should, one sentence each. */
    List<String> tell(Instant startedAt) throws IOException, InterruptedException {
        var accounts = DemoAccounts.connect(stack, client);
        accounts.values().forEach(account -> screen.name(account.connectionId(), account.profileId()));
        try (var results = client.tail(Topics.RESULTS, false);
                var calls = client.tail(Topics.API_CALLS, false);
                var inbound = client.tail(Topics.INBOUND_EVENTS, false)) {
            makeTrouble(accounts);
            send();
            follow(results, calls, startedAt);
            receiveWebhooks(inbound, accounts);
        }
        sumUp();
        return List.copyOf(disappointments);
    }

    private void makeTrouble(Map<String, Connected> accounts) {
        var control = stack.simulator().control();
        screen.say("");
        screen.say("At the platforms, and unknown to Broadside:");
        for (var trouble : DemoTrouble.ALL) {
            trouble.inject(
                    control,
                    account(
                            accounts,
                            trouble.profile() + "/" + trouble.platform().id()));
            screen.say("  " + trouble.words());
        }
        screen.say("");
    }

    private static String account(Map<String, Connected> accounts, String name) {
        var account = accounts.get(name);
        if (account == null) {
            throw new IllegalStateException("The simulator has no account for " + name);
        }
        return account.accountId();
    }

    private void send() throws IOException, InterruptedException {
        var run = clock.instant().truncatedTo(ChronoUnit.SECONDS).getEpochSecond() % 100_000;
        var photo = Media.newBuilder(medium("sample.jpg", MediaKind.IMAGE))
                .setAltText("A tray of rolls, fresh from the oven")
                .build();
        publish(
                "rolls-" + run,
                Content.newBuilder()
                        .setText("Fresh rolls from six o'clock. (" + run + ")")
                        .setMedia(List.of(photo))
                        .build(),
                List.of(
                        to("bakery", FACEBOOK),
                        to("bakery", InstagramPlatform.ID),
                        to("bakery", LINKEDIN),
                        to("bakery", X),
                        to("coffee", X)),
                null);
        publish(
                "film-" + run,
                Content.newBuilder()
                        .setText("How our bread is made, in one minute. (" + run + ")")
                        .setMedia(List.of(medium("video-10MB.mp4", MediaKind.VIDEO)))
                        .build(),
                List.of(
                        to("bakery", TIKTOK),
                        to("coffee", FACEBOOK),
                        to("coffee", InstagramPlatform.ID),
                        to("coffee", LINKEDIN),
                        to("library", TIKTOK),
                        to("library", X)),
                null);
        publish(
                "reading-" + run,
                Content.newBuilder()
                        .setText("Reading hour on Saturday at ten. (" + run + ")")
                        .build(),
                List.of(to("library", FACEBOOK)),
                null);
        publish(
                "later-" + run,
                Content.newBuilder()
                        .setText("This one was scheduled. (" + run + ")")
                        .build(),
                List.of(to("library", X)),
                clock.instant().plus(SCHEDULED_IN).truncatedTo(ChronoUnit.SECONDS));
    }

    private Media medium(String name, MediaKind kind) {
        return Media.newBuilder()
                .setUrl(stack.simulator().uri().resolve("/media/" + name).toString())
                .setKind(kind)
                .build();
    }

    private static Target to(String profile, Platform platform) {
        return Target.newBuilder()
                .setProfileId(profile)
                .setPlatform(platform.id())
                .build();
    }

    private void publish(String id, Content content, List<Target> to, @Nullable Instant publishAt)
            throws IOException, InterruptedException {
        targets += to.size();
        sentAt.put(id, clock.instant());
        client.publish(PublishRequest.newBuilder()
                .setRequestId(id)
                .setContent(content)
                .setTargets(to)
                .setPublishAt(publishAt)
                .build());
    }

    private void follow(StackClient.Tail<PostResult> results, StackClient.Tail<ApiCall> calls, Instant startedAt) {
        var deadline = clock.instant().plus(LIMIT);
        var isFirst = true;
        while (!board.areAllFinal(targets) && clock.instant().isBefore(deadline)) {
            for (var result : results.next(POLL)) {
                board.take(result).ifPresent(screen::change);
                if (isFirst && result.getStatus() == ResultStatus.PUBLISHED) {
                    isFirst = false;
                    screen.say(String.format(
                            Locale.ROOT,
                            "First post published %.1f s after the start.",
                            Duration.between(startedAt, clock.instant()).toMillis() / 1000.0));
                }
            }
            note(calls.next(Duration.ZERO));
            screen.refresh(board.rows());
        }
        // Calls are written behind the results' back.
        note(calls.next(Duration.ofSeconds(1)));
        screen.conclude(board.rows());
        judgeResults();
    }

    private void note(List<ApiCall> calls) {
        for (var call : calls) {
            call.getRequestId().ifPresent(id -> firstCallAt.merge(id, call.getStartedAt(), Demo::earlier));
        }
    }

    private static Instant earlier(Instant one, Instant other) {
        return one.isBefore(other) ? one : other;
    }

    private void judgeResults() {
        if (!board.areAllFinal(targets)) {
            disappointments.add("Not every target ended within " + LIMIT.toSeconds() + " s.");
        }
        for (var result : board.rows()) {
            if (result.getStatus() != ResultStatus.PUBLISHED) {
                disappointments.add(result.getRequestId() + " on "
                        + result.getPlatform().orElse("?") + " is " + result.getStatus() + ", not PUBLISHED.");
            }
        }
        board.withSeveralFinals().forEach(place -> disappointments.add(place + " had more than one final result."));
    }

    private void receiveWebhooks(StackClient.Tail<InboundEvent> inbound, Map<String, Connected> accounts) {
        var control = stack.simulator().control();
        var ports = stack.ports();
        var ingest = ports.at(ports.webhookIngest());
        screen.say("");
        for (var platform : List.of(FACEBOOK, X)) {
            var url = URI.create(ingest + "/webhooks/" + platform.id() + "/demo");
            var handshake = control.registerWebhook(platform, url);
            screen.say("Webhook of " + platform.id() + ": handshake "
                    + (handshake.verified() ? "answered." : "failed: " + handshake.detail()));
            if (!handshake.verified()) {
                disappointments.add("The handshake of " + platform.id() + " failed: " + handshake.detail());
            }
        }
        var page = account(accounts, "bakery/facebook");
        var comment = Delivery.of(Delivery.Kind.COMMENT, page, "Are there any left?");
        var forged = control.deliver(FACEBOOK, comment.asForged());
        screen.say("A forged delivery was answered " + forged.status() + ".");
        if (forged.status() != 401) {
            disappointments.add("A forged webhook was answered " + forged.status() + ", not 401.");
        }
        var genuine = control.deliver(FACEBOOK, comment);
        var events = new ArrayList<InboundEvent>();
        var deadline = clock.instant().plusSeconds(10);
        while (events.isEmpty() && clock.instant().isBefore(deadline)) {
            events.addAll(inbound.next(POLL));
        }
        screen.say("A genuine one was answered " + genuine.status() + (events.isEmpty() ? "." : ", and came out as:"));
        events.forEach(event -> screen.say("  " + event.getKind() + " on " + event.getPlatform() + " account "
                + event.getAccountId() + ": \"" + event.getText().orElse("") + "\""));
        if (genuine.status() != 200 || events.size() != 1) {
            disappointments.add("The webhook gave " + events.size() + " events, not 1.");
        }
    }

    private void sumUp() {
        var counts = board.counts();
        var report = stack.simulator().control().report();
        var twice = report.duplicatesPublished();
        var unfinished = board.rows().stream().filter(row -> !row.getIsFinal()).count();
        screen.say("");
        screen.say("accepted " + targets + " = published " + counts.getOrDefault(ResultStatus.PUBLISHED, 0L)
                + " + failed "
                + counts.getOrDefault(ResultStatus.FAILED, 0L) + " + cancelled "
                + counts.getOrDefault(ResultStatus.CANCELLED, 0L) + " + unconfirmed "
                + counts.getOrDefault(ResultStatus.UNCONFIRMED, 0L) + " + waiting " + unfinished + "; posted twice: "
                + twice);
        if (twice > 0) {
            disappointments.add(twice + " posts are at the platforms twice.");
        }
        sentAt.forEach((id, sent) -> {
            var called = firstCallAt.get(id);
            if (called != null && !isScheduled(id)) {
                screen.say("from request to first platform call, " + id + ": "
                        + Duration.between(sent, called).toMillis() + " ms");
            }
        });
        board.rows().stream().filter(row -> isScheduled(row.getRequestId())).forEach(this::judgePunctuality);
    }

    private static boolean isScheduled(String requestId) {
        return requestId.startsWith("later-");
    }

    private void judgePunctuality(PostResult result) {
        var sent = sentAt.get(result.getRequestId());
        var called = firstCallAt.get(result.getRequestId());
        if (sent == null || called == null) {
            return;
        }
        var due = sent.plus(SCHEDULED_IN).truncatedTo(ChronoUnit.SECONDS);
        var late = Duration.between(due, called);
        screen.say("the scheduled post left " + late.toMillis() + " ms after its second");
        // How late is told and not judged: it says as much of the machine as of the software.
        if (late.isNegative()) {
            disappointments.add("The scheduled post left " + late.negated().toMillis() + " ms before its time.");
        }
    }
}
