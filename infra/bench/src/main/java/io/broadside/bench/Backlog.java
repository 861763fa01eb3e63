package io.broadside.bench;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.regex.Pattern;

/** What webhook-ingest has acknowledged and not made events of yet, by its own metrics. */
final class Backlog {

    private static final Pattern STORED =
            Pattern.compile("(?m)^broadside_webhook_requests_total\\{.*end=\"stored\".*} (\\S+)$");
    private static final Pattern DONE =
            Pattern.compile("(?m)^broadside_webhook_(?:events|duplicates)_total\\{.*} (\\S+)$");
    private static final Duration LIMIT = Duration.ofMinutes(2);

    private final HttpRequest metrics;

    Backlog(int managementPort) {
        this.metrics = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + managementPort + "/metrics"))
                .timeout(Duration.ofSeconds(10))
                .build();
    }

    /** How much there was, and how long that took. */
    record Left(long deliveries, Duration took) {}

    /** Waits until there is none; each delivery of the bench is one event. */
    Left workedOff() throws IOException, InterruptedException {
        var begun = System.nanoTime();
        try (var http = HttpClient.newHttpClient()) {
            var first = left(http);
            for (var left = first; left > 0; left = left(http)) {
                if (System.nanoTime() - begun > LIMIT.toNanos()) {
                    throw new IOException(left + " deliveries have not become events within " + LIMIT);
                }
                Thread.sleep(100);
            }
            return new Left(first, Duration.ofNanos(System.nanoTime() - begun));
        }
    }

    private long left(HttpClient http) throws IOException, InterruptedException {
        var said = http.send(metrics, BodyHandlers.ofString()).body();
        return sum(STORED, said) - sum(DONE, said);
    }

    private static long sum(Pattern meter, String said) {
        return meter.matcher(said)
                .results()
                .mapToLong(found -> (long) Double.parseDouble(found.group(1)))
                .sum();
    }
}
