package io.broadside.token.page;

import static org.awaitility.Awaitility.await;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A real browser without a window, steered by its own protocol: https://chromedevtools.github.io/devtools-protocol/ */
final class Chromium implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final List<String> NAMES = List.of("chromium", "chromium-browser", "google-chrome");

    private final Process process;
    private final HttpClient http = HttpClient.newHttpClient();
    private final Map<Integer, CompletableFuture<JsonObject>> calls = new ConcurrentHashMap<>();
    private final Queue<JsonObject> complaints = new ConcurrentLinkedQueue<>();
    private final AtomicInteger ids = new AtomicInteger();
    private final WebSocket socket;
    private @Nullable String session;

    private Chromium(Process process, URI address) throws InterruptedException, ExecutionException, TimeoutException {
        this.process = process;
        this.socket = http.newWebSocketBuilder()
                .buildAsync(address, new Messages())
                .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    /** Where a browser is on this machine. */
    static Optional<Path> find() {
        return Optional.ofNullable(System.getenv("PATH")).stream()
                .flatMap(path -> List.of(path.split(":", -1)).stream())
                .flatMap(folder -> NAMES.stream().map(name -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** Starts one that knows nothing of others, with one page. */
    static Chromium start(Path program, Path home) throws Exception {
        var process = new ProcessBuilder(
                        program.toString(),
                        "--headless=new",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-dev-shm-usage",
                        "--no-first-run",
                        "--remote-debugging-port=0",
                        "--window-size=1100,900",
                        "--user-data-dir=" + home,
                        "about:blank")
                .redirectErrorStream(true)
                .redirectOutput(home.resolve("chromium.log").toFile())
                .start();
        try {
            var port = home.resolve("DevToolsActivePort");
            await().atMost(PATIENCE)
                    .until(() -> Files.exists(port) && Files.readAllLines(port).size() == 2);
            var lines = Files.readAllLines(port);
            var browser = new Chromium(process, URI.create("ws://127.0.0.1:" + lines.getFirst() + lines.getLast()));
            browser.openPage();
            return browser;
        } catch (Exception e) {
            process.destroyForcibly();
            throw e;
        }
    }

    private void openPage() throws Exception {
        var target = call("Target.createTarget", new JsonObject().put("url", "about:blank"));
        session = call(
                        "Target.attachToTarget",
                        new JsonObject()
                                .put("targetId", target.getString("targetId"))
                                .put("flatten", true))
                .getString("sessionId");
        call("Page.enable", new JsonObject());
        call("Runtime.enable", new JsonObject());
        call("Log.enable", new JsonObject());
        call("Accessibility.enable", new JsonObject());
        call("Emulation.setFocusEmulationEnabled", new JsonObject().put("enabled", true));
    }

    /** Opens an address and waits until it is there. */
    void open(URI address) throws Exception {
        call("Page.navigate", new JsonObject().put("url", address.toString()));
        awaitTrue("document.readyState === 'complete' && location.href !== 'about:blank'");
    }

    /** What a script on the page comes to. */
    Object eval(String script) throws Exception {
        var answer = call(
                "Runtime.evaluate", new JsonObject().put("expression", script).put("returnByValue", true));
        if (answer.containsKey("exceptionDetails")) {
            throw new AssertionError(script + ": " + answer.getJsonObject("exceptionDetails"));
        }
        var value = answer.getJsonObject("result").getValue("value");
        return value == null ? "" : value;
    }

    /** Waits until a script on the page comes to true; the page may change meanwhile. */
    void awaitTrue(String script) {
        await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(50))
                .ignoreExceptions()
                .until(() -> Boolean.TRUE.equals(eval(script)));
    }

    void awaitText(String text) {
        awaitTrue("document.readyState === 'complete' && document.body.innerText.includes(" + quoted(text) + ")");
    }

    /** Puts the focus on the first element that has this name for those who listen, and presses Enter. */
    void enter(String role, String name) throws Exception {
        focus(role, name);
        press("Enter", 13, "\r");
    }

    private void focus(String role, String name) throws Exception {
        var node = nodes().stream()
                .map(JsonObject.class::cast)
                .filter(known -> role.equals(text(known, "role")) && name.equals(text(known, "name")))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + role + " named " + name + " among " + names()));
        call("DOM.enable", new JsonObject());
        call("DOM.focus", new JsonObject().put("backendNodeId", node.getInteger("backendDOMNodeId")));
    }

    void press(String key, int code, String text) throws Exception {
        var event = new JsonObject().put("key", key).put("code", key).put("windowsVirtualKeyCode", code);
        if (!text.isEmpty()) {
            event.put("text", text);
        }
        call("Input.dispatchKeyEvent", event.copy().put("type", "keyDown"));
        call("Input.dispatchKeyEvent", event.copy().put("type", "keyUp"));
    }

    /** What those who listen are told: role and name of everything. */
    List<String> names() {
        return nodes().stream()
                .map(JsonObject.class::cast)
                .map(node -> text(node, "role") + " " + text(node, "name"))
                .toList();
    }

    private JsonArray nodes() {
        try {
            return call("Accessibility.getFullAXTree", new JsonObject()).getJsonArray("nodes");
        } catch (Exception e) {
            throw new AssertionError("the page cannot be listened to", e);
        }
    }

    private static String text(JsonObject node, String name) {
        return node.getJsonObject(name, new JsonObject()).getString("value", "");
    }

    void prefer(String scheme) throws Exception {
        call(
                "Emulation.setEmulatedMedia",
                new JsonObject()
                        .put(
                                "features",
                                new JsonArray()
                                        .add(new JsonObject()
                                                .put("name", "prefers-color-scheme")
                                                .put("value", scheme))));
    }

    void screenshot(Path file) throws Exception {
        var picture = call(
                "Page.captureScreenshot", new JsonObject().put("format", "png").put("captureBeyondViewport", true));
        Files.createDirectories(file.getParent());
        Files.write(file, Base64.getDecoder().decode(picture.getString("data")));
    }

    /** What the page's scripts and policies complained of. */
    List<JsonObject> complaints() {
        return List.copyOf(complaints);
    }

    private JsonObject call(String method, JsonObject parameters) throws Exception {
        var id = ids.incrementAndGet();
        var message = new JsonObject().put("id", id).put("method", method).put("params", parameters);
        var current = session;
        if (current != null) {
            message.put("sessionId", current);
        }
        var answer = new CompletableFuture<JsonObject>();
        calls.put(id, answer);
        socket.sendText(message.encode(), true).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        return answer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    private static String quoted(String text) {
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
    }

    @Override
    public void close() throws IOException {
        socket.abort();
        process.destroyForcibly();
        process.onExit().orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
        http.close();
    }

    /** Answers, and news. */
    private final class Messages implements WebSocket.Listener {
        private final StringBuilder text = new StringBuilder();

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence part, boolean isLast) {
            text.append(part);
            if (isLast) {
                var message = new JsonObject(text.toString());
                text.setLength(0);
                take(message);
            }
            from.request(1);
            return null;
        }

        private void take(JsonObject message) {
            var id = message.getInteger("id");
            if (id != null) {
                var call = calls.remove(id);
                if (call == null) {
                    return;
                }
                if (message.containsKey("error")) {
                    call.completeExceptionally(
                            new IOException(message.getJsonObject("error").encode()));
                } else {
                    call.complete(message.getJsonObject("result"));
                }
                return;
            }
            switch (message.getString("method")) {
                case "Log.entryAdded", "Runtime.exceptionThrown" -> complaints.add(message.getJsonObject("params"));
                case "Page.javascriptDialogOpening" -> {
                    // Nobody waits for the answer: this thread is the one that would bring it.
                    var _ = socket.sendText(
                            new JsonObject()
                                    .put("id", ids.incrementAndGet())
                                    .put("sessionId", message.getString("sessionId"))
                                    .put("method", "Page.handleJavaScriptDialog")
                                    .put("params", new JsonObject().put("accept", true))
                                    .encode(),
                            true);
                }
                default -> {
                    // Not of interest.
                }
            }
        }
    }
}
