package io.broadside.runtime.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.junit.jupiter.api.Test;

class PromptCommitTest {

    private static final Duration MOMENT = PromptCommit.PAUSE.dividedBy(2);

    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1);
    private final PromptCommit commits = new PromptCommit(nanos::get);

    @Test
    void whatComesAloneIsCommittedAtOnce() {
        // When
        var first = isCommitted();
        pass(PromptCommit.PAUSE);
        var second = isCommitted();
        // Then
        assertThat(first).isTrue();
        assertThat(second).isTrue();
    }

    @Test
    void whatFollowsCloselyIsGathered() {
        // Given
        isCommitted();
        for (int i = 0; i < 100; i++) {
            // When
            pass(MOMENT);
            // Then
            assertThat(isCommitted()).isFalse();
        }
        pass(PromptCommit.PAUSE);
        assertThat(isCommitted()).isTrue();
    }

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    private boolean isCommitted() {
        var context = new MockProcessorContext<Void, Void>();
        commits.takenIn(context);
        return context.committed();
    }
}
