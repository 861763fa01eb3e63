package io.broadside.webhook.platform.tiktok;

import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.webhook.platform.Handshake;
import io.broadside.webhook.platform.Vector;
import io.broadside.webhook.platform.Vectors;
import io.broadside.webhook.platform.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TikTokWebhooksTest {

    private static final Vector POST = Vectors.TIKTOK_POST;
    private static final Instant SIGNED_AT = Instant.ofEpochSecond(1795169730);

    @Test
    void theVectorsHaveTheLengthsTheyWereSignedWith() {
        assertThat(Vectors.TIKTOK_POST.bytes()).hasSize(232);
        assertThat(Vectors.TIKTOK_REMOVAL.bytes()).hasSize(157);
    }

    @Test
    void aSignatureIsGoodForAsLongAsIsTolerated() {
        assertThat(POST.receivedAt(SIGNED_AT.plus(Vector.TOLERANCE)).verify()).isEqualTo(new Verdict.Valid());
        assertThat(POST.receivedAt(SIGNED_AT.plus(Vector.TOLERANCE).plusMillis(1))
                        .verify())
                .isInstanceOf(Verdict.OutOfTime.class);
    }

    @Test
    void aSignatureFromTheFutureIsNoneButForAClockThatIsALittleAhead() {
        assertThat(POST.receivedAt(SIGNED_AT.minus(Duration.ofMinutes(5))).verify())
                .isEqualTo(new Verdict.Valid());
        assertThat(POST.receivedAt(SIGNED_AT.minus(Duration.ofMinutes(6))).verify())
                .isInstanceOf(Verdict.OutOfTime.class);
    }

    @Test
    void anotherTimeIsNotWhatWasSigned() {
        var later = POST.signature().map(text -> text.replace("t=1795169730", "t=1795169731"));
        assertThat(POST.verify(POST.bytes(), later, Vectors.TIKTOK_SECRET)).isInstanceOf(Verdict.Mismatch.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "s=aacb3c33f163f921011e448739f852857bc0838151c42a2f627ced0e70992f54",
                "t=1795169730",
                "t=1795169730,s=",
                "t=,s=aacb3c33f163f921011e448739f852857bc0838151c42a2f627ced0e70992f54",
                "t=99999999999999999999,s=aacb3c33f163f921011e448739f852857bc0838151c42a2f627ced0e70992f54",
                "t=-1,s=aacb3c33f163f921011e448739f852857bc0838151c42a2f627ced0e70992f54",
                "t=1795169730,s=AACB3C33F163F921011E448739F852857BC0838151C42A2F627CED0E70992F54",
                "t=1795169730,s=aacb3c33f163f921011e448739f852857bc0838151c42a2f627ced0e70992f54, "
                        + "t=1795169730,s=aacb3c33f163f921011e448739f852857bc0838151c42a2f627ced0e70992f54",
            })
    void aHeaderOfAnotherFormIsNoSignature(String header) {
        assertThat(POST.verify(POST.bytes(), Optional.of(header), Vectors.TIKTOK_SECRET))
                .isInstanceOf(Verdict.Mismatch.class);
    }

    @Test
    void thereIsNoHandshake() {
        assertThat(new TikTokWebhooks().handshake(Map.of("challenge", "1"), Vector.credentials("secret")))
                .isInstanceOf(Handshake.Refused.class);
    }
}
