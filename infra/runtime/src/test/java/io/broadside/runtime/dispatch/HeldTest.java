package io.broadside.runtime.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.events.PostResult;
import io.broadside.events.PublishCommand;
import io.broadside.runtime.dispatch.Cycle.Settling;
import io.broadside.runtime.tracing.Trace;
import io.broadside.schemas.EventSerdes;
import io.broadside.schemas.Topic;
import io.broadside.schemas.Topics;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.junit.jupiter.api.Test;

class HeldTest {

    private static final Topic<PostResult> RESULTS = Topics.RESULTS;

    private final AtomicLong nanos = new AtomicLong();
    private final List<Set<String>> lookedUp = new ArrayList<>();
    private CompletableFuture<Void> answer = new CompletableFuture<>();
    private final Held<PublishCommand> held = new Held<>(nanos::get, this::lookUp);
    private final Slot<PublishCommand> slot = Slots.of(0, "key");

    @Test
    void triesAgainOnceTheTopicIsThereAndSaysUntilThenWhatIsWrong() {
        // Given
        hold();
        // When
        pass(Held.PAUSE);
        // Then: it does not wait for the answer, which can take long
        assertThat(released()).isZero();
        assertThat(held.isQuiet()).isFalse();
        // When
        answer.complete(null);
        // Then
        assertThat(released()).isEqualTo(1);
        assertThat(held.complaint()).hasValueSatisfying(text -> assertThat(text).contains(RESULTS.name()));
        // When
        held.written(written());
        // Then
        assertThat(held.complaint()).isEmpty();
        assertThat(held.isQuiet()).isTrue();
        assertThat(lookedUp).containsExactly(Set.of(RESULTS.name()));
    }

    @Test
    void asksAgainAfterAPauseWhileTheTopicIsMissing() {
        // Given
        hold();
        answer.completeExceptionally(new UnknownTopicOrPartitionException("none"));
        pass(Held.PAUSE);
        assertThat(released()).isZero();
        // When
        pass(Held.PAUSE.minusNanos(1));
        assertThat(released()).isZero();
        assertThat(lookedUp).hasSize(1);
        answer = CompletableFuture.completedFuture(null);
        pass(Duration.ofNanos(1));
        // Then
        assertThat(released()).isEqualTo(1);
        assertThat(lookedUp).hasSize(2);
    }

    @Test
    void triesWhatItMayNotLookUp() {
        // Given
        hold();
        answer.completeExceptionally(new TopicAuthorizationException("may not"));
        // When
        pass(Held.PAUSE);
        // Then
        assertThat(released()).isEqualTo(1);
    }

    @Test
    void saysNothingMoreOncePartitionsAreGoneForWhichItHeldSomething() {
        // Given
        hold();
        slot.partition.isOwned = false;
        // When
        held.dropLost();
        // Then
        assertThat(held.complaint()).isEmpty();
        pass(Held.PAUSE);
        assertThat(held.isQuiet()).isTrue();
        assertThat(lookedUp).isEmpty();
    }

    @Test
    void startsNothingWhileATopicIsMissing() {
        // Given
        held.refused(refusal());
        // When
        pass(Held.PAUSE);
        // Then
        assertThat(held.isQuiet()).isFalse();
    }

    @Test
    void startsAgainOnceTheTopicIsThere() {
        // Given
        held.refused(refusal());
        pass(Held.PAUSE);
        // When
        answer.complete(null);
        // Then
        assertThat(held.isQuiet()).isTrue();
    }

    @Test
    void doesNotTakeWhatWasWrittenElsewhereForASign() {
        // Given
        held.refused(refusal());
        // When
        held.written(new Cycle<>());
        // Then
        assertThat(held.complaint()).isPresent();
    }

    @Test
    void saysNothingMoreOncePartitionsAreGoneWhoseCallsCouldNotBeAnnounced() {
        // Given
        held.refused(refusal());
        // When
        held.dropLost();
        // Then
        assertThat(held.complaint()).isEmpty();
    }

    private Cycle<PublishCommand> written() {
        var cycle = new Cycle<PublishCommand>();
        var outputs = Outputs.to(new EventSerdes(URI.create("http://localhost:1"), false), Trace.root())
                .remove(RESULTS, "key")
                .build();
        cycle.settleUnreadable(slot, outputs);
        return cycle;
    }

    private void hold() {
        held.refused(refusal());
        held.add(new Settling<>(slot, Optional.empty(), Outputs.none(), 0));
    }

    private static Refusal refusal() {
        return new Refusal(
                Outputs.none(), RESULTS.name(), Refusal.Kind.TOPIC, new UnknownTopicOrPartitionException("none"));
    }

    private int released() {
        var cycle = new Cycle<PublishCommand>();
        held.releaseInto(cycle);
        return cycle.settling().size();
    }

    private Future<?> lookUp(Set<String> topics) {
        lookedUp.add(topics);
        return answer;
    }

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }
}
