package io.broadside.simulator.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.broadside.simulator.http.Request.Body;
import io.vertx.core.buffer.Buffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A body of {@code multipart/form-data}, read when all of it is there. Netty's decoder, which Vert.x has, reads it as it comes, and
 * leaves the line end before a boundary in the value when a piece of the body happens to end within it: one post in some
 * thousands was refused because of that.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc7578">RFC 7578</a>
 */
final class MultipartBody {

    private static final Pattern BOUNDARY = Pattern.compile("boundary=\"?([^\";]+)\"?", Pattern.CASE_INSENSITIVE);
    private static final Pattern NAME = Pattern.compile("[; ]name=\"([^\"]*)\"");
    private static final Pattern FILE_NAME = Pattern.compile("filename=\"([^\"]*)\"");
    private static final Pattern TYPE = Pattern.compile("(?im)^content-type: *(.*?)\\r?$");
    private static final byte[] LINE_END = {'\r', '\n'};
    private static final byte[] EMPTY_LINE = {'\r', '\n', '\r', '\n'};

    private final byte[] bytes;
    private final byte[] delimiter;
    private final int headKept;
    private final Map<String, String> fields = new LinkedHashMap<>();
    private final Map<String, Body.FilePart> files = new LinkedHashMap<>();

    private MultipartBody(byte[] bytes, byte[] delimiter, int headKept) {
        this.bytes = bytes;
        this.delimiter = delimiter;
        this.headKept = headKept;
    }

    /**
     * Reads as many parts as are whole; there are none without a boundary.
     *
     * @param contentType the header, which names the boundary
     * @param headKept how many of the first bytes of a file are kept
     */
    static Body.Multipart parse(byte[] bytes, String contentType, int headKept) {
        var boundary = BOUNDARY.matcher(contentType);
        if (!boundary.find()) {
            return new Body.Multipart(Map.of(), Map.of());
        }
        var body = new MultipartBody(bytes, ("--" + boundary.group(1)).getBytes(ISO_8859_1), headKept);
        body.read();
        return new Body.Multipart(body.fields, body.files);
    }

    private void read() {
        var begin = indexOf(delimiter, 0);
        while (begin >= 0) {
            var headers = begin + delimiter.length + LINE_END.length;
            var content = indexOf(EMPTY_LINE, headers - LINE_END.length);
            var next = nextDelimiter(headers);
            if (content < 0 || next < 0) {
                return;
            }
            take(text(headers, content), content + EMPTY_LINE.length, next - LINE_END.length);
            begin = next;
        }
    }

    /** Where the next delimiter begins that stands on a line of its own. */
    private int nextDelimiter(int from) {
        var at = indexOf(delimiter, from);
        while (at >= 0 && !(bytes[at - 1] == '\n' && bytes[at - 2] == '\r')) {
            at = indexOf(delimiter, at + 1);
        }
        return at;
    }

    private void take(String headers, int from, int to) {
        var name = first(NAME, headers);
        if (name.isEmpty() || to < from) {
            return;
        }
        var fileName = first(FILE_NAME, headers);
        if (fileName.isEmpty()) {
            fields.put(name.get(), new String(bytes, from, to - from, UTF_8));
            return;
        }
        var gatherer = new Medium.Gatherer(headKept);
        gatherer.add(Buffer.buffer(Arrays.copyOfRange(bytes, from, to)));
        var type = first(TYPE, headers).orElse("application/octet-stream");
        files.put(name.get(), new Body.FilePart(fileName.get(), type, gatherer.medium()));
    }

    private static Optional<String> first(Pattern pattern, String headers) {
        var matcher = pattern.matcher(headers);
        return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
    }

    private String text(int from, int to) {
        return to < from ? "" : new String(bytes, from, to - from, UTF_8);
    }

    private int indexOf(byte[] wanted, int from) {
        for (int at = from; at <= bytes.length - wanted.length; at++) {
            if (bytes[at] == wanted[0] && Arrays.equals(bytes, at, at + wanted.length, wanted, 0, wanted.length)) {
                return at;
            }
        }
        return -1;
    }
}
