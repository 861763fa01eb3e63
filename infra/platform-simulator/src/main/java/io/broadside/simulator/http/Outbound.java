package io.broadside.simulator.http;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Calls the networks make themselves: webhooks, and photos that were given by URL. */
public final class Outbound {
    private final HttpClient client;
    private final Duration timeout;

    public Outbound(Vertx vertx, Duration timeout) {
        // A connection kept open may be closed by the other side at the moment it is used again.
        this.client = vertx.createHttpClient(new HttpClientOptions().setKeepAlive(false));
        this.timeout = timeout;
    }

    /** Fails when there is no complete answer in time. Follows no redirect, as webhooks must not. */
    public Future<Answer> call(HttpMethod method, URI uri, Map<String, String> headers, Buffer body) {
        var options = new RequestOptions().setMethod(method).setAbsoluteURI(uri.toString());
        headers.forEach(options::putHeader);
        return client.request(options)
                .compose(request -> send(request, body))
                .timeout(timeout.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Loads what is at a URL, as the crawler of that name. Fails when there is another answer than 200, none, or too much of it. */
    public Future<Buffer> fetch(URI uri, String agent) {
        return call(HttpMethod.GET, uri, Map.of("User-Agent", agent), Buffer.buffer())
                .compose(answer -> answer.status() == 200
                        ? Future.succeededFuture(answer.body())
                        : Future.failedFuture("status " + answer.status()));
    }

    private static Future<Answer> send(HttpClientRequest request, Buffer content) {
        Promise<Answer> answer = Promise.promise();
        request.exceptionHandler(answer::tryFail);
        // Before anything is sent: an answer that is faster than its handler would be lost.
        request.response().onSuccess(response -> read(response, answer)).onFailure(answer::tryFail);
        request.end(content).onFailure(answer::tryFail);
        return answer.future();
    }

    private static void read(HttpClientResponse response, Promise<Answer> answer) {
        var body = Buffer.buffer();
        response.exceptionHandler(answer::tryFail);
        response.handler(chunk -> {
            if (body.length() + chunk.length() > BodyReader.LIMIT) {
                answer.tryFail("the answer is too long");
                response.request().connection().close();
            } else {
                body.appendBuffer(chunk);
            }
        });
        response.endHandler(_ -> answer.tryComplete(new Answer(response.statusCode(), body)));
    }

    /** What came back. */
    public record Answer(int status, Buffer body) {}
}
