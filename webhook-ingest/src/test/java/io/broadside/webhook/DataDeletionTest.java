package io.broadside.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.broadside.runtime.config.Secret;
import io.broadside.webhook.platform.Callback;
import io.broadside.webhook.platform.Vector;
import io.broadside.webhook.platform.Vectors;
import io.broadside.webhook.platform.meta.MetaWebhooks;
import java.io.IOException;
import java.net.URI;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DataDeletionTest {

    private static final Instant ASKED_AT = Instant.parse("2026-11-18T12:00:00Z");

    private final Endpoint endpoint = endpoint("demo", "the-secret");

    @Test
    void aRequestIsConfirmedWithACodeAndThePageThatKnowsIt() throws IOException {
        // When
        var confirmation = confirmation(endpoint);
        // Then
        var code = confirmation.path("confirmation_code").asText();
        assertThat(code).matches("[0-9a-f]{56}");
        assertThat(confirmation.path("url").asText())
                .isEqualTo("https://hooks.example.org/webhooks/facebook/demo/data-deletion?code=" + code);
        assertThat(at("2026-11-19T00:00:00Z").page(endpoint, code))
                .hasValueSatisfying(page -> assertThat(page)
                        .contains("Your request was received on 18 November 2026.", "In progress.", "17 January 2027"));
        assertThat(at("2027-01-18T00:00:00Z").page(endpoint, code))
                .hasValueSatisfying(page -> assertThat(page).contains("Complete."));
    }

    @Test
    void aCodeThatWasNeverGivenHasNoPage() throws IOException {
        // Given
        var code = confirmation(endpoint).path("confirmation_code").asText();
        var deletion = at("2026-11-19T00:00:00Z");
        // When / Then
        for (var i = 0; i < code.length(); i++) {
            var other = code.substring(0, i) + (code.charAt(i) == '0' ? '1' : '0') + code.substring(i + 1);
            assertThat(deletion.page(endpoint, other)).as(other).isEmpty();
        }
        assertThat(deletion.page(endpoint, "")).isEmpty();
        assertThat(deletion.page(endpoint, code + "0")).isEmpty();
        assertThat(deletion.page(endpoint, "<script>")).isEmpty();
        assertThat(deletion.page(endpoint("another", "the-secret"), code)).isEmpty();
    }

    @Test
    void aCodeIsKnownForAsLongAsItsSecretIs() throws IOException {
        var code = confirmation(endpoint).path("confirmation_code").asText();
        var deletion = at("2026-11-19T00:00:00Z");
        assertThat(deletion.page(endpoint("demo", "the-new-secret", "the-secret"), code))
                .isPresent();
        assertThat(deletion.page(endpoint("demo", "the-new-secret"), code)).isEmpty();
    }

    @Test
    void aCodeMadeWithAKeyOfItsOwnOutlivesTheSecretOfTheApp() throws IOException {
        // Given
        var before = confirmation(endpoint).path("confirmation_code").asText();
        var key = Optional.of(Secret.of("the-key-of-codes"));
        var code = confirmation(endpoint, key).path("confirmation_code").asText();
        // When
        var deletion = at("2026-11-19T00:00:00Z", key);
        // Then
        assertThat(deletion.page(endpoint("demo", "the-new-secret"), code)).isPresent();
        assertThat(deletion.page(endpoint, before)).isPresent();
        assertThat(at("2026-11-19T00:00:00Z").page(endpoint, code)).isEmpty();
    }

    private JsonNode confirmation(Endpoint to) throws IOException {
        return confirmation(to, Optional.empty());
    }

    private JsonNode confirmation(Endpoint to, Optional<Secret> key) throws IOException {
        var vector = Vectors.FACEBOOK_DATA_DELETION;
        return new ObjectMapper()
                .readTree(at("2026-11-18T12:00:01Z", key)
                        .confirmation(to, vector.receivedAt(ASKED_AT).delivery(vector.bytes(), vector.signature())));
    }

    private static DataDeletion at(String now) {
        return at(now, Optional.empty());
    }

    private static DataDeletion at(String now, Optional<Secret> key) {
        return new DataDeletion(
                URI.create("https://hooks.example.org"), key, Clock.fixed(Instant.parse(now), ZoneOffset.UTC));
    }

    private static Endpoint endpoint(String app, String... secrets) {
        var configured = new WebhookApp("facebook", app, Vector.credentials(secrets));
        return new Endpoint(
                configured, MetaWebhooks.facebook(), Callback.DATA_DELETION, Keyring.of(List.of(configured)));
    }
}
