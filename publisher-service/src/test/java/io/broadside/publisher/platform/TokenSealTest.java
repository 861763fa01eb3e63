package io.broadside.publisher.platform;

import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.runtime.config.Secret;
import org.junit.jupiter.api.Test;

final class TokenSealTest {

    private static final Secret TOKEN = Secret.of("example-access-token");
    private static final String ADDRESS = "https://www.linkedin.com/dms-uploads/1?ut=secret-of-the-address";

    @Test
    void opensWhatItSealed() {
        var sealed = TokenSeal.seal(TOKEN, "command-1", ADDRESS);
        assertThat(sealed).doesNotContain("secret-of-the-address").matches("[A-Za-z0-9+/=]+");
        assertThat(TokenSeal.open(TOKEN, "command-1", sealed)).contains(ADDRESS);
    }

    @Test
    void sealsTheSameAnewEachTime() {
        assertThat(TokenSeal.seal(TOKEN, "command-1", ADDRESS))
                .isNotEqualTo(TokenSeal.seal(TOKEN, "command-1", ADDRESS));
    }

    @Test
    void staysShutForOthers() {
        var sealed = TokenSeal.seal(TOKEN, "command-1", ADDRESS);
        var changed = (sealed.startsWith("A") ? "B" : "A") + sealed.substring(1);
        assertThat(TokenSeal.open(Secret.of("renewed-token"), "command-1", sealed))
                .isEmpty();
        assertThat(TokenSeal.open(TOKEN, "command-2", sealed)).isEmpty();
        assertThat(TokenSeal.open(TOKEN, "command-1", changed)).isEmpty();
        assertThat(TokenSeal.open(TOKEN, "command-1", "")).isEmpty();
        assertThat(TokenSeal.open(TOKEN, "command-1", "no base64!")).isEmpty();
    }
}
