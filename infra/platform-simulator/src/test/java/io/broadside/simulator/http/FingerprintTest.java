package io.broadside.simulator.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FingerprintTest {
    private static final byte[] BYTES = random(100_003);

    @Test
    void isTheSameHoweverTheBytesAreCut() {
        // Given
        var whole = Fingerprint.EMPTY.plus(BYTES);
        for (int cut : new int[] {0, 1, 2, 3, 5, 4096, 65_536, 100_002, BYTES.length}) {
            var first = Arrays.copyOfRange(BYTES, 0, cut);
            var second = Arrays.copyOfRange(BYTES, cut, BYTES.length);
            // When
            var oneAfterTheOther = Fingerprint.EMPTY.plus(first).plus(second);
            var together = Fingerprint.EMPTY.plus(first).plus(Fingerprint.EMPTY.plus(second));
            // Then
            assertThat(oneAfterTheOther).isEqualTo(whole);
            assertThat(together).isEqualTo(whole);
        }
    }

    @Test
    void isAnotherForOtherBytes() {
        // Given
        var changed = BYTES.clone();
        changed[77_777] ^= 1;
        var swapped = BYTES.clone();
        swapped[10] = BYTES[11];
        swapped[11] = BYTES[10];
        // Then
        assertThat(Fingerprint.EMPTY.plus(changed)).isNotEqualTo(Fingerprint.EMPTY.plus(BYTES));
        assertThat(Fingerprint.EMPTY.plus(swapped)).isNotEqualTo(Fingerprint.EMPTY.plus(BYTES));
        assertThat(Fingerprint.EMPTY.plus(new byte[5])).isNotEqualTo(Fingerprint.EMPTY.plus(new byte[6]));
        assertThat(Fingerprint.EMPTY.plus(new byte[5]).hash())
                .isNotEqualTo(Fingerprint.EMPTY.plus(new byte[6]).hash());
    }

    private static byte[] random(int length) {
        var bytes = new byte[length];
        new Random(7).nextBytes(bytes);
        return bytes;
    }
}
