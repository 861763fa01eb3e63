package io.broadside.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Signs in at a Bluesky server as its page does, and consents. The calls behind that page are nobody's contract: they go with the
 * version of the server that is installed.
 */
final class SignInWithoutBrowser implements AutoCloseable {

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String API = "/@atproto/oauth-provider/~api/";

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Map<String, String> cookies = new LinkedHashMap<>();

    /** Connects an account to a profile as a person does, from the first click to the page that says so. */
    static void connect(URI tokenService, String profile, RealBluesky.Account account)
            throws IOException, InterruptedException {
        try (var browser = new SignInWithoutBrowser()) {
            var sent = browser.open(tokenService.resolve("/connect/bluesky?profileId=" + profile));
            assertThat(sent.statusCode()).as(sent.body()).isEqualTo(302);
            var authorize = URI.create(sent.headers().firstValue("location").orElseThrow());
            var connected = browser.open(browser.consent(authorize, account));
            assertThat(connected.statusCode()).as(connected.body()).isEqualTo(200);
        }
    }

    /** Opens an address as a browser does; the answer, and no further. */
    HttpResponse<String> open(URI address) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(address)
                .header("sec-fetch-mode", "navigate")
                .header("sec-fetch-dest", "document")
                .header("sec-fetch-site", "none"));
    }

    /** Where the browser is sent once somebody has signed in and consented. */
    URI consent(URI authorize, RealBluesky.Account account) throws IOException, InterruptedException {
        var page = open(authorize);
        if (page.statusCode() != 200) {
            throw new IOException("authorize answered " + page.statusCode() + ": " + page.body());
        }
        var signIn = JSON.createObjectNode()
                .put("locale", "en")
                .put("username", account.handle())
                .put("password", account.password())
                .put("remember", false);
        var signedIn = call(authorize, "sign-in", signIn, "");
        var consent = JSON.createObjectNode().put("sub", account.did());
        var consented = call(
                authorize, "consent", consent, signedIn.path("ephemeralToken").asText());
        var leaving = send(
                HttpRequest.newBuilder(authorize.resolve(consented.path("url").asText()))
                        .header("referer", authorize.toString())
                        .header("sec-fetch-mode", "navigate")
                        .header("sec-fetch-dest", "document")
                        .header("sec-fetch-site", "same-origin"));
        return leaving.headers()
                .firstValue("location")
                .map(URI::create)
                .orElseThrow(() -> new IOException("No way back: " + leaving.statusCode() + " " + leaving.body()));
    }

    private JsonNode call(URI authorize, String name, JsonNode body, String token)
            throws IOException, InterruptedException {
        var origin = authorize.getScheme() + "://" + authorize.getAuthority();
        var csrf = cookies.entrySet().stream()
                .filter(cookie -> cookie.getKey().contains("csrf"))
                .map(cookie -> URLDecoder.decode(cookie.getValue(), UTF_8))
                .findFirst()
                .orElse("");
        var request = HttpRequest.newBuilder(URI.create(origin + API + name))
                .header("content-type", "application/json")
                .header("origin", origin)
                .header("referer", authorize.toString())
                .header("sec-fetch-mode", "same-origin")
                .header("sec-fetch-site", "same-origin")
                .header("sec-fetch-dest", "empty")
                .header("x-csrf-token", csrf)
                .POST(HttpRequest.BodyPublishers.ofString(body.toString()));
        if (!token.isEmpty()) {
            request.header("authorization", "Bearer " + token);
        }
        var answer = send(request);
        if (answer.statusCode() != 200) {
            throw new IOException(name + " answered " + answer.statusCode() + ": " + answer.body());
        }
        return JSON.readTree(answer.body());
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        if (!cookies.isEmpty()) {
            request.header(
                    "cookie",
                    cookies.entrySet().stream()
                            .map(cookie -> cookie.getKey() + "=" + cookie.getValue())
                            .collect(Collectors.joining("; ")));
        }
        var answer = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        for (var cookie : answer.headers().allValues("set-cookie")) {
            var pair = cookie.split(";", 2)[0].split("=", 2);
            cookies.put(pair[0], pair[1]);
        }
        return answer;
    }

    @Override
    public void close() {
        http.close();
    }
}
