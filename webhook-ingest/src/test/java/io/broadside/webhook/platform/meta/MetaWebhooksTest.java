package io.broadside.webhook.platform.meta;

import static io.broadside.webhook.platform.RawDeliveries.aDelivery;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.runtime.config.Secret;
import io.broadside.webhook.platform.Callback;
import io.broadside.webhook.platform.Handshake;
import io.broadside.webhook.platform.HmacSha256;
import io.broadside.webhook.platform.Vector;
import io.broadside.webhook.platform.Vectors;
import io.broadside.webhook.platform.Verdict;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MetaWebhooksTest {

    private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");

    private final MetaWebhooks facebook = MetaWebhooks.facebook();

    @Test
    void answersAHandshakeWithTheBareChallenge() {
        assertThat(handshake("hub.challenge", "1158201444"))
                .isEqualTo(new Handshake.Answer("text/plain; charset=utf-8", "1158201444"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "wrong", "the-verify-toke", "the-verify-tokenx", "the-verify-token, the-verify-token"})
    void refusesAHandshakeWithAnotherToken(String token) {
        assertThat(handshake("hub.verify_token", token)).isInstanceOf(Handshake.Refused.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "<script>alert(1)</script>", "1 2", "1&2", "ä", "1, 1"})
    void echoesNoChallengeThatCouldBeMarkup(String challenge) {
        assertThat(handshake("hub.challenge", challenge)).isInstanceOf(Handshake.Refused.class);
    }

    @Test
    void refusesAHandshakeOfAnotherMode() {
        assertThat(handshake("hub.mode", "unsubscribe")).isInstanceOf(Handshake.Refused.class);
        assertThat(facebook.handshake(Map.of(), Vector.credentials("s"))).isInstanceOf(Handshake.Refused.class);
    }

    @Test
    void refusesTheSameJsonWrittenWithOtherBytes() {
        // Given
        var reserialised =
                Vectors.FACEBOOK_COMMENT.body().replace("\\u00e9", "é").replace("\\ud83d\\ude00", "😀");
        // When
        var verdict = verify(reserialised, Vectors.FACEBOOK_COMMENT.signature(), "application/json");
        // Then
        assertThat(Vectors.FACEBOOK_COMMENT.bytes()).hasSize(169);
        assertThat(reserialised.getBytes(UTF_8)).hasSize(157);
        assertThat(verdict).isInstanceOf(Verdict.Mismatch.class);
    }

    @Test
    void refusesTheSignatureInCapitals() {
        var capitals = Vectors.FACEBOOK_COMMENT.signature().map(text -> text.replace("b6f2", "B6F2"));
        assertThat(verify(Vectors.FACEBOOK_COMMENT.body(), capitals, "application/json"))
                .isInstanceOf(Verdict.Mismatch.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "text/plain", "application/x-www-form-urlencoded; charset=utf-8"})
    void takesAWebhookForOneWhateverItsContentTypeIs(String contentType) {
        var comment = Vectors.FACEBOOK_COMMENT;
        assertThat(verify(comment.body(), comment.signature(), contentType)).isEqualTo(new Verdict.Valid());
        assertThat(facebook.normalise(aDelivery("facebook", contentType, comment.body()))
                        .events())
                .hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "application/json"})
    void takesASignedRequestForOneWhateverItsContentTypeIsAndNoSignatureButItsOwn(String contentType) {
        // Given
        var request = Vectors.FACEBOOK_DEAUTHORISATION.body();
        var secret = Secret.of(Vectors.META_SECRET);
        var forged = request.replace("signed_request=F", "signed_request=G");
        var signature = "sha256=" + HexFormat.of().formatHex(HmacSha256.sign(secret, forged.getBytes(UTF_8)));
        // When / Then
        assertThat(verify(request, Optional.empty(), contentType)).isEqualTo(new Verdict.Valid());
        assertThat(facebook.normalise(aDelivery("facebook", contentType, request))
                        .events())
                .hasSize(1);
        assertThat(verify(forged, Optional.of(signature), contentType)).isInstanceOf(Verdict.Mismatch.class);
    }

    @Test
    void takesASignedRequestThatComesLateIfItSaysWhenItWasIssued() {
        // Given
        var end = NOW.getEpochSecond() - 1;
        var issued = "{\"user_id\":\"2\",\"algorithm\":\"HMAC-SHA256\",\"issued_at\":" + (end - 3600) + ",\"expires\":"
                + end + "}";
        var atSomeTime = "{\"user_id\":\"2\",\"algorithm\":\"HMAC-SHA256\",\"expires\":" + end + "}";
        // When / Then
        assertThat(verifyForm(signed(issued))).isEqualTo(new Verdict.Valid());
        assertThat(verifyForm(signed(atSomeTime))).isInstanceOf(Verdict.OutOfTime.class);
    }

    @Test
    void takesASignedRequestWithoutAnEnd() {
        assertThat(verifyForm(signed("{\"user_id\":\"2\",\"algorithm\":\"HMAC-SHA256\",\"expires\":0}")))
                .isEqualTo(new Verdict.Valid());
        assertThat(verifyForm(signed("{\"user_id\":\"2\",\"algorithm\":\"HMAC-SHA256\"}")))
                .isEqualTo(new Verdict.Valid());
    }

    @Test
    void refusesASignedRequestOfAnotherAlgorithmOrOfALogin() {
        assertThat(verifyForm(signed("{\"user_id\":\"2\",\"algorithm\":\"none\"}")))
                .isInstanceOf(Verdict.Mismatch.class);
        assertThat(verifyForm(signed("{\"user_id\":\"2\",\"algorithm\":\"HMAC-SHA256\",\"code\":\"c\"}")))
                .isInstanceOf(Verdict.Mismatch.class);
    }

    @Test
    void refusesAFormWithMoreThanItsSignedRequest() {
        var request = signed("{\"user_id\":\"2\",\"algorithm\":\"HMAC-SHA256\"}");
        assertThat(verifyForm(request)).isEqualTo(new Verdict.Valid());
        for (var more : List.of("&", "&x=1", "=", ".", "%3D")) {
            assertThat(verifyForm(request + more)).as(more).isInstanceOf(Verdict.Missing.class);
        }
        assertThat(verifyForm("x=1&" + request)).isInstanceOf(Verdict.Missing.class);
    }

    @Test
    void takesNoWebhookAtTheAddressesForForms() {
        // Given
        var comment = Vectors.FACEBOOK_COMMENT;
        for (var callback : List.of(Callback.DEAUTHORIZE, Callback.DATA_DELETION)) {
            // When
            var elsewhere = new Vector(
                    "",
                    facebook,
                    callback,
                    comment.secret(),
                    comment.body(),
                    comment.signature(),
                    comment.contentType(),
                    comment.receivedAt());
            // Then
            assertThat(elsewhere.verify()).isInstanceOf(Verdict.Missing.class);
        }
    }

    @Test
    void takesADeauthorisationAtTheAddressOfTheWebhooksToo() {
        assertThat(verifyForm(Vectors.FACEBOOK_DEAUTHORISATION.body()))
                .as("its end has passed, and it is believed all the more")
                .isEqualTo(new Verdict.Valid());
        assertThat(verifyForm(signed("{\"user_id\":\"2\",\"algorithm\":\"HMAC-SHA256\"}")))
                .isEqualTo(new Verdict.Valid());
    }

    @Test
    void takesBothOfInstagramsLoginsAtOneAddress() {
        // Given
        var instagram = MetaWebhooks.instagram();
        var credentials = Vector.credentials("secret-of-the-meta-app", "secret-of-the-instagram-app");
        for (var secret : credentials.secrets()) {
            // When
            var body = "{\"object\":\"instagram\",\"entry\":[]}";
            var signature = "sha256=" + HexFormat.of().formatHex(HmacSha256.sign(secret, body.getBytes(UTF_8)));
            var delivery = Vector.of("", instagram, secret.reveal(), body, signature, NOW.toString());
            // Then
            assertThat(instagram.verify(delivery.delivery(delivery.bytes(), delivery.signature()), credentials))
                    .isEqualTo(new Verdict.Valid());
        }
    }

    @Test
    void refusesAFormWithTwoSignedRequests() {
        var request = signed("{\"user_id\":\"2\",\"algorithm\":\"HMAC-SHA256\"}");
        assertThat(verifyForm(request + "&" + request)).isInstanceOf(Verdict.Missing.class);
    }

    private Verdict verify(String body, Optional<String> signature, String contentType) {
        var vector = new Vector("", facebook, Callback.WEBHOOK, Vectors.META_SECRET, body, signature, contentType, NOW);
        return vector.verify();
    }

    private Verdict verifyForm(String form) {
        return verify(form, Optional.empty(), "application/x-www-form-urlencoded");
    }

    private static String signed(String payload) {
        var base64 = Base64.getUrlEncoder().withoutPadding();
        var encoded = base64.encodeToString(payload.getBytes(UTF_8));
        var signature = HmacSha256.sign(Secret.of(Vectors.META_SECRET), encoded.getBytes(UTF_8));
        return "signed_request=" + base64.encodeToString(signature) + "." + encoded;
    }

    private Handshake handshake(String name, String value) {
        var query = new HashMap<>(
                Map.of("hub.mode", "subscribe", "hub.challenge", "1158201444", "hub.verify_token", "the-verify-token"));
        query.put(name, value);
        return facebook.handshake(query, Vector.credentials(Vectors.META_SECRET));
    }
}
