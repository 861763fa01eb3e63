package io.broadside.runtime.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A map that keeps its entries as bytes in a few large arrays, where millions of small objects would be several times as large.
 *
 * <ol>
 *   <li>What is read is made anew of its bytes: two reads give equal values, not the same.
 *   <li>Every value has a rank, by which entries are chosen without being read ({@link #upTo}).
 *   <li>A key that is written like a UUID takes 16 bytes.
 *   <li>Safe for use by many threads. A read waits for no more than a write of one value, or now and then for its part of the map, a
 *       thousandth, to be put in order. Views show what is there when they get there.
 * </ol>
 */
public final class PackedMap<T> extends AbstractMap<String, T> {

    private static final int STRIPES = 1024;

    private final Form<T> form;
    private final AtomicInteger size = new AtomicInteger();
    private final List<Stripe> stripes =
            IntStream.range(0, STRIPES).mapToObj(_ -> new Stripe()).toList();

    /** What a value looks like as bytes. */
    public interface Form<T> {
        byte[] write(String key, T value);

        T read(String key, byte[] bytes);

        /** For {@link PackedMap#upTo}. */
        long rank(T value);
    }

    public PackedMap(Form<T> form) {
        this.form = form;
    }

    @Override
    public @Nullable T get(Object key) {
        if (!(key instanceof String text)) {
            return null;
        }
        var packed = packed(text);
        var value = stripe(packed).get(packed);
        return value == null ? null : form.read(text, value);
    }

    @Override
    public boolean containsKey(Object key) {
        return get(key) != null;
    }

    @Override
    public @Nullable T put(String key, T value) {
        var packed = packed(key);
        var before = stripe(packed).put(packed, form.write(key, value), form.rank(value));
        if (before == null) {
            size.incrementAndGet();
            return null;
        }
        return form.read(key, before);
    }

    @Override
    public @Nullable T remove(Object key) {
        if (!(key instanceof String text)) {
            return null;
        }
        var packed = packed(text);
        var before = stripe(packed).remove(packed);
        if (before == null) {
            return null;
        }
        size.decrementAndGet();
        return form.read(text, before);
    }

    @Override
    public int size() {
        return size.get();
    }

    /** The values whose rank is not above this one, in no order. */
    public Stream<T> upTo(long rank) {
        return entries(rank).map(Map.Entry::getValue);
    }

    /** The values that begin with these bytes as they are kept, in no order. */
    public Stream<T> startingWith(byte[] start) {
        return read(stripe -> stripe.startingWith(start)).map(Map.Entry::getValue);
    }

    @Override
    public Set<Map.Entry<String, T>> entrySet() {
        return new AbstractSet<>() {
            @Override
            public Iterator<Map.Entry<String, T>> iterator() {
                return entries(Long.MAX_VALUE).iterator();
            }

            @Override
            public int size() {
                return PackedMap.this.size();
            }
        };
    }

    private Stream<Map.Entry<String, T>> entries(long rank) {
        return read(stripe -> stripe.upTo(rank));
    }

    private Stream<Map.Entry<String, T>> read(Function<Stripe, List<Packed>> choice) {
        return stripes.stream().flatMap(stripe -> choice.apply(stripe).stream()).map(entry -> {
            var key = unpacked(entry.key);
            return Map.entry(key, form.read(key, entry.value));
        });
    }

    private Stripe stripe(byte[] packed) {
        // The lower bits choose the slot within it.
        return stripes.get((hash(packed) >>> 20) % STRIPES);
    }

    private static int hash(byte[] packed) {
        var hash = Arrays.hashCode(packed) * 0x9E37_79B9;
        return hash ^ (hash >>> 15);
    }

    /** A UUID as its 16 bytes, anything else as text with one byte in front of it. */
    private static byte[] packed(String key) {
        var uuid = uuid(key);
        if (uuid.isPresent()) {
            var bytes = new byte[Long.BYTES * 2];
            Stripe.LONG.set(bytes, 0, uuid.get().getMostSignificantBits());
            Stripe.LONG.set(bytes, Long.BYTES, uuid.get().getLeastSignificantBits());
            return bytes;
        }
        var text = key.getBytes(UTF_8);
        var bytes = new byte[text.length + (text.length == Long.BYTES * 2 - 1 ? 2 : 1)];
        System.arraycopy(text, 0, bytes, bytes.length - text.length, text.length);
        bytes[0] = (byte) (bytes.length - text.length);
        return bytes;
    }

    private static String unpacked(byte[] packed) {
        return packed.length == Long.BYTES * 2
                ? new UUID((long) Stripe.LONG.get(packed, 0), (long) Stripe.LONG.get(packed, Long.BYTES)).toString()
                : new String(packed, packed[0], packed.length - packed[0], UTF_8);
    }

    private static Optional<UUID> uuid(String key) {
        if (key.length() != 36) {
            return Optional.empty();
        }
        try {
            var uuid = UUID.fromString(key);
            return uuid.toString().equals(key) ? Optional.of(uuid) : Optional.empty();
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    /** An entry as it is kept. */
    private static final class Packed {
        private final byte[] key;
        private final byte[] value;

        Packed(byte[] key, byte[] value) {
            this.key = key;
            this.value = value;
        }
    }

    /** A part of the map: records one behind the other, and a table of where they begin. */
    private static final class Stripe {

        static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
        private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

        /** Rank, length of the key, length of the value. */
        private static final int HEADER = Long.BYTES + Integer.BYTES + Integer.BYTES;

        private static final int GONE = -1;
        private static final int LEAST_SLOTS = 8;
        private static final int LEAST_BYTES = 512;

        private byte[] data = new byte[LEAST_BYTES];
        /** Where a record begins, plus one; 0 where there never was one. */
        private int[] slots = new int[LEAST_SLOTS];

        private int end;
        private int usedSlots;
        private int count;
        private int garbage;

        /** No rank is below this one: most looks find nothing, and need not read what there is. */
        private long lowest = Long.MAX_VALUE;

        synchronized byte @Nullable [] get(byte[] key) {
            var slot = find(key);
            return slot < 0 ? null : value(slots[slot] - 1);
        }

        synchronized byte @Nullable [] put(byte[] key, byte[] value, long rank) {
            makeRoom(HEADER + key.length + value.length);
            lowest = Math.min(lowest, rank);
            var slot = find(key);
            byte[] before = null;
            if (slot >= 0) {
                var at = slots[slot] - 1;
                before = value(at);
                if (before.length == value.length) {
                    write(at, key, value, rank);
                    return before;
                }
                garbage += length(at);
            } else {
                slot = -slot - 1;
                usedSlots++;
                count++;
            }
            slots[slot] = end + 1;
            write(end, key, value, rank);
            end += HEADER + key.length + value.length;
            return before;
        }

        synchronized byte @Nullable [] remove(byte[] key) {
            var slot = find(key);
            if (slot < 0) {
                return null;
            }
            var at = slots[slot] - 1;
            slots[slot] = GONE;
            garbage += length(at);
            count--;
            return value(at);
        }

        synchronized List<Packed> upTo(long rank) {
            if (rank < lowest) {
                return List.of();
            }
            var found = new ArrayList<Packed>();
            lowest = Long.MAX_VALUE;
            for (var slot : slots) {
                if (slot > 0) {
                    var its = (long) LONG.get(data, slot - 1);
                    lowest = Math.min(lowest, its);
                    if (its <= rank) {
                        found.add(new Packed(key(slot - 1), value(slot - 1)));
                    }
                }
            }
            return found;
        }

        synchronized List<Packed> startingWith(byte[] start) {
            var found = new ArrayList<Packed>();
            for (var slot : slots) {
                if (slot > 0) {
                    var from = slot - 1 + HEADER + keyLength(slot - 1);
                    var to = Math.min(slot - 1 + length(slot - 1), from + start.length);
                    if (Arrays.equals(data, from, to, start, 0, start.length)) {
                        found.add(new Packed(key(slot - 1), value(slot - 1)));
                    }
                }
            }
            return found;
        }

        /** The slot of this key, or where it belongs: that slot negative, less one. */
        private int find(byte[] key) {
            var mask = slots.length - 1;
            for (int slot = hash(key) & mask; ; slot = (slot + 1) & mask) {
                if (slots[slot] == 0) {
                    return -slot - 1;
                }
                if (slots[slot] > 0 && isAt(slots[slot] - 1, key)) {
                    return slot;
                }
            }
        }

        private boolean isAt(int at, byte[] key) {
            var from = at + HEADER;
            return keyLength(at) == key.length && Arrays.equals(data, from, from + key.length, key, 0, key.length);
        }

        private void write(int at, byte[] key, byte[] value, long rank) {
            LONG.set(data, at, rank);
            INT.set(data, at + Long.BYTES, key.length);
            INT.set(data, at + Long.BYTES + Integer.BYTES, value.length);
            System.arraycopy(key, 0, data, at + HEADER, key.length);
            System.arraycopy(value, 0, data, at + HEADER + key.length, value.length);
        }

        private int keyLength(int at) {
            return (int) INT.get(data, at + Long.BYTES);
        }

        private int length(int at) {
            return HEADER + keyLength(at) + (int) INT.get(data, at + Long.BYTES + Integer.BYTES);
        }

        private byte[] key(int at) {
            return Arrays.copyOfRange(data, at + HEADER, at + HEADER + keyLength(at));
        }

        private byte[] value(int at) {
            return Arrays.copyOfRange(data, at + HEADER + keyLength(at), at + length(at));
        }

        /** Puts records in order if too much of the space or of the table is used up: the rest is grown little, it must not lie idle. */
        private void makeRoom(int more) {
            var isFull = end + more > data.length;
            if (!isFull && usedSlots < slots.length * 2 / 3) {
                return;
            }
            var live = end - garbage;
            var bytes = data;
            if (isFull) {
                bytes = new byte[Math.max(LEAST_BYTES, live + more + (live + more) / 8)];
            }
            var tableSize = LEAST_SLOTS;
            while (tableSize / 2 <= count + 1) {
                tableSize *= 2;
            }
            reorder(bytes, new int[tableSize]);
        }

        private void reorder(byte[] bytes, int[] table) {
            var old = data;
            var starts = Arrays.stream(slots).filter(slot -> slot > 0).sorted().toArray();
            var mask = table.length - 1;
            var to = 0;
            for (var start : starts) {
                var at = start - 1;
                var length = length(at);
                var slot = hash(key(at)) & mask;
                while (table[slot] != 0) {
                    slot = (slot + 1) & mask;
                }
                table[slot] = to + 1;
                // In order of their places, so that nothing is overwritten that is still to be moved.
                System.arraycopy(old, at, bytes, to, length);
                to += length;
            }
            data = bytes;
            slots = table;
            end = to;
            garbage = 0;
            usedSlots = count;
        }
    }
}
