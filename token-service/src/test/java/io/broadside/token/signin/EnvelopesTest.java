package io.broadside.token.signin;

import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.runtime.vault.Vault;
import io.broadside.runtime.vault.VaultConfig;
import io.broadside.testkit.SettableClock;
import io.broadside.token.signin.ConnectLinks.Link;
import io.broadside.token.signin.Envelopes.Purpose;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EnvelopesTest {

    @TempDir
    private static Path keys;

    private final SettableClock clock = new SettableClock();
    private final Envelopes envelopes = new Envelopes(
            Vault.open(new VaultConfig(
                    Optional.of(keys.resolve("access.json")), Optional.of(keys.resolve("refresh.json")), true)),
            clock);

    @Test
    void whatWasSealedOpensForItsPurposeAlone() {
        // When
        var sealed = sealed();
        // Then
        assertThat(sealed).matches("[A-Za-z0-9_-]+").doesNotContain("secret");
        assertThat(envelopes.open(Purpose.FLOW, sealed))
                .hasValueSatisfying(
                        content -> assertThat(content.path("it").asText()).isEqualTo("secret"));
        assertThat(envelopes.open(Purpose.CHOICE, sealed)).isEmpty();
    }

    @Test
    void itsTimeEnds() {
        // Given
        var sealed = sealed();
        // When
        clock.advance(Duration.ofMinutes(1));
        // Then
        assertThat(envelopes.open(Purpose.FLOW, sealed)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "AAAA", "no base 64!", "AQAAAAA"})
    void nothingElseOpens(String forged) {
        assertThat(envelopes.open(Purpose.FLOW, forged)).isEmpty();
    }

    @Test
    void aChangedOneDoesNotOpen() {
        // Given
        var sealed = sealed();
        var last = sealed.charAt(sealed.length() - 5);
        // When
        var changed = sealed.substring(0, sealed.length() - 5)
                + (last == 'A' ? 'B' : 'A')
                + sealed.substring(sealed.length() - 4);
        // Then
        assertThat(envelopes.open(Purpose.FLOW, changed)).isEmpty();
    }

    @Test
    void aLinkSaysWhatItIsGoodForUntilItsTimeIsOver() {
        // Given
        var links = new ConnectLinks(envelopes, clock);
        var link = new Link("bakery", List.of("x", "tiktok"), Optional.of(URI.create("https://app.example/done")));
        // When
        var made = links.make(link, Duration.ofHours(1));
        // Then
        assertThat(links.open(made.token())).contains(link);
        assertThat(links.open(sealed())).isEmpty();
        clock.advance(Duration.ofHours(1));
        assertThat(links.open(made.token())).isEmpty();
    }

    private String sealed() {
        return envelopes.seal(
                Purpose.FLOW,
                Envelopes.content().put("it", "secret"),
                clock.instant().plusSeconds(60));
    }
}
