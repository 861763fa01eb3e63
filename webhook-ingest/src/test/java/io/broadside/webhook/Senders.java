package io.broadside.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.broadside.events.InboundEvent;
import io.broadside.runtime.config.Secret;
import io.broadside.schemas.EventSerdes;
import io.broadside.schemas.Topics;
import io.broadside.webhook.platform.HmacSha256;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Deliver as a platform does, several at once: each delivery again until it is acknowledged. */
final class Senders implements AutoCloseable {

    private final URI address;
    private final String secret;
    private final Consumer<HttpResponse<Void>> eachAnswer;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
    private final AtomicInteger count = new AtomicInteger();
    private volatile boolean isOver;

    /** @param eachAnswer sees what was answered */
    Senders(URI address, String secret, Consumer<HttpResponse<Void>> eachAnswer) {
        this.address = address;
        this.secret = secret;
        this.eachAnswer = eachAnswer;
    }

    void start(int senders) {
        for (var i = 0; i < senders; i++) {
            var _ = threads.submit(() -> {
                while (!isOver) {
                    deliver("event-" + count.incrementAndGet());
                }
            });
        }
    }

    /** The posts of all deliveries that were answered 200. */
    Set<String> acknowledged() {
        return acknowledged;
    }

    /** Ends after what is under way. */
    @Override
    public void close() {
        isOver = true;
        threads.close();
        http.close();
    }

    /** How often each post stands on inbound.events, in the events of this app. */
    static Map<String, Integer> told(String bootstrapServers, String registryUrl, String app) {
        var told = new HashMap<String, Integer>();
        Map<String, Object> settings =
                Map.of("bootstrap.servers", bootstrapServers, "isolation.level", "read_committed");
        try (var serdes = new EventSerdes(URI.create(registryUrl), false);
                var consumer =
                        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            var partitions = consumer.partitionsFor(Topics.INBOUND_EVENTS.name()).stream()
                    .map(info -> new TopicPartition(info.topic(), info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            var ends = consumer.endOffsets(partitions);
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                for (var record : consumer.poll(Duration.ofMillis(100))) {
                    InboundEvent event = serdes.read(Topics.INBOUND_EVENTS, record.value());
                    if (event.getApp().equals(app)) {
                        told.merge(event.getObjectId().orElseThrow(), 1, Integer::sum);
                    }
                }
            }
        }
        return told;
    }

    private void deliver(String event) {
        var body = "{\"data\":{\"event_uuid\":\"" + event + "\",\"filter\":{\"user_id\":\"" + event.hashCode() % 50
                + "\"},\"event_type\":\"post.create\",\"payload\":{\"id\":\"" + event + "\"}}}";
        var signature = "sha256="
                + Base64.getEncoder().encodeToString(HmacSha256.sign(Secret.of(secret), body.getBytes(UTF_8)));
        var request = HttpRequest.newBuilder(address)
                .timeout(Duration.ofSeconds(10))
                .header("x-twitter-webhooks-signature", signature)
                .POST(BodyPublishers.ofString(body))
                .build();
        while (!isOver) {
            try {
                var answer = http.send(request, BodyHandlers.discarding());
                eachAnswer.accept(answer);
                if (answer.statusCode() == 200) {
                    acknowledged.add(event);
                    return;
                }
            } catch (IOException _) {
                // Killed, or not there yet: the platform tries again.
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
