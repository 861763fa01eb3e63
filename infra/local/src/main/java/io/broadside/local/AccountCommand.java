package io.broadside.local;

import io.broadside.retry.account.Account;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "account",
        mixinStandardHelpOptions = true,
        description =
                "Adds up what became of everything that was accepted, from the topics alone. Ends with 1 if the account does not hold.")
final class AccountCommand implements Callable<Integer> {

    @Mixin
    private ClusterOptions options;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--overdue-after",
            paramLabel = "SECONDS",
            defaultValue = "120",
            description = "How long after its due time a target is overdue (default: 120).")
    private int overdueAfter;

    @SuppressWarnings("NullAway.Init") // picocli sets the options.
    AccountCommand() {}

    @Override
    public Integer call() throws Exception {
        var kafka = options.kafka();
        try (var account = Account.of(kafka, Clock.systemUTC(), Duration.ofSeconds(overdueAfter))) {
            var report = account.draw();
            report.lines().forEach(spec.commandLine().getOut()::println);
            return report.holds() ? 0 : 1;
        }
    }
}
