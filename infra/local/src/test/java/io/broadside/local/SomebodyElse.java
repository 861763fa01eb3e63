package io.broadside.local;

import io.confluent.kafka.serializers.KafkaAvroDeserializer;
import io.confluent.kafka.serializers.KafkaAvroSerializer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/** Stands for an upstream system: knows the .avsc files, the broker and the registry, and no class of Broadside. */
final class SomebodyElse {

    private static final String ID = "from-somebody-else";

    private SomebodyElse() {}

    static void main(String[] args) throws Exception {
        var schema = new Schema.Parser()
                .parse(Path.of(args[0], "PublishRequest.avsc").toFile());
        var settings = Map.<String, Object>of(
                "bootstrap.servers",
                args[1],
                "schema.registry.url",
                args[2],
                "key.serializer",
                "org.apache.kafka.common.serialization.StringSerializer",
                "value.serializer",
                KafkaAvroSerializer.class,
                "key.deserializer",
                "org.apache.kafka.common.serialization.StringDeserializer",
                "value.deserializer",
                KafkaAvroDeserializer.class);
        try (var results = new KafkaConsumer<String, GenericRecord>(settings);
                var requests = new KafkaProducer<String, GenericRecord>(settings)) {
            var partitions = results.partitionsFor("publish.results").stream()
                    .map(info -> new TopicPartition(info.topic(), info.partition()))
                    .toList();
            results.assign(partitions);
            results.seekToEnd(partitions);
            partitions.forEach(results::position);
            requests.send(new ProducerRecord<>("publish.requests", ID, request(schema)))
                    .get();
            System.out.println("The result is " + await(results));
        }
    }

    private static GenericRecord request(Schema schema) {
        var content = new GenericRecordBuilder(schema.getField("content").schema())
                .set("text", "Written by somebody else")
                .build();
        var target = new GenericRecordBuilder(
                        schema.getField("targets").schema().getElementType())
                .set("profileId", "library")
                .set("platform", "facebook")
                .build();
        return new GenericRecordBuilder(schema)
                .set("requestId", ID)
                .set("content", content)
                .set(
                        "targets",
                        new GenericData.Array<>(schema.getField("targets").schema(), List.of(target)))
                .build();
    }

    private static String await(KafkaConsumer<String, GenericRecord> results) {
        var deadline = System.nanoTime() + Duration.ofMinutes(3).toNanos();
        while (System.nanoTime() < deadline) {
            for (var record : results.poll(Duration.ofMillis(200))) {
                if (ID.equals(record.key())
                        && Boolean.TRUE.equals(record.value().get("isFinal"))) {
                    return record.value().get("status").toString();
                }
            }
        }
        return "missing";
    }
}
