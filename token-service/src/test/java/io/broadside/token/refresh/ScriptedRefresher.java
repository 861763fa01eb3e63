package io.broadside.token.refresh;

import io.broadside.runtime.config.Secret;
import io.broadside.runtime.http.CallContext;
import io.broadside.schemas.ErrorCode;
import io.broadside.token.platform.RefreshAnswer;
import io.broadside.token.platform.Refresher;
import io.broadside.token.platform.TokenPair;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

/** Answers as told, in that order, and remembers which refresh tokens came. */
final class ScriptedRefresher implements Refresher {

    private final Queue<Supplier<RefreshAnswer>> answers = new ConcurrentLinkedQueue<>();
    private final List<String> presented = new CopyOnWriteArrayList<>();

    void answers(RefreshAnswer... next) {
        for (var answer : next) {
            answers.add(() -> answer);
        }
    }

    /** Something happens while the call is under way. */
    void answersAfter(Runnable happening, RefreshAnswer answer) {
        answers.add(() -> {
            happening.run();
            return answer;
        });
    }

    List<String> presented() {
        return presented;
    }

    static RefreshAnswer renewed(String access, String refresh) {
        return new RefreshAnswer.Renewed(new TokenPair(
                Secret.of(access),
                Optional.of(Secret.of(refresh)),
                Optional.of(Duration.ofHours(2)),
                Optional.empty(),
                List.of("tweet.write")));
    }

    static RefreshAnswer notNow(ErrorCode cause) {
        return new RefreshAnswer.NotNow(cause, Optional.empty());
    }

    @Override
    public RefreshAnswer refresh(Secret refreshToken, CallContext context) {
        presented.add(refreshToken.reveal());
        var answer = answers.poll();
        if (answer == null) {
            throw new AssertionError("nobody expected this call");
        }
        return answer.get();
    }
}
