package io.broadside.runtime.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.runtime.dispatch.Ledger.State;
import io.broadside.runtime.dispatch.Ledger.States;
import java.time.Instant;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.junit.jupiter.api.Test;

class UnfinishedTest {

    @Test
    void whatIsNotDoneIsLeft() {
        // Given
        var states = new States();
        states.append(0, State.NEW);
        states.append(1, State.DONE);
        states.append(2, State.ATTEMPTED);
        var ledger = new Ledger(Instant.EPOCH, states);

        // When
        var isLeft = Unfinished.of(new OffsetAndMetadata(10, ledger.encoded()));

        // Then
        assertThat(isLeft.test(9)).isFalse();
        assertThat(isLeft.test(10)).isTrue();
        assertThat(isLeft.test(11)).isFalse();
        assertThat(isLeft.test(12)).isTrue();
        assertThat(isLeft.test(13)).isTrue();
    }

    @Test
    void ofALedgerThatCannotBeReadEverythingIsLeft() {
        // When
        var isLeft = Unfinished.of(new OffsetAndMetadata(10, "not a ledger"));

        // Then
        assertThat(isLeft.test(9)).isFalse();
        assertThat(isLeft.test(10)).isTrue();
    }
}
