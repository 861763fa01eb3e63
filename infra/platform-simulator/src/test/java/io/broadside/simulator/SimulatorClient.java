package io.broadside.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import io.broadside.simulator.http.Json;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** Calls the simulator as an application would. */
final class SimulatorClient implements AutoCloseable {
    static final String PAGE = "1000000001";
    static final String PAGE_TOKEN = "sim-facebook-page-1-token";
    static final String USER_TOKEN = "sim-facebook-user-1-token";
    static final String X_USER = "1111111111111111111";
    static final String X_TOKEN = "sim-x-access-1-token";
    static final String X_REFRESH = "sim-x-refresh-1-token";

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final URI base;

    SimulatorClient(PlatformSimulator simulator) {
        this(simulator.uri());
    }

    SimulatorClient(URI base) {
        this.base = base;
    }

    Answer get(String path, String token) throws IOException, InterruptedException {
        return send(request(path, token).GET());
    }

    Answer delete(String path, String token) throws IOException, InterruptedException {
        return send(request(path, token).DELETE());
    }

    Answer form(String path, String token, Map<String, String> fields) throws IOException, InterruptedException {
        return send(request(path, token)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString(encoded(fields))));
    }

    Answer json(String path, String token, String body) throws IOException, InterruptedException {
        return send(
                request(path, token).header("Content-Type", "application/json").POST(BodyPublishers.ofString(body)));
    }

    Answer put(String path, String body) throws IOException, InterruptedException {
        return send(request(path, "").header("Content-Type", "application/json").PUT(BodyPublishers.ofString(body)));
    }

    Answer multipart(String path, String token, Map<String, String> fields, String file, byte[] bytes)
            throws IOException, InterruptedException {
        var parts = fields.entrySet().stream()
                .map(field -> "--cut\r\nContent-Disposition: form-data; name=\"" + field.getKey() + "\"\r\n\r\n"
                        + field.getValue() + "\r\n")
                .collect(Collectors.joining());
        var head = parts + "--cut\r\nContent-Disposition: form-data; name=\"" + file
                + "\"; filename=\"photo.jpg\"\r\nContent-Type: image/jpeg\r\n\r\n";
        var body = BodyPublishers.concat(
                BodyPublishers.ofString(head),
                BodyPublishers.ofByteArray(bytes),
                BodyPublishers.ofString("\r\n--cut--\r\n"));
        return send(request(path, token)
                .header("Content-Type", "multipart/form-data; boundary=cut")
                .POST(body));
    }

    Answer basicForm(String path, String user, String password, Map<String, String> fields)
            throws IOException, InterruptedException {
        var basic = Base64.getEncoder().encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
        return send(request(path, "")
                .header("Authorization", "Basic " + basic)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString(encoded(fields))));
    }

    Answer refresh(String refreshToken) throws IOException, InterruptedException {
        return basicForm(
                "/x/2/oauth2/token",
                SimulatorConfig.X_CLIENT_ID,
                SimulatorConfig.X_CLIENT_SECRET,
                Map.of("grant_type", "refresh_token", "refresh_token", refreshToken));
    }

    Answer tweet(String text) throws IOException, InterruptedException {
        return json("/x/2/tweets", X_TOKEN, Json.object().put("text", text).toString());
    }

    Answer feed(String message) throws IOException, InterruptedException {
        return form("/facebook/v26.0/" + PAGE + "/feed", PAGE_TOKEN, Map.of("message", message));
    }

    /** A post that nobody sees yet, read back as the publisher does. */
    Answer draft(Map<String, String> content) throws IOException, InterruptedException {
        var fields = new HashMap<>(content);
        fields.put("published", "false");
        fields.put("fields", "id,permalink_url,is_published");
        return form("/facebook/v26.0/" + PAGE + "/feed", PAGE_TOKEN, fields);
    }

    Answer show(String postId) throws IOException, InterruptedException {
        return form("/facebook/v26.0/" + postId, PAGE_TOKEN, Map.of("is_published", "true"));
    }

    Answer post(String postId) throws IOException, InterruptedException {
        return get(
                "/facebook/v26.0/" + postId + "?fields=id,is_published,permalink_url,message,attachments", PAGE_TOKEN);
    }

    byte[] image() throws IOException, InterruptedException {
        return media("sample.jpg");
    }

    byte[] media(String name) throws IOException, InterruptedException {
        return http.send(HttpRequest.newBuilder(base.resolve("/media/" + name)).build(), BodyHandlers.ofByteArray())
                .body();
    }

    Answer send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return send(request, Duration.ofSeconds(20));
    }

    Answer send(HttpRequest.Builder request, Duration timeout) throws IOException, InterruptedException {
        return new Answer(http.send(request.timeout(timeout).build(), BodyHandlers.ofString()));
    }

    HttpRequest.Builder request(String path, String token) {
        var request = HttpRequest.newBuilder(base.resolve(path));
        return token.isEmpty() ? request : request.header("Authorization", "Bearer " + token);
    }

    static String encoded(Map<String, String> fields) {
        return fields.entrySet().stream()
                .map(field -> URLEncoder.encode(field.getKey(), StandardCharsets.UTF_8) + "="
                        + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
    }

    @Override
    public void close() {
        http.shutdownNow();
    }

    /** An answer with easy access to its parts. */
    record Answer(HttpResponse<String> response) {
        int status() {
            return response.statusCode();
        }

        String body() {
            return response.body();
        }

        JsonNode json() {
            return Json.parse(response.body()).orElseThrow();
        }

        String text(String pointer) {
            return json().at(pointer).asText();
        }

        String header(String name) {
            return response.headers().firstValue(name).orElse("");
        }
    }
}
