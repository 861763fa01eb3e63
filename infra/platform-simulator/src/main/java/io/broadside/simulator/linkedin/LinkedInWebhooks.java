package io.broadside.simulator.linkedin;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.broadside.simulator.http.Json;
import io.broadside.simulator.http.Outbound;
import io.broadside.simulator.platform.App;
import io.broadside.simulator.webhooks.Delivery;
import io.broadside.simulator.webhooks.Signatures;
import io.broadside.simulator.webhooks.WebhookDialect;
import io.vertx.core.buffer.Buffer;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Clock;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Notifications of what happens to the posts of organizations. LinkedIn tells nobody that a post is out, or that a member
 * removed the application.
 *
 * <p>https://learn.microsoft.com/en-us/linkedin/shared/api-guide/webhook-validation,
 * https://learn.microsoft.com/en-us/linkedin/marketing/community-management/organizations/organization-social-action-notifications
 */
final class LinkedInWebhooks implements WebhookDialect {
    /** Belongs to the bytes that are signed, not to the header. */
    private static final String PREFIX = "hmacsha256=";

    private static final String SOMEBODY = "urn:li:person:SimSomebody";

    private final Clock clock;
    private final App app;

    LinkedInWebhooks(Clock clock, App app) {
        this.clock = clock;
        this.app = app;
    }

    @Override
    public String secret() {
        return app.webhookSecret();
    }

    /** The receiver must sign a code. */
    @Override
    public Optional<Challenge> challenge(URI callback) {
        var code = UUID.randomUUID().toString();
        var uri = URI.create(callback + (callback.getRawQuery() == null ? "?" : "&") + "challengeCode=" + code
                + "&applicationId=" + app.clientId());
        return Optional.of(new Challenge(uri, answer -> judge(answer, code)));
    }

    private String judge(Outbound.Answer answer, String code) {
        var json = Json.parse(answer.body().getBytes());
        var repeated = json.map(it -> it.path("challengeCode").asText()).orElse("");
        var given = json.map(it -> it.path("challengeResponse").asText()).orElse("");
        var isEqual = MessageDigest.isEqual(
                given.getBytes(StandardCharsets.UTF_8),
                challengeResponse(secret(), code).getBytes(StandardCharsets.UTF_8));
        if (answer.status() != 200) {
            return "Validation failed: status 200 expected";
        }
        return repeated.equals(code) && isEqual
                ? ""
                : "Validation failed: challengeCode, and its HMAC as challengeResponse, expected";
    }

    static String challengeResponse(String secret, String code) {
        return Signatures.hex(secret, code.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public Message message(Delivery delivery, String secret) {
        var body = Json.bytes(notification(delivery));
        return Message.signed(body, "application/json", "X-LI-Signature", signature(secret, body));
    }

    /** Over a prefix and the bytes; in hexadecimal digits and nothing else. */
    static String signature(String secret, byte[] bytes) {
        var signed = Buffer.buffer(PREFIX).appendBytes(bytes).getBytes();
        return Signatures.hex(secret, signed);
    }

    private ObjectNode notification(Delivery delivery) {
        var action = switch (delivery.kind()) {
            case COMMENT -> "COMMENT";
            case POST, DELETED, REVOKED ->
                throw new IllegalArgumentException("kind: comment needed, LinkedIn tells nobody of "
                        + delivery.kind().id());
        };
        var post = delivery.postId().orElseGet(() -> "urn:li:share:73" + number() + number().substring(3));
        var activity = "urn:li:comment:(" + post + ",73" + number() + number().substring(3) + ")";
        var body = Json.object().put("type", "ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS");
        var notification = body.putArray("notifications").addObject();
        notification.put("notificationId", ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE));
        notification.put("organizationalEntity", Urn.organization(delivery.accountId()));
        notification.put("action", action);
        notification.put("sourcePost", post);
        notification.put("generatedActivity", activity);
        notification
                .putObject("decoratedGeneratedActivity")
                .putObject("comment")
                .put("owner", SOMEBODY)
                .put("text", delivery.text());
        notification.put("lastModifiedAt", clock.millis());
        notification.put("subscriber", SOMEBODY);
        return body;
    }

    private static String number() {
        return Long.toString(ThreadLocalRandom.current().nextLong(1_230_000_000L, 9_000_000_000L));
    }
}
