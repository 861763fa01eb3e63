package io.broadside.retry;

import static io.broadside.retry.Fixtures.CONNECTION;
import static io.broadside.retry.Fixtures.START;
import static io.broadside.retry.Fixtures.aCommand;
import static io.broadside.retry.Fixtures.delayed;
import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.events.DelayCause;
import io.broadside.events.WaitingPosts;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.state.KeyValueStore;
import org.junit.jupiter.api.Test;

/** How much is read to tell what waits on connections. */
class WaitingToldCostTest {

    private final AtomicInteger calls = new AtomicInteger();
    private final KeyValueStore<Bytes, byte[]> store = counted(MemoryStore.open());
    private final MockProcessorContext<String, SpecificRecord> context = new MockProcessorContext<>();
    private WaitingRoom room = new WaitingRoom(store);
    private WaitingTold told = new WaitingTold(context, store, room);
    private Instant now = START;

    @Test
    void whereNothingChangesNothingIsRead() {
        // Given
        for (var i = 0; i < 20; i++) {
            room.hold(waiting(DelayCause.TOKEN, i, "connection-" + i));
        }
        looks(2);
        calls.set(0);

        // When
        looks(200);
        room.hold(waiting(DelayCause.SCHEDULED, 20, CONNECTION));
        var forHolding = calls.getAndSet(0);
        looks(1);

        // Then
        assertThat(forHolding).isPositive();
        assertThat(calls).hasValue(0);
    }

    @Test
    void whatWaitsOnAConnectionWithVeryManyIsCountedInSeveralLooks() {
        // Given
        for (var i = 0; i < 2 * WaitingTold.MOST_CHANGED + 100; i++) {
            room.hold(waiting(i % 50 == 0 ? DelayCause.TOKEN : DelayCause.SCHEDULED, i, CONNECTION));
        }

        // When
        looks(2);
        var inTwo = toldOf();
        looks(1);

        // Then
        assertThat(inTwo).isEmpty();
        assertThat(toldOf()).containsExactly(Optional.of(82));
    }

    @Test
    void whatComesWhileItIsCountedIsToldToo() {
        // Given: more than a look, and one for which somebody is needed, which goes
        for (var i = 0; i < WaitingTold.MOST_CHANGED + 100; i++) {
            room.hold(waiting(DelayCause.SCHEDULED, i, CONNECTION));
        }
        var gone = waiting(DelayCause.TOKEN, -1, CONNECTION);
        room.hold(gone);
        room.remove(gone);
        looks(1);

        // When: it comes where those stand that are counted already
        var first = first();
        room.replace(first, first.because(delayed(DelayCause.PERSON).build(), first.original()));
        looks(1);
        restart();
        looks(10);

        // Then
        assertThat(toldOf()).containsExactly(Optional.of(1));
    }

    @Test
    void aCountThatWasOvertakenIsNotTold() {
        // Given: more than is counted at once when all are counted
        for (var i = 0; i < WaitingTold.MOST_THOROUGHLY + 100; i++) {
            room.hold(waiting(DelayCause.SCHEDULED, i, CONNECTION));
        }
        var scheduled = first();
        var needy = scheduled.because(delayed(DelayCause.TOKEN).build(), scheduled.original());
        room.replace(scheduled, needy);
        looks(10);
        now = now.plus(WaitingTold.THOROUGHLY);
        looks(1);

        // When: what such a round has counted already goes
        room.remove(needy);
        looks(10);

        // Then
        assertThat(toldOf()).containsExactly(Optional.of(1), Optional.empty());
    }

    private Waiting first() {
        var all = new ArrayList<Waiting>();
        room.all(all::add);
        return all.getFirst();
    }

    @Test
    void whatAProcessThatWasKilledHadNotToldIsToldAfterTheStart() {
        // Given
        room.hold(waiting(DelayCause.TOKEN, 1, CONNECTION));
        looks(1);
        room.hold(waiting(DelayCause.TOKEN, 2, CONNECTION));
        room.hold(waiting(DelayCause.PERSON, 3, "connection-2"));

        // When
        restart();
        looks(1);

        // Then
        assertThat(toldOf()).containsExactly(Optional.of(1), Optional.of(2), Optional.of(1));
    }

    @Test
    void allOfThemAreCountedEveryFewMinutesAFewAtATime() {
        // Given: entries that went in a way that nobody heard of
        var connections = WaitingTold.MOST_THOROUGHLY;
        for (var i = 0; i < connections; i++) {
            room.hold(waiting(DelayCause.TOKEN, i, "connection-" + i));
        }
        looks(2);
        context.resetForwards();
        for (var i = 0; i < connections; i++) {
            store.put(
                    Keys.held(
                            "connection-" + i,
                            waiting(DelayCause.TOKEN, i, "connection-" + i).commandId()),
                    null);
        }

        // When
        looks(2);
        var soon = toldOf().size();
        now = now.plus(WaitingTold.THOROUGHLY);
        looks(1);
        var first = toldOf().size();
        looks(3);

        // Then
        assertThat(soon).isZero();
        assertThat(first).isLessThanOrEqualTo(WaitingTold.MOST_THOROUGHLY);
        assertThat(toldOf()).hasSize(connections).containsOnly(Optional.empty());
    }

    private void restart() {
        room = new WaitingRoom(store);
        told = new WaitingTold(context, store, room);
    }

    private void looks(int count) {
        for (var look = 0; look < count; look++) {
            now = now.plus(WaitingTold.EVERY);
            context.setCurrentSystemTimeMs(now.toEpochMilli());
            told.look();
        }
    }

    /** How many of a connection were told of, one after another; empty where it was told that none waits. */
    private List<Optional<Integer>> toldOf() {
        return context.forwarded().stream()
                .map(forwarded -> Optional.ofNullable(
                                (WaitingPosts) forwarded.record().value())
                        .map(WaitingPosts::getCount))
                .toList();
    }

    private static Waiting waiting(DelayCause cause, int number, String connectionId) {
        var since = START.plus(Duration.ofSeconds(number));
        var delayed = delayed(cause, aCommand("request-" + number, connectionId))
                .setSince(since)
                .build();
        return Waiting.of(
                delayed,
                Place.at(Place.NEVER, number, 0),
                new Run(cause, since.toEpochMilli(), 1),
                "",
                Bytes.wrap(new byte[] {1}));
    }

    /** Counts what is asked of a store. */
    @SuppressWarnings("unchecked")
    private KeyValueStore<Bytes, byte[]> counted(KeyValueStore<Bytes, byte[]> real) {
        return (KeyValueStore<Bytes, byte[]>) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {KeyValueStore.class}, (_, method, arguments) -> {
                    calls.incrementAndGet();
                    try {
                        return method.invoke(real, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }
}
