package io.broadside.publisher;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.apache.kafka.common.utils.Utils;

/**
 * The partition where everything about a request meets: that of Java's producers. Those of other languages may hash keys in
 * another way (librdkafka: CRC-32), and one request in two partitions would be taken for two.
 *
 * @param partitions how many partitions each topic has
 */
record HomePartition(int partitions) {

    boolean isAt(String requestId, int partition) {
        return partition == Utils.toPositive(Utils.murmur2(requestId.getBytes(UTF_8))) % partitions;
    }
}
