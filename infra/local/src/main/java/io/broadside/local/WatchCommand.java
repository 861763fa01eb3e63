package io.broadside.local;

import io.broadside.schemas.Topics;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "watch",
        mixinStandardHelpOptions = true,
        description = "Shows results of a running stack as they come, until Ctrl-C.")
final class WatchCommand implements Callable<Integer> {

    @Mixin
    private PortOptions options;

    @Spec
    private CommandSpec spec;

    @Option(names = "--all", description = "Begin with the oldest result that is kept, instead of with the next one.")
    private boolean isFromBeginning;

    @SuppressWarnings("NullAway.Init") // picocli sets the options.
    WatchCommand() {}

    @Override
    public Integer call() throws Exception {
        var screen = new Screen(spec.commandLine().getOut(), false, Clock.systemUTC());
        try (var client = new StackClient(options.ports());
                var results = client.tail(Topics.RESULTS, isFromBeginning)) {
            screen.say("Watching the results on " + options.ports().bootstrapServers() + ". Ctrl-C ends it.");
            while (!Thread.currentThread().isInterrupted()) {
                results.next(Duration.ofMillis(500)).forEach(screen::change);
            }
        }
        return 0;
    }
}
