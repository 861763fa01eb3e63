package io.broadside.webhook.platform.x;

import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.webhook.platform.Handshake;
import io.broadside.webhook.platform.Vector;
import io.broadside.webhook.platform.Vectors;
import io.broadside.webhook.platform.Verdict;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class XWebhooksTest {

    private final XWebhooks x = new XWebhooks();

    @Test
    void answersACrcWithTheTokenSigned() {
        assertThat(crc("crc-7f3a2b10-demo"))
                .isEqualTo(new Handshake.Answer(
                        "application/json",
                        "{\"response_token\":\"sha256=lPT8QLpYgauY3X20GAmkvptWXM7z9vRVX6HGtREoFWQ=\"}"));
    }

    @Test
    void answersACrcWithTheCurrentSecretWhileAnOlderOneIsStillTaken() {
        var handshake = x.handshake(
                Map.of("crc_token", "crc-7f3a2b10-demo"), Vector.credentials(Vectors.X_SECRET, "the-old-one"));
        assertThat(handshake).isEqualTo(crc("crc-7f3a2b10-demo"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{\"data\":{}}", "[]", "a b", "\"", "a, b", "é"})
    void signsNothingForAStrangerThatCouldBeADelivery(String token) {
        assertThat(crc(token)).isInstanceOf(Handshake.Refused.class);
    }

    @Test
    void refusesADeliveryThatIsATokenOfAHandshakeThoughItsSignatureIsRight() {
        // Given
        var delivery = Vector.of(
                "",
                x,
                Vectors.X_SECRET,
                "crc-7f3a2b10-demo",
                "sha256=lPT8QLpYgauY3X20GAmkvptWXM7z9vRVX6HGtREoFWQ=",
                "2026-11-20T10:15:30Z");
        // When
        var verdict = delivery.verify();
        // Then
        assertThat(verdict).isInstanceOf(Verdict.Mismatch.class);
    }

    @Test
    void theVectorsHaveTheLengthsTheyWereSignedWith() {
        assertThat(Vectors.X_POST.bytes()).hasSize(262);
        assertThat(Vectors.X_REVOCATION.bytes()).hasSize(189);
    }

    private Handshake crc(String token) {
        return x.handshake(Map.of("crc_token", token), Vector.credentials(Vectors.X_SECRET));
    }
}
