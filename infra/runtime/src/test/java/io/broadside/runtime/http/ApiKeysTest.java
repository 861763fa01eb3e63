package io.broadside.runtime.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.broadside.runtime.config.ConfigException;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class ApiKeysTest {

    /** Of "open sesame". */
    private static final String HASH = "41ef4bb0b23661e66301aac36066912dac037827b4ae63a7b1165a5aa93ed4eb";

    private static final String OTHER_HASH = "0".repeat(64);

    @Test
    void admitsWhoeverHasOneOfTheKeys() {
        // Given
        var keys = ApiKeys.of("KEYS", List.of(OTHER_HASH, HASH.toUpperCase(Locale.ROOT)));
        // Then
        assertThat(keys.admits("Bearer open sesame")).isTrue();
        assertThat(keys.admits("bearer open sesame")).isTrue();
        assertThat(keys.admits("Bearer close sesame")).isFalse();
        assertThat(keys.admits("Basic open sesame")).isFalse();
        assertThat(keys.admits(HASH)).isFalse();
        assertThat(keys.admits(null)).isFalse();
    }

    @Test
    void withoutKeysTheApiIsOpen() {
        // Given
        var keys = ApiKeys.of("KEYS", List.of());
        // Then
        assertThat(keys.isOpen()).isTrue();
        assertThat(keys.admits(null)).isTrue();
    }

    @Test
    void aKeyInThePlaceOfItsHashIsRefusedAndNotShown() {
        assertThatThrownBy(() -> ApiKeys.of("KEYS", List.of("open sesame")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("KEYS")
                .hasMessageNotContaining("sesame");
    }
}
