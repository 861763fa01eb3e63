package io.broadside.token;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SmallestTest {

    @Test
    void ofVeryManyItHoldsNoMoreThanAreWanted() {
        // Given
        var smallest = new Smallest<Integer>(51, Comparator.naturalOrder());
        var numbers = new Random(7).ints(1_000_000, 0, 10_000_000).toArray();
        var held = 0;
        // When
        for (var number : numbers) {
            smallest.offer(number);
            held = Math.max(held, smallest.size());
        }
        // Then
        assertThat(held).isEqualTo(51);
        assertThat(smallest.inOrder())
                .isEqualTo(IntStream.of(numbers).sorted().limit(51).boxed().toList());
    }

    @Test
    void ofFewItHasAll() {
        // Given
        var smallest = new Smallest<String>(3, Comparator.naturalOrder());
        // When
        List.of("b", "a").forEach(smallest::offer);
        // Then
        assertThat(smallest.inOrder()).containsExactly("a", "b");
    }
}
