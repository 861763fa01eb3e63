package io.broadside.runtime.http;

import java.math.BigInteger;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Tells addresses of the public Internet from all others.
 *
 * <p>For IPv4 the networks of the special-purpose registry are left out. For IPv6 it is the other way round: only global
 * unicast counts, less the networks in it that lead elsewhere (tunnels, documentation). Forms that carry an IPv4 address
 * (mapped, compatible, NAT64, 6to4, Teredo) are not public in this sense, whatever address they carry.
 *
 * <p>https://www.iana.org/assignments/iana-ipv4-special-registry,
 * https://www.iana.org/assignments/iana-ipv6-special-registry
 */
public final class PublicAddresses {

    private static final List<Network> NOT_PUBLIC_4 = networks(
            "0.0.0.0/8", // this network
            "10.0.0.0/8", // private
            "100.64.0.0/10", // shared by a carrier's customers
            "127.0.0.0/8", // loopback
            "169.254.0.0/16", // link-local, and the metadata services of clouds
            "172.16.0.0/12", // private
            "192.0.0.0/24", // protocol assignments
            "192.0.2.0/24", // documentation
            "192.88.99.0/24", // 6to4 relays
            "192.168.0.0/16", // private
            "198.18.0.0/15", // benchmarks
            "198.51.100.0/24", // documentation
            "203.0.113.0/24", // documentation
            "224.0.0.0/4", // multicast
            "240.0.0.0/4"); // reserved, and broadcast

    private static final List<Network> GLOBAL_UNICAST_6 = networks("2000::/3");

    private static final List<Network> NOT_PUBLIC_6 = networks(
            "2001::/23", // protocol assignments, Teredo among them
            "2001:db8::/32", // documentation
            "2002::/16", // 6to4
            "3fff::/20"); // documentation

    private static final List<String> NOT_PUBLIC_NAMES =
            List.of(".localhost", ".local", ".internal", ".home.arpa", ".test", ".invalid", ".onion");

    private PublicAddresses() {}

    public static boolean contains(InetAddress address) {
        return address instanceof Inet4Address
                ? !isIn(NOT_PUBLIC_4, address)
                : isIn(GLOBAL_UNICAST_6, address) && !isIn(NOT_PUBLIC_6, address);
    }

    /**
     * Whether a host, by its name alone, may be one of the public Internet: not if it is an address that is none, or a name
     * that leads nowhere outside. Asks nobody.
     */
    public static boolean mayBePublic(String host) {
        var name = host.toLowerCase(Locale.ROOT);
        if (name.startsWith("[") || name.matches("[0-9.]+")) {
            return isPublicLiteral(name.replaceAll("[\\[\\]]", ""));
        }
        return name.contains(".") && NOT_PUBLIC_NAMES.stream().noneMatch(name::endsWith);
    }

    private static boolean isPublicLiteral(String literal) {
        try {
            return contains(InetAddress.ofLiteral(literal));
        } catch (IllegalArgumentException _) {
            return false;
        }
    }

    private static boolean isIn(List<Network> networks, InetAddress address) {
        return networks.stream().anyMatch(network -> network.contains(address));
    }

    private static List<Network> networks(String... written) {
        return Stream.of(written).map(Network::parse).toList();
    }

    /** The first bits of an address, as a number, and how many bits follow them. */
    private record Network(BigInteger prefix, int bitsAfter) {

        static Network parse(String written) {
            var slash = written.indexOf('/');
            try {
                var first = InetAddress.getByName(written.substring(0, slash)).getAddress();
                var bitsAfter = first.length * 8 - Integer.parseInt(written.substring(slash + 1));
                return new Network(new BigInteger(1, first).shiftRight(bitsAfter), bitsAfter);
            } catch (UnknownHostException e) {
                throw new IllegalArgumentException(written + ": a network needed", e);
            }
        }

        boolean contains(InetAddress address) {
            return new BigInteger(1, address.getAddress()).shiftRight(bitsAfter).equals(prefix);
        }
    }
}
