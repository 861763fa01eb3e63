package io.broadside.runtime.health;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;

/**
 * The checks of a service, each run on a virtual thread of its own and waited for within a bound.
 *
 * <p>A check that hangs is run no second time while it does: whoever asks meanwhile is told that it hangs.
 */
final class Checks {

    private final List<Running> checks;
    private final Duration bound;

    Checks(List<Checked> checks, Duration bound) {
        this.checks = IntStream.range(0, checks.size())
                .mapToObj(i -> new Running(checks.get(i), "check-" + (i + 1)))
                .toList();
        this.bound = bound;
    }

    /** The state of every part, in the order they were given in. Blocks no longer than the bound. */
    List<Check> run() throws InterruptedException {
        var deadline = System.nanoTime() + bound.toNanos();
        var begun = checks.stream().map(Running::begin).toList();
        var results = new Check[begun.size()];
        for (var i = 0; i < results.length; i++) {
            results[i] = await(begun.get(i), checks.get(i).lastName, deadline);
        }
        return List.of(results);
    }

    private Check await(CompletableFuture<Check> check, String name, long deadline) throws InterruptedException {
        try {
            return check.get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (TimeoutException _) {
            return Check.failing(name, "The check did not end within " + bound.toMillis() + " ms.");
        } catch (ExecutionException e) {
            return Check.failing(name, "The check failed: " + e.getCause());
        }
    }

    /** One check, and its run under way if there is one. */
    private static final class Running {

        private final Checked check;
        private CompletableFuture<Check> current = CompletableFuture.completedFuture(Check.failing("", ""));
        private volatile String lastName;

        Running(Checked check, String name) {
            this.check = check;
            this.lastName = name;
        }

        synchronized CompletableFuture<Check> begin() {
            if (current.isDone()) {
                var next = new CompletableFuture<Check>();
                current = next;
                Thread.ofVirtual().name("check-" + lastName).start(() -> run(next));
            }
            return current;
        }

        private void run(CompletableFuture<Check> result) {
            try {
                var found = check.check();
                lastName = found.name();
                result.complete(found);
            } catch (RuntimeException | LinkageError e) {
                result.completeExceptionally(e);
            }
        }
    }
}
