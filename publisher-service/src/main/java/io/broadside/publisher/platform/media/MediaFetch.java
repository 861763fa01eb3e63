package io.broadside.publisher.platform.media;

import io.broadside.publisher.platform.Cause;
import io.broadside.publisher.platform.WebAddress;
import io.broadside.schemas.ErrorCode;
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
 * Fetches images from addresses that strangers chose, into memory.
 *
 * <ol>
 *   <li>Only http and https, without credentials.
 *   <li>Never from an address that is not public, unless the configuration allows it. A host that has one public address
 *       and one that is not is refused: nobody has that by accident.
 *   <li>The connection goes to the address that was checked: the name is looked up once for each request, so a name server
 *       that gives another answer the next time gains nothing.
 *   <li>Redirects are followed, three at most, and each is checked like the first address.
 *   <li>Size is bounded, and what is beyond it is not read. Time is bounded, but for the system's own time to look up a
 *       name.
 *   <li>Images only, by their bytes: JPEG, PNG, GIF, WebP.
 * </ol>
 *
 * <p>Safe for use by many threads. Blocks the calling (virtual) thread; never to be called on an event loop.
 */
public final class MediaFetch implements AutoCloseable {

    private static final int MOST_REDIRECTS = 3;

    private final Vertx vertx;
    private final MediaConfig config;
    private final AddressLookup lookup;
    private final Predicate<InetAddress> isAllowed;
    private final HttpClient client;

    public MediaFetch(Vertx vertx, MediaConfig config) {
        this(
                vertx,
                config,
                AddressLookup.ofSystem(),
                address -> config.allowsPrivate() || PublicAddresses.contains(address));
    }

    /** @param isAllowed which addresses may be fetched from */
    MediaFetch(Vertx vertx, MediaConfig config, AddressLookup lookup, Predicate<InetAddress> isAllowed) {
        this.vertx = vertx;
        this.config = config;
        this.lookup = lookup;
        this.isAllowed = isAllowed;
        this.client = vertx.createHttpClient(new HttpClientOptions()
                // A connection belongs to one address that was checked for one request.
                .setKeepAlive(false)
                .setDecompressionSupported(false));
    }

    /**
     * Fetches one image.
     *
     * @param maxBytes the platform's limit; the configured one holds too
     */
    public MediaResult fetch(String url, int maxBytes) {
        var until = System.nanoTime() + config.timeout().toNanos();
        var limit = Math.min(maxBytes, config.maxBytes());
        var address = WebAddress.of(url);
        for (var redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
            if (address.isEmpty()) {
                return refused("The address of the media file is not http or https with a host and without credentials;"
                        + " correct it.");
            }
            switch (fetchFrom(address.get(), limit, until)) {
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
        record End(MediaResult result) implements Hop {}

        /** Empty if the redirect names no address that may be used. */
        record Elsewhere(Optional<URI> address) implements Hop {}
    }

    private Hop fetchFrom(URI address, int limit, long until) {
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
        return exchange(address, found.getFirst(), limit, until);
    }

    private Hop exchange(URI address, InetAddress checked, int limit, long until) {
        var request = Promise.<HttpClientRequest>promise();
        var connecting = client.request(options(address, checked, until))
                .onSuccess(request::tryComplete)
                .onFailure(request::tryFail);
        try {
            var connected = awaitUntil(until, request);
            var hop = Promise.<Hop>promise();
            connected.exceptionHandler(hop::tryFail);
            // Before anything is sent: an answer that is faster than its handler would be lost.
            connected
                    .response()
                    .onFailure(hop::tryFail)
                    .onSuccess(response -> read(address, connected, response, limit, hop));
            connected.end().onFailure(hop::tryFail);
            try {
                return awaitUntil(until, hop);
            } finally {
                connected.reset();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return new Hop.End(unreachable("The media file was not fetched: the process is ending."));
        } catch (TimeoutException _) {
            // A connection that comes after all is of no use any more.
            connecting.onSuccess(HttpClientRequest::reset);
            return new Hop.End(unreachable("The host of the media file, " + address.getHost()
                    + ", did not send it within " + config.timeout().toMillis() + " ms."));
        } catch (Exception _) {
            return new Hop.End(unreachable(
                    "The host of the media file, " + address.getHost() + ", cannot be reached, or broke off."));
        }
    }

    private RequestOptions options(URI address, InetAddress checked, long until) {
        var isSecure = "https".equals(address.getScheme());
        var port = address.getPort() > 0 ? address.getPort() : isSecure ? 443 : 80;
        var path = address.getRawPath().isEmpty() ? "/" : address.getRawPath();
        return new RequestOptions()
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
                .putHeader("Accept", "image/*");
    }

    private static void read(
            URI address, HttpClientRequest request, HttpClientResponse response, int limit, Promise<Hop> hop) {
        var status = response.statusCode();
        if (status >= 300 && status < 400 && response.getHeader("Location") != null) {
            hop.tryComplete(new Hop.Elsewhere(resolve(address, response.getHeader("Location"))));
        } else if (status != 200) {
            hop.tryComplete(new Hop.End(notThere(address, status)));
        } else if (lengthOf(response) > limit) {
            hop.tryComplete(new Hop.End(tooLarge(limit)));
        } else {
            collect(request, response, limit, hop);
        }
    }

    private static void collect(HttpClientRequest request, HttpClientResponse response, int limit, Promise<Hop> hop) {
        var bytes = Buffer.buffer();
        response.exceptionHandler(hop::tryFail);
        response.handler(piece -> {
            if (hop.future().isComplete()) {
                return;
            }
            if (bytes.length() + piece.length() > limit) {
                hop.tryComplete(new Hop.End(tooLarge(limit)));
                request.reset();
                return;
            }
            bytes.appendBuffer(piece);
        });
        response.endHandler(_ -> hop.tryComplete(new Hop.End(recognised(bytes))));
    }

    private static MediaResult recognised(Buffer bytes) {
        return ImageType.of(bytes)
                .<MediaResult>map(type -> new MediaResult.Fetched(bytes, type.contentType()))
                .orElseGet(() -> refused("The media file is not an image; use a JPEG, PNG, GIF or WebP file."));
    }

    private static Optional<URI> resolve(URI address, String location) {
        try {
            return WebAddress.of(address.resolve(location).toString());
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    private static MediaResult notThere(URI address, int status) {
        var answered = "The host of the media file, " + address.getHost() + ", answered with status " + status;
        return status >= 500 || status == 408 || status == 425 || status == 429
                ? unreachable(answered + ".")
                : refused(answered + "; put the file where everybody can fetch it.");
    }

    private static MediaResult tooLarge(int limit) {
        return refused("The media file is larger than " + limit + " bytes; use a smaller one.");
    }

    private static long lengthOf(HttpClientResponse response) {
        var length = response.getHeader("Content-Length");
        try {
            return length == null ? 0 : Long.parseLong(length);
        } catch (NumberFormatException _) {
            return 0;
        }
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

    private static MediaResult refused(String detail) {
        return new MediaResult.Refused(cause(detail));
    }

    private static MediaResult unreachable(String detail) {
        return new MediaResult.Unreachable(cause(detail));
    }

    private static Cause cause(String detail) {
        return new Cause(ErrorCode.MEDIA_UNAVAILABLE, detail, Optional.empty(), Optional.empty());
    }
}
