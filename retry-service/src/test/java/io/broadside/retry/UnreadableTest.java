package io.broadside.retry;

import static io.broadside.retry.Fixtures.CONNECTION;
import static io.broadside.retry.Fixtures.aToken;
import static io.broadside.retry.Fixtures.delayed;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.events.DeadLetter;
import io.broadside.events.DelayCause;
import io.broadside.schemas.Topics;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Records that are not what their topic holds: each ends in a dead letter, and the partition goes on. */
class UnreadableTest {

    private final RetryDriver retry = new RetryDriver();

    @AfterEach
    void close() {
        retry.close();
    }

    @Test
    void bytesThatAreNoEventEndInADeadLetterWithTheirPlaceAndContent() {
        // Given
        var bytes = "not Avro".getBytes(UTF_8);

        // When
        retry.put(Topics.BACKOFF_5XX.name(), "some-key", bytes, new RecordHeaders());

        // Then
        var record = retry.read(Topics.DEAD_LETTERS).getFirst();
        assertThat(record.key()).isEqualTo("some-key");
        var letter = record.value();
        assertThat(letter.getCode()).isEqualTo("UNREADABLE_RECORD");
        assertThat(letter.getSource().getTopic()).isEqualTo(Topics.BACKOFF_5XX.name());
        assertThat(letter.getSource().getOffset()).isZero();
        assertThat(letter.getRawKey()).contains(ByteBuffer.wrap("some-key".getBytes(UTF_8)));
        assertThat(letter.getRawValue()).contains(ByteBuffer.wrap(bytes));
        assertThat(letter.getDetail()).startsWith("The record on publish.backoff.5xx could not be read: ");
    }

    @Test
    void anEventThatIsCutShortEndsInADeadLetter() {
        // Given
        var whole =
                retry.serdes.write(Topics.WAITING, delayed(DelayCause.SCHEDULED).build());

        // When
        retry.put(Topics.WAITING.name(), CONNECTION, Arrays.copyOf(whole, whole.length / 2), new RecordHeaders());

        // Then
        assertThat(retry.deadLetters()).extracting(DeadLetter::getCode).containsExactly("UNREADABLE_RECORD");
    }

    @Test
    void aLargeRecordIsKeptInPart() {
        // When
        retry.put(Topics.WAITING.name(), "k".repeat(5_000), new byte[100_000], new RecordHeaders());

        // Then
        var letter = retry.deadLetters().getFirst();
        assertThat(letter.getRawKey().orElseThrow().remaining()).isEqualTo(1 << 10);
        assertThat(letter.getRawValue().orElseThrow().remaining()).isEqualTo(1 << 16);
    }

    @Test
    void anEventOfAnotherTypeEndsInADeadLetter() {
        // When
        retry.put(
                Topics.WAITING.name(),
                CONNECTION,
                retry.serdes.write(Topics.FRESH_TOKENS, aToken(CONNECTION, 1)),
                new RecordHeaders());

        // Then
        assertThat(retry.deadLetters())
                .singleElement()
                .satisfies(letter -> assertThat(letter.getDetail()).contains("FreshToken"));
    }

    @Test
    void recordsWithoutValueOrKeyEndInADeadLetter() {
        // When
        retry.put(Topics.WAITING.name(), CONNECTION, null, new RecordHeaders());
        retry.put(Topics.WITHDRAWALS.name(), null, null, new RecordHeaders());
        retry.put(Topics.FRESH_TOKENS.name(), null, null, new RecordHeaders());

        // Then
        assertThat(retry.deadLetters())
                .extracting(DeadLetter::getCode)
                .containsExactly("UNREADABLE_RECORD", "UNREADABLE_RECORD", "UNREADABLE_RECORD");
    }

    @Test
    void whatStandsWhereATokenShouldIsNotCopied() {
        // When
        retry.put(Topics.FRESH_TOKENS.name(), CONNECTION, "a token in clear".getBytes(UTF_8), new RecordHeaders());

        // Then
        assertThat(retry.deadLetters())
                .singleElement()
                .satisfies(letter -> assertThat(letter.getRawValue()).isEmpty());
    }

    @Test
    void thePartitionGoesOn() {
        // Given
        retry.put(Topics.BACKOFF_5XX.name(), CONNECTION, new byte[] {0, 1, 2}, new RecordHeaders());

        // When
        retry.delay(Topics.BACKOFF_5XX, delayed(DelayCause.UNAVAILABLE));
        retry.pass(Duration.ofSeconds(2));

        // Then
        assertThat(retry.commands()).hasSize(1);
    }

    @Test
    void aCommandUnderAnotherKeyIsPutUnderTheRightOne() {
        // Given
        var value = retry.serdes.write(
                Topics.WAITING,
                delayed(DelayCause.TOKEN).setNeedsTokenVersion(2L).build());

        // When
        retry.put(Topics.WAITING.name(), "some-other-key", value, new RecordHeaders());
        retry.token(aToken(CONNECTION, 2));
        retry.pass(RetryDriver.TICK);

        // Then
        assertThat(retry.read(Topics.WAITING))
                .singleElement()
                .satisfies(record -> assertThat(record.key()).isEqualTo(CONNECTION));
        assertThat(retry.commands()).hasSize(1);
    }
}
