package io.broadside.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.events.QuarantineReason;
import io.broadside.events.QuarantinedDelivery;
import io.broadside.runtime.config.Secret;
import io.broadside.webhook.Reverification.Ruling;
import io.broadside.webhook.platform.Callback;
import io.broadside.webhook.platform.HmacSha256;
import io.broadside.webhook.platform.Vector;
import io.broadside.webhook.platform.Vectors;
import io.broadside.webhook.platform.linkedin.LinkedInWebhooks;
import io.broadside.webhook.platform.x.XWebhooks;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ReverificationTest {

    private static final Duration REMEMBER_FOR = Duration.ofHours(76);

    private final Endpoint endpoint = endpoint(Vectors.X_SECRET);

    @Test
    void whatIsGenuineWithTheSecretsOfNowIsTaken() {
        assertThat(rule(found(Vectors.X_POST, QuarantineReason.SIGNATURE_MISMATCH), false))
                .isEqualTo(Ruling.GENUINE);
        assertThat(Reverification.rule(
                        found(Vectors.X_POST, QuarantineReason.SIGNATURE_MISMATCH),
                        Optional.of(endpoint("another-secret")),
                        false,
                        Vectors.X_POST.receivedAt(),
                        REMEMBER_FOR))
                .isEqualTo(Ruling.REFUSED);
    }

    @Test
    void whatIsStillNotUnderstoodIsLeftWhereItIs() {
        // Given
        var unreadable = signed("{\"no\":\"event\"}");
        // When / Then: it would be set aside again, and the quarantine grow each time
        assertThat(rule(found(unreadable, QuarantineReason.MALFORMED), true)).isEqualTo(Ruling.UNREADABLE);
        assertThat(rule(found(Vectors.X_POST, QuarantineReason.MALFORMED), true))
                .isEqualTo(Ruling.GENUINE);
        assertThat(rule(found(Vectors.X_POST, QuarantineReason.MALFORMED), false))
                .isEqualTo(Ruling.UNREADABLE);
    }

    @Test
    void whatIsForgottenIsNotToldASecondTime() {
        assertThat(Reverification.rule(
                        found(Vectors.X_POST, QuarantineReason.SIGNATURE_MISMATCH),
                        Optional.of(endpoint),
                        false,
                        Vectors.X_POST.receivedAt().plus(REMEMBER_FOR).plusMillis(1),
                        REMEMBER_FOR))
                .isEqualTo(Ruling.TOO_OLD);
    }

    @Test
    void whatLinkedInSaysIsNotStoredAnewForLong() {
        // Given
        var app = new WebhookApp("linkedin", "demo", Vector.credentials(Vectors.LINKEDIN_SECRET));
        var linkedIn = new Endpoint(app, new LinkedInWebhooks(), Callback.WEBHOOK, Keyring.of(List.of(app)));
        var found = found(Vectors.LINKEDIN_COMMENT, QuarantineReason.SIGNATURE_MISMATCH);
        var receivedAt = Vectors.LINKEDIN_COMMENT.receivedAt();
        // When / Then
        assertThat(Reverification.rule(
                        found, Optional.of(linkedIn), false, receivedAt.plus(Duration.ofHours(4)), REMEMBER_FOR))
                .isEqualTo(Ruling.GENUINE);
        assertThat(Reverification.rule(
                        found, Optional.of(linkedIn), false, receivedAt.plus(Duration.ofHours(5)), REMEMBER_FOR))
                .isEqualTo(Ruling.TOO_OLD);
    }

    @Test
    void whatIsNotWholeOrOfNoAppCannotBeVerified() {
        var found = found(Vectors.X_POST, QuarantineReason.SIGNATURE_MISMATCH);
        assertThat(rule(
                        QuarantinedDelivery.newBuilder(found)
                                .setIsTruncated(true)
                                .build(),
                        false))
                .isEqualTo(Ruling.TRUNCATED);
        assertThat(Reverification.rule(found, Optional.empty(), false, Vectors.X_POST.receivedAt(), REMEMBER_FOR))
                .isEqualTo(Ruling.OF_NO_APP);
    }

    private Ruling rule(QuarantinedDelivery found, boolean withUnreadable) {
        return Reverification.rule(
                found, Optional.of(endpoint), withUnreadable, Vectors.X_POST.receivedAt(), REMEMBER_FOR);
    }

    private static QuarantinedDelivery found(Vector vector, QuarantineReason reason) {
        return Deliveries.quarantined(vector.delivery(vector.bytes(), vector.signature()), reason, "", 1_000_000);
    }

    private static Vector signed(String body) {
        var signature = HmacSha256.sign(Secret.of(Vectors.X_SECRET), body.getBytes(UTF_8));
        return Vector.of(
                "",
                new XWebhooks(),
                Vectors.X_SECRET,
                body,
                "sha256=" + Base64.getEncoder().encodeToString(signature),
                Vectors.X_POST.receivedAt().toString());
    }

    private static Endpoint endpoint(String secret) {
        var app = new WebhookApp("x", "demo", Vector.credentials(secret));
        return new Endpoint(app, new XWebhooks(), Callback.WEBHOOK, Keyring.of(List.of(app)));
    }
}
