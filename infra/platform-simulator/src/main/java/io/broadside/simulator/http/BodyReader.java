package io.broadside.simulator.http;

import io.broadside.simulator.http.Request.Body;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Reads a body into memory, up to a limit. */
final class BodyReader {
    /** Photos and one-shot media are smaller on both networks. */
    static final int LIMIT = 16 * 1024 * 1024;

    private final HttpServerRequest request;
    private final Promise<Body> result = Promise.promise();
    private int read;

    private BodyReader(HttpServerRequest request) {
        this.request = request;
    }

    static Future<Body> read(HttpServerRequest request) {
        var contentType = request.getHeader("Content-Type");
        var reader = new BodyReader(request);
        request.exceptionHandler(reader.result::tryFail);
        if (contentType != null && contentType.toLowerCase(Locale.ROOT).startsWith("multipart/form-data")) {
            reader.readMultipart();
        } else {
            reader.readBytes();
        }
        return reader.result.future();
    }

    private void readBytes() {
        var bytes = Buffer.buffer();
        request.handler(chunk -> gather(bytes, chunk));
        request.endHandler(_ -> result.tryComplete(new Body.Bytes(bytes)));
    }

    private void readMultipart() {
        Map<String, Body.FilePart> files = new LinkedHashMap<>();
        request.setExpectMultipart(true);
        request.uploadHandler(upload -> {
            var bytes = Buffer.buffer();
            upload.handler(chunk -> gather(bytes, chunk));
            upload.endHandler(
                    _ -> files.put(upload.name(), new Body.FilePart(upload.filename(), upload.contentType(), bytes)));
        });
        request.endHandler(_ -> {
            Map<String, String> fields = new LinkedHashMap<>();
            request.formAttributes().forEach(field -> fields.put(field.getKey(), field.getValue()));
            result.tryComplete(new Body.Multipart(fields, files));
        });
    }

    private void gather(Buffer bytes, Buffer chunk) {
        read += chunk.length();
        if (read > LIMIT) {
            result.tryFail(new TooLarge());
        } else {
            bytes.appendBuffer(chunk);
        }
    }

    /** The body is longer than {@link #LIMIT}. */
    static final class TooLarge extends Exception {
        private static final long serialVersionUID = 1;
    }
}
