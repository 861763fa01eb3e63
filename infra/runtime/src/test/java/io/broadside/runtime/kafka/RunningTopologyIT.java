package io.broadside.runtime.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.broadside.runtime.config.Settings;
import io.broadside.testkit.KafkaExtension;
import io.broadside.testkit.KafkaForTest;
import io.broadside.testkit.SettableClock;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.ValueMapper;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(KafkaExtension.class)
class RunningTopologyIT {

    private static final Duration LONG = Duration.ofMinutes(3);
    private static final Duration SESSION = Duration.ofMinutes(1);

    private final KafkaForTest kafka;
    private final List<AutoCloseable> started = new ArrayList<>();
    private String source = "";
    private String sink = "";
    private String application = "";

    @TempDir
    Path directory;

    RunningTopologyIT(KafkaForTest kafka) {
        this.kafka = kafka;
    }

    @BeforeEach
    void createTopics() {
        source = kafka.uniqueName("source");
        sink = kafka.uniqueName("sink");
        application = kafka.uniqueName("application");
        kafka.createTopics(2, source, sink);
    }

    @AfterEach
    void stop() throws Exception {
        for (var part : started.reversed()) {
            part.close();
        }
    }

    @Test
    void isReadyOnceItsPartitionsAreHeldAndNotBefore() {
        // When
        var topology = start(clients(Map.of()), upperCase());
        var atFirst = topology.check();

        // Then
        assertThat(atFirst.isOk()).isFalse();
        assertThat(atFirst.name()).isEqualTo(application);
        awaitReady(topology);
        assertThat(members()).isEqualTo(1);
    }

    @Test
    void staysReadyWhileAnotherInstanceJoins() {
        // Given
        var one = start(clients(Map.of("STATE_DIR", directory.resolve("one").toString())), upperCase());
        awaitReady(one);

        // When
        var two = start(clients(Map.of("STATE_DIR", directory.resolve("two").toString())), upperCase());

        // Then
        await().atMost(LONG).pollInterval(Duration.ofMillis(10)).until(() -> {
            assertThat(one.check().isOk()).isTrue();
            return two.check().isOk();
        });
    }

    @Test
    void isReadyThroughARebalanceOfAQuarterOfAnHourAndNotThroughALongerOne() throws Exception {
        // Given: two instances, of which one will wait when it gets the partitions of the other, as if it read their
        // stores
        var clock = new SettableClock();
        var isHeld = new AtomicBoolean();
        var held = new CountDownLatch(1);
        var one = start(
                clients(Map.of("STATE_DIR", directory.resolve("one").toString())),
                startingWith(() -> {
                    if (isHeld.get()) {
                        held.await();
                    }
                    return null;
                }),
                Map.of(),
                clock);
        awaitReady(one);
        var two = start(clients(Map.of("STATE_DIR", directory.resolve("two").toString())), startingWith(() -> null));
        awaitReady(two);
        awaitReady(one);

        // When
        isHeld.set(true);
        two.close();
        await().atMost(LONG).until(() -> one.check().detail().startsWith("rebalancing"));

        // Then
        clock.advance(Duration.ofMinutes(14));
        assertThat(one.check().isOk()).isTrue();
        assertThat(one.check().detail()).startsWith("rebalancing for 8");
        clock.advance(Duration.ofMinutes(2));
        assertThat(one.check().isOk()).isFalse();
        assertThat(one.check().detail()).startsWith("rebalancing for 9");
        held.countDown();
        await().atMost(LONG).until(() -> one.check().detail().equals("running"));
        assertThat(one.check().isOk()).isTrue();
    }

    @Test
    void settingsOfItsOwnWin() {
        // When
        var topology = start(clients(Map.of()), upperCase(), Map.of(StreamsConfig.NUM_STREAM_THREADS_CONFIG, 2));

        // Then
        awaitReady(topology);
        await().atMost(LONG).until(() -> members() == 2);
    }

    @Test
    void closedItIsNotReadyAndHasLeftTheGroupSoThatTheNextOneNeedNotWait() {
        // Given
        var clients = clients(Map.of());
        var first = start(clients, upperCase());
        awaitReady(first);

        // When
        first.close();

        // Then
        assertThat(first.check().isOk()).isFalse();
        assertThat(first.check().detail()).startsWith("stopped");
        assertThat(members()).isZero();
        var second = start(clients, upperCase());
        write("a");
        awaitReady(second, SESSION.dividedBy(2));
        assertThat(kafka.awaitRecords(sink, 1, SESSION.dividedBy(2))).hasSize(1);
    }

    @Test
    void anInstanceThatKeepsItsIdStaysInTheGroupWhenItIsClosedAndComesBackToItsPartitionsAtOnce() {
        // Given
        var clients = clients(Map.of("INSTANCE_ID", "instance-1"));
        var first = start(clients, upperCase());
        awaitReady(first);

        // When
        first.close();

        // Then
        assertThat(members()).isEqualTo(1);
        var second = start(clients, upperCase());
        write("a");
        awaitReady(second, SESSION.dividedBy(2));
        assertThat(kafka.awaitRecords(sink, 1, SESSION.dividedBy(2))).hasSize(1);
    }

    @Test
    void aThreadThatDiedOfWhatItDependsOnIsReplacedAndLosesNothing() {
        // Given
        var calls = new AtomicInteger();
        var settings = Map.of("KAFKA_SESSION_TIMEOUT", "6s");
        var topology = start(clients(settings), topology(value -> {
            if (calls.incrementAndGet() == 1) {
                throw new TimeoutException("away, once");
            }
            return value;
        }));
        awaitReady(topology);

        // When
        write("a", "b");

        // Then
        assertThat(kafka.awaitRecords(sink, 2, LONG)).hasSize(2);
        awaitReady(topology);
    }

    @Test
    void closeDoesNotWaitForAPauseToEnd() {
        // Given: six threads, so that the sixth to die pauses for 8 seconds
        source = kafka.uniqueName("six");
        kafka.createTopics(6, source);
        var calls = new AtomicInteger();
        var settings = Map.<String, Object>of(StreamsConfig.NUM_STREAM_THREADS_CONFIG, 6);
        var topology = start(
                clients(Map.of()),
                topology(_ -> {
                    calls.incrementAndGet();
                    throw new TimeoutException("away");
                }),
                settings);
        awaitReady(topology);
        try (var producer = clients(Map.of()).producer("test")) {
            for (var partition = 0; partition < 6; partition++) {
                var _ = producer.send(new ProducerRecord<>(source, partition, null, "a".getBytes(UTF_8)));
            }
        }
        await().atMost(LONG).dontCatchUncaughtExceptions().until(() -> calls.get() >= 6);

        // When
        var began = System.nanoTime();
        topology.close();

        // Then
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(15));
    }

    private Topology upperCase() {
        return topology(text -> text.toUpperCase(Locale.ROOT));
    }

    private Topology topology(ValueMapper<String, String> step) {
        var builder = new StreamsBuilder();
        builder.stream(source, Consumed.with(Serdes.String(), Serdes.String()))
                .mapValues(step)
                .to(sink, Produced.with(Serdes.String(), Serdes.String()));
        return builder.build();
    }

    /** @param first done by the instance for each partition that it gets, before it works on it */
    private Topology startingWith(Callable<?> first) {
        var builder = new StreamsBuilder();
        builder.stream(source, Consumed.with(Serdes.String(), Serdes.String()))
                .process(() -> new Processor<String, String, Void, Void>() {
                    @Override
                    public void init(ProcessorContext<Void, Void> context) {
                        try {
                            first.call();
                        } catch (Exception e) {
                            throw new IllegalStateException(e);
                        }
                    }

                    @Override
                    public void process(Record<String, String> record) {
                        // Only its begin is looked at.
                    }
                });
        return builder.build();
    }

    private RunningTopology start(KafkaClients clients, Topology topology) {
        return start(clients, topology, Map.of());
    }

    private RunningTopology start(KafkaClients clients, Topology topology, Map<String, Object> settings) {
        return start(clients, topology, settings, Clock.systemUTC());
    }

    private RunningTopology start(KafkaClients clients, Topology topology, Map<String, Object> settings, Clock clock) {
        var running = RunningTopology.start(application, topology, clients, new SimpleMeterRegistry(), clock, settings);
        started.add(running);
        return running;
    }

    private KafkaClients clients(Map<String, String> settings) {
        var all = new HashMap<>(Map.of(
                "KAFKA_BOOTSTRAP_SERVERS", kafka.bootstrapServers(),
                "SCHEMA_REGISTRY_URL", kafka.registryUrl(),
                "KAFKA_SESSION_TIMEOUT", SESSION.toSeconds() + "s",
                "STATE_DIR", directory.toString()));
        all.putAll(settings);
        var clients = new KafkaClients(KafkaConfig.from(Settings.from(all)), "test");
        started.add(clients);
        return clients;
    }

    private void write(String... values) {
        try (var producer = clients(Map.of()).producer("test")) {
            for (var value : values) {
                var _ = producer.send(new ProducerRecord<>(source, value.getBytes(UTF_8)));
            }
        }
    }

    private void awaitReady(RunningTopology topology) {
        awaitReady(topology, LONG);
    }

    private void awaitReady(RunningTopology topology, Duration limit) {
        await().atMost(limit)
                .dontCatchUncaughtExceptions()
                .until(() -> topology.check().isOk());
    }

    private int members() {
        try {
            return kafka.admin()
                    .describeConsumerGroups(List.of(application))
                    .describedGroups()
                    .values()
                    .iterator()
                    .next()
                    .get()
                    .members()
                    .size();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
