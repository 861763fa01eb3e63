package io.broadside.runtime.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.broadside.runtime.dispatch.Ledger.State;
import io.broadside.runtime.dispatch.Ledger.States;
import java.time.Instant;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LedgerSpaceTest {

    @ParameterizedTest
    @ValueSource(ints = {256, 257, 1000, 3500, 4096})
    void aFullTableWithoutAnyOrderInItFits(int characters) {
        // Given
        var space = new LedgerSpace(characters, 4096);
        var random = new SplittableRandom(characters);
        var states = new States();
        for (int i = 0; i < space.tableSpan(); i++) {
            states.append(i, State.of(random.nextInt(3)));
        }
        // Then
        assertThat(space.fits(space.tableSpan(), space.tableSpan())).isTrue();
        assertThat(encoded(states).length()).isLessThanOrEqualTo(characters);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void anySpanThatIsSaidToFitFitsWhateverItsUnfinishedRecordsBecome(long seed) {
        var random = new SplittableRandom(seed);
        for (int round = 0; round < 200; round++) {
            // Given
            var space = new LedgerSpace(256 + random.nextInt(3840), 4096);
            var span = 1 + random.nextInt(1 << (4 + random.nextInt(17)));
            var unfinished = 1 + random.nextInt(Math.min(span, 1200));
            if (!space.fits(span, unfinished)) {
                continue;
            }
            // When: unfinished ones lie anywhere, the first one at the base
            var positions =
                    random.ints(unfinished - 1L, 0, span).distinct().sorted().toArray();
            var states = new States();
            states.append(0, State.ATTEMPTED);
            for (var position : positions) {
                if (position >= states.length()) {
                    states.append(position, State.of(random.nextInt(3)));
                }
            }
            states.fillDone(span);
            // Then
            assertThat(encoded(states).length())
                    .as("%s, span %s, unfinished %s", space, span, unfinished)
                    .isLessThanOrEqualTo(space.characters());
        }
    }

    @Test
    void growsToAMillionRecordsBeyondAFew() {
        var space = new LedgerSpace(3500, 4096);
        assertThat(space.fits(1_000_000, 3)).isTrue();
        assertThat(space.fits(20_000, 600)).isTrue();
        assertThat(space.fits(20_000, 1_000)).isFalse();
        assertThat(space.fits(Ledger.MAX_SPAN + 1L, 1)).isFalse();
    }

    @Test
    void saysWhatToDoAboutABrokerThatTakesNoMetadata() {
        assertThatThrownBy(() -> new LedgerSpace(3500, 0)).hasMessageContaining("offset.metadata.max.bytes");
    }

    @Test
    void refusesALedgerThatMayGrowBeyondWhatTheBrokerTakesBack() {
        // Given: many records that are all new take few characters, and many more once they end in any order
        var states = new States();
        states.append(8_000, State.ATTEMPTED);
        for (int i = 8_001; i < 10_000; i++) {
            states.append(i, State.NEW);
        }
        var ledger = new Ledger(Instant.EPOCH, states);
        assertThat(ledger.encoded().length()).isLessThan(100);
        new LedgerSpace(3500, 4096).require(ledger);
        // Then
        assertThatThrownBy(() -> new LedgerSpace(3500, 1024).require(ledger))
                .isInstanceOf(LedgerException.class)
                .hasMessageContaining("offset.metadata.max.bytes");
    }

    private static String encoded(States states) {
        return new Ledger(Instant.parse("2026-11-21T10:15:30.123Z"), states).encoded();
    }
}
