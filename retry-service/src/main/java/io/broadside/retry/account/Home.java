package io.broadside.retry.account;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;

/** Whether a request stands where it is taken in: under its own key, in the partition of Java's producers. */
final class Home {

    private static final int LONGEST_ID = 128;

    private Home() {}

    static boolean isAt(String requestId, byte @Nullable [] key, int partition, int partitions) {
        var id = requestId.getBytes(UTF_8);
        return !requestId.isEmpty()
                && requestId.length() <= LONGEST_ID
                && Arrays.equals(id, key)
                && Utils.toPositive(Utils.murmur2(id)) % partitions == partition;
    }
}
