package io.broadside.runtime.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.events.PublishCommand;
import io.broadside.events.RecordPosition;
import io.broadside.runtime.dispatch.Refusal.Kind;
import io.broadside.runtime.tracing.Trace;
import io.broadside.schemas.EventSerdes;
import io.broadside.schemas.RegistryUnavailableException;
import io.broadside.schemas.Topics;
import java.io.IOException;
import java.net.URI;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.junit.jupiter.api.Test;

class UnwrittenTest {

    private static final EventSerdes NO_REGISTRY = new EventSerdes(URI.create("http://localhost:1"), false);

    private final Handler handler = new Handler();
    private final List<String> registryMissed = new ArrayList<>();
    private final Unwritten<PublishCommand> unwritten = new Unwritten<>(
            "test",
            new Endings<>(handler, NO_REGISTRY, Clock.systemUTC()),
            new Held<>(System::nanoTime, _ -> CompletableFuture.completedFuture(null)),
            registryMissed::add);
    private final List<Slot<PublishCommand>> slots = Slots.taken(4);

    @Test
    void theOneThatIsRefusedGivesWayToADeadLetterAndTheOthersStay() {
        // Given
        var outputs = List.of(outputs("0"), outputs("1"), outputs("2"));
        var cycle = settling(outputs);
        // When
        var next = notCommitted(cycle, outputs.get(1));
        // Then
        assertThat(next.outputs()).containsExactly(outputs.get(0), handler.deadLetter, outputs.get(2));
        assertThat(unwritten.spaceIn(new Cycle<>(), 1000)).isEqualTo(1000);
    }

    @Test
    void ofSeveralThatAreRefusedEachIsTriedAloneUntilAllAreCleared() {
        // Given
        var outputs = List.of(outputs("0"), outputs("1"), outputs("2"));
        var next = notCommitted(settling(outputs), outputs.get(0), outputs.get(1));
        // When: the broker refuses one of them alone
        unwritten.giveBackTo(next);
        assertThat(next.outputs()).containsExactly(outputs.get(0));
        next = notCommitted(next, outputs.get(0));
        // Then
        assertThat(next.outputs()).containsExactly(handler.deadLetter);
        // When: a commit that fails for another reason clears nobody
        unwritten.giveBackTo(next);
        assertThat(next.outputs()).containsExactly(outputs.get(1));
        next = notCommitted(next);
        unwritten.giveBackTo(next);
        assertThat(next.outputs()).hasSize(1);
        assertThat(unwritten.spaceIn(new Cycle<>(), 1000)).isEqualTo(1);
        // When
        var committed = new ArrayList<Outputs>();
        while (unwritten.spaceIn(new Cycle<>(), 1000) == 1) {
            committed.addAll(next.outputs());
            unwritten.committed(next);
            next = new Cycle<>();
            unwritten.giveBackTo(next);
        }
        committed.addAll(next.outputs());
        // Then
        assertThat(committed).containsExactlyInAnyOrder(outputs.get(1), outputs.get(2), handler.deadLetter);
        assertThat(unwritten.isMore()).isFalse();
    }

    @Test
    void aStartWhoseAnnouncementIsRefusedIsChosenAgainIfEvenThatCannotBeToldWithoutTheRegistry() {
        // Given
        handler.isWithoutRegistry = true;
        var announcement = outputs("announcement");
        var cycle = new Cycle<PublishCommand>();
        cycle.start(slots.getFirst(), work(0), announcement);
        // When
        var next = notCommitted(cycle, announcement);
        // Then: it was never called, so it must not be settled as if it had been
        assertThat(next.isEmpty()).isTrue();
        assertThat(unwritten.mayStart()).isTrue();
        assertThat(slots.getFirst().partition.take(Instant.EPOCH)).contains(slots.getFirst());
        assertThat(registryMissed).hasSize(1);
    }

    @Test
    void anOutcomeThatIsRefusedIsKeptIfEvenThatCannotBeToldWithoutTheRegistry() {
        // Given
        handler.isWithoutRegistry = true;
        var outputs = outputs("0");
        // When
        var next = notCommitted(settling(List.of(outputs)), outputs);
        // Then
        assertThat(next.isEmpty()).isTrue();
        assertThat(unwritten.mayStart()).isFalse();
        assertThat(registryMissed).hasSize(1);
    }

    @Test
    void whoIsSuspectedAndIsGoneHoldsNothingUp() {
        // Given
        var outputs = List.of(outputs("0"), outputs("1"));
        notCommitted(settling(outputs), outputs.get(0), outputs.get(1));
        slots.getFirst().partition.isOwned = false;
        // When
        unwritten.dropLost();
        unwritten.nothingLeft();
        // Then
        assertThat(unwritten.spaceIn(new Cycle<>(), 1000)).isEqualTo(1000);
    }

    private Cycle<PublishCommand> settling(List<Outputs> outputs) {
        var cycle = new Cycle<PublishCommand>();
        for (int i = 0; i < outputs.size(); i++) {
            cycle.settle(slots.get(i), work(i), outputs.get(i));
        }
        return cycle;
    }

    private Cycle<PublishCommand> notCommitted(Cycle<PublishCommand> cycle, Outputs... refused) {
        var next = new Cycle<PublishCommand>();
        var refusals = List.of(refused).stream()
                .map(outputs -> new Refusal(outputs, "results", Kind.RECORD, new RecordTooLargeException()))
                .toList();
        unwritten.notCommitted(cycle, refusals, next);
        return next;
    }

    private static Outputs outputs(String key) {
        return Outputs.to(NO_REGISTRY, Trace.root())
                .remove(Topics.DEAD_LETTERS, key)
                .build();
    }

    private static Work<PublishCommand> work(int number) {
        return new Work<>(
                "key",
                DispatcherCase.command(number),
                new RecordPosition("commands", 0, (long) number),
                Instant.EPOCH,
                Trace.root(),
                Lease.none());
    }

    private static final class Handler implements EffectHandler<PublishCommand> {

        private final Outputs deadLetter = outputs("dead letter");
        private boolean isWithoutRegistry;

        @Override
        public Decision decide(Work<PublishCommand> work) {
            throw new AssertionError("Nothing is decided here");
        }

        @Override
        public Outputs run(Work<PublishCommand> work) {
            throw new AssertionError("Nothing runs here");
        }

        @Override
        public Reconciled reconcile(Work<PublishCommand> work) {
            throw new AssertionError("Nothing is in doubt here");
        }

        @Override
        public Outputs unreadable(Unreadable unreadable) {
            throw new AssertionError("Everything can be read here");
        }

        @Override
        public Outputs failed(Work<PublishCommand> work, Throwable cause) {
            if (isWithoutRegistry) {
                throw new RegistryUnavailableException(new IOException("nobody is there"));
            }
            return deadLetter;
        }
    }
}
