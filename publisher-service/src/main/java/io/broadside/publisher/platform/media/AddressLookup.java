package io.broadside.publisher.platform.media;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/** Finds the addresses of a host. */
@FunctionalInterface
interface AddressLookup {

    /** All addresses of a host, which may be a name or a number in any notation. May block. */
    List<InetAddress> addressesOf(String host) throws UnknownHostException;

    /** The way this machine finds them. */
    static AddressLookup ofSystem() {
        return host -> List.of(InetAddress.getAllByName(host));
    }
}
