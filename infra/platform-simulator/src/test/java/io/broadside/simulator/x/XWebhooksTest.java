package io.broadside.simulator.x;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class XWebhooksTest {
    private static final String SECRET = "x_test_consumer_secret_0123456789";

    @Test
    void answersTheChallengeOfX() {
        assertThat(XWebhooks.signature(SECRET, "crc-7f3a2b10-demo".getBytes(StandardCharsets.UTF_8)))
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
        assertThat(XWebhooks.signature(SECRET, bytes)).isEqualTo("sha256=MDUUFwJJkt6qXIeD1iYzSWdELp1UGBwWc1ytVEUeKGA=");
    }

    @Test
    void signsARevocationOfX() {
        // Given
        var event = """
                {"data":{"event_uuid":"5934540941047412905","filter":{},"event_type":"oauth.revoke","payload":\
                {"date_time":"2026-11-20T10:20:00+00:00","user_id":"1111111111111111111","app_id":"29820954"}}}""";
        // Then
        assertThat(XWebhooks.signature(SECRET, event.getBytes(StandardCharsets.UTF_8)))
                .isEqualTo("sha256=ANrs4nBsv4JBGYy8cwE4gV8R/6Mdrl3hwNLduLPVANQ=");
    }
}
