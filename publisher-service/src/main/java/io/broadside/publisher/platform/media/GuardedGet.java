package io.broadside.publisher.platform.media;

import io.broadside.publisher.platform.Cause;
import io.broadside.publisher.platform.WebAddress;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;

/**
 * Asks for files at addresses that strangers chose.
 *
 * <ol>
 *   <li>Only http and https, without credentials.
 *   <li>Never from an address that is not public, unless the configuration allows it. A host that has one public address
 *       and one that is not is refused: nobody has that by accident.
 *   <li>The connection goes to the address that was checked: the name is looked up once for each request, so a name server
 *       that gives another answer the next time gains nothing.
 *   <li>Redirects are followed, three at most, and each is checked like the first address.
 *   <li>Time is bounded, but for the system's own time to look up a name.
 * </ol>
 */
final class GuardedGet implements AutoCloseable {

    private static final int MOST_REDIRECTS = 3;

    private final Vertx vertx;
    private final AddressLookup lookup;
    private final Predicate<InetAddress> isAllowed;
    private final Duration timeout;
    private final HttpClient client;

    /**
     * @param isAllowed which addresses may be fetched from
     * @param timeout as told to people
     * @param connections at most to one host
     */
    GuardedGet(Vertx vertx, AddressLookup lookup, Predicate<InetAddress> isAllowed, Duration timeout, int connections) {
        this.vertx = vertx;
        this.lookup = lookup;
        this.isAllowed = isAllowed;
        this.timeout = timeout;
        var options = new HttpClientOptions()
                // A connection belongs to one address that was checked for one request.
                .setKeepAlive(false)
                .setDecompressionSupported(false)
                .setMaxChunkSize(Wire.CHUNK);
        this.client = vertx.createHttpClient(options, new PoolOptions().setHttp1MaxSize(connections));
    }

    /** Which bytes of a file are asked for. */
    record Span(long from, Optional<Long> to, Optional<String> ifStill) {

        static final Span ALL = new Span(0, Optional.empty(), Optional.empty());

        /** @param ifStill what marks the file: of another one all is wanted */
        static Span from(long from, Optional<String> ifStill) {
            return new Span(from, Optional.empty(), ifStill);
        }

        static Span first(int bytes) {
            return new Span(0, Optional.of(bytes - 1L), Optional.empty());
        }

        private boolean isAll() {
            return from == 0 && to.isEmpty();
        }
    }

    /** What came of asking. */
    sealed interface Got {
        /** Status 200 or 206; the body is on its way. Whoever gets it closes the wire. */
        record Coming(Wire wire) implements Got {}

        record Refused(Cause cause) implements Got {}

        record Unreachable(Cause cause) implements Got {}
    }

    /** @param until a time of {@link System#nanoTime} */
    Got get(String url, Span span, long until) {
        var address = WebAddress.of(url);
        for (var redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
            if (address.isEmpty()) {
                return refused("The address of the media file is not http or https with a host and without credentials;"
                        + " correct it.");
            }
            switch (getFrom(address.get(), span, until)) {
                case Hop.End(var result) -> {
                    return result;
                }
                case Hop.Elsewhere(var next) -> address = next;
            }
        }
        return refused("The address of the media file leads to another one more than " + MOST_REDIRECTS
                + " times; use the final address.");
    }

    @Override
    public void close() {
        client.shutdown(0, TimeUnit.SECONDS).await();
    }

    /** What one request came to. */
    private sealed interface Hop {
        record End(Got result) implements Hop {}

        /** Empty if the redirect names no address that may be used. */
        record Elsewhere(Optional<URI> address) implements Hop {}
    }

    private Hop getFrom(URI address, Span span, long until) {
        List<InetAddress> found;
        try {
            found = lookup.addressesOf(hostOf(address));
        } catch (UnknownHostException _) {
            return new Hop.End(unreachable("The host of the media file, " + address.getHost() + ", has no address."));
        }
        if (found.isEmpty() || !found.stream().allMatch(isAllowed)) {
            return new Hop.End(refused("The media file is not on the public Internet: " + address.getHost()
                    + " is an address inside a network; put the file where everybody can fetch it."));
        }
        return exchange(address, found.getFirst(), span, until);
    }

    private Hop exchange(URI address, InetAddress checked, Span span, long until) {
        var request = Promise.<HttpClientRequest>promise();
        var connecting = client.request(options(address, checked, span, until))
                .onSuccess(request::tryComplete)
                .onFailure(request::tryFail);
        try {
            var connected = awaitUntil(until, request);
            var hop = send(address, connected, until);
            if (!(hop instanceof Hop.End end && end.result() instanceof Got.Coming)) {
                connected.reset();
            }
            return hop;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            connecting.onSuccess(HttpClientRequest::reset);
            return new Hop.End(new Got.Unreachable(MediaCauses.ENDING));
        } catch (TimeoutException _) {
            // A connection that comes after all is of no use any more.
            connecting.onSuccess(HttpClientRequest::reset);
            return new Hop.End(new Got.Unreachable(MediaCauses.tooSlow(address.getHost(), timeout)));
        } catch (Exception _) {
            connecting.onSuccess(HttpClientRequest::reset);
            return new Hop.End(new Got.Unreachable(MediaCauses.brokeOff(address.getHost())));
        }
    }

    private Hop send(URI address, HttpClientRequest connected, long until) throws Exception {
        var hop = Promise.<Hop>promise();
        connected.exceptionHandler(hop::tryFail);
        // Before anything is sent: an answer that is faster than its handler would be lost.
        connected
                .response()
                .onFailure(hop::tryFail)
                .onSuccess(response -> hop.tryComplete(judge(address, connected, response)));
        connected.end().onFailure(hop::tryFail);
        return awaitUntil(until, hop);
    }

    private static Hop judge(URI address, HttpClientRequest request, HttpClientResponse response) {
        var status = response.statusCode();
        if (status >= 300 && status < 400 && response.getHeader("Location") != null) {
            return new Hop.Elsewhere(resolve(address, response.getHeader("Location")));
        }
        return new Hop.End(
                status == 200 || status == 206
                        ? new Got.Coming(new Wire(request, response))
                        : notThere(address, status));
    }

    private RequestOptions options(URI address, InetAddress checked, Span span, long until) {
        var isSecure = "https".equals(address.getScheme());
        var port = address.getPort() > 0 ? address.getPort() : isSecure ? 443 : 80;
        var path = address.getRawPath().isEmpty() ? "/" : address.getRawPath();
        var options = new RequestOptions()
                .setMethod(HttpMethod.GET)
                // The name is for the Host header and the certificate, the address for the connection.
                .setServer(SocketAddress.inetSocketAddress(port, checked.getHostAddress()))
                .setHost(hostOf(address))
                .setPort(port)
                .setSsl(isSecure)
                .setURI(address.getRawQuery() == null ? path : path + "?" + address.getRawQuery())
                .setFollowRedirects(false)
                .setConnectTimeout(
                        Math.max(1, Duration.ofNanos(until - System.nanoTime()).toMillis()))
                .putHeader("User-Agent", "broadside")
                .putHeader("Accept", "*/*")
                .putHeader("Accept-Encoding", "identity");
        if (!span.isAll()) {
            options.putHeader(
                    "Range",
                    "bytes=" + span.from() + "-"
                            + span.to().map(Object::toString).orElse(""));
            span.ifStill().ifPresent(mark -> options.putHeader("If-Range", mark));
        }
        return options;
    }

    private static Optional<URI> resolve(URI address, String location) {
        try {
            return WebAddress.of(address.resolve(location).toString());
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    private static Got notThere(URI address, int status) {
        if (status == 416) {
            return new Got.Refused(MediaCauses.CHANGED);
        }
        var answered = "The host of the media file, " + address.getHost() + ", answered with status " + status;
        return status >= 500 || status == 408 || status == 425 || status == 429
                ? unreachable(answered + ".")
                : refused(answered + "; put the file where everybody can fetch it.");
    }

    private static String hostOf(URI address) {
        var host = address.getHost();
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    /** Waits for a promise; at the time it is failed, rather than left to itself. */
    private <T> T awaitUntil(long until, Promise<T> promise) throws Exception {
        var left = Math.max(1, Duration.ofNanos(until - System.nanoTime()).toMillis());
        var timer = vertx.setTimer(left, _ -> promise.tryFail(new TimeoutException()));
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

    private static Got refused(String detail) {
        return new Got.Refused(MediaCauses.of(detail));
    }

    private static Got unreachable(String detail) {
        return new Got.Unreachable(MediaCauses.of(detail));
    }
}
