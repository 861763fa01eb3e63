package io.broadside.simulator.http;

import io.broadside.simulator.http.Request.Body;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.util.Locale;

/**
 * Reads a body. What is to be parsed is held in memory, up to a limit; of media that are a body by themselves only the first bytes
 * are.
 */
final class BodyReader {
    /** What is parsed is shorter on all networks, and so are photos, which are looked at. */
    static final int LIMIT = 16 * 1024 * 1024;
    /** Networks want longer files in pieces, or as a body of their own. */
    private static final int MULTIPART_LIMIT = 64 * 1024 * 1024;
    /** Tells what kind of medium it is. */
    private static final int HEAD = 64 * 1024;

    private final HttpServerRequest request;
    private final Promise<Body> result = Promise.promise();

    private BodyReader(HttpServerRequest request) {
        this.request = request;
    }

    static Future<Body> read(HttpServerRequest request) {
        var contentType = request.headers().contains("Content-Type")
                ? request.getHeader("Content-Type").toLowerCase(Locale.ROOT)
                : "";
        var reader = new BodyReader(request);
        request.exceptionHandler(reader.result::tryFail);
        if (contentType.startsWith("multipart/form-data")) {
            reader.readMultipart();
        } else if (contentType.startsWith("application/x-www-form-urlencoded") || contentType.contains("json")) {
            reader.readText();
        } else {
            reader.readRaw();
        }
        return reader.result.future();
    }

    private void readText() {
        var bytes = Buffer.buffer();
        gather(bytes, LIMIT);
        request.endHandler(_ -> result.tryComplete(new Body.Text(bytes)));
    }

    private void readRaw() {
        var gatherer = new Medium.Gatherer(HEAD);
        request.handler(gatherer::add);
        request.endHandler(_ -> result.tryComplete(new Body.Raw(gatherer.medium())));
    }

    private void readMultipart() {
        var contentType = request.getHeader("Content-Type");
        var bytes = Buffer.buffer();
        gather(bytes, MULTIPART_LIMIT);
        request.endHandler(_ -> result.tryComplete(MultipartBody.parse(bytes.getBytes(), contentType, HEAD)));
    }

    private void gather(Buffer bytes, int limit) {
        request.handler(chunk -> {
            if (bytes.length() + chunk.length() > limit) {
                result.tryFail(new TooLarge());
            } else {
                bytes.appendBuffer(chunk);
            }
        });
    }

    /** The body is longer than {@link #LIMIT}. */
    static final class TooLarge extends Exception {
        private static final long serialVersionUID = 1;
    }
}
