package io.broadside.publisher;

import io.broadside.events.Content;
import io.broadside.events.Fault;
import io.broadside.events.PublishCommand;
import io.broadside.publisher.platform.Found;
import io.broadside.publisher.platform.Outcome;
import io.broadside.publisher.platform.Platform;
import io.broadside.runtime.config.Secret;
import io.broadside.runtime.http.CallContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A platform that answers what it is told to, and writes down what it was asked. */
final class FakePlatform implements Platform {

    final List<String> published = new ArrayList<>();
    final List<String> looked = new ArrayList<>();
    Outcome outcome = new Outcome.Published("remote-1", Optional.empty());
    Found found = new Found.Absent();
    Runnable rules = () -> {};

    @Override
    public String id() {
        return "fake";
    }

    @Override
    public List<Fault> faults(Content content) {
        rules.run();
        return content.getText().orElse("").length() > 20
                ? List.of(RequestRules.fault(
                        "content.text", "maxLength", "20", null, "Shorten the text to 20 characters."))
                : List.of();
    }

    @Override
    public Outcome publish(PublishCommand command, Secret accessToken, CallContext context) {
        var _ = context.gate().admit();
        published.add(accessToken.reveal());
        return outcome;
    }

    @Override
    public Found find(PublishCommand command, Secret accessToken, CallContext context) {
        looked.add(command.getDoubt().orElseThrow().getCause());
        return found;
    }
}
