package io.broadside.publisher.platform.x;

import io.broadside.events.PublishCommand;
import io.broadside.publisher.platform.Outcome;
import io.broadside.runtime.config.Secret;
import io.broadside.runtime.http.Body;
import io.broadside.runtime.http.CallContext;
import io.broadside.runtime.http.Reply;
import io.broadside.runtime.http.Reply.Answer;
import io.broadside.runtime.http.Reply.NoAnswer;
import java.time.Clock;
import java.time.Instant;

/** X, visited once on behalf of one command. */
record Visit(XCalls calls, XErrors errors, Clock clock, PublishCommand command, Secret token, CallContext context) {

    Reply get(String endpoint, String pathAndQuery) {
        return calls.get(endpoint, pathAndQuery, token, context);
    }

    Reply post(String endpoint, String path, Body body) {
        return calls.post(endpoint, path, body, token, context);
    }

    /** What a call comes to that was not answered as hoped, or not at all. */
    Outcome failed(Reply reply, XStep step) {
        return switch (reply) {
            case NoAnswer missing -> step.step().unanswered(missing);
            case Answer answer -> errors.outcome(answer, step.step(), command);
        };
    }

    Instant now() {
        return clock.instant();
    }

    /** Without the token, which no log may have. */
    @Override
    public String toString() {
        return "Visit[" + command.getCommandId() + "]";
    }
}
