package io.broadside.runtime.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.broadside.runtime.dispatch.Ledger.State;
import io.broadside.runtime.dispatch.Ledger.States;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LedgerTest {

    private static final Instant NOW = Instant.parse("2026-11-21T10:15:30.123Z");

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void isReadAsItWasWrittenWhateverItHolds(long seed) {
        var seeded = new SplittableRandom(seed);
        for (int round = 0; round < 500; round++) {
            // Given
            var ledger = new Ledger(NOW.plusMillis(seeded.nextInt(1000)), states(seeded));
            // When
            var read = Ledger.decoded(ledger.encoded());
            // Then
            assertThat(read).isEqualTo(ledger);
        }
    }

    @Test
    void isShortWhenRecordsEndInOrder() {
        // Given
        var states = new States();
        states.append(0, State.ATTEMPTED);
        for (int i = 1; i < 5000; i++) {
            states.append(i, State.DONE);
        }
        // When
        var text = new Ledger(NOW, states).encoded();
        // Then
        assertThat(text.length()).isLessThan(24);
    }

    @Test
    void countsOffsetsWithoutARecordAsDone() {
        // Given
        var states = new States();
        states.append(0, State.NEW);
        // When
        states.append(3, State.ATTEMPTED);
        // Then
        assertThat(states).hasToString("NDDA");
    }

    @Test
    void saysNewOfWhatItDoesNotDescribe() {
        // Given
        var states = new States();
        states.append(0, State.DONE);
        // Then
        assertThat(states.at(-1)).isEqualTo(State.NEW);
        assertThat(states.at(1)).isEqualTo(State.NEW);
    }

    @Test
    void isEmptyWhereNothingWasCommitted() {
        assertThat(Ledger.decoded("")).isEqualTo(Ledger.empty());
    }

    @Test
    void ofAVersionThatIsNotKnownIsRefused() {
        // Given
        var bytes = Base64.getUrlDecoder().decode(new Ledger(NOW, new States()).encoded());
        bytes[0] = 2;
        var text = Base64.getUrlEncoder().encodeToString(bytes);
        // Then
        assertThatThrownBy(() -> Ledger.decoded(text))
                .isInstanceOf(LedgerException.class)
                .hasMessageContaining("its version is 2");
    }

    @Test
    void thatIsDamagedIsRefusedAndNeverReadAsSomethingElse() {
        var random = new SplittableRandom(7);
        for (int round = 0; round < 2000; round++) {
            // Given
            var bytes = Base64.getUrlDecoder().decode(new Ledger(NOW, states(random)).encoded());
            var cut = Arrays.copyOf(bytes, random.nextInt(bytes.length));
            var text = Base64.getUrlEncoder().withoutPadding().encodeToString(cut);
            // When
            try {
                var read = Ledger.decoded(text);
                // Then: what is left may be a shorter ledger, but never one that does not hold together
                assertThat(Ledger.decoded(read.encoded())).isEqualTo(read);
            } catch (LedgerException refused) {
                assertThat(refused).hasMessageContaining("cannot be read");
            }
        }
    }

    @Test
    void thatIsNotOursIsRefused() {
        assertThatThrownBy(() -> Ledger.decoded("someone else's metadata"))
                .isInstanceOf(LedgerException.class)
                .hasMessageContaining("it is not whole");
    }

    private static States states(SplittableRandom random) {
        var states = new States();
        var length = random.nextInt(300);
        var run = 1 + random.nextInt(40);
        var index = 0;
        while (index < length) {
            var state = State.of(random.nextInt(3));
            for (int i = random.nextInt(run); i >= 0; i--) {
                states.append(index++, state);
            }
        }
        return states;
    }
}
