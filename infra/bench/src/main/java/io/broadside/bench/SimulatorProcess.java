package io.broadside.bench;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** The platform simulator in a JVM of its own, with limits so high that nobody meets them. */
final class SimulatorProcess implements AutoCloseable {

    static final String PICTURE = "/media/sample.jpg";
    static final String VIDEO = "/media/sample.mp4";

    private static final int UNLIMITED = 1_000_000_000;
    private static final int ACCOUNTS_AT_ONCE = 500;

    private static final JsonObject SETTINGS = new JsonObject()
            .put("instagramImageProcessingSeconds", 0)
            .put("instagramPublishesPerDay", UNLIMITED)
            .put("instagramContainersPerDay", UNLIMITED)
            .put("linkedinPostsPerMemberDay", UNLIMITED)
            .put("linkedinCallsPerMemberDay", UNLIMITED)
            .put("linkedinCallsPerAppDay", UNLIMITED)
            .put("tiktokInitsPerMinute", UNLIMITED)
            .put("tiktokCreatorInfosPerMinute", UNLIMITED)
            .put("tiktokStatusesPerMinute", UNLIMITED)
            .put("tiktokReadsPerMinute", UNLIMITED)
            .put("tiktokPostsPerDay", UNLIMITED)
            .put("tiktokProcessingSeconds", 0)
            .put("tiktokModerationSeconds", 0)
            .put("xPostsPer15Minutes", UNLIMITED)
            .put("xPostsPerAppDay", UNLIMITED);

    private final OwnProcess process;
    private final int port;
    private final HttpClient http = HttpClient.newHttpClient();

    private SimulatorProcess(OwnProcess process, int port) {
        this.process = process;
        this.port = port;
    }

    /** A call that reached the simulator. */
    record Call(String platform, String account, Instant at) {}

    /** @param accounts of each platform */
    static SimulatorProcess start(Path directory, int accounts) throws IOException, InterruptedException {
        var output = directory.resolve("simulator.log");
        var port = Starting.freePort();
        var process = OwnProcess.start(
                "io.broadside.simulator.Main",
                List.of("-Xmx2g"),
                List.of(),
                Map.of("SIMULATOR_PORT", Integer.toString(port)),
                output);
        var simulator = new SimulatorProcess(process, port);
        try {
            Starting.awaitHealthy(simulator.uri().resolve("/control/health"), output);
            simulator.send("PUT", "/control/settings", SETTINGS.encode());
            for (var platform : BenchAccount.PLATFORMS) {
                simulator.add(platform, accounts);
            }
            return simulator;
        } catch (IOException | InterruptedException | RuntimeException e) {
            simulator.close();
            throw e;
        }
    }

    private void add(String platform, int accounts) throws IOException, InterruptedException {
        for (int from = 0; from < accounts; from += ACCOUNTS_AT_ONCE) {
            var some = IntStream.range(from, Math.min(accounts, from + ACCOUNTS_AT_ONCE))
                    .mapToObj(number -> new BenchAccount(platform, number).atSimulator())
                    .toList();
            send("POST", "/control/accounts", new JsonArray(some).encode());
        }
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + port);
    }

    int port() {
        return port;
    }

    OwnProcess process() {
        return process;
    }

    /** How many calls each platform has had, by what came of them: 2xx or not. */
    Map<Boolean, Map<String, Long>> calls() throws IOException, InterruptedException {
        var good = new TreeMap<String, Long>();
        var bad = new TreeMap<String, Long>();
        var report = new JsonObject(send("GET", "/control/report", ""));
        for (var platform : BenchAccount.PLATFORMS) {
            for (var endpoint : report.getJsonObject(platform).getJsonObject("calls")) {
                for (var status : (JsonObject) endpoint.getValue()) {
                    (status.getKey().startsWith("2") ? good : bad)
                            .merge(platform, ((Number) status.getValue()).longValue(), Long::sum);
                }
            }
        }
        return Map.of(true, good, false, bad);
    }

    /** Where the log of calls ends. */
    long lastCall() throws IOException, InterruptedException {
        return new JsonObject(send("GET", "/control/calls?since=0", "")).getLong("next");
    }

    /**
     * The calls after that one, the oldest first. The simulator keeps the last 10,000 of them, so ask often enough.
     *
     * @param into gets them
     * @return the last one
     */
    long callsSince(long since, List<Call> into) throws IOException, InterruptedException {
        var answer = new JsonObject(send("GET", "/control/calls?since=" + since, ""));
        for (var entry : answer.getJsonArray("calls")) {
            var call = (JsonObject) entry;
            into.add(new Call(
                    call.getString("platform"), call.getString("account", ""), Instant.parse(call.getString("at"))));
        }
        return answer.getLong("next");
    }

    private String send(String method, String path, String body) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(uri().resolve(path))
                .timeout(Duration.ofSeconds(20))
                .header("content-type", "application/json")
                .method(
                        method,
                        body.isEmpty()
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(body))
                .build();
        var answer = http.send(request, HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() / 100 != 2) {
            throw new IOException(path + ": " + answer.statusCode() + " " + answer.body());
        }
        return answer.body();
    }

    @Override
    public void close() {
        http.close();
        process.close();
    }
}
