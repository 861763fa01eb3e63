package io.broadside.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * The way of a post without a promise: what is read from one topic is written to another, and what is read there is a call. Plain
 * clients; nothing is committed, decided, remembered or answered.
 *
 * <p>Arguments: broker, port of the simulator, connections.
 */
final class BareRelay {

    static final String REQUESTS = "bench.relay.requests";
    static final String COMMANDS = "bench.relay.commands";

    private BareRelay() {}

    /** What a record says: platform, number of the account, text. */
    static byte[] record(BenchAccount account, String text) {
        return (account.platform() + "," + account.number() + "," + text).getBytes(UTF_8);
    }

    static void main(String[] args) throws InterruptedException {
        var broker = args[0];
        var calls = new PlatformCalls(Vertx.vertx(), Integer.parseInt(args[1]), Integer.parseInt(args[2]));
        var requests = consumer(broker, REQUESTS);
        var commands = consumer(broker, COMMANDS);
        var producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", broker, "linger.ms", "0"),
                new ByteArraySerializer(),
                new ByteArraySerializer());
        Thread.ofPlatform().name("requests").start(() -> {
            while (true) {
                for (var record : requests.poll(Duration.ofSeconds(1))) {
                    var _ = producer.send(new ProducerRecord<>(COMMANDS, record.key(), record.value()));
                }
            }
        });
        Thread.ofPlatform().name("commands").start(() -> {
            while (true) {
                for (var record : commands.poll(Duration.ofSeconds(1))) {
                    var fields = new String(record.value(), UTF_8).split(",", 3);
                    var account = new BenchAccount(fields[0], Integer.parseInt(fields[1]));
                    var _ = calls.first(account, fields[2]);
                }
            }
        });
        System.out.println(OwnProcess.READY);
        Thread.currentThread().join();
    }

    private static KafkaConsumer<byte[], byte[]> consumer(String broker, String topic) {
        var consumer = new KafkaConsumer<>(
                Map.<String, Object>of("bootstrap.servers", broker),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        var partitions = consumer.partitionsFor(topic).stream()
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        return consumer;
    }
}
