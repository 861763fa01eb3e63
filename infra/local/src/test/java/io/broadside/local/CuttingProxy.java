package io.broadside.local;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

/**
 * Stands between a client and a server, and loses answers: the request goes through, the server answers, and the client gets nothing.
 * Knows as much of HTTP as it takes to see which call is under way on a connection.
 */
final class CuttingProxy implements AutoCloseable {

    private static final int CHUNK = 64 * 1024;

    private final ServerSocket listening;
    private final int target;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private volatile Optional<Cuts> cuts = Optional.empty();
    private Optional<Held> held = Optional.empty();

    /**
     * A request that came by.
     *
     * @param line its first line
     * @param rest headers and what came of the body with them
     */
    record Request(String line, String rest) {

        /** The value of a header; empty text if it has none. */
        String header(String name) {
            return rest.lines()
                    .filter(header -> header.regionMatches(true, 0, name + ":", 0, name.length() + 1))
                    .map(header -> header.substring(name.length() + 1).strip())
                    .findFirst()
                    .orElse("");
        }
    }

    /** Answers that are to be lost. */
    private static final class Cuts {
        private final String call;
        private final double share;
        private final SplittableRandom dice;
        private int left;

        Cuts(String call, int times, double share, long seed) {
            this.call = call;
            this.left = times;
            this.share = share;
            this.dice = new SplittableRandom(seed);
        }

        synchronized boolean take(String line) {
            if (left > 0 && line.contains(call) && dice.nextDouble() < share) {
                left--;
                return true;
            }
            return false;
        }

        synchronized int left() {
            return left;
        }
    }

    /** One answer that is kept back, and then lost. */
    static final class Held {
        private final String call;
        private final CountDownLatch reached = new CountDownLatch(1);
        private final CountDownLatch dropped = new CountDownLatch(1);

        private Held(String call) {
            this.call = call;
        }

        /** Whether the server has answered. */
        boolean isReached() {
            return reached.getCount() == 0;
        }

        void drop() {
            dropped.countDown();
        }
    }

    private CuttingProxy(ServerSocket listening, int target) {
        this.listening = listening;
        this.target = target;
    }

    static CuttingProxy start(int port, int target) throws IOException {
        var proxy = new CuttingProxy(new ServerSocket(port, 200, InetAddress.getLoopbackAddress()), target);
        Thread.ofVirtual().start(proxy::accept);
        return proxy;
    }

    int port() {
        return listening.getLocalPort();
    }

    /** Loses so many answers to a call, about this share of them. */
    void cut(String call, int times, double share, long seed) {
        cuts = Optional.of(new Cuts(call, times, share, seed));
    }

    /** How many of these answers are still to be lost. */
    int cutsLeft() {
        return cuts.map(Cuts::left).orElse(0);
    }

    /** Keeps back the next answer to a call. */
    synchronized Held hold(String call) {
        var next = new Held(call);
        held = Optional.of(next);
        return next;
    }

    /** From now on every answer comes. */
    synchronized void loseNothing() {
        cuts = Optional.empty();
        held.ifPresent(Held::drop);
        held = Optional.empty();
    }

    /** All requests so far to a call. */
    List<Request> requests(String call) {
        return requests.stream()
                .filter(request -> request.line().contains(call))
                .toList();
    }

    @Override
    public void close() {
        closed(listening);
        open.forEach(CuttingProxy::closed);
    }

    private void accept() {
        try {
            while (true) {
                var client = listening.accept();
                var server = new Socket(InetAddress.getLoopbackAddress(), target);
                open.add(client);
                open.add(server);
                var call = new UnderWay();
                Thread.ofVirtual().start(() -> pump(client, server, bytes -> note(bytes, call)));
                Thread.ofVirtual().start(() -> pump(server, client, _ -> lets(call.line)));
            }
        } catch (IOException _) {
            // Closed.
        }
    }

    /** The call that was last made on a connection. */
    private static final class UnderWay {
        private volatile String line = "";
    }

    /** Sees each piece before it goes on, and may end the connection. */
    @FunctionalInterface
    private interface Watcher {
        boolean lets(byte[] bytes) throws InterruptedException;
    }

    private void pump(Socket from, Socket to, Watcher watcher) {
        var buffer = new byte[CHUNK];
        try (from;
                to) {
            var in = from.getInputStream();
            var out = to.getOutputStream();
            for (var count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                if (!watcher.lets(Arrays.copyOf(buffer, count))) {
                    return;
                }
                out.write(buffer, 0, count);
            }
        } catch (IOException _) {
            // One side is gone, and now the other one.
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            open.remove(from);
            open.remove(to);
        }
    }

    private boolean note(byte[] bytes, UnderWay call) {
        var text = new String(bytes, ISO_8859_1);
        var end = text.indexOf("\r\n");
        if (end > 0 && text.substring(0, end).matches("(GET|POST) /\\S* HTTP/1\\.1")) {
            var request = new Request(text.substring(0, end), text.substring(end + 2));
            requests.add(request);
            call.line = request.line();
        }
        return true;
    }

    private boolean lets(String line) throws InterruptedException {
        var kept = taken(line);
        if (kept.isPresent()) {
            kept.get().reached.countDown();
            kept.get().dropped.await();
            return false;
        }
        return cuts.filter(it -> it.take(line)).isEmpty();
    }

    private synchronized Optional<Held> taken(String line) {
        var kept = held.filter(it -> line.contains(it.call));
        if (kept.isPresent()) {
            held = Optional.empty();
        }
        return kept;
    }

    private static void closed(AutoCloseable one) {
        try {
            one.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
