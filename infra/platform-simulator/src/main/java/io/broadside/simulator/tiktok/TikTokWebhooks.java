package io.broadside.simulator.tiktok;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.broadside.simulator.http.Json;
import io.broadside.simulator.platform.App;
import io.broadside.simulator.tiktok.TikTokChange.Flow;
import io.broadside.simulator.webhooks.Delivery;
import io.broadside.simulator.webhooks.Signatures;
import io.broadside.simulator.webhooks.WebhookDialect;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Optional;

/**
 * Events of TikTok: https://developers.tiktok.com/doc/webhooks-overview. The content of an event is JSON as a text.
 *
 * <p>POST tells that a post went through; with the id of a post instead of a publish id, that it is public now. DELETED tells
 * that it no longer is. Comments TikTok tells to nobody.
 */
final class TikTokWebhooks implements WebhookDialect {
    private static final String INVENTED = "v_pub_file~v2-1.7300000000000000000";
    private static final int DISCONNECTED_BY_USER = 1;

    private final Clock clock;
    private final TikTokState state;
    private final App app;

    TikTokWebhooks(Clock clock, TikTokState state, App app) {
        this.clock = clock;
        this.state = state;
        this.app = app;
    }

    @Override
    public String secret() {
        return app.webhookSecret();
    }

    /** TikTok asks nothing: the address is written into its portal. */
    @Override
    public Optional<Challenge> challenge(URI callback) {
        return Optional.empty();
    }

    @Override
    public Message message(Delivery delivery, String secret) {
        var body = Json.bytes(event(delivery));
        return Message.signed(
                body,
                "application/json",
                "TikTok-Signature",
                signature(secret, clock.instant().getEpochSecond(), body));
    }

    /** https://developers.tiktok.com/doc/webhooks-verification */
    static String signature(String secret, long seconds, byte[] body) {
        var prefix = (seconds + ".").getBytes(StandardCharsets.US_ASCII);
        var signed = new byte[prefix.length + body.length];
        System.arraycopy(prefix, 0, signed, 0, prefix.length);
        System.arraycopy(body, 0, signed, prefix.length, body.length);
        return "t=" + seconds + ",s=" + Signatures.hex(secret, signed);
    }

    private ObjectNode event(Delivery delivery) {
        var about = delivery.postId().orElse(INVENTED);
        var isPost = about.matches("[0-9]+");
        return switch (delivery.kind()) {
            case POST ->
                event(
                        delivery,
                        isPost ? "post.publish.publicly_available" : "post.publish.complete",
                        ofPost(about, isPost));
            case DELETED -> event(delivery, "post.publish.no_longer_publicaly_available", ofPost(about, isPost));
            case REVOKED ->
                event(delivery, "authorization.removed", Json.object().put("reason", DISCONNECTED_BY_USER));
            case COMMENT -> throw new IllegalArgumentException("kind: TikTok tells nobody about comments");
        };
    }

    private ObjectNode ofPost(String about, boolean isPost) {
        var share = isPost ? state.byPostId(about) : state.share(about);
        var flow = share.map(progress -> progress.share().flow()).orElse(Flow.UPLOAD);
        var content = Json.object()
                .put(
                        "publish_id",
                        share.map(progress -> progress.share().publishId()).orElse(isPost ? INVENTED : about));
        if (isPost) {
            content.put("post_id", about);
        }
        return content.put("publish_type", flow.isDraft() ? "INBOX_SHARE" : "DIRECT_PUBLISH");
    }

    private ObjectNode event(Delivery delivery, String name, ObjectNode content) {
        return Json.object()
                .put("client_key", app.clientId())
                .put("event", name)
                .put("create_time", clock.instant().getEpochSecond())
                .put("user_openid", delivery.accountId())
                .put("content", content.toString());
    }
}
