package io.broadside.publisher;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.broadside.events.PublishRequest;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.avro.generic.IndexedRecord;
import org.jspecify.annotations.Nullable;

/**
 * Tells whether two requests of the same id ask for the same. Independent of the order in which maps were written and of
 * fields with defaults, so that a request sent again by another client, or after an update, is recognised.
 */
final class RequestFingerprint {

    private final MessageDigest sha256;

    private RequestFingerprint(MessageDigest sha256) {
        this.sha256 = sha256;
    }

    /** SHA-256 over what is asked for, as hex. When it was asked does not count. */
    static String of(PublishRequest request) {
        try {
            var print = new RequestFingerprint(MessageDigest.getInstance("SHA-256"));
            print.add(PublishRequest.newBuilder(request).setRequestedAt(null).build());
            return HexFormat.of().formatHex(print.sha256.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }

    /** Every value is preceded by its kind and size: no two different requests give the same bytes. */
    private void add(@Nullable Object value) {
        switch (value) {
            case null -> tag('0', 0);
            case IndexedRecord record -> addRecord(record);
            case List<?> list -> {
                tag('l', list.size());
                list.forEach(this::add);
            }
            case Map<?, ?> map -> {
                tag('m', map.size());
                var sorted = new TreeMap<String, Object>();
                map.forEach((name, entry) -> sorted.put(name.toString(), entry));
                sorted.forEach((name, entry) -> {
                    add(name);
                    add(entry);
                });
            }
            default -> {
                var text = value.toString().getBytes(UTF_8);
                tag('t', text.length);
                sha256.update(text);
            }
        }
    }

    /**
     * Fields that have no value are left out: one that a later version adds changes nothing. An empty list is no value where
     * that is the default; where the default is none at all, as in an override, it says "none of them".
     */
    private void addRecord(IndexedRecord record) {
        for (var field : record.getSchema().getFields()) {
            var value = record.get(field.pos());
            var isLeftOut = value == null || (!field.schema().isNullable() && isEmpty(value));
            if (!isLeftOut) {
                add(field.name());
                add(value);
            }
        }
        tag('e', 0);
    }

    private static boolean isEmpty(Object value) {
        return (value instanceof List<?> list && list.isEmpty()) || (value instanceof Map<?, ?> map && map.isEmpty());
    }

    private void tag(char kind, int size) {
        sha256.update(ByteBuffer.allocate(Character.BYTES + Integer.BYTES)
                .putChar(kind)
                .putInt(size)
                .flip());
    }
}
