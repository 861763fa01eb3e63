package io.broadside.retry.account;

import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.events.ResultStatus;
import io.broadside.retry.MemoryStore;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.state.KeyValueStore;
import org.junit.jupiter.api.Test;

class WalkTest {

    private static final long NOW = 1_795_170_600_000L;
    private static final Duration SILENCE = Duration.ofMinutes(1);

    private final KeyValueStore<Bytes, byte[]> store = MemoryStore.open();
    private final Map<String, Target> targets = new HashMap<>();
    private final Inventory inventory = new Inventory();
    private final Walk walk =
            new Walk(store, key -> Optional.ofNullable(targets.get(key)), inventory, new TaskId(1, 0), SILENCE);
    private long now = NOW;

    @Test
    void whatIsSilentIsGatheredBetweenTheRoundsAFewAtATime() {
        // Given
        for (var i = 0; i < 450; i++) {
            open("request-" + i, NOW - SILENCE.toMillis());
        }
        open("heard-of", NOW - 1);
        // When
        look();
        look();
        inventory.begin();
        look();
        // Then
        assertThat(inventory.asked()).hasSize(450).doesNotContain("command-heard-of");
    }

    @Test
    void aRoundRightAfterTheStartAsksForWhatOneLookFinds() {
        // Given
        for (var i = 0; i < 450; i++) {
            open("request-" + i, NOW - SILENCE.toMillis());
        }
        inventory.begin();
        // When
        look();
        // Then
        assertThat(inventory.asked()).hasSize(200);
        inventory.begin();
        look();
        assertThat(inventory.asked()).as("the next in turn").hasSize(200);
    }

    @Test
    void whatIsNowhereIsLostUntilItIsHeardOf() {
        // Given
        open("request-1", NOW - SILENCE.toMillis());
        inventory.begin();
        look();
        inventory.answer(inventory.asked(), inventory.asked());
        // When / Then
        assertThat(look()).isEqualTo(Map.of("x", 1L));
        open("request-1", NOW);
        assertThat(look()).isEmpty();
    }

    private Map<String, Long> look() {
        now += 1_000;
        return walk.look(now);
    }

    private void open(String request, long at) {
        var key = request + "\0" + "0";
        var target = new Target(
                "x",
                "command-" + request,
                ResultStatus.ACCEPTED,
                Optional.empty(),
                false,
                0,
                NOW - 3_600_000,
                Target.OPEN,
                at);
        targets.put(key, target);
        store.put(AccountKeys.age(target, key), new byte[0]);
    }
}
