package io.broadside.retry.account;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HeldKeyTest {

    @Test
    void theCommandOfAKeyIsFoundAgainAndOtherKeysHaveNone() {
        assertThat(HeldKey.commandOf(HeldKey.of("connection-ü", "command-1"))).contains("command-1");
        assertThat(HeldKey.commandOf(HeldKey.of("", "command-1"))).contains("command-1");
        assertThat(HeldKey.commandOf("n".getBytes(UTF_8))).isEmpty();
        assertThat(HeldKey.commandOf("d-and-a-time-and-an-id".getBytes(UTF_8))).isEmpty();
        assertThat(HeldKey.commandOf("h".getBytes(UTF_8))).isEmpty();
    }
}
