package io.broadside.token.health.notice;

import io.broadside.runtime.http.Body;
import io.broadside.runtime.http.Call;
import io.broadside.runtime.http.CallContext;
import io.broadside.runtime.http.Reply;
import io.broadside.runtime.tracing.Trace;
import io.broadside.token.platform.PlatformCalls;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.time.Clock;
import java.util.List;
import java.util.Locale;

/**
 * Posts notices to an address of the operator's, after the Standard Webhooks scheme: the id and the body of a notice are always the
 * same, the time and so the signature are those of the attempt. Redirects are not followed. Only 2xx counts as taken.
 */
final class WebhookChannel implements NoticeChannel {

    private final URI url;
    private final List<WebhookSecret> secrets;
    private final PlatformCalls calls;
    private final Clock clock;

    WebhookChannel(NoticeConfig.Webhook config, PlatformCalls calls, Clock clock) {
        this.url = config.url();
        this.secrets = WebhookSecret.listOf(config.secret());
        this.calls = calls;
        this.clock = clock;
    }

    @Override
    public String name() {
        return "webhook";
    }

    @Override
    public Delivery deliver(Notice notice) {
        var body = body(notice);
        var timestamp = clock.instant().getEpochSecond();
        var call = Call.post("notices", "notices.webhook", url, new Body.Json(body))
                .withHeader("webhook-id", notice.id())
                .withHeader("webhook-timestamp", Long.toString(timestamp))
                .withHeader("webhook-signature", WebhookSecret.sign(secrets, notice.id(), timestamp, body));
        var context = CallContext.forConnection(notice.event().getConnectionId(), Trace.root());
        return switch (calls.call(call, context)) {
            case Reply.Answer answer when answer.isSuccess() -> new Delivery.Delivered();
            case Reply.Answer answer -> new Delivery.Failed("HTTP " + answer.status());
            case Reply.NoAnswer(var cause, var _) -> new Delivery.Failed(cause.name());
        };
    }

    /** Made of the event alone, so that it is the same in every attempt. */
    private static String body(Notice notice) {
        var event = notice.event();
        var data = new JsonObject()
                .put("connectionId", event.getConnectionId())
                .put("profileId", event.getProfileId())
                .put("platform", event.getPlatform());
        event.getReason().ifPresent(reason -> data.put("reason", reason));
        data.put("detail", notice.sentence());
        event.getActBefore().ifPresent(at -> data.put("actBefore", at.toString()));
        return new JsonObject()
                .put("type", "connection." + event.getKind().name().toLowerCase(Locale.ROOT))
                .put("timestamp", event.getAt().toString())
                .put("data", data)
                .encode();
    }
}
