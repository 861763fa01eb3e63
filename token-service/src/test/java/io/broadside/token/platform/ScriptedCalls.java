package io.broadside.token.platform;

import io.broadside.runtime.http.Call;
import io.broadside.runtime.http.CallContext;
import io.broadside.runtime.http.Reply;
import io.broadside.schemas.ErrorCode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;

/** Answers as told, in that order, and remembers the calls. */
public final class ScriptedCalls implements PlatformCalls {

    private final Queue<Reply> replies = new ArrayDeque<>();
    private final List<Call> calls = new ArrayList<>();

    public ScriptedCalls answer(int status, String body) {
        return answer(status, Map.of(), body);
    }

    public ScriptedCalls answer(int status, Map<String, String> headers, String body) {
        replies.add(new Reply.Answer(status, headers, body));
        return this;
    }

    public ScriptedCalls noAnswer(ErrorCode cause, boolean maybeSent) {
        replies.add(new Reply.NoAnswer(cause, maybeSent));
        return this;
    }

    public List<Call> calls() {
        return calls;
    }

    @Override
    public Reply call(Call call, CallContext context) {
        calls.add(call);
        var reply = replies.poll();
        if (reply == null) {
            throw new AssertionError("nobody expected " + call);
        }
        return reply;
    }
}
