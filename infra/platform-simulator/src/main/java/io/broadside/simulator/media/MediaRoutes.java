package io.broadside.simulator.media;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The samples over HTTP, with {@code Range}, {@code ETag} and {@code Content-Length}. Long ones are made while they are sent.
 *
 * <p>{@code video-300MB.mp4} is a video of 300 * 1024 * 1024 bytes. With another {@code ?v=} its bytes are others.
 */
public final class MediaRoutes {
    private static final Pattern LONG_VIDEO = Pattern.compile("video-([1-9][0-9]{0,3})MB\\.mp4");
    private static final long MEBIBYTE = 1024 * 1024;
    private static final int LARGEST = 4000;

    private final Map<String, Sample> small = Map.of(
            "sample.jpg", small("image/jpeg", Pictures.still("jpg")),
            "sample.png", small("image/png", Pictures.still("png")),
            "sample.gif", small("image/gif", Pictures.moving()),
            "sample.mp4", small("video/mp4", Mp4.file()),
            "sample.pdf", small("application/pdf", Pdf.file()));

    /** Answers a call below {@code /media/}. */
    public void handle(HttpServerRequest request) {
        var name = Objects.requireNonNullElse(request.path(), "").replaceFirst("^/media/", "");
        var variant = Objects.requireNonNullElse(request.getParam("v"), "");
        sample(name, variant)
                .ifPresentOrElse(
                        sample -> answer(request, sample, tag(name, variant, sample)),
                        () -> request.response()
                                .setStatusCode(404)
                                .end("sample.jpg, .png, .gif, .mp4, .pdf and video-<1 to 4000>MB.mp4 are there\n"));
    }

    private Optional<Sample> sample(String name, String variant) {
        var matcher = LONG_VIDEO.matcher(name);
        if (!matcher.matches()) {
            return Optional.ofNullable(small.get(name));
        }
        int megabytes = Integer.parseInt(matcher.group(1));
        if (megabytes > LARGEST) {
            return Optional.empty();
        }
        long length = megabytes * MEBIBYTE;
        var head = Mp4.head(length - Mp4.length());
        return Optional.of(Sample.Padded.of("video/mp4", head, length, (name + variant).hashCode()));
    }

    private static void answer(HttpServerRequest request, Sample sample, String tag) {
        var response = request.response();
        if (!request.method().equals(HttpMethod.GET) && !request.method().equals(HttpMethod.HEAD)) {
            response.setStatusCode(405).putHeader("Allow", "GET, HEAD").end();
            return;
        }
        response.putHeader("Content-Type", sample.contentType())
                .putHeader("Accept-Ranges", "bytes")
                .putHeader("ETag", tag);
        switch (range(request, sample, tag)) {
            case ByteRange.Whole() -> send(request, sample, 0, sample.length());
            case ByteRange.Part(var start, var end) -> {
                response.setStatusCode(206)
                        .putHeader("Content-Range", "bytes " + start + "-" + (end - 1) + "/" + sample.length());
                send(request, sample, start, end);
            }
            case ByteRange.Unsatisfiable() ->
                response.setStatusCode(416)
                        .putHeader("Content-Range", "bytes */" + sample.length())
                        .end();
        }
    }

    /** A part of another version than the caller knows would be of no use to it. */
    private static ByteRange range(HttpServerRequest request, Sample sample, String tag) {
        var condition = request.getHeader("If-Range");
        var header = request.getHeader("Range");
        return header == null || (condition != null && !condition.equals(tag))
                ? new ByteRange.Whole()
                : ByteRange.of(header, sample.length());
    }

    private static void send(HttpServerRequest request, Sample sample, long start, long end) {
        var response = request.response().putHeader("Content-Length", Long.toString(end - start));
        if (request.method().equals(HttpMethod.HEAD)) {
            response.end();
        } else {
            write(response, sample, start, end);
        }
    }

    /** As much as the connection takes, and the rest when it takes more. */
    private static void write(HttpServerResponse response, Sample sample, long start, long end) {
        long position = start;
        while (position < end && !response.closed()) {
            if (response.writeQueueFull()) {
                long next = position;
                response.drainHandler(_ -> write(response, sample, next, end));
                return;
            }
            var piece = sample.from(position);
            var fitting = piece.length() <= end - position ? piece : piece.slice(0, (int) (end - position));
            response.write(fitting);
            position += fitting.length();
        }
        if (!response.closed()) {
            response.end();
        }
    }

    private static String tag(String name, String variant, Sample sample) {
        return "\"" + Integer.toHexString((name + variant).hashCode()) + "-" + Long.toHexString(sample.length()) + "\"";
    }

    private static Sample small(String contentType, byte[] bytes) {
        return new Sample.Small(contentType, Buffer.buffer(bytes));
    }
}
