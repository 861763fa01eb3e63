package io.broadside.publisher.platform.tiktok;

/**
 * How a file is cut for the upload: pieces of one size, the last one taking what is left over beside its own.
 *
 * <p>https://developers.tiktok.com/doc/content-posting-api-media-transfer-guide
 *
 * @param size of the file, at least one byte
 * @param chunkSize of every piece but the last
 */
record Chunks(long size, long chunkSize) {

    /** A file of more than this is two pieces at least: TikTok's 64 MB, taken as 10^6 bytes each. */
    private static final long LARGEST_WHOLE = 64_000_000;

    /** A file of less than two pieces is one, or two smaller ones where it may not be one. */
    static Chunks of(long size, long chunkSize) {
        return size < 2 * chunkSize && size > LARGEST_WHOLE
                ? new Chunks(size, size / 2)
                : new Chunks(size, Math.min(size, chunkSize));
    }

    long count() {
        return size / chunkSize;
    }

    /** Where the last piece begins: whatever is before it can be sent without publishing anything. */
    long lastStart() {
        return (count() - 1) * chunkSize;
    }

    /** Bytes of the last piece. */
    int lastLength() {
        return Math.toIntExact(size - lastStart());
    }

    /** The beginning of the piece that this byte is in, not beyond that of the last piece. */
    long startOf(long offset) {
        return Math.min(lastStart(), offset / chunkSize * chunkSize);
    }

    /** For the header of that name. */
    String contentRange(long first, long length) {
        return "bytes " + first + "-" + (first + length - 1) + "/" + size;
    }
}
