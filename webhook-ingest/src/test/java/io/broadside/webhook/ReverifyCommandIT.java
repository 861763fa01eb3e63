package io.broadside.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.runtime.api.ApiKeys;
import io.vertx.core.Vertx;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The command over HTTP, with a quarantine that does as it is told. */
class ReverifyCommandIT {

    /** Of "open sesame". */
    private static final String HASH = "41ef4bb0b23661e66301aac36066912dac037827b4ae63a7b1165a5aa93ed4eb";

    private final HttpClient client = HttpClient.newHttpClient();
    private final Vertx vertx = Vertx.vertx();
    private final List<String> asked = new ArrayList<>();
    private boolean isBroken;

    private final ReverifyCommand command = new ReverifyCommand(
            ApiKeys.of("WEBHOOK_API_KEYS", List.of(HASH)), List.of("x/demo"), (app, withUnreadable) -> {
                if (isBroken) {
                    throw new IllegalStateException("a bug");
                }
                asked.add(app.orElse("all") + " " + withUnreadable);
                return new Reverification.Result(1, 2, 3, 4, 5, 6, 7);
            });
    private final int port = vertx.createHttpServer()
            .requestHandler(command::handle)
            .listen(0)
            .await()
            .actualPort();

    @AfterEach
    void stop() {
        vertx.close().await();
        client.close();
    }

    @Test
    void aQueryThatCannotBeDecodedIsRefusedAndHoldsUpNoOther() throws Exception {
        assertThat(askWith("?app=%zz")).startsWith("HTTP/1.1 400");
        assertThat(ask("?app=x/demo&unreadable=true")).isEqualTo(200);
        assertThat(asked).containsExactly("x/demo true");
    }

    @Test
    void aFilterThatIsMisspeltDoesNotMeanAllApps() throws Exception {
        assertThat(ask("?ap=x/demo")).isEqualTo(422);
        assertThat(ask("?app=x/dem")).isEqualTo(422);
        assertThat(ask("?unreadable=TRUE")).isEqualTo(422);
        assertThat(asked).isEmpty();
    }

    @Test
    void aFaultIsAnsweredAndHoldsUpNoOther() throws Exception {
        isBroken = true;
        assertThat(ask("")).isEqualTo(500);
        isBroken = false;
        assertThat(ask("")).isEqualTo(200);
        assertThat(asked).containsExactly("all false");
    }

    /** With a query that Java's client would not send. */
    private String askWith(String query) throws IOException {
        try (var socket = new Socket("localhost", port)) {
            socket.getOutputStream()
                    .write(("POST " + ReverifyCommand.PATH + query + " HTTP/1.1\r\nhost: a\r\n"
                                    + "authorization: Bearer open sesame\r\ncontent-length: 0\r\n\r\n")
                            .getBytes(UTF_8));
            var line = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8)).readLine();
            return line == null ? "closed" : line;
        }
    }

    private int ask(String query) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + ReverifyCommand.PATH + query))
                .header("authorization", "Bearer open sesame")
                .POST(BodyPublishers.noBody())
                .build();
        return client.send(request, BodyHandlers.discarding()).statusCode();
    }
}
