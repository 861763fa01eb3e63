package io.broadside.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The load generator wrk: independent of us, and cheaper per request than anything in Java. */
final class Wrk {

    private static final Pattern REQUESTS = Pattern.compile("([0-9]+) requests in ");
    private static final Pattern RATE = Pattern.compile("Requests/sec:\\s+([0-9.]+)");
    private static final Pattern P50 = Pattern.compile("\\s50%\\s+([0-9.]+)(us|ms|s)");
    private static final Pattern P99 = Pattern.compile("\\s99%\\s+([0-9.]+)(us|ms|s)");
    private static final Pattern NOT_OK = Pattern.compile("Non-2xx or 3xx responses: ([0-9]+)");
    private static final Pattern SOCKET_ERRORS = Pattern.compile("Socket errors: (.*)");

    private final int connections;
    private final Path script;

    Wrk(int connections, Path script) {
        this.connections = connections;
        this.script = script;
    }

    /** What one run came to. */
    record Run(long requests, double perSecond, double p50Ms, double p99Ms, long notOk, String socketErrors) {}

    static boolean isThere() {
        try {
            return new ProcessBuilder("wrk", "-v")
                            .redirectErrorStream(true)
                            .start()
                            .waitFor()
                    >= 0;
        } catch (IOException _) {
            return false;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** @param argument what the script is told */
    Run run(String uri, int seconds, String argument) throws IOException, InterruptedException {
        var process = new ProcessBuilder(List.of(
                        "wrk",
                        "-t1",
                        "-c" + connections,
                        "-d" + seconds + "s",
                        "--timeout",
                        "10s",
                        "--latency",
                        "-s",
                        script.toString(),
                        uri,
                        "--",
                        argument))
                .redirectErrorStream(true)
                .start();
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        var requests = REQUESTS.matcher(said);
        var rate = RATE.matcher(said);
        if (!requests.find() || !rate.find()) {
            throw new IOException("wrk said:\n" + said);
        }
        var notOk = NOT_OK.matcher(said);
        var errors = SOCKET_ERRORS.matcher(said);
        return new Run(
                Long.parseLong(requests.group(1)),
                Double.parseDouble(rate.group(1)),
                milliseconds(P50.matcher(said)),
                milliseconds(P99.matcher(said)),
                notOk.find() ? Long.parseLong(notOk.group(1)) : 0,
                errors.find() ? errors.group(1) : "none");
    }

    private static double milliseconds(Matcher found) {
        if (!found.find()) {
            return Double.NaN;
        }
        var value = Double.parseDouble(found.group(1));
        return switch (found.group(2)) {
            case "us" -> value / 1_000;
            case "ms" -> value;
            default -> value * 1_000;
        };
    }
}
