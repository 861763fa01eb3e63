package io.broadside.runtime.api;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.broadside.runtime.config.ConfigException;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ApiServerTest {

    /** Of "open sesame". */
    private static final String HASH = "41ef4bb0b23661e66301aac36066912dac037827b4ae63a7b1165a5aa93ed4eb";

    private final Vertx vertx = Vertx.vertx();
    private final HttpClient http = HttpClient.newHttpClient();
    private final List<ApiRoute> routes = List.of(
            ApiRoute.get("/things/{id}/parts/{part}", request -> echo(request.path("id") + "|" + request.path("part"))),
            ApiRoute.post("/things", request -> echo(request.body())),
            ApiRoute.get("/bug", _ -> {
                throw new IllegalStateException("hunter2");
            }),
            ApiRoute.get("/deep", _ -> echo("" + depth(1))),
            ApiRoute.get("/open", request -> echo(request.query("q").orElse("")))
                    .open());
    private ApiServer server = start(ApiKeys.of("KEYS", List.of()));

    @AfterEach
    void close() {
        server.close();
        http.close();
        vertx.close().await();
    }

    @Test
    void partsOfThePathAreDecoded() throws Exception {
        assertThat(get("/things/a%2Fb%20c/parts/%E2%82%AC").body()).contains("a/b c|€");
    }

    @Test
    void whatIsWrongIsJsonWhateverItIs() throws Exception {
        assertThat(get("/nothing")).satisfies(answer -> {
            assertThat(answer.statusCode()).isEqualTo(404);
            assertThat(answer.body()).startsWith("{\"error\":{\"code\":\"NOT_FOUND\"");
        });
        assertThat(send(HttpRequest.newBuilder(uri("/things")).DELETE()).statusCode())
                .isEqualTo(405);
        assertThat(post("text/plain", "{}").statusCode()).isEqualTo(415);
        assertThat(post("application/json", "x".repeat(1001)).statusCode()).isEqualTo(413);
        assertThat(post("application/json; charset=utf-8", "{\"a\":\"ü\"}").statusCode())
                .isEqualTo(200);
    }

    @Test
    void aBugIsAnswered500AndNotQuoted() throws Exception {
        // When
        var answer = get("/bug");
        // Then
        assertThat(answer.statusCode()).isEqualTo(500);
        assertThat(answer.body()).contains("INTERNAL").doesNotContain("hunter2");
    }

    @Test
    void anErrorOfTheMachineIsAnsweredToo() throws Exception {
        // When
        var answer = get("/deep");
        // Then
        assertThat(answer.statusCode()).isEqualTo(500);
        assertThat(answer.body()).contains("INTERNAL");
    }

    @Test
    void whatCannotBeDecodedIsRefusedAndTakesNoPlaceAway() throws Exception {
        // Given
        server.close();
        server = start(ApiKeys.of("KEYS", List.of(HASH)));
        // When
        for (var i = 0; i < 201; i++) {
            assertThat(statusOf("GET /open?% HTTP/1.1")).isEqualTo(400);
        }
        // Then
        assertThat(statusOf("GET /%zz HTTP/1.1")).isEqualTo(400);
        assertThat(statusOf("GET /things/%+1/parts/2 HTTP/1.1")).isIn(400, 401);
        assertThat(statusOf("GET /things/%+1/parts/2 HTTP/1.1\r\nAuthorization: Bearer open sesame"))
                .isIn(200, 400);
        assertThat(get("/open?q=yes").body()).contains("yes");
    }

    @Test
    void aParameterThatComesTwiceIsRefused() throws Exception {
        // When
        var answer = get("/open?q=one&q=two");
        // Then
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("several times");
    }

    @Test
    void withoutAKeyNothingIsLearntButWhatIsOpen() throws Exception {
        // Given
        server.close();
        server = start(ApiKeys.of("KEYS", List.of(HASH)));
        // Then
        assertThat(get("/things/1/parts/2").statusCode()).isEqualTo(401);
        assertThat(get("/nothing").statusCode()).isEqualTo(401);
        assertThat(post("application/json", "x".repeat(1001)).statusCode()).isEqualTo(401);
        assertThat(get("/open?q=yes").body()).contains("yes");
        assertThat(send(HttpRequest.newBuilder(uri("/things/1/parts/2")).header("authorization", "Bearer open sesame"))
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void aPortThatIsTakenIsNamedWithItsSetting() {
        assertThatThrownBy(() -> ApiServer.start(
                        vertx, "127.0.0.1", "SOME_PORT", server.port(), ApiKeys.of("KEYS", List.of()), 1000, routes))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("SOME_PORT");
    }

    @SuppressWarnings("InfiniteRecursion")
    private static int depth(int above) {
        return depth(above + 1) + 1;
    }

    /** What java.net.http would not send. */
    private int statusOf(String head) throws IOException {
        try (var socket = new Socket(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), server.port())) {
            socket.getOutputStream()
                    .write((head + "\r\nHost: localhost\r\nConnection: close\r\n\r\n").getBytes(US_ASCII));
            var answer = new String(socket.getInputStream().readAllBytes(), US_ASCII);
            return Integer.parseInt(answer.substring("HTTP/1.1 ".length(), "HTTP/1.1 200".length()));
        }
    }

    private ApiServer start(ApiKeys keys) {
        return ApiServer.start(vertx, "127.0.0.1", "SOME_PORT", 0, keys, 1000, routes);
    }

    private static ApiAnswer echo(String text) {
        return ApiAnswer.of(200, JsonNodeFactory.instance.textNode(text));
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(uri(path)));
    }

    private HttpResponse<String> post(String type, String body) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(uri("/things"))
                .header("content-type", type)
                .POST(BodyPublishers.ofString(body)));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return http.send(request.build(), BodyHandlers.ofString());
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + server.port() + path);
    }
}
