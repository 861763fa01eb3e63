package io.broadside.runtime.dispatch;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.broadside.events.PublishCommand;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/** Records as the dispatcher holds them. */
final class Slots {

    private static final TopicPartition PARTITION = new TopicPartition("commands", 0);

    private Slots() {}

    /** Of a partition that holds nothing else. */
    static Slot<PublishCommand> of(long offset, String key) {
        return taken(1, offset, key).getFirst();
    }

    /** Records of keys of their own, one partition, taken out of its queue. */
    static List<Slot<PublishCommand>> taken(int count) {
        return taken(count, 0, "key");
    }

    private static List<Slot<PublishCommand>> taken(int count, long from, String key) {
        var partition = new PartitionWork<PublishCommand>(
                PARTITION, new LedgerSpace(3500, 4096), from, Ledger.empty(), Instant.EPOCH);
        for (int i = 0; i < count; i++) {
            partition.add(
                    new ConsumerRecord<>(PARTITION.topic(), 0, from + i, (key + "-" + i).getBytes(UTF_8), new byte[0]));
        }
        var slots = new ArrayList<Slot<PublishCommand>>();
        for (int i = 0; i < count; i++) {
            slots.add(partition.take(Instant.EPOCH).orElseThrow());
        }
        return slots;
    }
}
