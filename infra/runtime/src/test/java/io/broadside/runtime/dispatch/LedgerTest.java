package io.broadside.runtime.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.broadside.runtime.dispatch.Ledger.State;
import io.broadside.runtime.dispatch.Ledger.States;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;
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
        assertThat(text.length()).isLessThan(28);
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

    @ParameterizedTest
    @ValueSource(bytes = {1, 3})
    void ofAVersionThatIsNotKnownIsRefused(byte version) {
        // Given
        var bytes = bytesOf(new Ledger(NOW, new States()));
        bytes[0] = version;
        // Then
        assertThatThrownBy(() -> Ledger.decoded(text(bytes)))
                .isInstanceOf(LedgerException.class)
                .hasMessageContaining("its version is " + version);
    }

    @ParameterizedTest
    @ValueSource(longs = {31, 32, 33, 34, 35, 36})
    void thatWasCutIsRefusedWhereverItWas(long seed) {
        var random = new SplittableRandom(seed);
        for (int round = 0; round < 50; round++) {
            // Given
            var text = new Ledger(NOW, states(random)).encoded();
            for (int length = 1; length < text.length(); length++) {
                var cut = text.substring(0, length);
                // Then
                assertThatThrownBy(() -> Ledger.decoded(cut))
                        .isInstanceOf(LedgerException.class)
                        .hasMessageContaining("cannot be read");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {41, 42, 43, 44, 45, 46})
    void ofWhichABitIsNotWhatItWasIsRefused(long seed) {
        var random = new SplittableRandom(seed);
        for (int round = 0; round < 20; round++) {
            // Given
            var bytes = bytesOf(new Ledger(NOW, states(random)));
            for (int bit = 0; bit < bytes.length * 8; bit++) {
                var damaged = bytes.clone();
                damaged[bit / 8] ^= (byte) (1 << bit % 8);
                // Then
                assertThatThrownBy(() -> Ledger.decoded(text(damaged)))
                        .isInstanceOf(LedgerException.class)
                        .hasMessageContaining("cannot be read");
            }
        }
    }

    @Test
    void behindWhichMoreFollowsIsRefusedAlsoIfTheChecksumIsRight() {
        // Given: a table, which says itself where it ends
        var states = new States();
        for (int i = 0; i < 300; i++) {
            states.append(i, State.of(i % 3));
        }
        var bytes = bytesOf(new Ledger(NOW, states));
        var longer = withChecksum(Arrays.copyOf(bytes, bytes.length + 1));
        // Then
        assertThat(Ledger.decoded(text(withChecksum(bytes))).states()).isEqualTo(states);
        assertThatThrownBy(() -> Ledger.decoded(text(longer)))
                .isInstanceOf(LedgerException.class)
                .hasMessageContaining("more in it than its states");
    }

    @Test
    void withARunOfNoRecordsIsRefusedForThat() {
        // Given
        var empty = bytesOf(Ledger.empty());
        var bytes = withChecksum(Arrays.copyOf(empty, empty.length + 1));
        // Then
        assertThatThrownBy(() -> Ledger.decoded(text(bytes)))
                .isInstanceOf(LedgerException.class)
                .hasMessageContaining("a run in it has no records");
    }

    @Test
    void thatIsNotOursIsRefused() {
        assertThatThrownBy(() -> Ledger.decoded("someone else's metadata"))
                .isInstanceOf(LedgerException.class)
                .hasMessageContaining("it is not whole");
    }

    private static byte[] bytesOf(Ledger ledger) {
        return Base64.getUrlDecoder().decode(ledger.encoded());
    }

    private static String text(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** The same with the checksum that belongs to it, in bytes 1 to 4. */
    private static byte[] withChecksum(byte[] bytes) {
        var crc = new CRC32C();
        crc.update(bytes, 0, 1);
        crc.update(bytes, 5, bytes.length - 5);
        return ByteBuffer.wrap(bytes.clone()).putInt(1, (int) crc.getValue()).array();
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
