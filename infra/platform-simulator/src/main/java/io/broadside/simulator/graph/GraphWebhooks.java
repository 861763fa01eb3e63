package io.broadside.simulator.graph;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.broadside.simulator.http.Json;
import io.broadside.simulator.platform.App;
import io.broadside.simulator.webhooks.Signatures;
import io.broadside.simulator.webhooks.WebhookDialect.Challenge;
import io.broadside.simulator.webhooks.WebhookDialect.Message;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/**
 * How the networks of Meta ask, write and sign.
 *
 * <p>https://developers.facebook.com/docs/graph-api/webhooks/getting-started
 */
public final class GraphWebhooks {
    private GraphWebhooks() {}

    /** The receiver must echo a number, bare. */
    public static Optional<Challenge> challenge(App app, URI callback) {
        var challenge = Integer.toString(ThreadLocalRandom.current().nextInt(100_000_000, 2_000_000_000));
        var query = "hub.mode=subscribe&hub.challenge=" + challenge + "&hub.verify_token="
                + URLEncoder.encode(app.verifyToken(), StandardCharsets.UTF_8);
        var uri = URI.create(callback + (callback.getRawQuery() == null ? "?" : "&") + query);
        return Optional.of(new Challenge(uri, answer -> {
            var isEchoed = answer.body().toString(StandardCharsets.UTF_8).equals(challenge);
            return answer.status() != 200
                    ? "status 200 expected"
                    : isEchoed ? "" : "the body must be the bare hub.challenge";
        }));
    }

    /** Signed with {@code X-Hub-Signature-256}. */
    public static Message event(ObjectNode json, String secret) {
        var body = escaped(json);
        return Message.signed(
                body, "application/json", "X-Hub-Signature-256", "sha256=" + Signatures.hex(secret, body));
    }

    /** The person removed the application: https://developers.facebook.com/docs/facebook-login/guides/advanced/deauthorize-callback */
    public static Message deauthorization(String userId, Instant now, String secret) {
        var payload = Json.object()
                .put("user_id", userId)
                .put("algorithm", "HMAC-SHA256")
                .put("issued_at", now.getEpochSecond());
        var form = "signed_request=" + Signatures.signedRequest(secret, Json.bytes(payload));
        return Message.of(form.getBytes(StandardCharsets.US_ASCII), "application/x-www-form-urlencoded");
    }

    /** As Meta writes JSON: only ASCII, with lower-case escapes, and slashes escaped too. */
    static byte[] escaped(ObjectNode json) {
        var text = json.toString();
        var escaped = new StringBuilder(text.length() + 16);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '/') {
                escaped.append("\\/");
            } else if (c < 0x80) {
                escaped.append(c);
            } else {
                escaped.append(String.format("\\u%04x", (int) c));
            }
        }
        return escaped.toString().getBytes(StandardCharsets.US_ASCII);
    }
}
