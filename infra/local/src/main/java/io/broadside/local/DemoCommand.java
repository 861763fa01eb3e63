package io.broadside.local;

import java.lang.management.ManagementFactory;
import java.time.Clock;
import java.time.Instant;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description = "Starts everything and shows posts going out although the platforms misbehave.")
final class DemoCommand implements Callable<Integer> {

    @Mixin
    private StackOptions options;

    @Spec
    private CommandSpec spec;

    @Option(names = "--once", description = "End after the story; exit code 0 only if every target ended as it should.")
    private boolean isOnce;

    @SuppressWarnings("NullAway.Init") // picocli sets the options.
    DemoCommand() {}

    @Override
    public Integer call() throws Exception {
        var startedAt =
                Instant.ofEpochMilli(ManagementFactory.getRuntimeMXBean().getStartTime());
        var out = spec.commandLine().getOut();
        var screen = new Screen(out, Screen.isTerminal(), Clock.systemUTC());
        out.println("Starting Broadside: broker, registry, six simulated platforms, and the four services.");
        try (var stack = LocalStack.start(options.ports(), options.directory(), line -> out.println("  " + line));
                var client = new StackClient(stack.ports())) {
            var disappointments = new Demo(stack, client, screen, Clock.systemUTC()).tell(startedAt);
            if (disappointments.isEmpty()) {
                screen.say("\nEverything ended as it should.");
            } else {
                screen.say("\nNot everything ended as it should:");
                disappointments.forEach(line -> screen.say("  " + line));
            }
            if (!isOnce) {
                UpCommand.describe(stack.ports(), screen);
                screen.say("The stack stays up. Ctrl-C ends it.");
                new CountDownLatch(1).await();
            }
            return disappointments.isEmpty() ? 0 : 1;
        }
    }
}
