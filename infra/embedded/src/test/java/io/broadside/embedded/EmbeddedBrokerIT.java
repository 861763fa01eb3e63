package io.broadside.embedded;

import static io.broadside.embedded.Clients.consumer;
import static io.broadside.embedded.Clients.createTopic;
import static io.broadside.embedded.Clients.poll;
import static io.broadside.embedded.Clients.send;
import static io.broadside.embedded.Clients.transactionalProducer;
import static io.broadside.embedded.Clients.valuesOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Exit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EmbeddedBrokerIT {

    private static final int PARTITIONS = 8;
    private static final int COMMITS_BEFORE_THE_KILL = 200;

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"classic", "consumer"})
    void servesBothGroupProtocols(String protocol) throws Exception {
        try (var broker = EmbeddedBroker.start(BrokerConfig.in(directory))) {
            // Given
            createTopic(broker.bootstrapServers(), "posts", 3);
            send(broker.bootstrapServers(), "posts", "one", "two", "three");
            // When
            List<String> values;
            try (var consumer = consumer(broker.bootstrapServers(), "readers", protocol)) {
                consumer.subscribe(List.of("posts"));
                values = poll(consumer, 3);
            }
            // Then
            assertThat(values).containsExactlyInAnyOrder("one", "two", "three");
            assertThat(broker.check()).isEmpty();
        }
    }

    @Test
    void commitsRecordsAndOffsetsWithMetadataInOneTransaction() throws Exception {
        try (var broker = EmbeddedBroker.start(BrokerConfig.in(directory))) {
            // Given
            createTopic(broker.bootstrapServers(), "requests", 1);
            createTopic(broker.bootstrapServers(), "results", 1);
            send(broker.bootstrapServers(), "requests", "post-1", "post-2");
            var requests = new TopicPartition("requests", 0);
            try (var consumer = consumer(broker.bootstrapServers(), "publishers", "consumer");
                    var producer = transactionalProducer(broker.bootstrapServers(), "publisher-1")) {
                consumer.subscribe(List.of("requests"));
                poll(consumer, 2);
                producer.initTransactions();
                // When
                producer.beginTransaction();
                producer.send(new ProducerRecord<>("results", "post-1", "published"))
                        .get();
                producer.sendOffsetsToTransaction(
                        Map.of(requests, new OffsetAndMetadata(1, "ledger: post-2 ATTEMPTED")),
                        consumer.groupMetadata());
                producer.commitTransaction();
                producer.beginTransaction();
                producer.send(new ProducerRecord<>("results", "post-2", "never seen"))
                        .get();
                producer.sendOffsetsToTransaction(
                        Map.of(requests, new OffsetAndMetadata(2, "never seen")), consumer.groupMetadata());
                producer.abortTransaction();
                // Then
                assertThat(consumer.committed(Set.of(requests)))
                        .containsEntry(requests, new OffsetAndMetadata(1, "ledger: post-2 ATTEMPTED"));
            }
            assertThat(valuesOf(broker.bootstrapServers(), "results")).containsExactly("published");
        }
    }

    @Test
    void keepsRecordsAddressAndClusterOverARestart() throws Exception {
        try (var broker = EmbeddedBroker.start(BrokerConfig.in(directory))) {
            // Given
            createTopic(broker.bootstrapServers(), "posts", 1);
            send(broker.bootstrapServers(), "posts", "before");
            var address = broker.bootstrapServers();
            var clusterId = broker.clusterId();
            // When
            broker.restart();
            // Then
            send(address, "posts", "after");
            assertThat(valuesOf(address, "posts")).containsExactly("before", "after");
            assertThat(broker.bootstrapServers()).isEqualTo(address);
            assertThat(broker.clusterId()).isEqualTo(clusterId);
        }
    }

    @Test
    void aClientThatStaysConnectedGoesOnAfterARestart() throws Exception {
        try (var broker = EmbeddedBroker.start(BrokerConfig.in(directory))) {
            // Given
            createTopic(broker.bootstrapServers(), "posts", 1);
            try (var consumer = consumer(broker.bootstrapServers(), "readers", "consumer")) {
                consumer.subscribe(List.of("posts"));
                send(broker.bootstrapServers(), "posts", "before");
                var seen = poll(consumer, 1);
                // When
                broker.restart();
                send(broker.bootstrapServers(), "posts", "after");
                // Then
                assertThat(seen).containsExactly("before");
                assertThat(poll(consumer, 1)).containsExactly("after");
            }
        }
    }

    @Test
    void continuesOnTheDirectoryOfABrokerThatWasClosed() throws Exception {
        // Given
        try (var broker = EmbeddedBroker.start(BrokerConfig.in(directory))) {
            createTopic(broker.bootstrapServers(), "posts", 1);
            send(broker.bootstrapServers(), "posts", "kept");
        }
        // When
        try (var broker = EmbeddedBroker.start(BrokerConfig.in(directory))) {
            // Then
            assertThat(valuesOf(broker.bootstrapServers(), "posts")).containsExactly("kept");
        }
    }

    @Test
    void recoversTheLogAfterItsProcessWasKilled() throws Exception {
        // Given
        var killed = BrokerInItsOwnProcess.start(directory);
        try {
            createTopic(killed.bootstrapServers(), "posts", 1);
            send(killed.bootstrapServers(), "posts", "kept");
        } finally {
            killed.kill();
        }
        // When
        try (var broker = EmbeddedBroker.start(BrokerConfig.in(directory))) {
            // Then
            assertThat(valuesOf(broker.bootstrapServers(), "posts")).containsExactly("kept");
            send(broker.bootstrapServers(), "posts", "and more");
            assertThat(valuesOf(broker.bootstrapServers(), "posts")).containsExactly("kept", "and more");
        }
    }

    /** All of its partitions are without a leader for a moment when it starts again, see {@link LeaderlessPartitions}. */
    @Test
    void noTransactionHangsThatWasAboutToEndWhenItsProcessWasKilled() throws Exception {
        // Given
        var killed = BrokerInItsOwnProcess.start(directory);
        try {
            createTopic(killed.bootstrapServers(), "posts", PARTITIONS);
            try (var committers = new Committers(killed.bootstrapServers(), "posts", PARTITIONS)) {
                committers.awaitCommits(COMMITS_BEFORE_THE_KILL);
                killed.kill();
            }
        } finally {
            killed.kill();
        }
        // When
        try (var broker = EmbeddedBroker.start(BrokerConfig.in(directory));
                var admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            // Then
            await().atMost(Clients.LIMIT)
                    .untilAsserted(() -> assertThat(ends(admin, "posts", IsolationLevel.READ_COMMITTED))
                            .isEqualTo(ends(admin, "posts", IsolationLevel.READ_UNCOMMITTED)));
        }
    }

    @Test
    void twoBrokersRunSideBySideOnFreePorts(@TempDir Path otherDirectory) throws Exception {
        try (var one = EmbeddedBroker.start(BrokerConfig.in(directory));
                var other = EmbeddedBroker.start(BrokerConfig.in(otherDirectory))) {
            // Given
            createTopic(one.bootstrapServers(), "posts", 1);
            createTopic(other.bootstrapServers(), "posts", 1);
            // When
            send(one.bootstrapServers(), "posts", "to the one");
            send(other.bootstrapServers(), "posts", "to the other");
            // Then
            assertThat(one.clusterId()).isNotEqualTo(other.clusterId());
            assertThat(valuesOf(one.bootstrapServers(), "posts")).containsExactly("to the one");
            assertThat(valuesOf(other.bootstrapServers(), "posts")).containsExactly("to the other");
        }
    }

    @Test
    void refusesADirectoryThatAnotherBrokerUses() {
        try (var running = EmbeddedBroker.start(BrokerConfig.in(directory))) {
            // When / Then
            assertThatThrownBy(() -> EmbeddedBroker.start(BrokerConfig.in(directory)))
                    .isInstanceOf(EmbeddedStartException.class)
                    .hasMessageContaining("another Broadside stack uses " + directory + " (process "
                            + ProcessHandle.current().pid() + ")");
            assertThat(running.check()).isEmpty();
        }
    }

    @Test
    void aFatalFaultIsShownAndDoesNotEndTheJvm() {
        try (var broker = EmbeddedBroker.start(BrokerConfig.in(directory))) {
            // When
            assertThatThrownBy(() -> Exit.halt(1, "the disk is gone")).isInstanceOf(Error.class);
            // Then
            assertThat(broker.check())
                    .hasValueSatisfying(reason -> assertThat(reason).contains("the disk is gone"));
        }
    }

    @Test
    void saysWhichPortIsTaken() throws Exception {
        // Given
        try (var other = new ServerSocket()) {
            other.bind(new InetSocketAddress(Ports.address(), 0));
            var config = BrokerConfig.in(directory).withPort(other.getLocalPort());
            // When / Then
            assertThatThrownBy(() -> EmbeddedBroker.start(config))
                    .isInstanceOf(EmbeddedStartException.class)
                    .hasMessageStartingWith("port " + other.getLocalPort() + " on 127.0.0.1 is taken");
        }
    }

    @Test
    void refusesTheDirectoryOfAnotherNode() throws Exception {
        // Given
        Files.writeString(directory.resolve("meta.properties"), "version=1\nnode.id=7\ncluster.id=abc\n");
        // When / Then
        assertThatThrownBy(() -> EmbeddedBroker.start(BrokerConfig.in(directory)))
                .isInstanceOf(EmbeddedStartException.class)
                .hasMessageContaining(directory + " belongs to another Kafka node (node.id 7, ours is 1)");
    }

    @Test
    void refusesADirectoryThatHoldsSomethingElse() throws Exception {
        // Given
        Files.writeString(directory.resolve("thesis.odt"), "years of work");
        // When / Then
        assertThatThrownBy(() -> EmbeddedBroker.start(BrokerConfig.in(directory)))
                .isInstanceOf(EmbeddedStartException.class)
                .hasMessageContaining("is not empty (it holds thesis.odt)");
    }

    private static Map<TopicPartition, Long> ends(Admin admin, String topic, IsolationLevel isolation)
            throws Exception {
        var asked = IntStream.range(0, PARTITIONS)
                .boxed()
                .collect(Collectors.toMap(partition -> new TopicPartition(topic, partition), _ -> OffsetSpec.latest()));
        return admin.listOffsets(asked, new ListOffsetsOptions(isolation)).all().get().entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, end -> end.getValue().offset()));
    }
}
