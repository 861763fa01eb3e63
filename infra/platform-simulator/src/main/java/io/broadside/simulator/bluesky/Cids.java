package io.broadside.simulator.bluesky;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;

/** Names of contents: equal contents have equal ones. They look like the real ones, and are not computed as those are. */
final class Cids {
    private static final String DIGITS = "234567abcdefghijklmnopqrstuvwxyz";
    private static final AtomicLong LAST = new AtomicLong();

    private Cids() {}

    /** Of a record, whatever the order of its fields. */
    static String of(JsonNode record) {
        return ofText("bafyrei", sorted(record));
    }

    static String ofText(String prefix, String text) {
        try {
            var hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
            return prefix + HexFormat.of().formatHex(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 belongs to every JDK", e);
        }
    }

    /** A timestamp identifier that was not given out before. */
    static String key(Instant now) {
        long micros = LAST.accumulateAndGet(now.toEpochMilli() * 1_000, (last, next) -> Math.max(last + 1, next));
        var text = new StringBuilder();
        for (int shift = 60; shift >= 0; shift -= 5) {
            text.append(DIGITS.charAt((int) ((micros << 10) >>> shift) & 31));
        }
        return text.toString();
    }

    private static String sorted(JsonNode node) {
        if (node.isObject()) {
            var names = new TreeSet<String>();
            node.fieldNames().forEachRemaining(names::add);
            var text = new StringBuilder("{");
            names.forEach(name -> text.append(name)
                    .append(':')
                    .append(sorted(node.path(name)))
                    .append(','));
            return text.append('}').toString();
        }
        if (node.isArray()) {
            var text = new StringBuilder("[");
            node.forEach(one -> text.append(sorted(one)).append(','));
            return text.append(']').toString();
        }
        return node.toString();
    }
}
