package io.broadside.local;

import io.broadside.embedded.EmbeddedStartException;
import io.broadside.runtime.config.ConfigException;
import io.broadside.runtime.vault.VaultException;
import io.vertx.core.VertxException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.errors.TimeoutException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;

/** The {@code broadside} command. */
@Command(
        name = "broadside",
        mixinStandardHelpOptions = true,
        version = "Broadside 0.1.0",
        description = "Publishes one post to many social accounts, and tells the truth about each of them.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            DemoCommand.class,
            UpCommand.class,
            PublishCommand.class,
            WatchCommand.class,
            WhyCommand.class,
            ChangeCommand.class,
            AccountCommand.class,
            DeadLettersCommand.class,
            KeysCommand.class,
            ChaosCommand.class
        })
final class Broadside {

    static void main(String[] args) {
        // A thread of Kafka or Netty that is still there must not keep a command from ending.
        System.exit(commandLine().execute(args));
    }

    static CommandLine commandLine() {
        return new CommandLine(new Broadside())
                .setOut(new PrintWriter(System.out, true, StandardCharsets.UTF_8))
                .setExecutionExceptionHandler((fault, command, _) -> {
                    command.getErr().println(sentence(fault));
                    return ExitCode.SOFTWARE;
                });
    }

    /** Expected trouble is a sentence; only a bug is worth a stack trace. */
    private static String sentence(Exception fault) {
        return switch (fault) {
            case IOException expected -> String.valueOf(expected.getMessage());
            case EmbeddedStartException expected -> String.valueOf(expected.getMessage());
            case ConfigException expected -> String.valueOf(expected.getMessage());
            case VaultException expected -> String.valueOf(expected.getMessage());
            case VertxException expected -> "A port could not be opened: " + expected.getMessage();
            case TimeoutException _ ->
                "No Kafka answers there. Start a stack with ./broadside up, or name another Kafka in"
                        + " KAFKA_BOOTSTRAP_SERVERS.";
            default -> {
                var text = new StringWriter();
                fault.printStackTrace(new PrintWriter(text));
                yield text.toString();
            }
        };
    }
}
