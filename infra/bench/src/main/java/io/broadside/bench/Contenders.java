package io.broadside.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.broadside.events.RefreshRequest;
import io.broadside.runtime.config.Settings;
import io.broadside.runtime.dispatch.Decision;
import io.broadside.runtime.dispatch.DispatchConfig;
import io.broadside.runtime.dispatch.Dispatcher;
import io.broadside.runtime.dispatch.EffectHandler;
import io.broadside.runtime.dispatch.Outputs;
import io.broadside.runtime.dispatch.Reconciled;
import io.broadside.runtime.dispatch.Unreadable;
import io.broadside.runtime.dispatch.Work;
import io.broadside.runtime.kafka.KafkaClients;
import io.broadside.runtime.kafka.KafkaConfig;
import io.broadside.schemas.EventSerdes;
import io.broadside.schemas.Topic;
import io.confluent.parallelconsumer.ParallelConsumerOptions;
import io.confluent.parallelconsumer.ParallelConsumerOptions.CommitMode;
import io.confluent.parallelconsumer.ParallelConsumerOptions.ProcessingOrder;
import io.confluent.parallelconsumer.ParallelStreamProcessor;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Those that take part: the dispatcher, parallel-consumer in two ways, and the loop everybody writes first. */
final class Contenders {

    private final String broker;
    private final String registry;
    private final Topic<RefreshRequest> outcomes;
    private final EventSerdes serdes;
    private final int atOnce;

    /** @param atOnce calls under way at once, for those that make more than one */
    Contenders(String broker, String registry, Topic<RefreshRequest> outcomes, EventSerdes serdes, int atOnce) {
        this.broker = broker;
        this.registry = registry;
        this.outcomes = outcomes;
        this.serdes = serdes;
        this.atOnce = atOnce;
    }

    List<Contender> all() {
        return List.of(
                new OfDispatcher(),
                new OfParallelConsumer("parallel-consumer", CommitMode.PERIODIC_CONSUMER_ASYNCHRONOUS),
                new OfParallelConsumer("parallel-consumer, transactions", CommitMode.PERIODIC_TRANSACTIONAL_PRODUCER),
                new OfLoop());
    }

    private final class OfDispatcher implements Contender {

        @Override
        public String name() {
            return "dispatcher";
        }

        @Override
        public AutoCloseable start(String topic, String group, Consumer<RefreshRequest> handler) {
            var settings = Settings.from(Map.of(
                    "KAFKA_BOOTSTRAP_SERVERS",
                    broker,
                    "SCHEMA_REGISTRY_URL",
                    registry,
                    "DISPATCH_MAX_IN_FLIGHT",
                    Integer.toString(atOnce),
                    "DISPATCH_MAX_IN_FLIGHT_PER_TOPIC",
                    Integer.toString(atOnce)));
            var clients = new KafkaClients(KafkaConfig.from(settings), "bench");
            var commands = new Topic<>(
                    topic,
                    outcomes.owner(),
                    RefreshRequest.class,
                    "connectionId",
                    Topic.Cleanup.DELETE,
                    Duration.ofDays(1));
            var dispatcher = new Dispatcher<>(
                    group,
                    List.of(commands),
                    DispatchConfig.from(settings),
                    clients,
                    new Handler(handler),
                    new SimpleMeterRegistry(),
                    Clock.systemUTC());
            Thread.ofPlatform().name("dispatcher").start(dispatcher);
            return () -> {
                dispatcher.close();
                clients.close();
            };
        }
    }

    private final class Handler implements EffectHandler<RefreshRequest> {

        private final Consumer<RefreshRequest> call;

        Handler(Consumer<RefreshRequest> call) {
            this.call = call;
        }

        @Override
        public Decision decide(Work<RefreshRequest> work) {
            return new Decision.Attempt(Outputs.none());
        }

        @Override
        public Outputs run(Work<RefreshRequest> work) {
            call.accept(work.value());
            return Outputs.to(serdes, work.trace())
                    .add(outcomes, work.key(), work.value())
                    .build();
        }

        @Override
        public Reconciled reconcile(Work<RefreshRequest> work) {
            throw new IllegalStateException("Nothing dies here");
        }

        @Override
        public Outputs unreadable(Unreadable unreadable) {
            throw new IllegalStateException("Everything here can be read");
        }

        @Override
        public Outputs failed(Work<RefreshRequest> work, Throwable cause) {
            throw new IllegalStateException(cause);
        }
    }

    private final class OfParallelConsumer implements Contender {

        private final String name;
        private final CommitMode commitMode;

        OfParallelConsumer(String name, CommitMode commitMode) {
            this.name = name;
            this.commitMode = commitMode;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public AutoCloseable start(String topic, String group, Consumer<RefreshRequest> handler) {
            var isTransactional = commitMode == CommitMode.PERIODIC_TRANSACTIONAL_PRODUCER;
            var options = ParallelConsumerOptions.<byte[], byte[]>builder()
                    .ordering(ProcessingOrder.KEY)
                    .maxConcurrency(atOnce)
                    .commitMode(commitMode)
                    .consumer(consumer(group))
                    .producer(producer(isTransactional))
                    .build();
            var processor = ParallelStreamProcessor.createEosStreamProcessor(options);
            processor.subscribe(List.of(topic));
            processor.pollAndProduce(context -> {
                var request = serdes.read(outcomes, context.value());
                handler.accept(request);
                return new ProducerRecord<>(outcomes.name(), context.key(), serdes.write(outcomes, request));
            });
            return processor::closeDontDrainFirst;
        }
    }

    /** At least once, one record after another; the next poll when all of a poll are done. */
    private final class OfLoop implements Contender {

        @Override
        public String name() {
            return "plain loop";
        }

        @Override
        public AutoCloseable start(String topic, String group, Consumer<RefreshRequest> handler) {
            var isClosed = new AtomicBoolean();
            var thread = Thread.ofPlatform().name("loop").start(() -> loop(topic, group, handler, isClosed));
            return () -> {
                isClosed.set(true);
                thread.join();
            };
        }

        private void loop(String topic, String group, Consumer<RefreshRequest> handler, AtomicBoolean isClosed) {
            try (var consumer = consumer(group);
                    var producer = producer(false)) {
                consumer.subscribe(List.of(topic));
                while (!isClosed.get()) {
                    for (var record : consumer.poll(Duration.ofMillis(100))) {
                        var request = serdes.read(outcomes, record.value());
                        handler.accept(request);
                        var _ = producer.send(
                                new ProducerRecord<>(outcomes.name(), record.key(), serdes.write(outcomes, request)));
                        if (isClosed.get()) {
                            return;
                        }
                    }
                    producer.flush();
                    consumer.commitSync();
                }
            }
        }
    }

    private KafkaConsumer<byte[], byte[]> consumer(String group) {
        return new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers", broker,
                        "group.id", group,
                        "enable.auto.commit", "false",
                        "auto.offset.reset", "earliest",
                        "isolation.level", "read_committed",
                        "max.poll.records", "1000"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
    }

    private KafkaProducer<byte[], byte[]> producer(boolean isTransactional) {
        var settings = new HashMap<String, Object>(
                Map.of("bootstrap.servers", broker, "acks", "all", "compression.type", "lz4", "retry.backoff.ms", "2"));
        if (isTransactional) {
            settings.put("transactional.id", "bench-" + UUID.randomUUID());
        }
        return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    }

    /** Writes the key of a record. */
    static byte[] key(String text) {
        return text.getBytes(UTF_8);
    }
}
