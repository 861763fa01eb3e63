package io.broadside.publisher;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.junit.jupiter.api.Test;

class HomePartitionTest {

    @Test
    void isWhereJavaProducersPutTheKey() {
        var home = new HomePartition(12);
        IntStream.range(0, 1000).mapToObj(number -> "request-" + number).forEach(id -> {
            var partition = BuiltInPartitioner.partitionForKey(id.getBytes(UTF_8), 12);
            assertThat(home.isAt(id, partition)).isTrue();
            assertThat(home.isAt(id, (partition + 1) % 12)).isFalse();
        });
    }
}
