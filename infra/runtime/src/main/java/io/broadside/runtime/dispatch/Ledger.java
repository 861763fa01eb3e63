package io.broadside.runtime.dispatch;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.zip.CRC32C;

/**
 * What is known of the records of a partition from its committed offset on: which are finished out of order, and which
 * have been attempted and may have had an effect. It lives in the metadata of the offset commit.
 *
 * <p>Text form: Base64 (RFC 4648, URL-safe, unpadded) of
 *
 * <pre>
 * byte     version, 2
 * int      CRC-32C (RFC 3720) of all other bytes, the version first
 * long     time of the last intent, in milliseconds since 1970 UTC
 * byte     form of the rest: 0 runs, or 1 table where that is shorter
 * runs     for each run of records in the same state: varint of (length * 4 + state)
 * table    varint of the number of records, then two bits for each, lowest bits first
 * </pre>
 *
 * States: 0 NEW, 1 ATTEMPTED, 2 DONE. A record beyond the last one described is NEW, so a ledger that was cut would make new what was
 * attempted: the checksum tells. Version 1 had none and is not read. How much may be described at once is the matter of
 * {@link LedgerSpace}.
 *
 * @param lastIntent no record was attempted after this time, by the clock of the one who wrote it
 */
record Ledger(Instant lastIntent, States states) {

    /** The most records a ledger describes. */
    static final int MAX_SPAN = 1 << 20;

    static final int HEADER_BYTES = Byte.BYTES + Integer.BYTES + Long.BYTES + Byte.BYTES;
    static final int STATES_PER_BYTE = 4;

    /** Of the number of records, which is below 2 to the power of 21. */
    static final int MAX_VARINT_BYTES = 4;

    private static final int VERSION = 2;
    private static final int CHECKSUM_AT = Byte.BYTES;
    private static final int CHECKED_FROM = CHECKSUM_AT + Integer.BYTES;
    private static final byte RUNS = 0;
    private static final byte TABLE = 1;

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
                    throw LedgerException.unreadable(
                            "the state " + code + " is not one of a ledger of version " + VERSION);
            };
        }
    }

    /** States of consecutive records, from the committed offset on, kept as runs of the same state. */
    static final class States {
        private int[] ends = new int[16];
        private byte[] codes = new byte[16];
        private int runs;

        /** Sets the state of the record that is {@code index} offsets beyond the committed one; those skipped are DONE. */
        void append(int index, State state) {
            // Offsets between records belong to transaction markers or compacted records: nothing is left to do there.
            fillDone(index);
            extend(state, index + 1);
        }

        /** Says DONE of all records from the last one described up to this one, which is not included. */
        void fillDone(int end) {
            if (end > length()) {
                extend(State.DONE, end);
            }
        }

        private void extend(State state, int end) {
            if (end <= length() || end > MAX_SPAN) {
                throw new IllegalArgumentException("Record " + end + " cannot follow " + length() + " records");
            }
            if (runs > 0 && codes[runs - 1] == state.code) {
                ends[runs - 1] = end;
                return;
            }
            if (runs == ends.length) {
                ends = Arrays.copyOf(ends, runs * 2);
                codes = Arrays.copyOf(codes, runs * 2);
            }
            ends[runs] = end;
            codes[runs] = state.code;
            runs++;
        }

        State at(long index) {
            if (index < 0 || index >= length()) {
                return State.NEW;
            }
            var found = Arrays.binarySearch(ends, 0, runs, (int) index + 1);
            return State.of(codes[found >= 0 ? found : -found - 1]);
        }

        int length() {
            return runs == 0 ? 0 : ends[runs - 1];
        }

        /** How many of them are not DONE. */
        int unfinished() {
            var count = 0;
            for (int run = 0; run < runs; run++) {
                if (codes[run] != State.DONE.code) {
                    count += ends[run] - begin(run);
                }
            }
            return count;
        }

        private void repeat(State state, int times) {
            if (times == 0) {
                throw LedgerException.unreadable("a run in it has no records");
            }
            if (times < 0 || times > MAX_SPAN - length()) {
                throw LedgerException.unreadable("it describes more than " + MAX_SPAN + " records");
            }
            extend(state, length() + times);
        }

        private int begin(int run) {
            return run == 0 ? 0 : ends[run - 1];
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof States that
                    && Arrays.equals(ends, 0, runs, that.ends, 0, that.runs)
                    && Arrays.equals(codes, 0, runs, that.codes, 0, that.runs);
        }

        @Override
        public int hashCode() {
            return 31 * Arrays.hashCode(Arrays.copyOf(ends, runs)) + Arrays.hashCode(Arrays.copyOf(codes, runs));
        }

        @Override
        public String toString() {
            var text = new StringBuilder();
            for (int run = 0; run < runs; run++) {
                text.append(State.of(codes[run]).name().substring(0, 1).repeat(ends[run] - begin(run)));
            }
            return text.toString();
        }
    }

    static Ledger empty() {
        return new Ledger(Instant.EPOCH, new States());
    }

    /** The ledger as metadata of an offset commit. */
    String encoded() {
        var body = runs();
        var form = RUNS;
        if (body.remaining() > MAX_VARINT_BYTES + states.length() / STATES_PER_BYTE) {
            var table = table();
            if (table.remaining() < body.remaining()) {
                body = table;
                form = TABLE;
            }
        }
        var bytes = ByteBuffer.allocate(HEADER_BYTES + body.remaining())
                .put((byte) VERSION)
                .putInt(0)
                .putLong(lastIntent.toEpochMilli())
                .put(form)
                .put(body);
        bytes.putInt(CHECKSUM_AT, checksum(bytes.array()));
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.array());
    }

    /**
     * Reads the metadata of an offset commit; empty metadata is an empty ledger.
     *
     * @throws LedgerException if it is not, to the last bit, a ledger of a version known here: then nothing may be started, because
     *     a record that was attempted might look new
     */
    static Ledger decoded(String metadata) {
        if (metadata.isEmpty()) {
            return empty();
        }
        try {
            var bytes = ByteBuffer.wrap(Base64.getUrlDecoder().decode(metadata));
            var version = bytes.get();
            if (version != VERSION) {
                throw LedgerException.unreadable("its version is " + version + ", known here is " + VERSION);
            }
            if (bytes.getInt() != checksum(bytes.array())) {
                throw LedgerException.unreadable("its checksum is not that of what it holds");
            }
            var lastIntent = Instant.ofEpochMilli(bytes.getLong());
            var states = switch (bytes.get()) {
                case RUNS -> readRuns(bytes);
                case TABLE -> readTable(bytes);
                default -> throw LedgerException.unreadable("its form is not known");
            };
            if (bytes.hasRemaining()) {
                throw LedgerException.unreadable("there is more in it than its states");
            }
            return new Ledger(lastIntent, states);
        } catch (IllegalArgumentException | BufferUnderflowException e) {
            throw LedgerException.unreadable("it is not whole", e);
        }
    }

    private static int checksum(byte[] bytes) {
        var crc = new CRC32C();
        crc.update(bytes, 0, CHECKSUM_AT);
        crc.update(bytes, CHECKED_FROM, bytes.length - CHECKED_FROM);
        return (int) crc.getValue();
    }

    private ByteBuffer runs() {
        var bytes = ByteBuffer.allocate(states.runs * MAX_VARINT_BYTES);
        for (int run = 0; run < states.runs; run++) {
            putVarint(bytes, (states.ends[run] - states.begin(run)) * 4 + states.codes[run]);
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
        var length = states.length();
        var packed = new byte[(length + STATES_PER_BYTE - 1) / STATES_PER_BYTE];
        for (int run = 0; run < states.runs; run++) {
            for (int i = states.begin(run); i < states.ends[run]; i++) {
                packed[i / STATES_PER_BYTE] |= (byte) (states.codes[run] << (i % STATES_PER_BYTE * 2));
            }
        }
        var bytes = ByteBuffer.allocate(MAX_VARINT_BYTES + packed.length);
        putVarint(bytes, length);
        return bytes.put(packed).flip();
    }

    private static States readTable(ByteBuffer bytes) {
        var length = varint(bytes);
        if (length < 0 || length > MAX_SPAN) {
            throw LedgerException.unreadable("it describes more than " + MAX_SPAN + " records");
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
        throw LedgerException.unreadable("a number in it is too long");
    }
}
