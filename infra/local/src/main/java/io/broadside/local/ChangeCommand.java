package io.broadside.local;

import io.broadside.events.ChangeRequest;
import io.broadside.events.Content;
import io.broadside.events.PostError;
import io.broadside.events.PostResult;
import io.broadside.events.ResultStatus;
import io.broadside.schemas.Topics;
import java.io.PrintWriter;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
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
        name = "change",
        mixinStandardHelpOptions = true,
        description = "Changes a request that has not gone out: its text, its time, or to go out at once.")
final class ChangeCommand implements Callable<Integer> {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** A request that was sent just before its change is waited for, for a minute. */
    private static final Duration LONG_PATIENCE = Duration.ofSeconds(75);

    @Mixin
    private PortOptions options;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "REQUEST", description = "The requestId.")
    private String requestId;

    @Option(
            names = "--text",
            paramLabel = "TEXT",
            description = "Another text; the post is then this text and no more.")
    private @Nullable String text;

    @Option(
            names = "--at",
            paramLabel = "WHEN",
            description = "Another time: 2026-12-01T08:00:00Z, or from now: 30s, 10m.")
    private @Nullable String at;

    @Option(names = "--connection", paramLabel = "ID", description = "Only the target of this connection.")
    private @Nullable String connectionId;

    @Option(names = "--release", description = "Send it back at once, whatever it waits for.")
    private boolean isRelease;

    @SuppressWarnings("NullAway.Init") // picocli sets the options.
    ChangeCommand() {}

    @Override
    public Integer call() throws Exception {
        var clock = Clock.systemUTC();
        var out = spec.commandLine().getOut();
        var change = ChangeRequest.newBuilder()
                .setChangeId(UUID.randomUUID().toString())
                .setRequestId(requestId)
                .setConnectionId(connectionId)
                .setContent(
                        text == null ? null : Content.newBuilder().setText(text).build())
                .setPublishAt(at == null ? null : Times.parse("--at", at, clock.instant()))
                .setIsRelease(isRelease)
                .setRequestedBy("command line")
                .setRequestedAt(clock.instant())
                .build();
        try (var client = new StackClient(options.ports());
                var results = client.tail(Topics.RESULTS, false)) {
            client.send(Topics.CHANGES, requestId, change);
            return follow(results, change, clock, out);
        }
    }

    private static int follow(
            StackClient.Tail<PostResult> results, ChangeRequest change, Clock clock, PrintWriter out) {
        var deadline = clock.instant().plus(LONG_PATIENCE);
        var isToSaySo = clock.instant().plus(PATIENCE);
        var answers = 0;
        var isApplied = true;
        // Several targets answer one after another: a second of silence is the end of it.
        while (clock.instant().isBefore(deadline)) {
            if (answers == 0 && clock.instant().isAfter(isToSaySo)) {
                out.println(
                        "No answer yet. If the post is on its way to the platform, the answer comes with its result; if there is"
                                + " no request of this id, that is said after a minute. Waiting for it ...");
                out.flush();
                isToSaySo = Instant.MAX;
            }
            for (var result : results.next(Duration.ofMillis(500))) {
                var answer =
                        result.getChange().filter(found -> found.getChangeId().equals(change.getChangeId()));
                if (answer.isPresent()) {
                    answers++;
                    var isDone = answer.get().getIsApplied() && result.getStatus() != ResultStatus.FAILED;
                    isApplied &= isDone;
                    deadline = clock.instant().plusSeconds(1);
                    out.println(result.getConnectionId().orElse(change.getRequestId()) + ": "
                            + (answer.get().getIsApplied() ? "changed" : "not changed") + ", "
                            + result.getStatus() + ". "
                            + (answer.get().getIsApplied() && !isDone
                                    ? result.getError()
                                            .map(PostError::getMessage)
                                            .orElse("")
                                    : answer.get().getMessage()));
                }
            }
        }
        if (answers == 0) {
            out.println("No answer yet: the post is on its way to the platform. The answer comes with its result.");
            return 2;
        }
        return isApplied ? 0 : 1;
    }
}
