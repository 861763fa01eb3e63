package io.broadside.simulator.graph;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.broadside.simulator.http.Json;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class GraphWebhooksTest {
    private static final String SECRET = "example-app-secret";

    @Test
    void signsTheEscapedBytesAsMetaDoes() {
        // Given
        var json = (ObjectNode) Json.parse("""
                                {"object":"page","entry":[{"id":"1000000001","time":1795000000,"changes":[{"field":"feed",\
                                "value":{"item":"comment","verb":"add","message":"café 😀"}}]}]}""").orElseThrow();
        // When
        var message = GraphWebhooks.event(json, SECRET);
        // Then
        assertThat(message.body()).hasSize(169);
        assertThat(new String(message.body(), StandardCharsets.US_ASCII)).contains("caf\\u00e9 \\ud83d\\ude00");
        assertThat(message.headers())
                .containsEntry(
                        "X-Hub-Signature-256",
                        "sha256=b6f2bf025794d236bf2658107bd19f68053ead65882e4ccbebed187c666dfc82");
    }
}
