package io.broadside.runtime.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.broadside.runtime.config.Secret;
import io.broadside.runtime.http.Reply.Answer;
import io.broadside.runtime.tracing.Trace;
import java.math.BigInteger;
import java.net.URI;
import java.security.AlgorithmParameters;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class DpopCallsTest {

    private static final Instant NOW = Instant.parse("2026-11-20T10:15:30Z");
    private static final URI ADDRESS = URI.create("https://pds.example/xrpc/method?repo=did");
    private static final Secret TOKEN = Secret.of("at1");
    private static final CallContext CONTEXT = CallContext.forApp(Trace.root());
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final Queue<Reply> replies = new ArrayDeque<>();
    private final List<Call> made = new ArrayList<>();
    private final DpopCalls calls = new DpopCalls(
            (call, _) -> {
                made.add(call);
                return replies.remove();
            },
            Clock.fixed(NOW, ZoneOffset.UTC));

    /** Several times: coordinates that begin with a zero come about once in a hundred keys. */
    @RepeatedTest(20)
    void aProofIsSignedForTheCallAndTheToken() throws Exception {
        // Given
        var key = DpopKey.of(DpopKey.generate().toJwk()).orElseThrow();
        replies.add(answer(200, Map.of(), "{}"));
        // When
        calls.call(Call.get("p", "e", ADDRESS), key, Optional.of(TOKEN), CONTEXT);
        // Then
        var proof = proof(0);
        var header = part(proof, 0);
        assertThat(header.path("typ").asText()).isEqualTo("dpop+jwt");
        assertThat(header.path("alg").asText()).isEqualTo("ES256");
        assertThat(header.path("jwk").has("d")).as("private part").isFalse();
        var claims = part(proof, 1);
        assertThat(claims.path("htm").asText()).isEqualTo("GET");
        assertThat(claims.path("htu").asText()).isEqualTo("https://pds.example/xrpc/method");
        assertThat(claims.path("iat").asLong()).isEqualTo(NOW.getEpochSecond());
        assertThat(claims.path("jti").asText()).isNotEmpty();
        assertThat(claims.path("ath").asText())
                .isEqualTo(Base64.getUrlEncoder()
                        .withoutPadding()
                        .encodeToString(MessageDigest.getInstance("SHA-256").digest("at1".getBytes(UTF_8))));
        assertThat(isSigned(proof, header.path("jwk"))).isTrue();
        assertThat(made.getFirst().headers()).containsEntry("authorization", "DPoP at1");
    }

    @Test
    void whatAServerWantsInTheProofIsPutInAndKeptForTheNextCall() throws Exception {
        // Given
        var key = DpopKey.generate();
        replies.add(answer(401, Map.of("dpop-nonce", "n1"), "{\"error\":\"use_dpop_nonce\"}"));
        replies.add(answer(200, Map.of("dpop-nonce", "n2"), "{}"));
        replies.add(answer(200, Map.of(), "{}"));
        // When
        var first = calls.call(Call.get("p", "e", ADDRESS), key, Optional.of(TOKEN), CONTEXT);
        calls.call(Call.get("p", "e", ADDRESS), key, Optional.of(TOKEN), CONTEXT);
        // Then
        assertThat(first)
                .isInstanceOfSatisfying(
                        Answer.class, it -> assertThat(it.status()).isEqualTo(200));
        assertThat(made).hasSize(3);
        assertThat(part(proof(0), 1).has("nonce")).isFalse();
        assertThat(part(proof(1), 1).path("nonce").asText()).isEqualTo("n1");
        assertThat(part(proof(2), 1).path("nonce").asText()).isEqualTo("n2");
    }

    @Test
    void aCallIsMadeTwiceAtMost() {
        // Given
        for (var i = 0; i < 2; i++) {
            replies.add(answer(400, Map.of("dpop-nonce", "n" + i), "{\"error\":\"use_dpop_nonce\"}"));
        }
        // When
        var reply = calls.call(Call.get("p", "e", ADDRESS), DpopKey.generate(), Optional.empty(), CONTEXT);
        // Then
        assertThat(DpopCalls.isChallenge(reply)).isTrue();
        assertThat(made).hasSize(2);
    }

    @Test
    void aBodyThatIsGoneIsNotSentAgain() {
        // Given
        replies.add(answer(401, Map.of("dpop-nonce", "n1"), "{\"error\":\"use_dpop_nonce\"}"));
        var body = new Body.Streamed("image/png", 1, Optional::empty);
        // When
        calls.call(Call.post("p", "e", ADDRESS, body), DpopKey.generate(), Optional.of(TOKEN), CONTEXT);
        // Then
        assertThat(made).hasSize(1);
    }

    @Test
    void anotherRefusalIsNoChallenge() {
        assertThat(DpopCalls.isChallenge(answer(401, Map.of("dpop-nonce", "n1"), "{\"error\":\"invalid_token\"}")))
                .isFalse();
        assertThat(DpopCalls.isChallenge(answer(401, Map.of("dpop-nonce", "n1"), "<html>")))
                .isFalse();
        assertThat(DpopCalls.isChallenge(answer(401, Map.of(), "{\"error\":\"use_dpop_nonce\"}")))
                .isFalse();
    }

    @Test
    void aKeyShowsItselfToNobody() {
        var key = DpopKey.generate();
        assertThat(key.toString()).doesNotContain(key.toJwk().path("d").asText());
    }

    private String proof(int call) {
        return Optional.ofNullable(made.get(call).headers().get("dpop")).orElseThrow();
    }

    private static Answer answer(int status, Map<String, String> headers, String body) {
        return new Answer(status, headers, body);
    }

    private static JsonNode part(String jwt, int index) throws Exception {
        return JSON.readTree(Base64.getUrlDecoder().decode(jwt.split("\\.", -1)[index]));
    }

    private static boolean isSigned(String jwt, JsonNode jwk) throws Exception {
        var curve = AlgorithmParameters.getInstance("EC");
        curve.init(new ECGenParameterSpec("secp256r1"));
        var point = new ECPoint(number(jwk, "x"), number(jwk, "y"));
        var key = KeyFactory.getInstance("EC")
                .generatePublic(new ECPublicKeySpec(point, curve.getParameterSpec(ECParameterSpec.class)));
        var signature = Signature.getInstance("SHA256withECDSAinP1363Format");
        signature.initVerify(key);
        signature.update(jwt.substring(0, jwt.lastIndexOf('.')).getBytes(UTF_8));
        return signature.verify(Base64.getUrlDecoder().decode(jwt.substring(jwt.lastIndexOf('.') + 1)));
    }

    private static BigInteger number(JsonNode jwk, String name) {
        return new BigInteger(1, Base64.getUrlDecoder().decode(jwk.path(name).asText()));
    }
}
