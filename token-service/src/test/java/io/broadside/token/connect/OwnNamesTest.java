package io.broadside.token.connect;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OwnNamesTest {

    private final OwnNames names = new OwnNames("192.0.2.7", Optional.of("Connect.Example.org"));

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "LOCALHOST", "127.0.0.1", "[::1]", "::1", "192.0.2.7", "connect.example.org"})
    void theNamesOfThisMachineAndWhatItWasToldAreItsOwn(String host) {
        assertThat(names.contain(host)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "example.org", ""})
    void otherNamesAreNot(String host) {
        assertThat(names.contain(host)).isFalse();
    }
}
