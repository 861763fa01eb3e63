package io.broadside.token;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ConnectionIdTest {

    @Test
    void isTheSameForEverAndEverywhere() {
        // Then: made with Python's uuid.uuid5; another one would make every connection a new one
        assertThat(ConnectionId.of("profile-1", "x", "1111")).isEqualTo("3fc1f146-548d-52c2-b16f-b85488a7103c");
    }

    @Test
    void neverMixesUpItsParts() {
        assertThat(ConnectionId.of("ab", "x", "1")).isNotEqualTo(ConnectionId.of("a", "bx", "1"));
        assertThat(ConnectionId.of("a", "x", "11")).isNotEqualTo(ConnectionId.of("a", "x1", "1"));
    }
}
