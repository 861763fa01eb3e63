package io.broadside.local;

import java.time.Clock;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
        name = "up",
        mixinStandardHelpOptions = true,
        description = "Starts everything, connects the simulator's accounts, and stays until Ctrl-C.")
final class UpCommand implements Callable<Integer> {

    @Mixin
    private StackOptions options;

    @Spec
    private CommandSpec spec;

    @SuppressWarnings("NullAway.Init") // picocli sets the options.
    UpCommand() {}

    @Override
    public Integer call() throws Exception {
        var out = spec.commandLine().getOut();
        var screen = new Screen(out, false, Clock.systemUTC());
        var directory = options.directory();
        screen.say("Starting Broadside in " + directory + (options.isTemporary() ? " (deleted at the end)." : "."));
        // Not closed by try: whatever ends this process, the hook closes it, once.
        var stack = LocalStack.start(options.ports(), directory, line -> screen.say("  " + line));
        Runtime.getRuntime().addShutdownHook(new Thread(stack::close, "stop the stack"));
        try (var client = new StackClient(stack.ports())) {
            var accounts = DemoAccounts.connect(stack, client);
            describe(stack.ports(), screen);
            screen.say("Connected accounts (profile on platform):");
            accounts.keySet().stream().sorted().forEach(name -> {
                var account = accounts.get(name);
                if (account != null) {
                    screen.say("  %-9s on %-9s %s"
                            .formatted(account.profileId(), account.platform(), account.connectionId()));
                }
            });
        }
        screen.say("Try: ./broadside publish \"Hello\" --to facebook,x      then: ./broadside why REQUEST-ID");
        screen.say("Ctrl-C ends it.");
        new CountDownLatch(1).await();
        return 0;
    }

    static void describe(Ports ports, Screen screen) {
        screen.say("");
        screen.say("  %-16s %s".formatted("Kafka", ports.bootstrapServers()));
        screen.say("  %-16s %s".formatted("Schema registry", ports.at(ports.registry())));
        screen.say("  %-16s %s  health and metrics on %d"
                .formatted("token-service", ports.at(ports.tokenService()), ports.tokenManagement()));
        screen.say("  %-16s %s/v1/posts  health and metrics on %d"
                .formatted("publisher", ports.at(ports.postsApi()), ports.publisher()));
        screen.say("  %-16s %s  health and metrics on %d"
                .formatted("webhook-ingest", ports.at(ports.webhookIngest()), ports.webhookManagement()));
        screen.say("  %-16s %s  health and metrics on %d"
                .formatted("retry-service", ports.at(ports.retryApi()), ports.retryService()));
        screen.say("  %-16s %s/control/report".formatted("Simulator", ports.at(ports.simulator())));
        screen.say("");
    }
}
