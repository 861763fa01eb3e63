package io.broadside.publisher.platform.bluesky;

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

/** The server of an account, visited once on behalf of one command. */
record Visit(
        BlueskyCalls calls,
        BlueskyErrors errors,
        Clock clock,
        PublishCommand command,
        Secret token,
        CallContext context) {

    Reply get(String method, String query) {
        return calls.get(method, query, token, context);
    }

    Reply post(String method, Body body) {
        return calls.post(method, body, token, context);
    }

    /** What a call comes to that was not answered as hoped, or not at all. */
    Outcome failed(Reply reply, BlueskyStep step) {
        return switch (reply) {
            case NoAnswer missing -> step.step().unanswered(missing);
            case Answer answer -> errors.outcome(answer, step.step());
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
