package io.broadside.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Assumptions;

/**
 * The real server of Bluesky, with its directory of identities, as a process of its own; and a proxy in front, through which
 * everybody goes but the test itself. Installed by infra/local/src/test/real-servers/bluesky/install.sh.
 */
final class RealBluesky implements AutoCloseable {

    private static final Path INSTALLED = Path.of("../../.real-servers/bluesky").toAbsolutePath();
    private static final Path START =
            Path.of("src/test/real-servers/bluesky/start.js").toAbsolutePath();
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String ADMIN =
            "Basic " + Base64.getEncoder().encodeToString("admin:test-admin".getBytes(UTF_8));

    private static final String FILLER = "com.example.filler";

    /** https://docs.bsky.app/docs/advanced-guides/rate-limits */
    private static final int POINTS_OF_AN_HOUR = 5_000;

    private static final int POINTS_OF_A_WRITE = 3;
    private static final int MOST_WRITES = 200;

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Process process;
    private final Path data;
    private final int port;
    private final URI directory;
    private final CuttingProxy proxy;

    /**
     * An account there.
     *
     * @param password its own
     * @param appPassword one for apps
     * @param accessToken of a session of its own, which the test uses
     */
    record Account(String did, String handle, String password, String appPassword, String accessToken) {}

    private RealBluesky(Process process, Path data, int port, URI directory, CuttingProxy proxy) {
        this.process = process;
        this.data = data;
        this.port = port;
        this.directory = directory;
        this.proxy = proxy;
    }

    /** Skips the test, loudly, where the server is not installed. */
    static void assumeInstalled() {
        if (!Files.exists(INSTALLED.resolve("installed"))) {
            System.err.println("""

                    *******************************************************************************
                    *  NOT TESTED: Bluesky against its real server, which is not installed here.  *
                    *  Run infra/local/src/test/real-servers/bluesky/install.sh (npm, gcc, make). *
                    *******************************************************************************
                    """);
            Assumptions.abort("the real server of Bluesky is not installed");
        }
    }

    static RealBluesky start(Path data) throws IOException {
        var ports = freePorts();
        var log = Files.createDirectories(data).resolve("server.log");
        var process = new ProcessBuilder(
                        "node",
                        START.toString(),
                        Integer.toString(ports.get(0)),
                        Integer.toString(ports.get(1)),
                        Integer.toString(ports.get(2)),
                        data.toString())
                .directory(INSTALLED.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            await().atMost(PATIENCE)
                    .until(() ->
                            !process.isAlive() || Files.readString(log).lines().anyMatch(line -> line.equals("ready")));
            if (!process.isAlive()) {
                throw new IOException("The server did not start: " + Files.readString(log));
            }
            var proxy = CuttingProxy.start(ports.get(1), ports.get(2));
            return new RealBluesky(process, data, ports.get(2), URI.create("http://127.0.0.1:" + ports.get(0)), proxy);
        } catch (RuntimeException | IOException e) {
            process.destroyForcibly();
            throw e;
        }
    }

    private static List<Integer> freePorts() throws IOException {
        var sockets = new ArrayList<ServerSocket>();
        try {
            for (var i = 0; i < 3; i++) {
                sockets.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
            }
            return sockets.stream().map(ServerSocket::getLocalPort).toList();
        } finally {
            for (var socket : sockets) {
                socket.close();
            }
        }
    }

    /** Where everybody finds it: the proxy. It is its name, too. */
    URI uri() {
        return URI.create("http://localhost:" + proxy.port());
    }

    /** Where its identities are looked up. */
    URI directory() {
        return directory;
    }

    CuttingProxy proxy() {
        return proxy;
    }

    Account create(String name) throws IOException, InterruptedException {
        // Many plain names are reserved.
        var handle = name + "-here.test";
        var password = "password-of-" + name;
        var body = JSON.createObjectNode()
                .put("handle", handle)
                .put("email", name + "@example.test")
                .put("password", password);
        var made = post("com.atproto.server.createAccount", body, "");
        var token = made.path("accessJwt").asText();
        return new Account(made.path("did").asText(), handle, password, newAppPassword(token, "first"), token);
    }

    /** Another password for apps. */
    String newAppPassword(String accessToken, String name) throws IOException, InterruptedException {
        return post(
                        "com.atproto.server.createAppPassword",
                        JSON.createObjectNode().put("name", name),
                        "Bearer " + accessToken)
                .path("password")
                .asText();
    }

    void revokeAppPassword(Account account, String name) throws IOException, InterruptedException {
        post(
                "com.atproto.server.revokeAppPassword",
                JSON.createObjectNode().put("name", name),
                "Bearer " + account.accessToken());
    }

    void takeDown(Account account, boolean isDown) throws IOException, InterruptedException {
        var body = JSON.createObjectNode();
        body.putObject("subject").put("$type", "com.atproto.admin.defs#repoRef").put("did", account.did());
        body.putObject("takedown").put("applied", isDown);
        post("com.atproto.admin.updateSubjectStatus", body, ADMIN);
    }

    /** Writes something else for an account until the server says that it is too much for this hour. */
    void useUpTheHour(Account account) throws IOException, InterruptedException {
        var filler = JSON.createObjectNode().put("repo", account.did()).put("validate", false);
        var writes = filler.putArray("writes");
        for (var i = 0; i < MOST_WRITES; i++) {
            var write = writes.addObject()
                    .put("$type", "com.atproto.repo.applyWrites#create")
                    .put("collection", FILLER);
            write.putObject("value").put("$type", FILLER).put("number", i);
        }
        for (var calls = 0; calls < POINTS_OF_AN_HOUR / (POINTS_OF_A_WRITE * MOST_WRITES) + 1; calls++) {
            var answer = http.send(
                    HttpRequest.newBuilder(at("com.atproto.repo.applyWrites"))
                            .header("content-type", "application/json")
                            .header("authorization", "Bearer " + account.accessToken())
                            .POST(HttpRequest.BodyPublishers.ofString(filler.toString()))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() == 429) {
                return;
            }
            if (answer.statusCode() != 200) {
                throw new IOException("applyWrites answered " + answer.statusCode() + ": " + answer.body());
            }
        }
        throw new IOException("The server has no limit to what an account writes in an hour");
    }

    /** Every post of an account, newest key first. */
    List<JsonNode> posts(Account account) throws IOException, InterruptedException {
        var posts = new ArrayList<JsonNode>();
        var cursor = "";
        do {
            var page = get("com.atproto.repo.listRecords?collection=app.bsky.feed.post&limit=100&repo=" + account.did()
                    + (cursor.isEmpty() ? "" : "&cursor=" + cursor));
            page.path("records").forEach(posts::add);
            cursor = page.path("cursor").asText("");
        } while (!cursor.isEmpty());
        return posts;
    }

    /** The record of one of them, by the beginning of its text. */
    JsonNode post(Account account, String text) throws IOException, InterruptedException {
        return posts(account).stream()
                .map(post -> post.path("value"))
                .filter(value -> value.path("text").asText().startsWith(text))
                .findFirst()
                .orElseThrow();
    }

    /** All of them, their texts. */
    List<String> texts(Account account) throws IOException, InterruptedException {
        return posts(account).stream()
                .map(post -> post.path("value").path("text").asText())
                .toList();
    }

    /** A session's tokens, as somebody has them who signed in elsewhere. */
    JsonNode session(Account account) throws IOException, InterruptedException {
        return post(
                "com.atproto.server.createSession",
                JSON.createObjectNode().put("identifier", account.handle()).put("password", account.appPassword()),
                "");
    }

    /** An access token of this server that has ended. */
    String expiredToken(Account account) throws IOException {
        var now = Instant.now().getEpochSecond();
        var header = JSON.createObjectNode().put("typ", "at+jwt").put("alg", "HS256");
        var claims = JSON.createObjectNode()
                .put("scope", "com.atproto.appPass")
                .put("aud", "did:web:localhost")
                .put("sub", account.did())
                .put("iat", now - 7200)
                .put("exp", now - 1);
        var encoder = Base64.getUrlEncoder().withoutPadding();
        var signed = encoder.encodeToString(JSON.writeValueAsBytes(header)) + "."
                + encoder.encodeToString(JSON.writeValueAsBytes(claims));
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec("test-jwt-secret".getBytes(UTF_8), "HmacSHA256"));
            return signed + "." + encoder.encodeToString(mac.doFinal(signed.getBytes(UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private JsonNode get(String methodAndQuery) throws IOException, InterruptedException {
        return answer(HttpRequest.newBuilder(at(methodAndQuery)).build());
    }

    private JsonNode post(String method, JsonNode body, String authorization) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(at(method))
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body.toString()));
        if (!authorization.isEmpty()) {
            request.header("authorization", authorization);
        }
        return answer(request.build());
    }

    private URI at(String methodAndQuery) {
        return URI.create("http://127.0.0.1:" + port + "/xrpc/" + methodAndQuery);
    }

    private JsonNode answer(HttpRequest request) throws IOException, InterruptedException {
        var answer = http.send(request, HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new IOException(request.uri().getPath() + " answered " + answer.statusCode() + ": " + answer.body());
        }
        return answer.body().isEmpty() ? JSON.missingNode() : JSON.readTree(answer.body());
    }

    @Override
    public void close() {
        proxy.close();
        process.destroy();
        try {
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException _) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        http.close();
    }

    @Override
    public String toString() {
        return "Bluesky server on " + uri() + ", " + data;
    }
}
