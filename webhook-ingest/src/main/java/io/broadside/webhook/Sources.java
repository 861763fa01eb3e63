package io.broadside.webhook;

import io.netty.util.NetUtil;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * Everybody who calls, by address; of IPv6 by network, as whoever has one address there has 2^64. Bounded: beyond so many, those
 * who come new share one place. Safe for use by many threads.
 */
final class Sources {

    private static final int MOST = 100_000;
    private static final long FORGET_AFTER_NANOS = Duration.ofMinutes(10).toNanos();
    private static final int BYTES_OF_A_NETWORK = 8;

    /** What stands before an IPv4 address that is written as one of IPv6. */
    private static final byte[] MAPPED = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1};

    private static final String FORWARDED_FOR = "x-forwarded-for";

    private final Limits limits;
    private final LongSupplier nanoTime;
    private final Map<String, Source> byAddress = new ConcurrentHashMap<>();
    private final Source.Everybody everybody;
    private final Source everybodyElse;

    /** @param nanoTime usually {@code System::nanoTime} */
    Sources(Limits limits, LongSupplier nanoTime) {
        this.limits = limits;
        this.nanoTime = nanoTime;
        this.everybody = new Source.Everybody(limits, nanoTime.getAsLong());
        this.everybodyElse = new Source(limits, everybody, nanoTime.getAsLong());
    }

    /** Whose connection it is: a proxy's, if there is one. */
    Source of(SocketAddress remote) {
        var address = remote.hostAddress();
        return named(address == null ? "" : network(address).orElse(""));
    }

    /**
     * Whose request it is. Behind proxies that is what the outermost of them says: what stands before is anybody's invention. Some
     * write a port behind the address; what is no address at all says nothing.
     */
    Source of(HttpServerRequest request, Source connection) {
        return limits.trustedProxies() == 0
                ? connection
                : forwarded(String.join(",", request.headers().getAll(FORWARDED_FOR)), connection);
    }

    /** The same, by what the proxies say. */
    Source forwarded(String header, Source connection) {
        var forwarded = header.split(",", -1);
        var at = forwarded.length - limits.trustedProxies();
        return at < 0
                ? connection
                : network(withoutPort(forwarded[at].strip())).map(this::named).orElse(connection);
    }

    /** Drops those that have not called for a while; to be called now and then. */
    void forgetIdle() {
        var now = nanoTime.getAsLong();
        byAddress.values().removeIf(source -> source.isForgettable(now, FORGET_AFTER_NANOS));
    }

    int size() {
        return byAddress.size();
    }

    private Source named(String network) {
        var known = byAddress.get(network);
        if (known != null) {
            return known;
        }
        return byAddress.size() >= MOST
                ? everybodyElse
                : byAddress.computeIfAbsent(network, _ -> new Source(limits, everybody, nanoTime.getAsLong()));
    }

    /** Of {@code 192.0.2.1:4711} and {@code [2001:db8::1]:4711} the address. */
    private static String withoutPort(String forwarded) {
        if (forwarded.startsWith("[")) {
            var end = forwarded.indexOf(']');
            return end < 0 ? forwarded : forwarded.substring(1, end);
        }
        var colon = forwarded.indexOf(':');
        return colon > 0 && colon == forwarded.lastIndexOf(':') ? forwarded.substring(0, colon) : forwarded;
    }

    /** An IPv4 address as it is, also where it is written as one of IPv6; of another IPv6 address its first four groups. */
    private static Optional<String> network(String address) {
        var zone = address.indexOf('%');
        var bytes = NetUtil.createByteArrayFromIpAddressString(zone < 0 ? address : address.substring(0, zone));
        if (bytes == null) {
            return Optional.empty();
        }
        var isMapped = bytes.length == 16 && Arrays.equals(bytes, 0, MAPPED.length, MAPPED, 0, MAPPED.length);
        var network = isMapped
                ? Arrays.copyOfRange(bytes, MAPPED.length, bytes.length)
                : Arrays.copyOf(bytes, Math.min(bytes.length, BYTES_OF_A_NETWORK));
        return Optional.of(HexFormat.of().formatHex(network));
    }
}
