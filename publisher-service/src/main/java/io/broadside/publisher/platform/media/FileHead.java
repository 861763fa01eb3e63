package io.broadside.publisher.platform.media;

import io.vertx.core.http.HttpClientResponse;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What an answer says about the file that it brings.
 *
 * @param offset of the first byte that comes
 * @param size of the whole file; empty if the server does not say
 * @param mark what tells this version of the file from another: a strong ETag, or the time of its last change
 */
record FileHead(long offset, Optional<Long> size, Optional<String> mark) {

    private static final Pattern RANGE = Pattern.compile("bytes ([0-9]{1,18})-[0-9]{1,18}/([0-9]{1,18}|\\*)");

    /** Marks are kept in checkpoints and sent back in headers. */
    private static final Pattern USABLE_MARK = Pattern.compile("[\\x20-\\x7e]{1,128}");

    /** The head of an answer; empty for a part of a file that does not say which. */
    static Optional<FileHead> of(HttpClientResponse response) {
        if (response.statusCode() == 200) {
            return Optional.of(new FileHead(0, length(response), mark(response)));
        }
        var range = RANGE.matcher(
                Optional.ofNullable(response.getHeader("Content-Range")).orElse(""));
        if (!range.matches()) {
            return Optional.empty();
        }
        var size = range.group(2).equals("*") ? Optional.<Long>empty() : Optional.of(Long.valueOf(range.group(2)));
        return Optional.of(new FileHead(Long.parseLong(range.group(1)), size, mark(response)));
    }

    boolean isOfTheSameFileAs(FileHead other) {
        return size.equals(other.size) && mark.equals(other.mark);
    }

    private static Optional<Long> length(HttpClientResponse response) {
        return Optional.ofNullable(response.getHeader("Content-Length"))
                .filter(text -> text.matches("[0-9]{1,18}"))
                .map(Long::valueOf);
    }

    private static Optional<String> mark(HttpClientResponse response) {
        return Optional.ofNullable(response.getHeader("ETag"))
                .filter(tag -> !tag.startsWith("W/"))
                .or(() -> Optional.ofNullable(response.getHeader("Last-Modified")))
                .filter(mark -> USABLE_MARK.matcher(mark).matches());
    }
}
