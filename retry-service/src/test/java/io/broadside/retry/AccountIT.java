package io.broadside.retry;

import static io.broadside.retry.Fixtures.aCommand;
import static io.broadside.retry.Fixtures.delayed;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.broadside.events.DelayCause;
import io.broadside.events.DelayedCommand;
import io.broadside.events.PostResult;
import io.broadside.events.PublishCommand;
import io.broadside.events.ResultStatus;
import io.broadside.retry.account.Account;
import io.broadside.retry.account.AccountReport.PlatformReport;
import io.broadside.runtime.kafka.KafkaClients;
import io.broadside.schemas.Groups;
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
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The account of a running service notices a command that is lost: drawn up from outside, and by the service itself. */
@ExtendWith(KafkaExtension.class)
@SuppressWarnings("NullAway.Init")
class AccountIT {

    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final Clock CLOCK = Clock.tickMillis(ZoneOffset.UTC);

    private final KafkaForTest kafka;
    private final HttpClient http = HttpClient.newHttpClient();
    private final String platform;
    private RetryService service;
    private KafkaClients clients;
    private Producer<byte[], byte[]> producer;

    AccountIT(KafkaForTest kafka) {
        this.kafka = kafka;
        this.platform = "p" + kafka.uniqueName("lost").replaceAll("[^a-z0-9]", "");
    }

    @BeforeEach
    void start(@TempDir Path directory) {
        var config = RetryConfig.from(Map.of(
                "KAFKA_BOOTSTRAP_SERVERS",
                kafka.bootstrapServers(),
                "SCHEMA_REGISTRY_URL",
                kafka.registryUrl(),
                "KAFKA_TOPIC_PARTITIONS",
                "4",
                "STATE_DIR",
                directory.toString(),
                "BROADSIDE_PLATFORMS",
                "facebook," + platform,
                "RETRY_AUDIT_EVERY",
                "2s",
                "RETRY_PORT",
                "0",
                "RETRY_API_PORT",
                "0"));
        service = RetryService.start(config, CLOCK);
        clients = new KafkaClients(config.kafka(), "account-it");
        producer = clients.producer("posts");
    }

    @AfterEach
    void stop() {
        producer.close();
        clients.close();
        service.close();
        http.close();
    }

    @Test
    void aCommandThatIsLostIsADifferenceAlthoughItsRecordsAreStillThere() throws Exception {
        // Given: one that waits, and one that has gone to its platform, where nobody has taken it up yet
        var waiting = post("waiting");
        var gone = post("gone");
        accept(waiting);
        accept(gone);
        hold(delayed(DelayCause.SCHEDULED, PublishCommand.newBuilder(waiting))
                .setNotBefore(CLOCK.instant().plusSeconds(3600)));
        hold(delayed(DelayCause.SCHEDULED, PublishCommand.newBuilder(gone)));
        await().atMost(LIMIT)
                .until(() -> kafka.readAll(Topics.commands(platform).name()).size() == 1);
        await().atMost(LIMIT).until(() -> report().equals(account(2, 2)));
        assertThat(difference()).isZero();

        // When: whoever takes it up says that it is done, and not what came of it
        passOverCommands();

        // Then
        await().atMost(LIMIT).until(() -> report().equals(account(2, 1)));
        await().atMost(LIMIT).until(() -> difference() == 1);

        // And when it is heard of after all, nothing is missing
        send(
                Topics.RESULTS,
                gone.getRequestId(),
                result(gone, ResultStatus.PUBLISHED).setIsFinal(true).build());
        await().atMost(LIMIT).until(() -> difference() == 0);
        assertThat(report().difference()).isZero();
    }

    private PlatformReport account(long accepted, long waiting) {
        return new PlatformReport(accepted, 0, 0, 0, 0, waiting, 0, Duration.ZERO);
    }

    /** Without its age. */
    private PlatformReport report() {
        try (var account = Account.of(kafka.bootstrapServers(), kafka.registryUrl(), CLOCK)) {
            var row = Objects.requireNonNull(account.draw().platforms().get(platform));
            return new PlatformReport(
                    row.accepted(),
                    row.published(),
                    row.failed(),
                    row.cancelled(),
                    row.unconfirmed(),
                    row.waiting(),
                    row.secondEnds(),
                    Duration.ZERO);
        }
    }

    /** What the running service says. */
    private double difference() throws Exception {
        var uri = URI.create("http://localhost:" + service.port() + "/metrics");
        var body = http.send(HttpRequest.newBuilder(uri).timeout(LIMIT).build(), BodyHandlers.ofString())
                .body();
        return body.lines()
                .filter(line -> line.startsWith("broadside_account_difference") && line.contains(platform))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .findFirst()
                .orElseThrow();
    }

    private void passOverCommands() throws Exception {
        try (var admin = clients.admin()) {
            var asked = new HashMap<TopicPartition, OffsetSpec>();
            for (var partition = 0; partition < 4; partition++) {
                asked.put(new TopicPartition(Topics.commands(platform).name(), partition), OffsetSpec.latest());
            }
            var ends = new HashMap<TopicPartition, OffsetAndMetadata>();
            admin.listOffsets(asked)
                    .all()
                    .get()
                    .forEach((partition, end) -> ends.put(partition, new OffsetAndMetadata(end.offset())));
            admin.alterConsumerGroupOffsets(Groups.PUBLISH, ends).all().get();
        }
    }

    private PublishCommand post(String name) {
        return aCommand(platform + "-" + name, platform)
                .setPlatform(platform)
                .setAcceptedAt(CLOCK.instant())
                .build();
    }

    private void accept(PublishCommand command) {
        send(
                Topics.RESULTS,
                command.getRequestId(),
                result(command, ResultStatus.ACCEPTED).build());
    }

    private static PostResult.Builder result(PublishCommand command, ResultStatus status) {
        return PostResult.newBuilder()
                .setRequestId(command.getRequestId())
                .setTargetIndex(0)
                .setCommandId(command.getCommandId())
                .setPlatform(command.getPlatform())
                .setStatus(status)
                .setIsFinal(false)
                .setAt(CLOCK.instant())
                .setAcceptedAt(command.getAcceptedAt());
    }

    private void hold(DelayedCommand.Builder delayed) {
        var value = delayed.setSince(CLOCK.instant()).build();
        send(Topics.WAITING, value.getCommand().getConnectionId(), value);
    }

    private <V extends SpecificRecord> void send(Topic<V> topic, String key, V value) {
        var _ = producer.send(new ProducerRecord<>(
                topic.name(), key.getBytes(UTF_8), clients.serdes().write(topic, value)));
        producer.flush();
    }
}
