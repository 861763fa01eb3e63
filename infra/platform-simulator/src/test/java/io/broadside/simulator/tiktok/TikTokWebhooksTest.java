package io.broadside.simulator.tiktok;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class TikTokWebhooksTest {
    private static final String SECRET = "tt_test_client_secret_987654";

    @Test
    void signsAPostThatIsOut() {
        // Given
        var event = """
                {"client_key":"awtestclientkey01","event":"post.publish.complete","create_time":1795169725,\
                "user_openid":"_000abcDEFtestOpenId","content":"{\\"publish_id\\":\\"v_pub_file~v2-1.700000000000000001\\",\
                \\"publish_type\\":\\"DIRECT_PUBLISH\\"}"}""";
        // When
        var bytes = event.getBytes(StandardCharsets.UTF_8);
        // Then
        assertThat(bytes).hasSize(232);
        assertThat(TikTokWebhooks.signature(SECRET, 1_795_169_730, bytes))
                .isEqualTo("t=1795169730,s=aacb3c33f163f921011e448739f852857bc0838151c42a2f627ced0e70992f54");
    }

    @Test
    void signsARevocation() {
        // Given
        var event = """
                {"client_key":"awtestclientkey01","event":"authorization.removed","create_time":1795169800,\
                "user_openid":"_000abcDEFtestOpenId","content":"{\\"reason\\": 1 }"}""";
        // When
        var bytes = event.getBytes(StandardCharsets.UTF_8);
        // Then
        assertThat(bytes).hasSize(157);
        assertThat(TikTokWebhooks.signature(SECRET, 1_795_169_801, bytes))
                .isEqualTo("t=1795169801,s=e88768b262a3afe1ffe8b9fcc53af1d0f3eb01718dbc2bba0f73f8e2408636ac");
    }

    @Test
    void challengesInHexadecimalDigits() {
        assertThat(TikTokOAuth.hexSha256("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"))
                .isEqualTo("13d31e961a1ad8ec2f16b10c4c982e0876a878ad6df144566ee1894acb70f9c3");
    }
}
