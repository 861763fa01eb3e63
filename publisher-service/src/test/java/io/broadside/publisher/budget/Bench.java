package io.broadside.publisher.budget;

import io.broadside.events.Content;
import io.broadside.events.PublishCommand;
import io.broadside.publisher.budget.Budgets.Permission;
import io.broadside.publisher.budget.Budgets.Ticket;
import io.broadside.publisher.platform.Quotas;
import io.broadside.runtime.http.Body;
import io.broadside.runtime.http.Call;
import io.broadside.runtime.http.CallContext;
import io.broadside.runtime.http.Reply;
import io.broadside.runtime.http.Reply.Answer;
import io.broadside.runtime.tracing.Trace;
import io.broadside.testkit.SettableClock;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Budgets under test, and what happens to them: commands that ask, and answers that are heard. */
final class Bench {

    static final Instant NOW = Instant.parse("2026-11-20T14:17:00Z");
    static final Instant RESET = Instant.parse("2026-11-20T14:32:00Z");

    static final String ACCOUNT = "account-1";

    final SettableClock clock = new SettableClock(NOW);
    final Budgets budgets;

    Bench(Quotas... quotas) {
        this.budgets = new Budgets(
                new BudgetConfig(80), List.of(quotas), _ -> Optional.of(ACCOUNT), new SimpleMeterRegistry(), clock);
    }

    static PublishCommand.Builder aCommand(String platform) {
        return PublishCommand.newBuilder()
                .setCommandId("command-1")
                .setRequestId("request-1")
                .setTargetIndex(0)
                .setConnectionId("connection-1")
                .setPlatform(platform)
                .setProfileId("bakery")
                .setAccountId(ACCOUNT)
                .setContent(Content.newBuilder().setText("Hello").build())
                .setAcceptedAt(NOW);
    }

    /** A call has been answered with these headers. */
    void answered(PublishCommand command, String endpoint, Map<String, String> headers) {
        ended(command, endpoint, new Answer(200, headers, "{}"));
    }

    void ended(PublishCommand command, String endpoint, Reply reply) {
        var call = Call.post(command.getPlatform(), endpoint, URI.create("https://example.org/"), new Body.None());
        budgets.ended(call, CallContext.forConnection(command.getConnectionId(), Trace.root()), reply);
    }

    Ticket taken(PublishCommand command) {
        return switch (budgets.take(command)) {
            case Permission.Granted(var ticket) -> ticket;
            case Permission.Refused(var held) -> throw new AssertionError("Held until " + held);
        };
    }

    Held refused(PublishCommand command) {
        return switch (budgets.take(command)) {
            case Permission.Granted _ -> throw new AssertionError("It was let through");
            case Permission.Refused(var held) -> held;
        };
    }
}
