package io.broadside.local;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** Finds room for one more stack on this machine. */
final class FreePorts {

    /** Below the range from which the system gives out ports by itself. */
    private static final int FIRST = 100;

    private static final int OF_EACH_FORK = 60;

    /** Test classes run in two processes at a time. Ports of a process that is killed in one must not be taken by the other. */
    private static final int FORK = Integer.getInteger("broadside.fork", 1) - 1;

    private FreePorts() {}

    static Ports find() {
        for (int i = 0; i < 200; i++) {
            var step = FIRST + FORK * OF_EACH_FORK + ThreadLocalRandom.current().nextInt(OF_EACH_FORK);
            var ports = new Ports(step * 100);
            if (areFree(ports)) {
                return ports;
            }
        }
        throw new IllegalStateException("No range of free ports was found");
    }

    private static boolean areFree(Ports ports) {
        return List.of(
                        ports.kafka(),
                        ports.controller(),
                        ports.registry(),
                        ports.tokenService(),
                        ports.tokenManagement(),
                        ports.publisher(),
                        ports.postsApi(),
                        ports.webhookIngest(),
                        ports.webhookManagement(),
                        ports.retryService(),
                        ports.retryApi(),
                        ports.simulator())
                .stream()
                .allMatch(FreePorts::isFree);
    }

    private static boolean isFree(int port) {
        try (var _ = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return true;
        } catch (IOException _) {
            return false;
        }
    }
}
