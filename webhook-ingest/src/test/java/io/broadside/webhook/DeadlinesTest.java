package io.broadside.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DeadlinesTest {

    private final List<String> ended = new ArrayList<>();
    private long now = Long.MAX_VALUE - 50;
    private final Deadlines deadlines = new Deadlines(100, () -> now);

    @Test
    void doesWhatIsToBeDoneOnceWhenTheTimeIsOver() {
        // Given
        deadlines.begin(() -> ended.add("first"));
        now += 60;
        deadlines.begin(() -> ended.add("second"));
        // When / Then
        deadlines.look();
        assertThat(ended).isEmpty();
        now += 41;
        deadlines.look();
        deadlines.look();
        assertThat(ended).containsExactly("first");
        now += 60;
        deadlines.look();
        assertThat(ended).containsExactly("first", "second");
    }

    @Test
    void doesNothingForWhatWasMet() {
        // Given
        var met = deadlines.begin(() -> ended.add("met"));
        deadlines.begin(() -> ended.add("open"));
        // When
        met.met();
        now += 101;
        deadlines.look();
        // Then
        assertThat(ended).containsExactly("open");
    }
}
