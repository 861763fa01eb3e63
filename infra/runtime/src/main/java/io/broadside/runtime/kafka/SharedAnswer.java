package io.broadside.runtime.kafka;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Answers from elsewhere, shared by all who ask at the same time. Nobody gets an answer to a question that was put before they asked:
 * while one is under way, all others wait for the next one together.
 */
final class SharedAnswer<T> {

    private final Supplier<? extends CompletionStage<T>> question;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable CompletableFuture<T> next;
    private boolean isAsking;

    /** @param question puts the question and does not block */
    SharedAnswer(Supplier<? extends CompletionStage<T>> question) {
        this.question = question;
    }

    CompletableFuture<T> ask() {
        lock.lock();
        try {
            var answer = next == null ? new CompletableFuture<T>() : next;
            next = answer;
            if (!isAsking) {
                isAsking = true;
                put(answer);
            }
            return answer;
        } finally {
            lock.unlock();
        }
    }

    private void put(CompletableFuture<T> waiting) {
        next = null;
        question.get().whenComplete((answer, fault) -> {
            if (fault == null) {
                waiting.complete(answer);
            } else {
                waiting.completeExceptionally(fault);
            }
            goOn();
        });
    }

    private void goOn() {
        lock.lock();
        try {
            var waiting = next;
            if (waiting == null) {
                isAsking = false;
            } else {
                put(waiting);
            }
        } finally {
            lock.unlock();
        }
    }
}
