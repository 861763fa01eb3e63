package io.broadside.webhook.platform.linkedin;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.runtime.config.Secret;
import io.broadside.webhook.platform.Handshake;
import io.broadside.webhook.platform.HmacSha256;
import io.broadside.webhook.platform.RawBody;
import io.broadside.webhook.platform.Vector;
import io.broadside.webhook.platform.Vectors;
import io.broadside.webhook.platform.Verdict;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LinkedInWebhooksTest {

    private static final Vector COMMENT = Vectors.LINKEDIN_COMMENT;

    private final LinkedInWebhooks linkedIn = new LinkedInWebhooks();

    @Test
    void answersAChallengeWithTheCodeAndTheCodeSigned() {
        assertThat(challenge("890e4665-4dfe-4ab1-b689-ed553bceeed0"))
                .isEqualTo(new Handshake.Answer(
                        "application/json",
                        "{\"challengeCode\":\"890e4665-4dfe-4ab1-b689-ed553bceeed0\",\"challengeResponse\":"
                                + "\"ddc04db9bcebfbba23dee5b16fe797c31e9c59eb8711774f57de1b053cee0cf7\"}"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a\"b", "<script>", "hmacsha256={}", "a, b", "ü", "a b", "a=b"})
    void signsNothingForAStrangerThatCouldBeADeliveryOrMarkup(String code) {
        assertThat(challenge(code)).isInstanceOf(Handshake.Refused.class);
    }

    @Test
    void refusesASignatureOfTheBodyWithoutThePrefix() {
        // Given
        var withoutPrefix =
                HexFormat.of().formatHex(HmacSha256.sign(Secret.of(Vectors.LINKEDIN_SECRET), COMMENT.bytes()));
        // When / Then
        assertThat(COMMENT.bytes()).hasSize(375);
        assertThat(withoutPrefix).isEqualTo("0be100e8a91422745c38b8c928b3c0c4868bfbb40836f4a7d070ffcc5940440b");
        assertThat(COMMENT.verify(COMMENT.bytes(), Optional.of(withoutPrefix), Vectors.LINKEDIN_SECRET))
                .isInstanceOf(Verdict.Mismatch.class);
    }

    @Test
    void takesTheSignatureWithThePrefixBeforeItOnce() {
        var signature = COMMENT.signature().orElseThrow();
        assertThat(COMMENT.verify(COMMENT.bytes(), Optional.of("hmacsha256=" + signature), Vectors.LINKEDIN_SECRET))
                .isEqualTo(new Verdict.Valid());
        assertThat(COMMENT.verify(
                        COMMENT.bytes(), Optional.of("hmacsha256=hmacsha256=" + signature), Vectors.LINKEDIN_SECRET))
                .isInstanceOf(Verdict.Mismatch.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "hmacsha256=75149EDE80C5E9D3C148867E8920443ED9BB97873B2478BA5E0146DA05808ACA",
                "HMACSHA256=75149EDE80C5E9D3C148867E8920443ED9BB97873B2478BA5E0146DA05808ACA",
                "HmacSHA256=75149ede80c5e9d3c148867e8920443ed9bb97873b2478ba5e0146da05808aca"
            })
    void takesThePrefixAndTheSignatureInSmallLettersOrInCapitals(String header) {
        assertThat(COMMENT.verify(COMMENT.bytes(), Optional.of(header), Vectors.LINKEDIN_SECRET))
                .isEqualTo(new Verdict.Valid());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "75149Ede80c5e9d3c148867e8920443ed9bb97873b2478ba5e0146da05808aca",
                "75149eDE80C5E9D3C148867E8920443ED9BB97873B2478BA5E0146DA05808ACA",
                "75149EDE80C5E9D3C148867E8920443Ed9bb97873b2478ba5e0146da05808aca"
            })
    void refusesASignatureOfSmallLettersAndCapitals(String header) {
        assertThat(COMMENT.verify(COMMENT.bytes(), Optional.of(header), Vectors.LINKEDIN_SECRET))
                .isInstanceOf(Verdict.Mismatch.class);
    }

    @Test
    void ofWhatIsStoredOnlyIdsAreLeftAndTheSameIsTold() {
        // Given
        var body = COMMENT.body()
                .replace(
                        "\"subscriber\"",
                        "\"decoratedSourcePost\":{\"owner\":\"urn:li:person:Ada\",\"text\":\"so private\"},"
                                + "\"decoratedGeneratedActivity\":{\"comment\":{\"owner\":\"urn:li:person:Ada\"}},\"subscriber\"");
        var delivery = COMMENT.delivery(body.getBytes(UTF_8), COMMENT.signature());
        // When
        var kept = linkedIn.kept(delivery);
        // Then
        assertThat(new String(RawBody.of(kept), UTF_8)).doesNotContain("so private", "Ada", "decorated");
        assertThat(linkedIn.normalise(kept)).isEqualTo(linkedIn.normalise(delivery));
        assertThat(kept.getHeaders()).isEqualTo(delivery.getHeaders());
        assertThat(new String(RawBody.of(delivery), UTF_8)).isEqualTo(body);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"notifications\":[{\"notificationId\":1}]}",
                "{\"notifications\":{\"decorated\":7}}",
                "{\"notifications\":[7]}",
                "{\"leadGenFormResponse\":\"a\"}",
                "[]",
                "<html>",
                ""
            })
    void whatHoldsNoneOfItIsStoredAsItCame(String body) {
        var delivery = COMMENT.delivery(body.getBytes(UTF_8), COMMENT.signature());
        assertThat(linkedIn.kept(delivery)).isSameAs(delivery);
    }

    @Test
    void anAnswerToAChallengeIsNoSignatureOfADelivery() {
        // Given: what anybody can have signed
        var code = "890e4665-4dfe-4ab1-b689-ed553bceeed0";
        var answer = Optional.of("ddc04db9bcebfbba23dee5b16fe797c31e9c59eb8711774f57de1b053cee0cf7");
        // When / Then
        assertThat(COMMENT.verify(code.getBytes(UTF_8), answer, Vectors.LINKEDIN_SECRET))
                .isInstanceOf(Verdict.Mismatch.class);
    }

    private Handshake challenge(String code) {
        return linkedIn.handshake(Map.of("challengeCode", code), Vector.credentials(Vectors.LINKEDIN_SECRET));
    }
}
