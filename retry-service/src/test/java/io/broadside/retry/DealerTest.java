package io.broadside.retry;

import static io.broadside.retry.Fixtures.START;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DealerTest {

    private static final List<String> PARTITIONS = List.of("0", "1", "2", "3");

    private Instant now = START;

    @ParameterizedTest
    @ValueSource(doubles = {0.5, 7, 100, 3000})
    void partitionsThatAllHaveSomethingGetAlikeAlthoughOneIsAlwaysTheFirstToAsk(double most) {
        // Given
        var dealer = new Dealer(new Flow(most, 1000));
        PARTITIONS.forEach(dealer::waits);

        // When
        var sent = run(dealer, PARTITIONS, Duration.ofSeconds(20));

        // Then
        assertThat(sum(sent)).isBetween((int) (most * 19), (int) (most * 22) + 4);
        assertThat(max(sent) - min(sent)).isLessThanOrEqualTo((int) Math.max(1, most / 4));
    }

    @Test
    void whatOneHasNoUseForGoesToTheOthers() {
        // Given
        var dealer = new Dealer(new Flow(100, 1000));
        PARTITIONS.forEach(dealer::waits);
        run(dealer, PARTITIONS, Duration.ofSeconds(1));

        // When: one leaves, and one asks no more although it waits
        dealer.waitsNoMore("0");
        var sent = run(dealer, List.of("1", "2"), Duration.ofSeconds(20));

        // Then
        assertThat(sum(sent)).isBetween(1900, 2200);
        assertThat(max(sent) - min(sent)).isLessThanOrEqualTo(25);
    }

    @Test
    void nothingGoesPastWhatWaits() {
        // Given
        var dealer = new Dealer(new Flow(100, 1000));
        var before = dealer.letsAtOnce(now.plusSeconds(1));

        // When
        dealer.waits("0");

        // Then
        assertThat(before).isTrue();
        assertThat(dealer.letsAtOnce(now.plusSeconds(2))).isFalse();
    }

    @Test
    void whatDidNotGoIsNotCounted() {
        // Given
        var dealer = new Dealer(new Flow(1, 1000));
        dealer.waits("0");
        now = now.plusSeconds(1);

        // When
        var first = dealer.lets("0", now);
        dealer.giveBack("0");

        // Then
        assertThat(first).isTrue();
        assertThat(dealer.lets("0", now)).isTrue();
        assertThat(dealer.lets("0", now)).isFalse();
    }

    /** Each takes all it gets, one after another at every tick, always in the same order. */
    private int[] run(Dealer dealer, List<String> asking, Duration length) {
        var sent = new int[asking.size()];
        for (var end = now.plus(length); now.isBefore(end); now = now.plusMillis(50)) {
            for (var i = 0; i < asking.size(); i++) {
                while (dealer.lets(asking.get(i), now)) {
                    sent[i]++;
                }
            }
        }
        return sent;
    }

    private static int sum(int[] numbers) {
        return IntStream.of(numbers).sum();
    }

    private static int max(int[] numbers) {
        return IntStream.of(numbers).max().orElseThrow();
    }

    private static int min(int[] numbers) {
        return IntStream.of(numbers).min().orElseThrow();
    }
}
