package io.broadside.local;

import io.broadside.events.Content;
import io.broadside.events.Link;
import io.broadside.events.Media;
import io.broadside.events.MediaKind;
import io.broadside.events.PostResult;
import io.broadside.events.PublishRequest;
import io.broadside.events.ResultStatus;
import io.broadside.events.Target;
import io.broadside.schemas.Topics;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "publish",
        mixinStandardHelpOptions = true,
        description = "Sends a request to a running stack and shows what becomes of it.")
final class PublishCommand implements Callable<Integer> {

    @Mixin
    private PortOptions options;

    @Spec
    private CommandSpec spec;

    @Parameters(arity = "0..1", paramLabel = "TEXT", description = "The text of the post.")
    private @Nullable String text;

    @Option(
            names = "--to",
            split = ",",
            paramLabel = "PLATFORM",
            description =
                    "Platforms of the profile, comma separated (default: facebook,x, unless --connection is given).")
    private @Nullable List<String> platforms;

    @Option(
            names = "--profile",
            defaultValue = DemoAccounts.FIRST_PROFILE,
            description = "Whose accounts (default: bakery).")
    private String profile;

    @Option(
            names = "--connection",
            split = ",",
            paramLabel = "ID",
            description = "Connections to publish through, by id.")
    private @Nullable List<String> connections;

    @Option(names = "--media", paramLabel = "URL", description = "URL of a picture; can be given several times.")
    private @Nullable List<String> media;

    @Option(
            names = "--alt",
            paramLabel = "TEXT",
            description = "Description of the picture for people who cannot see it.")
    private @Nullable String altText;

    @Option(names = "--link", paramLabel = "URL", description = "A link to show as a card.")
    private @Nullable String link;

    @Option(names = "--at", paramLabel = "WHEN", description = "When: 2026-12-01T08:00:00Z, or from now: 30s, 10m, 2h.")
    private @Nullable String at;

    @Option(names = "--request-id", paramLabel = "ID", description = "Idempotency key (default: a new one).")
    private @Nullable String requestId;

    @Option(names = "--no-wait", description = "Do not wait for the results.")
    private boolean isNotWaiting;

    @Option(
            names = "--wait",
            paramLabel = "SECONDS",
            defaultValue = "60",
            description = "How long to wait (default: 60).")
    private int patience;

    @SuppressWarnings("NullAway.Init") // picocli sets the options.
    PublishCommand() {}

    @Override
    public Integer call() throws Exception {
        var clock = Clock.systemUTC();
        var request = request(clock.instant());
        var out = spec.commandLine().getOut();
        try (var client = new StackClient(options.ports())) {
            if (isNotWaiting) {
                client.publish(request);
                out.println("Sent as " + request.getRequestId() + ".");
                return 0;
            }
            return follow(client, request, new Screen(out, Screen.isTerminal(), clock), clock);
        }
    }

    private int follow(StackClient client, PublishRequest request, Screen screen, Clock clock)
            throws IOException, InterruptedException {
        var board = new Board();
        try (var results = client.tail(Topics.RESULTS, false)) {
            client.publish(request);
            screen.say("Sent as " + request.getRequestId() + ".");
            var deadline = clock.instant().plusSeconds(patience);
            while (!isOver(board, request) && clock.instant().isBefore(deadline)) {
                results.next(Duration.ofMillis(200)).stream()
                        .filter(result -> result.getRequestId().equals(request.getRequestId()))
                        // A request that was sent before gets its results again: here they are news.
                        .map(result ->
                                PostResult.newBuilder(result).setIsRepeat(false).build())
                        .forEach(result -> board.take(result).ifPresent(screen::change));
                screen.refresh(board.rows());
            }
        }
        screen.conclude(board.rows());
        if (!isOver(board, request)) {
            screen.say("Not finished after " + patience
                    + " s; it goes on without us. See it with: ./broadside watch --all");
            return 2;
        }
        return board.rows().stream().allMatch(row -> row.getStatus() == ResultStatus.PUBLISHED) ? 0 : 1;
    }

    private static boolean isOver(Board board, PublishRequest request) {
        var isRefusedAsAWhole = board.rows().stream().anyMatch(row -> row.getTargetIndex() < 0 && row.getIsFinal());
        return isRefusedAsAWhole || board.areAllFinal(request.getTargets().size());
    }

    private PublishRequest request(Instant now) throws IOException {
        return PublishRequest.newBuilder()
                .setRequestId(requestId == null ? UUID.randomUUID().toString() : requestId)
                .setContent(Content.newBuilder()
                        .setText(text)
                        .setLink(
                                link == null
                                        ? null
                                        : Link.newBuilder().setUrl(link).build())
                        .setMedia(pictures())
                        .build())
                .setTargets(targets())
                .setPublishAt(due(now))
                .setRequestedAt(now)
                .build();
    }

    private List<Media> pictures() {
        var urls = media == null ? List.<String>of() : media;
        return urls.stream()
                .map(url -> Media.newBuilder()
                        .setUrl(url)
                        .setKind(MediaKind.IMAGE)
                        .setAltText(altText)
                        .build())
                .toList();
    }

    private List<Target> targets() {
        var targets = new ArrayList<Target>();
        if (connections != null) {
            connections.forEach(
                    id -> targets.add(Target.newBuilder().setConnectionId(id).build()));
        }
        var named = platforms != null ? platforms : targets.isEmpty() ? List.of("facebook", "x") : List.<String>of();
        named.forEach(platform -> targets.add(
                Target.newBuilder().setProfileId(profile).setPlatform(platform).build()));
        return targets;
    }

    private @Nullable Instant due(Instant now) throws IOException {
        if (at == null) {
            return null;
        }
        return Times.parse("--at", at, now);
    }
}
