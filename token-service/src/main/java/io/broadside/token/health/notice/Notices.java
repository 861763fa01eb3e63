package io.broadside.token.health.notice;

import io.broadside.runtime.health.Checked;
import io.broadside.runtime.kafka.KafkaClients;
import io.broadside.runtime.service.Closing;
import io.broadside.token.KnownConnections;
import io.broadside.token.platform.PlatformCalls;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;

/** The channels that are set up, each at work on its own. */
public final class Notices implements AutoCloseable {

    private final Closing parts = new Closing();
    private final List<NoticeOutbox> outboxes = new ArrayList<>();

    public Notices(
            NoticeConfig config,
            KafkaClients clients,
            Vertx vertx,
            PlatformCalls calls,
            KnownConnections connections,
            MeterRegistry meters,
            Clock clock) {
        config.mail().ifPresent(mail -> {
            var channel = parts.add(new MailChannel(vertx, mail, connections::connection));
            outboxes.add(parts.add(new NoticeOutbox(clients, channel, meters, clock)));
        });
        config.webhook()
                .ifPresent(webhook -> outboxes.add(parts.add(
                        new NoticeOutbox(clients, new WebhookChannel(webhook, calls, clock), meters, clock))));
    }

    /** Begins to tell. The topic must exist. */
    public void start() {
        outboxes.forEach(NoticeOutbox::start);
    }

    public List<Checked> checks() {
        return List.copyOf(outboxes);
    }

    @Override
    public void close() {
        parts.close();
    }
}
