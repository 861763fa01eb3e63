package io.broadside.local;

import java.io.IOException;
import java.time.Clock;
import java.time.ZoneId;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "why",
        mixinStandardHelpOptions = true,
        description = "Tells what happened to a post, step by step, and what it waits for.")
final class WhyCommand implements Callable<Integer> {

    @Mixin
    private PortOptions options;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "REQUEST-ID", description = "The id the post was sent under.")
    private String requestId;

    @Option(
            names = "--key",
            paramLabel = "KEY",
            description = "Key of the posts API, where it asks for one (default: $$BROADSIDE_API_KEY).",
            defaultValue = "${BROADSIDE_API_KEY}")
    private @Nullable String key;

    @SuppressWarnings("NullAway.Init") // picocli sets the options.
    WhyCommand() {}

    @Override
    public Integer call() throws Exception {
        var out = spec.commandLine().getOut();
        try (var client = new StackClient(options.ports())) {
            var post = client.post(requestId, Optional.ofNullable(key));
            if (post.isEmpty()) {
                throw new IOException("There is no post of the id " + requestId + ", or it is no longer kept.");
            }
            new Story(Clock.system(ZoneId.systemDefault())).of(post.get()).forEach(out::println);
        }
        return 0;
    }
}
