package io.broadside.simulator.x;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.broadside.simulator.http.Json;
import io.broadside.simulator.http.Outbound;
import io.broadside.simulator.platform.App;
import io.broadside.simulator.webhooks.Delivery;
import io.broadside.simulator.webhooks.Signatures;
import io.broadside.simulator.webhooks.WebhookDialect;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Clock;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

/** Events of the Activity API: https://docs.x.com/x-api/webhooks/introduction, https://docs.x.com/x-api/activity/introduction */
final class XWebhooks implements WebhookDialect {
    private static final String SOMEBODY = "3000000001";

    private final Clock clock;
    private final App app;

    XWebhooks(Clock clock, App app) {
        this.clock = clock;
        this.app = app;
    }

    @Override
    public String secret() {
        return app.webhookSecret();
    }

    /** The CRC: the receiver must sign a token. */
    @Override
    public Optional<Challenge> challenge(URI callback) {
        var token = "crc-" + UUID.randomUUID();
        var expected = signature(secret(), token.getBytes(StandardCharsets.UTF_8));
        var uri = URI.create(callback + (callback.getRawQuery() == null ? "?" : "&") + "crc_token=" + token);
        return Optional.of(new Challenge(uri, answer -> judge(answer, expected)));
    }

    private static String judge(Outbound.Answer answer, String expected) {
        var given = Json.parse(answer.body().getBytes())
                .map(json -> json.path("response_token"))
                .map(JsonNode::asText)
                .orElse("");
        var isEqual = MessageDigest.isEqual(
                given.getBytes(StandardCharsets.UTF_8), expected.getBytes(StandardCharsets.UTF_8));
        return answer.status() != 200
                ? "CrcValidationFailed: status 200 expected"
                : isEqual ? "" : "CrcValidationFailed: response_token is not the HMAC of crc_token";
    }

    @Override
    public Message message(Delivery delivery, String secret) {
        var body = Json.bytes(event(delivery));
        return Message.signed(body, "application/json", "x-twitter-webhooks-signature", signature(secret, body));
    }

    /** https://docs.x.com/x-api/webhooks/quickstart */
    static String signature(String secret, byte[] bytes) {
        return "sha256=" + Signatures.base64(secret, bytes);
    }

    private ObjectNode event(Delivery delivery) {
        var user = delivery.accountId();
        var now = clock.instant().toString();
        var postId = delivery.postId().orElseGet(() -> "20807" + number() + number().substring(6));
        var body = Json.object();
        var data = body.putObject("data");
        data.put("event_uuid", Long.toString(UUID.randomUUID().getMostSignificantBits()));
        var filter = data.putObject("filter");
        if (delivery.kind() != Delivery.Kind.REVOKED) {
            filter.put("user_id", user);
        }
        data.put(
                "event_type",
                switch (delivery.kind()) {
                    case COMMENT -> "post.reply.create";
                    case POST -> "post.create";
                    case DELETED -> "post.delete";
                    case REVOKED -> "oauth.revoke";
                });
        var payload = data.putObject("payload");
        switch (delivery.kind()) {
            case COMMENT ->
                payload.put("id", postId)
                        .put("author_id", SOMEBODY)
                        .put("created_at", now)
                        .put("text", delivery.text());
            case POST ->
                payload.put("id", postId)
                        .put("author_id", user)
                        .put("created_at", now)
                        .put("text", delivery.text());
            case DELETED -> payload.put("id", postId).put("author_id", user);
            case REVOKED -> payload.put("date_time", now).put("user_id", user).put("app_id", app.clientId());
        }
        return body;
    }

    private static String number() {
        return Long.toString(ThreadLocalRandom.current().nextLong(1_230_000_000L, 9_000_000_000L));
    }
}
