package io.broadside.token.page;

import java.io.IOException;
import java.net.CookieManager;
import java.net.CookiePolicy;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Somebody with a browser, as far as HTTP goes: keeps cookies, and goes where it is told when asked to. */
final class CookieClient implements AutoCloseable {

    private final CookieManager cookies = new CookieManager(null, CookiePolicy.ACCEPT_ALL);
    private final HttpClient http = HttpClient.newBuilder()
            .cookieHandler(cookies)
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();
    private final List<String> seen = new ArrayList<>();

    HttpResponse<String> get(URI uri) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(uri));
    }

    /** Goes on for as long as it is sent elsewhere. */
    HttpResponse<String> follow(URI uri) throws IOException, InterruptedException {
        var response = get(uri);
        while (response.statusCode() / 100 == 3) {
            response = get(locationOf(response));
        }
        return response;
    }

    HttpResponse<String> post(URI uri, Map<String, String> form) throws IOException, InterruptedException {
        var body = form.entrySet().stream()
                .map(field -> field.getKey() + "=" + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
        return send(HttpRequest.newBuilder(uri)
                .header("content-type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        var response = http.send(request.build(), BodyHandlers.ofString());
        seen.add(response.uri() + "\n" + response.headers().map() + "\n" + response.body());
        return response;
    }

    /** Addresses, headers and bodies of everything that came here. */
    List<String> seen() {
        return seen;
    }

    static URI locationOf(HttpResponse<String> response) {
        return response.uri().resolve(response.headers().firstValue("location").orElseThrow());
    }

    /** The value of a hidden field. */
    static String field(HttpResponse<String> page, String name) {
        var found = Pattern.compile("name=\"" + name + "\" value=\"([^\"]*)\"").matcher(page.body());
        if (!found.find()) {
            throw new AssertionError("no field " + name + " in " + page.body());
        }
        return found.group(1);
    }

    @Override
    public void close() {
        http.close();
    }
}
