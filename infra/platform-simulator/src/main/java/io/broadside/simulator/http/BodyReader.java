package io.broadside.simulator.http;

import io.broadside.simulator.http.Request.Body;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Reads a body. What is to be parsed is held in memory, up to a limit; of media only the first bytes are. */
final class BodyReader {
    /** What is parsed is shorter on all networks, and so are photos, which are looked at. */
    static final int LIMIT = 16 * 1024 * 1024;
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
        request.handler(chunk -> {
            if (bytes.length() + chunk.length() > LIMIT) {
                result.tryFail(new TooLarge());
            } else {
                bytes.appendBuffer(chunk);
            }
        });
        request.endHandler(_ -> result.tryComplete(new Body.Text(bytes)));
    }

    private void readRaw() {
        var gatherer = new Medium.Gatherer(HEAD);
        request.handler(gatherer::add);
        request.endHandler(_ -> result.tryComplete(new Body.Raw(gatherer.medium())));
    }

    private void readMultipart() {
        Map<String, Body.FilePart> files = new LinkedHashMap<>();
        var uploads = new ArrayList<Future<?>>();
        request.setExpectMultipart(true);
        request.uploadHandler(upload -> {
            var gatherer = new Medium.Gatherer(HEAD);
            var end = Promise.<Void>promise();
            uploads.add(end.future());
            upload.handler(gatherer::add);
            upload.endHandler(_ -> {
                files.put(upload.name(), new Body.FilePart(upload.filename(), upload.contentType(), gatherer.medium()));
                end.complete();
            });
        });
        // A file has a queue of its own: on a busy machine the body may be over before the last of it has been handed
        // out.
        request.endHandler(_ -> Future.all(uploads).onSuccess(_ -> {
            Map<String, String> fields = new LinkedHashMap<>();
            request.formAttributes().forEach(field -> fields.put(field.getKey(), field.getValue()));
            result.tryComplete(new Body.Multipart(fields, files));
        }));
    }

    /** The body is longer than {@link #LIMIT}. */
    static final class TooLarge extends Exception {
        private static final long serialVersionUID = 1;
    }
}
