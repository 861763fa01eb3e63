package io.broadside.runtime.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.broadside.runtime.http.Reply.Answer;
import io.broadside.runtime.http.Reply.NoAnswer;
import io.broadside.schemas.ErrorCode;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeoutException;

/**
 * One request over the wire and the answer back, in two steps that fail differently.
 *
 * <ol>
 *   <li>Getting a connection. Whatever goes wrong, nothing has left.
 *   <li>Sending and reading. Whatever goes wrong, the platform may have got the request: a broken write tells nothing of
 *       what arrived.
 * </ol>
 *
 * <p>It is built on Vert.x's HttpClient rather than its WebClient, because the latter shows no line between the two.
 */
final class Exchange {

    private static final String USER_AGENT = "broadside";

    /** Beyond any lease, and within what can be calculated with. */
    private static final Duration LONGEST_STREAM = Duration.ofHours(1);

    private final Vertx vertx;
    private final HttpClient client;
    private final HttpConfig config;

    Exchange(Vertx vertx, HttpClient client, HttpConfig config) {
        this.vertx = vertx;
        this.client = client;
        this.config = config;
    }

    Reply run(Call call, CallGate gate) {
        // Everything that takes time or may throw comes before the gate is asked.
        var body = EncodedBody.of(call.body());
        var options = options(call, body);
        HttpClientRequest request;
        try {
            if (call.onlyPublic()) {
                options.setServer(SocketAddress.inetSocketAddress(call.port(), publicAddressOf(call.host())));
            }
            request = connect(options);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return new NoAnswer(ErrorCode.TIMED_OUT, false);
        } catch (Exception _) {
            return new NoAnswer(ErrorCode.NO_CONNECTION, false);
        }
        return sendIfAdmitted(request, body, gate);
    }

    private Reply sendIfAdmitted(HttpClientRequest request, EncodedBody body, CallGate gate) {
        var isSent = false;
        try {
            var limit = gate.admit().filter(Duration::isPositive);
            if (limit.isEmpty()) {
                return new NoAnswer(ErrorCode.OWNER_LOST, false);
            }
            isSent = true;
            return send(request, body, limit.get());
        } finally {
            if (!isSent) {
                request.exceptionHandler(_ -> {});
                request.reset();
            }
        }
    }

    private Reply send(HttpClientRequest request, EncodedBody body, Duration limit) {
        // A body that is still being fetched from elsewhere takes the time that takes; its end is awaited as any other.
        var until = System.nanoTime()
                + shorter(limit, body.isStreamed() ? LONGEST_STREAM : config.callTimeout())
                        .toNanos();
        var answer = Promise.<Answer>promise();
        var isWhole = false;
        try {
            request.exceptionHandler(answer::tryFail);
            request.response()
                    .onSuccess(response -> read(request, response, answer))
                    .onFailure(answer::tryFail);
            var sending = new Sending(request, body, answer, step -> awaitWithin(left(until), step));
            isWhole = sending.run();
            return awaitWithin(left(until), answer);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return new NoAnswer(ErrorCode.TIMED_OUT, true);
        } catch (TimeoutException _) {
            return new NoAnswer(ErrorCode.TIMED_OUT, true);
        } catch (AnswerTooLongException _) {
            return new NoAnswer(ErrorCode.UNEXPECTED_ANSWER, true);
        } catch (Exception _) {
            return new NoAnswer(ErrorCode.NO_ANSWER, true);
        } finally {
            if (!isWhole || !answer.future().succeeded()) {
                request.reset();
            }
        }
    }

    private Duration left(long until) {
        return shorter(Duration.ofNanos(Math.max(0, until - System.nanoTime())), config.callTimeout());
    }

    /** Collects the body, and stops at the bound: the rest is not even read. */
    private void read(HttpClientRequest request, HttpClientResponse response, Promise<Answer> answer) {
        var body = Buffer.buffer();
        response.exceptionHandler(answer::tryFail);
        response.handler(piece -> {
            if (answer.future().isComplete()) {
                return;
            }
            if (body.length() + piece.length() > config.maxAnswerBytes()) {
                answer.tryFail(new AnswerTooLongException());
                request.reset();
                return;
            }
            body.appendBuffer(piece);
        });
        response.endHandler(
                _ -> answer.tryComplete(new Answer(response.statusCode(), headers(response), body.toString(UTF_8))));
    }

    private static Map<String, String> headers(HttpClientResponse response) {
        var headers = new LinkedHashMap<String, String>();
        response.headers()
                .forEach((name, value) ->
                        headers.merge(name.toLowerCase(Locale.ROOT), value, (first, next) -> first + ", " + next));
        return headers;
    }

    private HttpClientRequest connect(RequestOptions options) throws Exception {
        var connected = client.request(options);
        try {
            return await(connected);
        } catch (InterruptedException e) {
            // Nobody is going to use the connection that may still come; give it back.
            connected.onSuccess(request -> {
                request.exceptionHandler(_ -> {});
                request.reset();
            });
            throw e;
        }
    }

    /** Of a host with several addresses none may lead inside: nobody has that by accident. */
    private static String publicAddressOf(String host) throws UnknownHostException {
        var addresses = List.of(InetAddress.getAllByName(host));
        if (!addresses.stream().allMatch(PublicAddresses::contains)) {
            throw new UnknownHostException("not on the public Internet");
        }
        return addresses.getFirst().getHostAddress();
    }

    private RequestOptions options(Call call, EncodedBody body) {
        var headers = MultiMap.caseInsensitiveMultiMap().add("user-agent", USER_AGENT);
        body.contentType().ifPresent(type -> headers.set("content-type", type));
        call.headers().forEach((name, value) -> headers.set(name, value));
        call.authorization().ifPresent(value -> headers.set("authorization", value));
        return new RequestOptions()
                .setMethod(io.vertx.core.http.HttpMethod.valueOf(call.method().name()))
                .setHost(call.host())
                .setPort(call.port())
                .setSsl(call.isSecure())
                .setURI(call.pathAndQuery())
                .setHeaders(headers)
                .setConnectTimeout(config.connectTimeout().toMillis())
                .setFollowRedirects(false);
    }

    /**
     * Waits for what a promise becomes. The time limit fails the promise instead of ending the wait: a thread of Vert.x'
     * own that stops waiting before its future is complete has lost its turn.
     */
    private <T> T awaitWithin(Duration limit, Promise<T> promise) throws Exception {
        var timer = vertx.setTimer(Math.max(1, limit.toMillis()), _ -> promise.tryFail(new TimeoutException()));
        try {
            return await(promise.future());
        } finally {
            vertx.cancelTimer(timer);
        }
    }

    /** Says what Vert.x' method does not: it throws whatever the future failed with, and it can be interrupted. */
    private static <T> T await(Future<T> future) throws Exception {
        return future.await();
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    private static final class AnswerTooLongException extends Exception {}
}
