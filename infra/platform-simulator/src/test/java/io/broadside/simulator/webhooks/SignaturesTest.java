package io.broadside.simulator.webhooks;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.broadside.simulator.http.Json;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class SignaturesTest {
    private static final String META_SECRET = "example-app-secret";
    private static final String X_SECRET = "x_test_consumer_secret_0123456789";

    @Test
    void signsTheEscapedBytesAsMetaDoes() {
        // Given
        var json = (ObjectNode) Json.parse("""
                                {"object":"page","entry":[{"id":"1000000001","time":1795000000,"changes":[{"field":"feed",\
                                "value":{"item":"comment","verb":"add","message":"café 😀"}}]}]}""").orElseThrow();
        // When
        var body = Payloads.escaped(json);
        // Then
        assertThat(body).hasSize(169);
        assertThat(new String(body, StandardCharsets.US_ASCII)).contains("caf\\u00e9 \\ud83d\\ude00");
        assertThat(Signatures.facebook(META_SECRET, body))
                .isEqualTo("sha256=b6f2bf025794d236bf2658107bd19f68053ead65882e4ccbebed187c666dfc82");
    }

    @Test
    void signsARequestOfDeauthorizationOverItsEncodedPayload() {
        // Given
        var payload = """
                {"user_id":"2000000002","algorithm":"HMAC-SHA256","issued_at":1795000000,"expires":1795003600}""";
        // When
        var signed = Signatures.signedRequest(META_SECRET, payload.getBytes(StandardCharsets.UTF_8));
        // Then
        assertThat(signed)
                .isEqualTo(
                        "F-zC-lATPuVhthm5akfm0owSvJ-hgN0ZNzB3itGdY4A.eyJ1c2VyX2lkIjoiMjAwMDAwMDAwMiIsImFsZ29yaXRobSI6"
                                + "IkhNQUMtU0hBMjU2IiwiaXNzdWVkX2F0IjoxNzk1MDAwMDAwLCJleHBpcmVzIjoxNzk1MDAzNjAwfQ");
    }

    @Test
    void answersTheChallengeOfX() {
        assertThat(Signatures.x(X_SECRET, "crc-7f3a2b10-demo".getBytes(StandardCharsets.UTF_8)))
                .isEqualTo("sha256=lPT8QLpYgauY3X20GAmkvptWXM7z9vRVX6HGtREoFWQ=");
    }

    @Test
    void signsAnEventOfXOverItsRawBytes() {
        // Given
        var event = """
                {"data":{"event_uuid":"2080761390344937796","filter":{"user_id":"1111111111111111111"},\
                "event_type":"post.create","tag":"acct-42","payload":{"id":"2080761390344937001",\
                "author_id":"1111111111111111111","created_at":"2026-11-20T10:15:30.000Z","text":"hello é"}}}""";
        // When
        var bytes = event.getBytes(StandardCharsets.UTF_8);
        // Then
        assertThat(bytes).hasSize(262);
        assertThat(Signatures.x(X_SECRET, bytes)).isEqualTo("sha256=MDUUFwJJkt6qXIeD1iYzSWdELp1UGBwWc1ytVEUeKGA=");
    }

    @Test
    void signsARevocationOfX() {
        // Given
        var event = """
                {"data":{"event_uuid":"5934540941047412905","filter":{},"event_type":"oauth.revoke","payload":\
                {"date_time":"2026-11-20T10:20:00+00:00","user_id":"1111111111111111111","app_id":"29820954"}}}""";
        // Then
        assertThat(Signatures.x(X_SECRET, event.getBytes(StandardCharsets.UTF_8)))
                .isEqualTo("sha256=ANrs4nBsv4JBGYy8cwE4gV8R/6Mdrl3hwNLduLPVANQ=");
    }
}
