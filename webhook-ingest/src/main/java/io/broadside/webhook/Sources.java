package io.broadside.webhook;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * Everybody who calls, by address; of IPv6 by network, as whoever has one address there has 2^64. Bounded: beyond so many, those
 * who come new share one place. Safe for use by many threads.
 */
final class Sources {

    private static final int MOST = 100_000;
    private static final long FORGET_AFTER_NANOS = Duration.ofMinutes(10).toNanos();
    private static final String FORWARDED_FOR = "x-forwarded-for";

    private final Limits limits;
    private final LongSupplier nanoTime;
    private final Map<String, Source> byAddress = new ConcurrentHashMap<>();
    private final Source everybodyElse;

    /** @param nanoTime usually {@code System::nanoTime} */
    Sources(Limits limits, LongSupplier nanoTime) {
        this.limits = limits;
        this.nanoTime = nanoTime;
        this.everybodyElse = new Source(limits, nanoTime.getAsLong());
    }

    /** Whose connection it is: a proxy's, if there is one. */
    Source of(SocketAddress remote) {
        return named(remote.hostAddress() == null ? "" : remote.hostAddress());
    }

    /** Whose request it is. Behind proxies that is what the outermost of them says: what stands before is anybody's invention. */
    Source of(HttpServerRequest request, Source connection) {
        if (limits.trustedProxies() == 0) {
            return connection;
        }
        var forwarded =
                String.join(",", request.headers().getAll(FORWARDED_FOR)).split(",", -1);
        var at = forwarded.length - limits.trustedProxies();
        return at < 0 || forwarded[at].isBlank() ? connection : named(forwarded[at].strip());
    }

    /** Drops those that have not called for a while; to be called now and then. */
    void forgetIdle() {
        var now = nanoTime.getAsLong();
        byAddress.values().removeIf(source -> source.isForgettable(now, FORGET_AFTER_NANOS));
    }

    int size() {
        return byAddress.size();
    }

    private Source named(String address) {
        var network = network(address);
        var known = byAddress.get(network);
        if (known != null) {
            return known;
        }
        return byAddress.size() >= MOST
                ? everybodyElse
                : byAddress.computeIfAbsent(network, _ -> new Source(limits, nanoTime.getAsLong()));
    }

    /** An IPv4 address as it is; of an IPv6 address its first four groups. */
    private static String network(String address) {
        var bare = address.indexOf('%') < 0 ? address : address.substring(0, address.indexOf('%'));
        if (bare.length() > 64) {
            return "";
        }
        if (bare.indexOf(':') < 0 || bare.indexOf('.') > 0) {
            return bare;
        }
        var groups = bare.split(":", -1);
        var gap = bare.indexOf("::");
        var network = new StringBuilder();
        for (var i = 0; i < 4 && i < groups.length; i++) {
            if (groups[i].isEmpty() && gap >= 0) {
                break;
            }
            network.append(groups[i]).append(':');
        }
        return network.toString();
    }
}
