package io.broadside.simulator.webhooks;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class SignaturesTest {
    @Test
    void signsARequestOfDeauthorizationOverItsEncodedPayload() {
        // Given
        var payload = """
                {"user_id":"2000000002","algorithm":"HMAC-SHA256","issued_at":1795000000,"expires":1795003600}""";
        // When
        var signed = Signatures.signedRequest("example-app-secret", payload.getBytes(StandardCharsets.UTF_8));
        // Then
        assertThat(signed)
                .isEqualTo(
                        "F-zC-lATPuVhthm5akfm0owSvJ-hgN0ZNzB3itGdY4A.eyJ1c2VyX2lkIjoiMjAwMDAwMDAwMiIsImFsZ29yaXRobSI6"
                                + "IkhNQUMtU0hBMjU2IiwiaXNzdWVkX2F0IjoxNzk1MDAwMDAwLCJleHBpcmVzIjoxNzk1MDAzNjAwfQ");
    }
}
