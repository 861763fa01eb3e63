package io.broadside.runtime.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class SharedAnswerTest {

    private final List<CompletableFuture<String>> asked = new ArrayList<>();
    private final SharedAnswer<String> shared = new SharedAnswer<>(() -> {
        var question = new CompletableFuture<String>();
        asked.add(question);
        return question;
    });

    @Test
    void whoAsksWhileAQuestionIsUnderWaySharesTheNextOne() {
        // Given
        var first = shared.ask();
        var second = shared.ask();
        var third = shared.ask();
        // When
        asked.getFirst().complete("before they asked");
        // Then
        assertThat(first).isCompletedWithValue("before they asked");
        assertThat(List.of(second, third)).noneMatch(CompletableFuture::isDone);
        assertThat(asked).hasSize(2);
        asked.getLast().complete("after they asked");
        assertThat(List.of(second, third))
                .allSatisfy(answer -> assertThat(answer).isCompletedWithValue("after they asked"));
    }

    @Test
    void aQuestionThatFailsKeepsNobodyFromAskingAgain() {
        // Given
        var first = shared.ask();
        asked.getFirst().completeExceptionally(new IllegalStateException("away"));
        // When
        var second = shared.ask();
        asked.getLast().complete("back");
        // Then
        assertThat(first).isCompletedExceptionally();
        assertThat(second).isCompletedWithValue("back");
        assertThat(asked).hasSize(2);
    }
}
