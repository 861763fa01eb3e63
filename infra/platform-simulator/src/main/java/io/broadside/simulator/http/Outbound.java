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

/** Calls the networks make themselves: webhooks, and media that were given by URL. */
public final class Outbound {
    /** A video of the largest size takes a while. */
    private static final Duration FETCH_TIMEOUT = Duration.ofMinutes(2);
    /** Tells what kind of medium it is. */
    private static final int HEAD = 64 * 1024;

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

    /**
     * Loads what is at a URL, as the crawler of that name, and looks at it without keeping it. Follows redirects.
     *
     * @return fails when there is another answer than 200, none within the time, or more than {@code most} bytes
     */
    public Future<Medium> fetch(URI uri, String agent, long most) {
        var options = new RequestOptions()
                .setMethod(HttpMethod.GET)
                .setAbsoluteURI(uri.toString())
                .setFollowRedirects(true)
                .putHeader("User-Agent", agent);
        return client.request(options).compose(request -> {
            Promise<Medium> medium = Promise.promise();
            request.exceptionHandler(medium::tryFail);
            request.response()
                    .onSuccess(response -> look(response, most, medium))
                    .onFailure(medium::tryFail);
            request.end().onFailure(medium::tryFail);
            return medium.future()
                    .timeout(FETCH_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                    // Whatever still comes is of no use.
                    .onFailure(_ -> request.connection().close());
        });
    }

    private static void look(HttpClientResponse response, long most, Promise<Medium> medium) {
        var gatherer = new Medium.Gatherer(HEAD);
        response.exceptionHandler(medium::tryFail);
        if (response.statusCode() != 200) {
            medium.tryFail("status " + response.statusCode());
            return;
        }
        response.handler(chunk -> {
            gatherer.add(chunk);
            if (gatherer.length() > most) {
                medium.tryFail(new TooLong(most));
            }
        });
        response.endHandler(_ -> medium.tryComplete(gatherer.medium()));
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

    /** There were more bytes at the address than are looked at. */
    public static final class TooLong extends Exception {
        private static final long serialVersionUID = 1;

        TooLong(long most) {
            super("longer than " + most + " bytes");
        }
    }

    /** What came back. */
    public record Answer(int status, Buffer body) {}
}
