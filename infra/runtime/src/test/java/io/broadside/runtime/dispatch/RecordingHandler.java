package io.broadside.runtime.dispatch;

import io.broadside.events.PublishCommand;
import io.broadside.events.RefreshRequest;
import io.broadside.schemas.EventSerdes;
import io.broadside.schemas.RegistryUnavailableException;
import io.broadside.schemas.Topic;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Writes down what it is asked; the number of a command is its target index. */
final class RecordingHandler implements EffectHandler<PublishCommand> {

    private final Topic<RefreshRequest> outcomes;
    private final EventSerdes serdes;
    private final List<Integer> ran = new ArrayList<>();
    private final List<Integer> reconciled = new ArrayList<>();
    private final List<Integer> failed = new ArrayList<>();
    private final List<Long> unreadable = new ArrayList<>();
    private final Map<String, List<Integer>> ranByKey = new HashMap<>();
    private final Map<String, Integer> running = new HashMap<>();
    private Duration duration = Duration.ZERO;
    private String heldKey = "";
    private CompletableFuture<Void> release = CompletableFuture.completedFuture(null);
    private Set<Integer> throwsAt = Set.of();
    private Set<Integer> brokenAt = Set.of();
    private Set<Integer> tooMuchAt = Set.of();
    private Set<Integer> cannotFailAt = Set.of();
    private Set<Integer> withoutRegistryAt = Set.of();
    private Map<Integer, String> answersAt = Map.of();
    private Map<Integer, Topic<RefreshRequest>> topicsAt = Map.of();
    private Optional<Topic<RefreshRequest>> announcements = Optional.empty();
    private Predicate<String> holdsTopic = _ -> false;
    private Map<String, Integer> owned = Map.of();
    private int failuresToAdmit;
    private Throwable failureToAdmit = new IllegalStateException("A bug in the handler");
    private Map<Integer, Throwable> decidesWith = Map.of();
    private Map<Integer, Throwable> runsInto = Map.of();
    private int mostAtOnce;
    private int mostAtOnceOfOneKey;

    RecordingHandler(Topic<RefreshRequest> outcomes, EventSerdes serdes) {
        this.outcomes = outcomes;
        this.serdes = serdes;
    }

    RecordingHandler taking(Duration time) {
        duration = time;
        return this;
    }

    RecordingHandler holding(String key, CompletableFuture<Void> until) {
        heldKey = key;
        release = until;
        return this;
    }

    RecordingHandler throwingAt(Set<Integer> numbers) {
        throwsAt = numbers;
        return this;
    }

    /** Throws at this number what the JVM throws for a class that is broken. */
    RecordingHandler brokenAt(int number) {
        brokenAt = Set.of(number);
        return this;
    }

    RecordingHandler answeringTooMuchAt(Set<Integer> numbers) {
        tooMuchAt = numbers;
        return this;
    }

    /** Throws at these numbers, and throws again when asked what to write about that. */
    RecordingHandler throwingTwiceAt(Set<Integer> numbers) {
        throwsAt = numbers;
        cannotFailAt = numbers;
        return this;
    }

    /** Throws at this number what a serializer throws while the registry does not answer. */
    RecordingHandler withoutRegistryAt(int number) {
        withoutRegistryAt = Set.of(number);
        return this;
    }

    /** Puts this text into the outcome of this number. */
    RecordingHandler answeringAt(int number, String text) {
        answersAt = Map.of(number, text);
        return this;
    }

    /** Writes the outcome of this number to another topic. */
    RecordingHandler writingTo(Topic<RefreshRequest> other, int number) {
        topicsAt = Map.of(number, other);
        return this;
    }

    /** Throws when it is asked for the first times whether a topic may be worked on. */
    RecordingHandler failingToAdmit(int times) {
        failuresToAdmit = times;
        return this;
    }

    /** The same with something else than a usual exception. */
    RecordingHandler failingToAdmit(int times, Throwable failure) {
        failureToAdmit = failure;
        return failingToAdmit(times);
    }

    /** Throws this when it is to decide this number. */
    RecordingHandler throwingWhenDeciding(int number, Throwable failure) {
        decidesWith = Map.of(number, failure);
        return this;
    }

    /** Throws this when it is to run this number. */
    RecordingHandler throwingWhenRunning(int number, Throwable failure) {
        runsInto = Map.of(number, failure);
        return this;
    }

    /** Throws whatever it is, declared or not, as code in other languages and generated code does. */
    @SuppressWarnings("unchecked")
    private static <E extends Throwable> void throwUndeclared(Throwable failure) throws E {
        throw (E) failure;
    }

    private static void throwIfThereIs(@Nullable Throwable failure) {
        if (failure != null) {
            RecordingHandler.<RuntimeException>throwUndeclared(failure);
        }
    }

    @Override
    public synchronized boolean admits(String topic) {
        if (failuresToAdmit > 0) {
            failuresToAdmit--;
            throwIfThereIs(failureToAdmit);
        }
        return true;
    }

    /** Announces every call on this topic. */
    RecordingHandler announcingOn(Topic<RefreshRequest> topic) {
        announcements = Optional.of(topic);
        return this;
    }

    /** Does not return from calls for these topics until released. */
    RecordingHandler holdingTopics(Predicate<String> topics, CompletableFuture<Void> until) {
        holdsTopic = topics;
        release = until;
        return this;
    }

    @Override
    public synchronized void owns(Map<String, Integer> partitionsByTopic) {
        owned = Map.copyOf(partitionsByTopic);
    }

    /** How many partitions of a topic it was told that it owns. */
    synchronized int owned(Topic<?> topic) {
        return owned.getOrDefault(topic.name(), 0);
    }

    @Override
    public Decision decide(Work<PublishCommand> work) {
        throwIfThereIs(decidesWith.get(work.value().getTargetIndex()));
        return new Decision.Attempt(announcements
                .map(topic -> Outputs.to(serdes, work.trace())
                        .add(
                                topic,
                                work.key(),
                                DispatcherCase.outcome(work.value().getTargetIndex()))
                        .build())
                .orElse(Outputs.none()));
    }

    @Override
    public Outputs run(Work<PublishCommand> work) {
        var number = work.value().getTargetIndex();
        begin(work.key(), number);
        try {
            if (work.key().equals(heldKey) || holdsTopic.test(work.position().getTopic())) {
                release.join();
            }
            LockSupport.parkNanos(duration.toNanos());
            if (brokenAt.contains(number)) {
                throw new NoClassDefFoundError("Could not initialize class of the handler");
            }
            throwIfThereIs(runsInto.get(number));
            if (throwsAt.contains(number)) {
                throw new IllegalStateException("A bug in the handler");
            }
            if (withoutRegistryAt.contains(number)) {
                throw new RegistryUnavailableException(new IOException("nobody is there"));
            }
            return tooMuchAt.contains(number) ? tooMuch(work) : ordinary(work, number);
        } finally {
            end(work.key());
        }
    }

    private synchronized void begin(String key, int number) {
        ran.add(number);
        ranByKey.computeIfAbsent(key, _ -> new ArrayList<>()).add(number);
        mostAtOnceOfOneKey = Math.max(mostAtOnceOfOneKey, running.merge(key, 1, Integer::sum));
        mostAtOnce = Math.max(
                mostAtOnce,
                running.values().stream().mapToInt(Integer::intValue).sum());
    }

    private synchronized void end(String key) {
        running.merge(key, -1, Integer::sum);
    }

    @Override
    public synchronized Reconciled reconcile(Work<PublishCommand> work) {
        reconciled.add(work.value().getTargetIndex());
        return new Reconciled(
                Reconciled.Verdict.LANDED, output(work, work.value().getTargetIndex()));
    }

    @Override
    public synchronized Outputs unreadable(Unreadable record) {
        unreadable.add(record.position().getOffset());
        return Outputs.to(serdes, record.trace())
                .add(outcomes, "unreadable", DispatcherCase.outcome(-1))
                .build();
    }

    @Override
    public synchronized Outputs failed(Work<PublishCommand> work, Throwable cause) {
        failed.add(work.value().getTargetIndex());
        if (cannotFailAt.contains(work.value().getTargetIndex())) {
            throw new IllegalStateException("A bug in what tells of bugs");
        }
        return output(work, work.value().getTargetIndex());
    }

    private Outputs tooMuch(Work<PublishCommand> work) {
        var outcome = RefreshRequest.newBuilder(DispatcherCase.outcome(0))
                .setConnectionId("x".repeat(Outputs.MOST_BYTES))
                .build();
        return Outputs.to(serdes, work.trace())
                .add(outcomes, work.key(), outcome)
                .build();
    }

    private Outputs ordinary(Work<PublishCommand> work, int number) {
        var outcome = RefreshRequest.newBuilder(DispatcherCase.outcome(number))
                .setPlatform(answersAt.getOrDefault(number, "x"))
                .build();
        return Outputs.to(serdes, work.trace())
                .add(topicsAt.getOrDefault(number, outcomes), work.key(), outcome)
                .build();
    }

    private Outputs output(Work<PublishCommand> work, int number) {
        return Outputs.to(serdes, work.trace())
                .add(outcomes, work.key(), DispatcherCase.outcome(number))
                .build();
    }

    synchronized List<Integer> ran() {
        return List.copyOf(ran);
    }

    synchronized List<Integer> reconciled() {
        return List.copyOf(reconciled);
    }

    synchronized List<Integer> failed() {
        return List.copyOf(failed);
    }

    synchronized List<Long> unreadableOffsets() {
        return List.copyOf(unreadable);
    }

    synchronized Map<String, List<Integer>> ranByKey() {
        return Map.copyOf(ranByKey);
    }

    synchronized int mostAtOnce() {
        return mostAtOnce;
    }

    synchronized int mostAtOnceOfOneKey() {
        return mostAtOnceOfOneKey;
    }
}
