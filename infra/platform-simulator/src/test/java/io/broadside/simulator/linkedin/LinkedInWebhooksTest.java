package io.broadside.simulator.linkedin;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class LinkedInWebhooksTest {
    private static final String SECRET = "li_test_client_secret_ABCDEF";

    @Test
    void answersTheChallenge() {
        assertThat(LinkedInWebhooks.challengeResponse(SECRET, "890e4665-4dfe-4ab1-b689-ed553bceeed0"))
                .isEqualTo("ddc04db9bcebfbba23dee5b16fe797c31e9c59eb8711774f57de1b053cee0cf7");
    }

    @Test
    void signsAPrefixTogetherWithTheRawBytes() {
        // Given
        var body = """
                {"type":"ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS","notifications":[{"notificationId":1001,\
                "organizationalEntity":"urn:li:organization:5550001","action":"COMMENT","sourcePost":\
                "urn:li:share:7300000000000000001","generatedActivity":"urn:li:comment:(urn:li:activity:\
                7300000000000000002,7300000000000000003)","lastModifiedAt":1795169730000,\
                "subscriber":"urn:li:person:AbC123"}]}""".getBytes(StandardCharsets.UTF_8);
        // Then
        assertThat(body).hasSize(375);
        assertThat(LinkedInWebhooks.signature(SECRET, body))
                .isEqualTo("75149ede80c5e9d3c148867e8920443ed9bb97873b2478ba5e0146da05808aca");
    }
}
