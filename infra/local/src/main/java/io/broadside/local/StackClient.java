package io.broadside.local;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.broadside.events.CancelRequest;
import io.broadside.events.PublishRequest;
import io.broadside.runtime.config.Settings;
import io.broadside.runtime.kafka.KafkaConfig;
import io.broadside.schemas.EventSerdes;
import io.broadside.schemas.Topic;
import io.broadside.schemas.Topics;
import io.broadside.simulator.account.Account;
import io.broadside.simulator.account.LinkedInMember;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** What anybody outside can do with a running stack: produce requests, read events, connect accounts over HTTP. */
final class StackClient implements AutoCloseable {

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private final Ports ports;
    private final EventSerdes serdes;
    private final KafkaProducer<byte[], byte[]> producer;
    private final HttpClient http = HttpClient.newHttpClient();

    StackClient(Ports ports) {
        this.ports = ports;
        this.serdes = new EventSerdes(ports.at(ports.registry()), true);
        this.producer = new KafkaProducer<>(
                Map.of(
                        "bootstrap.servers", ports.bootstrapServers(),
                        "acks", "all",
                        "max.block.ms", Long.toString(LIMIT.toMillis()),
                        "delivery.timeout.ms", "15000",
                        "request.timeout.ms", "5000",
                        "linger.ms", "0"),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    /**
     * Writes a request and waits until it is durable.
     *
     * @throws IOException if there is no stack, or it does not take the record
     */
    void publish(PublishRequest request) throws IOException, InterruptedException {
        send(Topics.REQUESTS, request.getRequestId(), request);
    }

    /**
     * Writes a cancellation and waits until it is durable.
     *
     * @throws IOException if there is no stack, or it does not take the record
     */
    void cancel(CancelRequest request) throws IOException, InterruptedException {
        send(Topics.CANCELLATIONS, request.getRequestId(), request);
    }

    /**
     * Writes an event and waits until it is durable.
     *
     * @throws IOException if there is no stack, or it does not take the record
     */
    <V extends SpecificRecord> void send(Topic<V> topic, String key, V value) throws IOException, InterruptedException {
        try {
            producer.send(new ProducerRecord<>(topic.name(), key.getBytes(UTF_8), serdes.write(topic, value)))
                    .get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException | KafkaException e) {
            throw new IOException(nothingThere(), e);
        }
    }

    /** How any service would reach the stack's Kafka. */
    static KafkaConfig kafka(Ports ports) {
        return KafkaConfig.from(Settings.from(Map.of(
                "KAFKA_BOOTSTRAP_SERVERS",
                ports.bootstrapServers(),
                "SCHEMA_REGISTRY_URL",
                ports.at(ports.registry()).toString())));
    }

    /** Opens a topic for reading, from now on or from its beginning. */
    <V extends SpecificRecord> Tail<V> tail(Topic<V> topic, boolean isFromBeginning) {
        return new Tail<>(topic, isFromBeginning);
    }

    /**
     * Connects a simulated account by the tokens it has; the answer is the connection. Whoever looks after an organisation
     * connects that.
     */
    JsonNode connect(String profileId, Account account) throws IOException, InterruptedException {
        var platform = account.platform().id();
        var body = JSON.createObjectNode()
                .put("profileId", profileId)
                .put("platform", platform)
                .put("accessToken", account.tokens().access());
        account.tokens()
                .refresh()
                .ifPresent(token -> body.put("refreshToken", token).put("expiresInSeconds", 7200));
        if (account instanceof LinkedInMember member && !member.organizations().isEmpty()) {
            body.put("accountId", member.organizations().getFirst().id());
        }
        var answer = post(ports.at(ports.tokenService()).resolve("/v1/connections"), body.toString());
        if (answer.statusCode() != 201) {
            throw new IOException("token-service refused to connect " + platform + ": " + answer.body());
        }
        return JSON.readTree(answer.body());
    }

    /** The connections of a profile. */
    JsonNode connections(String profileId) throws IOException, InterruptedException {
        return get(ports.at(ports.tokenService()).resolve("/v1/profiles/" + profileId + "/connections"));
    }

    /**
     * What is known of a post; empty where nothing is.
     *
     * @param key of the posts API, where it asks for one
     * @throws IOException if there is no stack, or it does not tell
     */
    Optional<JsonNode> post(String requestId, Optional<String> key) throws IOException, InterruptedException {
        var path = "/v1/posts/" + URLEncoder.encode(requestId, UTF_8).replace("+", "%20");
        var request =
                HttpRequest.newBuilder(ports.at(ports.postsApi()).resolve(path)).timeout(LIMIT);
        key.ifPresent(value -> request.header("authorization", "Bearer " + value));
        try {
            var answer = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
            return switch (answer.statusCode()) {
                case 200 -> Optional.of(JSON.readTree(answer.body()));
                case 404 -> Optional.empty();
                default ->
                    throw new IOException("The posts API answered " + answer.statusCode() + ": "
                            + JSON.readTree(answer.body())
                                    .path("error")
                                    .path("message")
                                    .asText());
            };
        } catch (ConnectException e) {
            throw new IOException(
                    "No posts API was found on " + ports.at(ports.postsApi()) + ". Start a stack with: ./broadside up",
                    e);
        }
    }

    /** Whether every service says that it is ready. */
    boolean isReady() throws InterruptedException {
        for (var port :
                List.of(ports.publisher(), ports.tokenManagement(), ports.retryService(), ports.webhookManagement())) {
            try {
                var answer = http.send(
                        HttpRequest.newBuilder(ports.at(port).resolve("/health/ready"))
                                .timeout(LIMIT)
                                .build(),
                        HttpResponse.BodyHandlers.discarding());
                if (answer.statusCode() != 200) {
                    return false;
                }
            } catch (IOException _) {
                return false;
            }
        }
        return true;
    }

    private HttpResponse<String> post(URI uri, String body) throws IOException, InterruptedException {
        try {
            return http.send(
                    HttpRequest.newBuilder(uri)
                            .timeout(LIMIT)
                            .header("content-type", "application/json")
                            .POST(HttpRequest.BodyPublishers.ofString(body))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        } catch (ConnectException e) {
            throw new IOException(nothingThere(), e);
        }
    }

    private JsonNode get(URI uri) throws IOException, InterruptedException {
        try {
            var answer =
                    http.send(HttpRequest.newBuilder(uri).timeout(LIMIT).build(), HttpResponse.BodyHandlers.ofString());
            return JSON.readTree(answer.body());
        } catch (ConnectException e) {
            throw new IOException(nothingThere(), e);
        }
    }

    private String nothingThere() {
        return "No running stack was found (Kafka on " + ports.bootstrapServers() + ", token-service on port "
                + ports.tokenService() + "). Start one with: ./broadside up";
    }

    @Override
    public void close() {
        producer.close(Duration.ofSeconds(1));
        serdes.close();
        http.close();
    }

    /** A topic being read, all partitions of it. For one thread. */
    final class Tail<V extends SpecificRecord> implements AutoCloseable {
        private final Topic<V> topic;
        private final KafkaConsumer<byte[], byte[]> consumer;

        private Tail(Topic<V> topic, boolean isFromBeginning) {
            this.topic = topic;
            this.consumer = new KafkaConsumer<>(
                    Map.of(
                            "bootstrap.servers",
                            ports.bootstrapServers(),
                            "isolation.level",
                            "read_committed",
                            "auto.offset.reset",
                            "earliest",
                            "default.api.timeout.ms",
                            Long.toString(LIMIT.toMillis())),
                    new ByteArrayDeserializer(),
                    new ByteArrayDeserializer());
            var partitions = consumer.partitionsFor(topic.name()).stream()
                    .map(info -> new TopicPartition(info.topic(), info.partition()))
                    .toList();
            consumer.assign(partitions);
            if (isFromBeginning) {
                consumer.seekToBeginning(partitions);
            } else {
                consumer.seekToEnd(partitions);
            }
            // Where reading begins is settled now, not at the first poll.
            partitions.forEach(consumer::position);
        }

        /** What has come since the last call; waits for something, up to the limit. */
        List<V> next(Duration limit) {
            var values = new ArrayList<V>();
            for (var record : consumer.poll(limit)) {
                values.add(serdes.read(topic, record.value()));
            }
            return values;
        }

        @Override
        public void close() {
            consumer.close();
        }
    }
}
