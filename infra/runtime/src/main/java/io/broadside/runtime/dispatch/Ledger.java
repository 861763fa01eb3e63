package io.broadside.runtime.dispatch;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;

/**
 * What is known of the records of a partition from its committed offset on: which are finished out of order, and which
 * have been attempted and may have had an effect. It lives in the metadata of the offset commit.
 *
 * <p>Text form: Base64 (RFC 4648, URL-safe, unpadded) of
 *
 * <pre>
 * byte     version, 1
 * long     time of the last intent, in milliseconds since 1970 UTC
 * byte     form of the rest: 0 runs, 1 table; whichever is shorter
 * runs     for each run of records in the same state: varint of (length * 4 + state)
 * table    varint of the number of records, then two bits for each, lowest bits first
 * </pre>
 *
 * States: 0 NEW, 1 ATTEMPTED, 2 DONE. A record beyond the last one described is NEW. The longest text, that of a full
 * window without any order in it, has {@value #MAX_LENGTH} characters; a broker takes 4,096 unless told otherwise.
 *
 * @param lastIntent no record was attempted after this time, by the clock of the one who wrote it
 */
record Ledger(Instant lastIntent, States states) {

    /** The most records a ledger describes. */
    static final int MAX_SPAN = 10_000;

    /** The longest text of a ledger. */
    static final int MAX_LENGTH = 3_352;

    private static final int VERSION = 1;
    private static final int HEADER_BYTES = Byte.BYTES + Long.BYTES + Byte.BYTES;
    private static final byte RUNS = 0;
    private static final byte TABLE = 1;
    private static final int STATES_PER_BYTE = 4;
    private static final int MAX_VARINT_BYTES = 5;

    /** What is known of one record. */
    enum State {
        /** Nobody has done anything with it. */
        NEW(0),
        /** The intent to make its call is durable: the call may have been made. */
        ATTEMPTED(1),
        /** What came of it is durable. */
        DONE(2);

        private final byte code;

        State(int code) {
            this.code = (byte) code;
        }

        static State of(int code) {
            return switch (code) {
                case 0 -> NEW;
                case 1 -> ATTEMPTED;
                case 2 -> DONE;
                default ->
                    throw new LedgerException("the state " + code + " is not one of a ledger of version " + VERSION);
            };
        }
    }

    /** States of consecutive records, from the committed offset on. */
    static final class States {
        private byte[] codes;
        private int length;

        States() {
            codes = new byte[64];
        }

        /** Sets the state of the record that is {@code index} offsets beyond the committed one; those skipped are DONE. */
        void append(int index, State state) {
            if (index < length || index >= MAX_SPAN) {
                throw new IllegalArgumentException("Record " + index + " cannot follow " + length + " records");
            }
            if (index >= codes.length) {
                codes = Arrays.copyOf(codes, Math.min(MAX_SPAN, Math.max(index + 1, codes.length * 2)));
            }
            // Offsets between records belong to transaction markers or compacted records: nothing is left to do there.
            Arrays.fill(codes, length, index, State.DONE.code);
            codes[index] = state.code;
            length = index + 1;
        }

        State at(long index) {
            return index < 0 || index >= length ? State.NEW : State.of(codes[(int) index]);
        }

        int length() {
            return length;
        }

        private void repeat(State state, int times) {
            if (times < 1 || times > MAX_SPAN - length) {
                throw new LedgerException("it describes more than " + MAX_SPAN + " records");
            }
            for (int i = 0; i < times; i++) {
                append(length, state);
            }
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof States that && Arrays.equals(codes, 0, length, that.codes, 0, that.length);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(Arrays.copyOf(codes, length));
        }

        @Override
        public String toString() {
            var text = new StringBuilder(length);
            for (int i = 0; i < length; i++) {
                text.append(State.of(codes[i]).name().charAt(0));
            }
            return text.toString();
        }
    }

    static Ledger empty() {
        return new Ledger(Instant.EPOCH, new States());
    }

    /** The ledger as metadata of an offset commit. */
    String encoded() {
        var runs = runs();
        var table = table();
        var isShorterAsRuns = runs.remaining() <= table.remaining();
        var body = isShorterAsRuns ? runs : table;
        var bytes = ByteBuffer.allocate(HEADER_BYTES + body.remaining())
                .put((byte) VERSION)
                .putLong(lastIntent.toEpochMilli())
                .put(isShorterAsRuns ? RUNS : TABLE)
                .put(body);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.array());
    }

    /**
     * Reads the metadata of an offset commit; empty metadata is an empty ledger.
     *
     * @throws LedgerException if it is not a ledger of a version known here: then nothing may be started, because a
     *     record that was attempted might look new
     */
    static Ledger decoded(String metadata) {
        if (metadata.isEmpty()) {
            return empty();
        }
        try {
            var bytes = ByteBuffer.wrap(Base64.getUrlDecoder().decode(metadata));
            var version = bytes.get();
            if (version != VERSION) {
                throw new LedgerException("its version is " + version + ", known here is " + VERSION);
            }
            var lastIntent = Instant.ofEpochMilli(bytes.getLong());
            return switch (bytes.get()) {
                case RUNS -> new Ledger(lastIntent, readRuns(bytes));
                case TABLE -> new Ledger(lastIntent, readTable(bytes));
                default -> throw new LedgerException("its form is not known");
            };
        } catch (IllegalArgumentException | BufferUnderflowException e) {
            throw new LedgerException("it is not whole", e);
        }
    }

    private ByteBuffer runs() {
        var bytes = ByteBuffer.allocate(states.length * MAX_VARINT_BYTES);
        for (int start = 0; start < states.length; ) {
            var code = states.codes[start];
            var end = start + 1;
            while (end < states.length && states.codes[end] == code) {
                end++;
            }
            putVarint(bytes, (end - start) * 4 + code);
            start = end;
        }
        return bytes.flip();
    }

    private static States readRuns(ByteBuffer bytes) {
        var states = new States();
        while (bytes.hasRemaining()) {
            var run = varint(bytes);
            states.repeat(State.of(run & 3), run >>> 2);
        }
        return states;
    }

    private ByteBuffer table() {
        var bytes = ByteBuffer.allocate(MAX_VARINT_BYTES + states.length / STATES_PER_BYTE + 1);
        putVarint(bytes, states.length);
        for (int start = 0; start < states.length; start += STATES_PER_BYTE) {
            var packed = 0;
            for (int i = Math.min(start + STATES_PER_BYTE, states.length) - 1; i >= start; i--) {
                packed = (packed << 2) | states.codes[i];
            }
            bytes.put((byte) packed);
        }
        return bytes.flip();
    }

    private static States readTable(ByteBuffer bytes) {
        var length = varint(bytes);
        if (length < 0 || length > MAX_SPAN) {
            throw new LedgerException("it describes more than " + MAX_SPAN + " records");
        }
        var states = new States();
        var packed = 0;
        for (int i = 0; i < length; i++) {
            packed = i % STATES_PER_BYTE == 0 ? bytes.get() & 0xFF : packed >>> 2;
            states.append(i, State.of(packed & 3));
        }
        return states;
    }

    private static void putVarint(ByteBuffer bytes, int value) {
        var rest = value;
        while ((rest & ~0x7F) != 0) {
            bytes.put((byte) ((rest & 0x7F) | 0x80));
            rest >>>= 7;
        }
        bytes.put((byte) rest);
    }

    private static int varint(ByteBuffer bytes) {
        var value = 0;
        for (int shift = 0; shift < 28; shift += 7) {
            var next = bytes.get();
            value |= (next & 0x7F) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw new LedgerException("a number in it is too long");
    }
}
