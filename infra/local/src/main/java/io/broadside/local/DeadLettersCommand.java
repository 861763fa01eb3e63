package io.broadside.local;

import io.broadside.events.Attempt;
import io.broadside.events.PublishCommand;
import io.broadside.retry.letters.DeadLetterDesk;
import io.broadside.retry.letters.Filed;
import io.broadside.retry.letters.Selection;
import io.broadside.runtime.kafka.KafkaClients;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "dead-letters",
        mixinStandardHelpOptions = true,
        description = "What was given up: lists it by cause, explains one, takes a selection up again.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            DeadLettersCommand.ListCommand.class,
            DeadLettersCommand.ExplainCommand.class,
            DeadLettersCommand.RedriveCommand.class
        })
final class DeadLettersCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @SuppressWarnings("NullAway.Init") // picocli sets it.
    DeadLettersCommand() {}

    @Override
    public Integer call() {
        throw new ParameterException(spec.commandLine(), "Say what to do: list, explain or redrive.");
    }

    /** Which of them. */
    static final class SelectionOptions {

        @Option(
                names = "--code",
                paramLabel = "CODE",
                description = "Given up for this, for instance ATTEMPTS_USED_UP.")
        private @Nullable String code;

        @Option(names = "--platform", paramLabel = "ID", description = "Of this platform.")
        private @Nullable String platform;

        @Option(names = "--connection", paramLabel = "ID", description = "Of this connection.")
        private @Nullable String connectionId;

        @Option(names = "--request", paramLabel = "ID", description = "Of this request.")
        private @Nullable String requestId;

        @Option(names = "--since", paramLabel = "WHEN", description = "Given up at this time or later.")
        private @Nullable String since;

        @Option(names = "--until", paramLabel = "WHEN", description = "Given up before this time.")
        private @Nullable String until;

        Selection selection(Set<String> ids, Clock clock) throws IOException {
            var now = clock.instant();
            return new Selection(
                    ids,
                    Optional.ofNullable(code),
                    Optional.ofNullable(platform),
                    Optional.ofNullable(connectionId),
                    Optional.ofNullable(requestId),
                    since == null ? Optional.empty() : Optional.of(Times.parse("--since", since, now)),
                    until == null ? Optional.empty() : Optional.of(Times.parse("--until", until, now)));
        }
    }

    private static DeadLetterDesk desk(KafkaClients clients) {
        return new DeadLetterDesk(clients, Clock.systemUTC());
    }

    @Command(name = "list", mixinStandardHelpOptions = true, description = "Lists them by cause, and the newest.")
    static final class ListCommand implements Callable<Integer> {

        @Mixin
        private ClusterOptions options;

        @Mixin
        private SelectionOptions selection;

        @Spec
        private CommandSpec spec;

        @Option(
                names = "--limit",
                paramLabel = "N",
                defaultValue = "20",
                description = "How many of the newest to list (default: 20).")
        private int limit;

        @SuppressWarnings("NullAway.Init") // picocli sets the options.
        ListCommand() {}

        @Override
        public Integer call() throws Exception {
            var out = spec.commandLine().getOut();
            var meant = selection.selection(Set.of(), Clock.systemUTC());
            try (var clients = new KafkaClients(options.kafka(), "dead-letters");
                    var desk = desk(clients)) {
                var groups = desk.groups(meant);
                if (groups.isEmpty()) {
                    out.println("There are no dead letters.");
                    return 0;
                }
                out.println("  %7s  %-20s %-10s %-26s %-18s %s"
                        .formatted("COUNT", "CAUSE", "PLATFORM", "FROM", "LAST ERROR", "NEWEST"));
                groups.forEach(group -> out.println("  %7d  %-20s %-10s %-26s %-18s %s at %s"
                        .formatted(
                                group.count(),
                                group.code(),
                                group.platform().isEmpty() ? "-" : group.platform(),
                                group.topic(),
                                group.lastError().isEmpty() ? "-" : group.lastError(),
                                group.newest(),
                                group.last())));
                out.println();
                desk.list(meant, Math.clamp(limit, 1, 10_000)).forEach(filed -> out.println(line(filed)));
            }
            return 0;
        }

        private static String line(Filed filed) {
            return "  %-10s %s  %-18s %s"
                    .formatted(
                            filed.id(),
                            filed.letter().getAt(),
                            filed.letter().getCode(),
                            filed.letter()
                                    .getCommand()
                                    .map(command -> command.getRequestId() + " on " + command.getPlatform() + " ("
                                            + command.getConnectionId() + ")")
                                    .orElse(filed.letter().getDetail()));
        }
    }

    @Command(name = "explain", mixinStandardHelpOptions = true, description = "Tells all there is to know of one.")
    static final class ExplainCommand implements Callable<Integer> {

        @Mixin
        private ClusterOptions options;

        @Spec
        private CommandSpec spec;

        @Parameters(paramLabel = "ID", description = "Its id, as listed: 3-17.")
        private String id;

        @SuppressWarnings("NullAway.Init") // picocli sets the options.
        ExplainCommand() {}

        @Override
        public Integer call() throws Exception {
            var out = spec.commandLine().getOut();
            try (var clients = new KafkaClients(options.kafka(), "dead-letters");
                    var desk = desk(clients)) {
                var found = desk.one(id);
                if (found.isEmpty()) {
                    throw new IOException("There is no dead letter " + id + ", or none any more. List them with:"
                            + " ./broadside dead-letters list");
                }
                explain(found.get(), desk.outlook(found.get()), out);
            }
            return 0;
        }

        private static void explain(Filed filed, String outlook, PrintWriter out) {
            var letter = filed.letter();
            out.println(filed.id() + ": " + letter.getCode() + " at " + letter.getAt());
            out.println("  " + letter.getDetail());
            out.println("  from " + letter.getSource().getTopic() + ", partition "
                    + letter.getSource().getPartition() + ", offset "
                    + letter.getSource().getOffset());
            letter.getCommand().ifPresent(command -> explain(command, out));
            letter.getCause().ifPresent(cause -> cause.lines().forEach(line -> out.println("  caused by " + line)));
            out.println("  " + outlook);
            if (filed.isRedrivable()) {
                out.println("  ./broadside dead-letters redrive " + filed.id());
            }
        }

        private static void explain(PublishCommand command, PrintWriter out) {
            out.println("  request " + command.getRequestId() + ", target " + command.getTargetIndex() + ", "
                    + command.getPlatform() + " account " + command.getAccountId() + " of "
                    + command.getProfileId() + ", connection " + command.getConnectionId());
            out.println("  accepted " + command.getAcceptedAt()
                    + command.getDeadline().map(end -> ", deadline " + end).orElse("")
                    + (command.getRedrives() > 0 ? ", redriven " + command.getRedrives() + " times before" : ""));
            command.getDoubt()
                    .ifPresent(doubt ->
                            out.println("  it may be out since " + doubt.getSince() + ": " + doubt.getCause() + " at "
                                    + doubt.getStep() + ", looked for " + doubt.getLooks() + " times in vain"));
            var history = command.getHistory();
            if (history.isEmpty()) {
                out.println("  no attempts");
                return;
            }
            out.println(
                    "  %5s  %-24s %9s  %-12s %-14s %s".formatted("TRY", "BEGAN", "TOOK", "STEP", "CAME TO", "ERROR"));
            if (history.getFirst().getNumber() > 1) {
                out.println("        (earlier ones than these are not kept)");
            }
            history.forEach(attempt -> out.println(line(attempt)));
        }

        private static String line(Attempt attempt) {
            return String.format(
                    Locale.ROOT,
                    "  %5d  %-24s %6d ms  %-12s %-14s %s%s%s",
                    attempt.getNumber(),
                    attempt.getStartedAt(),
                    attempt.getDurationMs(),
                    attempt.getStep(),
                    attempt.getEnd(),
                    attempt.getErrorCode().orElse(""),
                    attempt.getHttpStatus().map(status -> " HTTP " + status).orElse(""),
                    attempt.getPlatformCode().map(code -> " (" + code + ")").orElse(""));
        }
    }

    @Command(
            name = "redrive",
            mixinStandardHelpOptions = true,
            description = "Takes a selection up again, at a bounded rate. None can be posted twice by that.")
    static final class RedriveCommand implements Callable<Integer> {

        @Mixin
        private ClusterOptions options;

        @Mixin
        private SelectionOptions selection;

        @Spec
        private CommandSpec spec;

        @Parameters(arity = "0..*", paramLabel = "ID", description = "Ids, as listed.")
        private @Nullable List<String> ids;

        @Option(
                names = "--rate",
                paramLabel = "N",
                defaultValue = "10",
                description = "How many leave per second (default: 10).")
        private double rate;

        @Option(
                names = "--limit",
                paramLabel = "N",
                defaultValue = "1000",
                description = "How many at most (default: 1000).")
        private long limit;

        @Option(names = "--all", description = "All of them, without any other choice.")
        private boolean isAll;

        @Option(names = "--dry-run", description = "Only count them.")
        private boolean isTrial;

        @SuppressWarnings("NullAway.Init") // picocli sets the options.
        RedriveCommand() {}

        @Override
        public Integer call() throws Exception {
            var out = spec.commandLine().getOut();
            var meant = selection.selection(ids == null ? Set.of() : Set.copyOf(ids), Clock.systemUTC());
            if (meant.isAll() && !isAll) {
                throw new IOException(
                        "Say which: ids, --code, --platform, --connection, --request, --since, --until, or --all.");
            }
            if (!(rate >= DeadLetterDesk.LEAST_PER_SECOND) || rate > DeadLetterDesk.MOST_PER_SECOND || limit < 1) {
                throw new IOException("--rate: from " + DeadLetterDesk.LEAST_PER_SECOND + " to "
                        + (long) DeadLetterDesk.MOST_PER_SECOND + ", and --limit: at least 1 needed.");
            }
            try (var clients = new KafkaClients(options.kafka(), "dead-letters");
                    var desk = desk(clients)) {
                var redriven = desk.redrive(meant, rate, limit, isTrial);
                out.println(
                        isTrial
                                ? "Would redrive " + redriven.sent() + "."
                                : "Redriven: " + redriven.sent() + ", the last of them leaves at " + redriven.lastDue()
                                        + ".");
                if (redriven.pastDeadline() > 0) {
                    out.println("Past their deadline, so that they end again at once: " + redriven.pastDeadline()
                            + " of them.");
                }
                if (redriven.alreadyRedriven() > 0) {
                    out.println("Redriven before, and left out: " + redriven.alreadyRedriven() + ".");
                }
                if (redriven.left() > 0) {
                    out.println("Left beyond the limit: " + redriven.left() + "; ask again, or with a higher --limit.");
                }
                if (redriven.notRedrivable() > 0) {
                    out.println("Not redrivable, as they are no commands: " + redriven.notRedrivable() + ".");
                }
                return redriven.sent() > 0 ? 0 : 1;
            }
        }
    }
}
