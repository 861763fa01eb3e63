package io.broadside.local;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "chaos",
        mixinStandardHelpOptions = true,
        description = {
            "Publishes posts to simulated platforms while processes are killed (kill -9), frozen beyond their session and the"
                    + " broker is killed once; platforms fail, also after they have published.",
            "Then counts, at the platforms and in the results, and draws up the account. Exit code: 0 if nothing was lost, posted twice"
                    + " or failed without need, and the account holds; 1 if not; 2 if it came out well but proved nothing: posts, kills or"
                    + " freezes are missing, or no call was in doubt."
        })
final class ChaosCommand implements Callable<Integer> {

    @Mixin
    private StackOptions options;

    @Option(
            names = "--posts",
            paramLabel = "N",
            defaultValue = "2000",
            description = "Posts to publish (default: 2000).")
    private int posts;

    @Option(
            names = "--instances",
            paramLabel = "N",
            defaultValue = "3",
            description = "Processes of publisher-service, and as many of retry-service (default: 3).")
    private int instances;

    @Option(names = "--kills", paramLabel = "K", defaultValue = "10", description = "Processes to kill (default: 10).")
    private int kills;

    @Option(
            names = "--token-kills",
            paramLabel = "K",
            defaultValue = "0",
            description =
                    "Processes of token-service to kill while they renew tokens that work once. There are as many of them as"
                            + " --instances says then; without this one, which is left alone (default: 0).")
    private int tokenKills;

    @Option(
            names = "--seed",
            paramLabel = "S",
            description =
                    "Of the dice that choose posts, failures, victims and times (default: another one each time).")
    private long seed = System.nanoTime() & 0xFFFFF;

    @Option(
            names = "--limit",
            paramLabel = "MINUTES",
            defaultValue = "24",
            description =
                    "Gives up after this long; what is not over by then is lost (default: 24). Above 25 there are also posts of"
                            + " which, once in doubt, nobody can tell whether they are out: those take 19 minutes.")
    private int limitMinutes;

    @Option(
            names = "--weaken",
            paramLabel = "HOW",
            description =
                    "Break a rule on purpose, to see that this check notices: forget-intents runs publishers whose"
                            + " dispatcher does not make its intents durable. The run ends when a post is out twice.")
    private String weaken = "";

    @Spec
    private CommandSpec spec;

    @SuppressWarnings("NullAway.Init") // picocli sets the options.
    ChaosCommand() {}

    @Override
    public Integer call() throws Exception {
        if (posts < 1 || instances < 1 || kills < 0 || tokenKills < 0 || limitMinutes < 1) {
            throw new IOException(
                    "--posts, --instances and --limit: at least 1 needed; --kills, --token-kills: at least 0.");
        }
        if (!weaken.isEmpty() && !weaken.equals(Weakening.FORGET_INTENTS)) {
            throw new IOException("--weaken: " + Weakening.FORGET_INTENTS + " needed, was " + weaken + ".");
        }
        var plan = new Chaos.Plan(
                posts,
                instances,
                kills,
                seed,
                Duration.ofMinutes(limitMinutes),
                Chaos.Plan.USUAL_SLOW_SHARE,
                weaken.equals(Weakening.FORGET_INTENTS),
                tokenKills);
        var out = spec.commandLine().getOut();
        // Logs of a run that did not come out well are what there is to find out why.
        var data = options.isTemporary() ? Files.createTempDirectory("broadside-chaos-") : options.directory();
        var reckoning = new Chaos(plan, options.ports(), data, out::println).run();
        reckoning.tell(out::println);
        if (options.isTemporary() && reckoning.exitCode() == 0) {
            StackOptions.deleteAll(data);
        } else {
            out.println("Everything is kept in " + data + ".");
        }
        return reckoning.exitCode();
    }
}
