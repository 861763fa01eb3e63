package io.broadside.token.health;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.token.health.PositionIndex.Position;
import org.junit.jupiter.api.Test;

class PositionIndexTest {

    private final PositionIndex index = new PositionIndex();

    @Test
    void finds100000KeysWhereTheyStandLast() {
        // Given
        for (int i = 0; i < 100_000; i++) {
            index.put(key(i), i % 12, i);
        }
        // When: every second is written again
        for (int i = 0; i < 100_000; i += 2) {
            index.put(key(i), i % 12, (1L << 40) | i);
        }
        // Then
        for (int i = 0; i < 100_000; i++) {
            assertThat(index.get(key(i))).contains(new Position(i % 12, i % 2 == 0 ? (1L << 40) | i : i));
        }
    }

    @Test
    void whatIsNotThereIsNotFound() {
        index.put(key(1), 0, 0);
        assertThat(index.get(key(2))).isEmpty();
    }

    private static byte[] key(int number) {
        return ("connection-" + number).getBytes(UTF_8);
    }
}
