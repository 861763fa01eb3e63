package io.broadside.simulator.media;

/**
 * What is asked for by a {@code Range} header: RFC 9110, section 14. Of several ranges, and of units that are not bytes, the whole is
 * given, as a server may.
 */
sealed interface ByteRange {
    record Whole() implements ByteRange {}

    /**
     * A part.
     *
     * @param end exclusive
     */
    record Part(long start, long end) implements ByteRange {}

    /** There is nothing in that range. */
    record Unsatisfiable() implements ByteRange {}

    static ByteRange of(String header, long length) {
        if (!header.matches("bytes=([0-9]{1,18}-[0-9]{0,18}|-[0-9]{1,18})")) {
            return new Whole();
        }
        int dash = header.indexOf('-');
        var first = header.substring("bytes=".length(), dash);
        var last = header.substring(dash + 1);
        if (first.isEmpty()) {
            long number = Math.min(length, Long.parseLong(last));
            return number == 0 ? new Unsatisfiable() : new Part(length - number, length);
        }
        long start = Long.parseLong(first);
        long end = last.isEmpty() ? length : Math.min(length, Long.parseLong(last) + 1);
        if (!last.isEmpty() && Long.parseLong(last) < start) {
            return new Whole();
        }
        return start >= length ? new Unsatisfiable() : new Part(start, end);
    }
}
