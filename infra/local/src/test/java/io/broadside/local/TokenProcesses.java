package io.broadside.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;

import io.broadside.embedded.BrokerConfig;
import io.broadside.embedded.EmbeddedBroker;
import io.broadside.embedded.RegistryConfig;
import io.broadside.embedded.SchemaRegistry;
import io.broadside.events.RefreshReason;
import io.broadside.events.RefreshRequest;
import io.broadside.publisher.PublisherConfig;
import io.broadside.runtime.kafka.KafkaClients;
import io.broadside.runtime.kafka.TopicSetup;
import io.broadside.runtime.service.Closing;
import io.broadside.schemas.EventSerdes;
import io.broadside.schemas.Topics;
import io.broadside.simulator.PlatformSimulator;
import io.broadside.simulator.SimulatorConfig;
import io.broadside.simulator.account.Account;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Several instances of token-service, each a process of its own, and everything they need, in this one. */
final class TokenProcesses implements AutoCloseable {

    private static final String GROUP = "broadside-token-refresh";
    private static final String PARTITIONS = "6";
    private static final Duration LONG = Duration.ofMinutes(3);

    /** Short, since a killed instance is missed no sooner. */
    private static final String SESSION_MILLIS = "4000";

    private final Closing parts = new Closing();
    private final PlatformSimulator simulator;
    private final StackClient client;
    private final List<Instance> instances = new ArrayList<>();
    private final EventSerdes serdes;
    private final KafkaProducer<byte[], byte[]> producer;
    private final Admin admin;
    private final Map<TopicPartition, Long> asked = new ConcurrentHashMap<>();

    private TokenProcesses(Path data, int count) throws Exception {
        var ports = FreePorts.find();
        simulator = parts.add(PlatformSimulator.start(SimulatorConfig.onPort(ports.simulator())));
        parts.add(SchemaRegistry.start(RegistryConfig.inMemory().withPort(ports.registry())));
        parts.add(EmbeddedBroker.start(
                BrokerConfig.in(data.resolve("kafka")).withPort(ports.kafka()).withControllerPort(ports.controller())));
        var environment = LocalStack.environment(ports, data, simulator);
        var setup = new HashMap<>(environment.of("setup"));
        setup.put("KAFKA_TOPIC_PARTITIONS", PARTITIONS);
        try (var clients = new KafkaClients(PublisherConfig.from(setup).kafka(), "setup")) {
            TopicSetup.ensure(clients, Topics.all(LocalStack.PLATFORMS));
        }
        client = parts.add(new StackClient(ports));
        serdes = parts.add(new EventSerdes(ports.at(ports.registry()), true));
        producer = parts.add(new KafkaProducer<>(
                Map.of("bootstrap.servers", ports.bootstrapServers(), "acks", "all"),
                new ByteArraySerializer(),
                new ByteArraySerializer()));
        admin = parts.add(Admin.create(Map.of("bootstrap.servers", ports.bootstrapServers())));
        shortenSessions();
        var logs = Files.createDirectories(data.resolve("logs"));
        for (int i = 1; i <= count; i++) {
            instances.add(parts.add(Instance.of(
                    "token-" + i, List.of(), List.of("io.broadside.token.Main"), "200m", own(environment, i), logs)));
        }
        instances.forEach(Instance::start);
        awaitMembers();
    }

    static TokenProcesses start(Path data, int count) throws Exception {
        return new TokenProcesses(data, count);
    }

    /** The first has the port on which accounts are connected; several cannot have the same. */
    private static Map<String, String> own(LocalStack.Environment environment, int number) {
        var own = new HashMap<>(environment.of("token-" + number));
        own.put("INSTANCE_ID", "token-" + number);
        own.put("KAFKA_TOPIC_PARTITIONS", PARTITIONS);
        // Those who take over wait as long as a call may take.
        own.put("DISPATCH_INTENT_MAX_AGE", "2s");
        own.put("DISPATCH_CALL_LIMIT", "4s");
        own.put("HTTP_CALL_TIMEOUT", "3s");
        own.put("TOKEN_MANAGEMENT_PORT", "0");
        if (number > 1) {
            own.put("TOKEN_PORT", "0");
        }
        return own;
    }

    private void shortenSessions() throws InterruptedException, ExecutionException {
        var group = new ConfigResource(ConfigResource.Type.GROUP, GROUP);
        var session = new ConfigEntry("consumer.session.timeout.ms", SESSION_MILLIS);
        admin.incrementalAlterConfigs(Map.of(group, List.of(new AlterConfigOp(session, AlterConfigOp.OpType.SET))))
                .all()
                .get();
    }

    PlatformSimulator simulator() {
        return simulator;
    }

    StackClient client() {
        return client;
    }

    List<Instance> instances() {
        return instances;
    }

    /** Until all of them share the partitions; those that were killed are forgotten by then. */
    void awaitMembers() {
        await().atMost(LONG).ignoreExceptions().until(() -> members().size() == instances.size());
    }

    /** Until one that is none of these has partitions. */
    void awaitSomebodyElseThan(Set<String> dead) {
        await().atMost(LONG).ignoreExceptions().until(() -> members().stream().anyMatch(id -> !dead.contains(id)));
    }

    /** Those that have partitions. */
    Set<String> members() throws InterruptedException, ExecutionException {
        return admin.describeConsumerGroups(List.of(GROUP)).all().get().values().stream()
                .flatMap(group -> group.members().stream())
                .filter(member -> !member.assignment().topicPartitions().isEmpty())
                .map(MemberDescription::consumerId)
                .collect(Collectors.toSet());
    }

    /** Connects an account as a person does, for as long as it takes: who answers may just have been killed. */
    String connect(Account account) {
        return await().atMost(LONG)
                .ignoreException(IOException.class)
                .until(
                        () -> client.connect("race", account)
                                .path("connectionId")
                                .asText(),
                        id -> !id.isEmpty());
    }

    /** So many demands at once to renew one version of one token; they are durable when this returns. */
    void demand(String connectionId, String platform, long version, int times)
            throws InterruptedException, ExecutionException {
        var request = RefreshRequest.newBuilder()
                .setConnectionId(connectionId)
                .setPlatform(platform)
                .setTokenVersion(version)
                .setReason(RefreshReason.REFUSED)
                .setRequestedAt(Instant.now())
                .build();
        var value = serdes.write(Topics.REFRESH_REQUESTS, request);
        var sent = IntStream.range(0, times)
                .mapToObj(_ -> producer.send(
                        new ProducerRecord<>(Topics.REFRESH_REQUESTS.name(), connectionId.getBytes(UTF_8), value)))
                .toList();
        for (var future : sent) {
            note(future.get());
        }
    }

    private void note(RecordMetadata written) {
        asked.merge(new TopicPartition(written.topic(), written.partition()), written.offset(), Math::max);
    }

    /** Until the group has committed beyond everything that was demanded. */
    void awaitAllServed() {
        await().atMost(LONG).ignoreExceptions().until(() -> {
            var committed = admin.listConsumerGroupOffsets(GROUP)
                    .partitionsToOffsetAndMetadata()
                    .get();
            return asked.entrySet().stream().allMatch(last -> {
                var done = committed.get(last.getKey());
                return done != null && done.offset() > last.getValue();
            });
        });
    }

    @Override
    public void close() {
        parts.close();
    }
}
