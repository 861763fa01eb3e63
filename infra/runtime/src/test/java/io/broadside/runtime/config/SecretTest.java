package io.broadside.runtime.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.Serializable;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SecretTest {

    @Test
    void showsItselfToNothingButReveal() {
        // When
        var secret = Secret.of("hunter2");

        // Then
        assertThat(secret.reveal()).isEqualTo("hunter2");
        assertThat(Optional.of(secret).toString()).isEqualTo("Optional[Secret[hidden]]");
        assertThat(secret).isNotInstanceOf(Serializable.class);
    }

    @Test
    void equalSecretsAreEqualAndTheHashTellsNothing() {
        assertThat(Secret.of("hunter2")).isEqualTo(Secret.of("hunter2")).isNotEqualTo(Secret.of("hunter3"));
        assertThat(Secret.of("hunter2")).hasSameHashCodeAs(Secret.of("hunter3"));
    }
}
