package io.broadside.retry;

import static io.broadside.retry.Fixtures.aCommand;
import static io.broadside.retry.Fixtures.aToken;
import static io.broadside.retry.Fixtures.delayed;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.broadside.events.Connection;
import io.broadside.events.ConnectionStatus;
import io.broadside.events.DelayCause;
import io.broadside.events.DelayedCommand;
import io.broadside.events.Doubt;
import io.broadside.events.InboundEvent;
import io.broadside.events.InboundKind;
import io.broadside.events.PublishCommand;
import io.broadside.runtime.kafka.KafkaClients;
import io.broadside.runtime.kafka.TopicSetup;
import io.broadside.schemas.EventSerdes;
import io.broadside.schemas.Topic;
import io.broadside.schemas.Topics;
import io.broadside.testkit.KafkaExtension;
import io.broadside.testkit.KafkaForTest;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The service on a real broker. Tests share its topics and its group: each has requests of its own. */
@ExtendWith(KafkaExtension.class)
class RetryServiceIT {

    private static final Duration LIMIT = Duration.ofMinutes(2);

    /** For a busy machine: how late a command is on one that has room is measured, not tested. */
    private static final Duration ROOM = Duration.ofSeconds(20);

    private static final int PARTITIONS = 4;
    /** To the millisecond, as the events are. */
    private static final Clock CLOCK = Clock.tickMillis(ZoneOffset.UTC);

    @TempDir
    Path directory;

    private final KafkaForTest kafka;
    private final EventSerdes serdes;
    private final Producer<byte[], byte[]> producer;
    private final HttpClient http = HttpClient.newHttpClient();
    private final String run;

    RetryServiceIT(KafkaForTest kafka) {
        this.kafka = kafka;
        this.serdes = new EventSerdes(URI.create(kafka.registryUrl()), true);
        this.producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", kafka.bootstrapServers(), "acks", "all"),
                new ByteArraySerializer(),
                new ByteArraySerializer());
        this.run = kafka.uniqueName("request");
    }

    @BeforeEach
    void topics() {
        var config = config("topics");
        try (var clients = new KafkaClients(config.kafka(), "retry-it")) {
            TopicSetup.ensure(clients, RetryTopology.topics(config.platforms()));
        }
    }

    @AfterEach
    void close() {
        producer.close();
        serdes.close();
        http.close();
    }

    @Test
    void aRateLimitIsWaitedOutExactly() throws Exception {
        try (var service = RetryService.start(config("state"), CLOCK)) {
            // Given
            awaitReady(service);
            var due = CLOCK.instant().plusSeconds(2);

            // When
            delay(
                    Topics.BACKOFF_429,
                    delayed(DelayCause.RATE_LIMITED, command(1)).setNotBefore(due));
            var record = awaitCommands(1).getFirst();

            // Then: the broker's own time is when the record was written
            assertThat(Instant.ofEpochMilli(record.timestamp())).isBetween(due, due.plus(ROOM));
            var command = serdes.read(Topics.commands("facebook"), record.value());
            assertThat(command.getRound()).isEqualTo(1);
            assertThat(command.getAttempt()).isEqualTo(2);
        }
    }

    @Test
    void aCommandIsSeenSoonAfterItIsDue() throws Exception {
        try (var service = RetryService.start(config("state"), CLOCK)) {
            // Given
            awaitReady(service);
            var due = CLOCK.instant().plusSeconds(2);
            delay(
                    Topics.BACKOFF_429,
                    delayed(DelayCause.RATE_LIMITED, command(1)).setNotBefore(due));

            // When
            var seen = timeOfFirstCommand();

            // Then: a reader of what is committed has it, commit included
            assertThat(seen).isBetween(due, due.plus(ROOM));
        }
    }

    @Test
    void aTokenReleasesWhatWaitsForIt() throws Exception {
        try (var service = RetryService.start(config("state"), CLOCK)) {
            // Given
            awaitReady(service);
            delay(Topics.WAITING, delayed(DelayCause.TOKEN, command(1)).setNeedsTokenVersion(2L));
            awaitResults(1);

            // When
            send(Topics.FRESH_TOKENS, connection(1), aToken(connection(1), 2));

            // Then
            assertThat(awaitCommands(1)).hasSize(1);
        }
    }

    @Test
    void whatAPlatformTellsOfAPostReleasesThatPostAtOnce() throws Exception {
        try (var service = RetryService.start(config("state"), CLOCK)) {
            // Given: a post in doubt, whose next look would be in five minutes
            awaitReady(service);
            var now = CLOCK.instant();
            var account = run + "-account";
            var connection = connection(1);
            send(Topics.CONNECTIONS, connection, aConnection(connection, account, now));
            var doubt = Doubt.newBuilder()
                    .setSince(now)
                    .setStep("feed")
                    .setCause("TIMED_OUT")
                    .setLooks(5)
                    .build();
            delay(
                    Topics.BACKOFF_UNCONFIRMED,
                    delayed(DelayCause.UNCONFIRMED, command(1).setDoubt(doubt)).setSince(now));
            awaitResults(1);
            // When
            var told = CLOCK.instant();
            send(
                    Topics.INBOUND_EVENTS,
                    "facebook:" + account,
                    InboundEvent.newBuilder()
                            .setEventId(run + "-event")
                            .setPlatform("facebook")
                            .setApp("demo")
                            .setAccountId(account)
                            .setKind(InboundKind.POST_PUBLISHED)
                            .setPlatformKind("feed.status.add")
                            .setReceivedAt(told)
                            .setText("Hello")
                            .setDeliveryId("delivery-1")
                            .build());
            var record = awaitCommands(1).getFirst();
            // Then
            assertThat(Instant.ofEpochMilli(record.timestamp())).isBetween(told, told.plus(ROOM));
        }
    }

    @Test
    void aRestartOnTheSameStoresKeepsWhatWaits() throws Exception {
        restartWhileCommandsWait("state", "state");
    }

    @Test
    void aRestartWithoutStoresKeepsWhatWaits() throws Exception {
        restartWhileCommandsWait("before", "after");
    }

    private void restartWhileCommandsWait(String before, String after) throws Exception {
        // Given
        var commands = 50;
        Instant due;
        try (var service = RetryService.start(config(before), CLOCK)) {
            awaitReady(service);
            due = CLOCK.instant().plusSeconds(8);
            for (var i = 1; i <= commands; i++) {
                delay(
                        Topics.BACKOFF_429,
                        delayed(DelayCause.RATE_LIMITED, command(i)).setNotBefore(due));
            }
            awaitResults(commands);
        }
        assertThat(commands()).isEmpty();

        // When
        try (var service = RetryService.start(config(after), CLOCK)) {
            awaitReady(service);
            awaitCommands(commands);
            // A second of work beyond the last of them: what came twice would be here.
            delay(Topics.BACKOFF_5XX, delayed(DelayCause.UNAVAILABLE, command(commands + 1)));
            awaitCommands(commands + 1);
        }

        // Then
        var perRequest = commands().stream()
                .map(record -> serdes.read(Topics.commands("facebook"), record.value()))
                .collect(groupingBy(PublishCommand::getRequestId, counting()));
        assertThat(perRequest)
                .hasSize(commands + 1)
                .allSatisfy((_, count) -> assertThat(count).isEqualTo(1));
        assertThat(commands())
                .allSatisfy(record ->
                        assertThat(Instant.ofEpochMilli(record.timestamp())).isAfterOrEqualTo(due));
    }

    @Test
    void twoInstancesShareTheWork() throws Exception {
        try (var one = RetryService.start(config("one"), CLOCK);
                var two = RetryService.start(config("two"), CLOCK)) {
            // Given
            awaitReady(one);
            awaitReady(two);

            // When
            IntStream.rangeClosed(1, 40)
                    .forEach(i -> delay(
                            Topics.BACKOFF_429,
                            delayed(DelayCause.RATE_LIMITED, command(i))
                                    .setNotBefore(CLOCK.instant().plusMillis(500))));
            awaitCommands(40);

            // Then
            assertThat(released(one) + released(two)).isGreaterThanOrEqualTo(40);
            assertThat(commands()).hasSize(40);
        }
    }

    private static Connection aConnection(String connectionId, String account, Instant now) {
        return Connection.newBuilder()
                .setConnectionId(connectionId)
                .setProfileId("profile-1")
                .setPlatform("facebook")
                .setAccountId(account)
                .setAccountName(account)
                .setAccountKind("page")
                .setStatus(ConnectionStatus.HEALTHY)
                .setTokenVersion(1)
                .setConnectedAt(now)
                .setRefreshedAt(now)
                .setUpdatedAt(now)
                .build();
    }

    private RetryConfig config(String state) {
        return RetryConfig.from(Map.of(
                "KAFKA_BOOTSTRAP_SERVERS", kafka.bootstrapServers(),
                "SCHEMA_REGISTRY_URL", kafka.registryUrl(),
                "KAFKA_TOPIC_PARTITIONS", Integer.toString(PARTITIONS),
                "STATE_DIR", directory.resolve(state).toString(),
                "RETRY_PORT", "0",
                "RETRY_API_PORT", "0"));
    }

    private PublishCommand.Builder command(int number) {
        return aCommand(run + "-" + number, connection(number)).setAcceptedAt(CLOCK.instant());
    }

    private String connection(int number) {
        return run + "-connection-" + number;
    }

    private void delay(Topic<DelayedCommand> topic, DelayedCommand.Builder delayed) {
        var value = delayed.setSince(CLOCK.instant()).build();
        send(topic, value.getCommand().getConnectionId(), value);
    }

    private <V extends SpecificRecord> void send(Topic<V> topic, String key, V value) {
        var written =
                producer.send(new ProducerRecord<>(topic.name(), key.getBytes(UTF_8), serdes.write(topic, value)));
        producer.flush();
        assertThat(written).succeedsWithin(LIMIT);
    }

    private List<ConsumerRecord<byte[], byte[]>> awaitCommands(int count) {
        return await().atMost(LIMIT)
                .pollInterval(Duration.ofMillis(50))
                .until(this::commands, found -> found.size() >= count);
    }

    /** When a reader of what is committed, waiting at the end of the topic, meets a command of this test. */
    private Instant timeOfFirstCommand() {
        var topic = Topics.commands("facebook").name();
        try (var consumer = new KafkaConsumer<>(
                Map.<String, Object>of(
                        "bootstrap.servers", kafka.bootstrapServers(), "isolation.level", "read_committed"),
                new StringDeserializer(),
                new ByteArrayDeserializer())) {
            var partitions = IntStream.range(0, PARTITIONS)
                    .mapToObj(partition -> new TopicPartition(topic, partition))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            return await().atMost(LIMIT)
                    .pollInSameThread()
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(1))
                    .until(
                            () -> {
                                for (var record : consumer.poll(Duration.ofMillis(100))) {
                                    if (record.key().startsWith(run + "-")) {
                                        return Optional.of(CLOCK.instant());
                                    }
                                }
                                return Optional.<Instant>empty();
                            },
                            Optional::isPresent)
                    .orElseThrow();
        }
    }

    private void awaitResults(int count) {
        await().atMost(LIMIT)
                .until(() -> records(Topics.RESULTS, key -> key.startsWith(run + "-"))
                                .size()
                        >= count);
    }

    /** Commands of this test. */
    private List<ConsumerRecord<byte[], byte[]>> commands() {
        return records(Topics.commands("facebook"), key -> key.startsWith(run + "-"));
    }

    private List<ConsumerRecord<byte[], byte[]>> records(Topic<?> topic, Predicate<String> isOurs) {
        return kafka.readAll(topic.name()).stream()
                .filter(record -> isOurs.test(new String(record.key(), UTF_8)))
                .toList();
    }

    private void awaitReady(RetryService service) {
        await().atMost(LIMIT)
                .pollInterval(Duration.ofMillis(50))
                .untilAsserted(() -> assertThat(get(service, "/health/ready")).contains("running", "partitions"));
    }

    private double released(RetryService service) throws Exception {
        return get(service, "/metrics")
                .lines()
                .filter(line -> line.startsWith("broadside_retry_released_total"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    private String get(RetryService service, String path) throws Exception {
        var request = HttpRequest.newBuilder(URI.create("http://localhost:" + service.port() + path))
                .build();
        var response = http.send(request, BodyHandlers.ofString());
        assertThat(response.statusCode()).isEqualTo(200);
        return response.body();
    }
}
