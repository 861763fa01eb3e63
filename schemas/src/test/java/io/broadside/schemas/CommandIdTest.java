package io.broadside.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.UUID;
import org.junit.jupiter.api.Test;

class CommandIdTest {

    @Test
    void isAUuidOfVersionFiveAndOfTheVariantOfTheStandard() {
        // When
        var id = UUID.fromString(CommandId.of("request-1", "connection-1"));

        // Then
        assertThat(id.version()).isEqualTo(5);
        assertThat(id.variant()).isEqualTo(2);
    }

    /** Computed apart from Broadside, by Python's uuid.uuid5: if this changes, posts already made would be made again. */
    @Test
    void isTheSameForEver() {
        assertThat(CommandId.of("request-1", "connection-1")).isEqualTo("9655c7ef-c166-5519-8bf5-e53b611fc1e0");
        assertThat(CommandId.of("Bestellung-ü-🚢", "verbindung")).isEqualTo("9ada2044-56cd-52fc-a96f-54e124c5f9d3");
    }

    @Test
    void whereTheRequestEndsAndTheConnectionBeginsMatters() {
        assertThat(CommandId.of("ab", "c")).isNotEqualTo(CommandId.of("a", "bc"));
    }

    @Test
    void noRequestCanSpellAnotherPairWithALengthOfItsOwn() {
        assertThat(CommandId.of("1:a", "b")).isNotEqualTo(CommandId.of("1", ":ab"));
        assertThat(CommandId.of("", "1:ab")).isNotEqualTo(CommandId.of("1:a", "b"));
    }
}
