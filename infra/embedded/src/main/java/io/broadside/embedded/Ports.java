package io.broadside.embedded;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** Ports on 127.0.0.1, the only address anything here listens on. */
final class Ports {

    static final String HOST = "127.0.0.1";

    /**
     * Free ports are taken from here and not from the kernel's ephemeral range (32768 and up on Linux, 49152 and up
     * elsewhere). While a broker restarts, its clients try to connect all the time; on an ephemeral port the kernel may
     * give such a client the very port it connects to as its own, the client then talks to itself and the broker finds
     * its port taken.
     */
    private static final int LOWEST_FREE = 20_000;

    private static final int HIGHEST_FREE = 32_000;
    private static final int TRIES = 200;

    private Ports() {}

    static void requireValid(String name, int port) {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException(name + ": 0 to 65535 needed, was " + port);
        }
    }

    /** The port asked for if it can be had, a free one if 0 was asked for. */
    static int claim(int wanted, int notThis) {
        if (wanted == 0) {
            return free(notThis);
        }
        if (!isFree(wanted)) {
            throw taken(wanted, null);
        }
        return wanted;
    }

    static EmbeddedStartException taken(int port, @Nullable Throwable cause) {
        return new EmbeddedStartException(
                "port " + port + " on " + HOST + " is taken: stop what listens there, or choose another port", cause);
    }

    static InetAddress address() {
        try {
            return InetAddress.getByAddress(HOST, new byte[] {127, 0, 0, 1});
        } catch (UnknownHostException e) {
            throw new AssertionError("four bytes are an address", e);
        }
    }

    private static int free(int notThis) {
        for (var i = 0; i < TRIES; i++) {
            var port = ThreadLocalRandom.current().nextInt(LOWEST_FREE, HIGHEST_FREE);
            if (port != notThis && isFree(port)) {
                return port;
            }
        }
        throw new EmbeddedStartException("no free port found on " + HOST + " between " + LOWEST_FREE + " and "
                + HIGHEST_FREE + " in " + TRIES + " tries");
    }

    private static boolean isFree(int port) {
        try (var socket = new ServerSocket()) {
            // As Kafka binds: connections of a former broker that are still in TIME_WAIT do not count.
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(address(), port));
            return true;
        } catch (IOException _) {
            return false;
        }
    }
}
