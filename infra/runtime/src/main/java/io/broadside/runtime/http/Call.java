package io.broadside.runtime.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.broadside.runtime.config.Secret;
import java.net.URI;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * One HTTP request to a platform.
 *
 * @param platform the platform's id
 * @param endpoint our name for the endpoint, for instance {@code page.feed}: few different ones, since metrics carry it
 * @param uri {@code http} or {@code https}, with a host and without user info; its query is neither logged nor kept
 * @param headers beside those that follow from the rest
 * @param bearer the token, for the Authorization header
 * @param basic name and secret, for the Authorization header; not together with a token
 * @param codeReader finds the platform's own code in the answer, for the log and the journal
 * @param onlyPublic whether it must go to an address of the public Internet: for hosts that strangers chose
 */
public record Call(
        String platform,
        String endpoint,
        HttpMethod method,
        URI uri,
        Map<String, String> headers,
        Optional<Secret> bearer,
        Optional<BasicAuth> basic,
        Body body,
        CodeReader codeReader,
        boolean onlyPublic) {

    public Call {
        var isHttp = "https".equals(uri.getScheme()) || "http".equals(uri.getScheme());
        if (!isHttp || uri.getHost() == null || uri.getRawUserInfo() != null) {
            // The URI stays out of the message: its query may hold what nobody should read.
            throw new IllegalArgumentException(
                    endpoint + ": an http or https URI with a host, without user info, needed");
        }
        if (bearer.isPresent() && basic.isPresent()) {
            throw new IllegalArgumentException(endpoint + ": either a token or basic authentication, not both");
        }
        headers = Collections.unmodifiableMap(new LinkedHashMap<>(headers));
        headers.forEach((name, value) -> {
            HeaderText.requireName(name);
            HeaderText.require(value);
        });
        bearer.ifPresent(token -> HeaderText.require(token.reveal()));
    }

    public static Call get(String platform, String endpoint, URI uri) {
        return of(platform, endpoint, HttpMethod.GET, uri, new Body.None());
    }

    public static Call post(String platform, String endpoint, URI uri, Body body) {
        return of(platform, endpoint, HttpMethod.POST, uri, body);
    }

    public static Call put(String platform, String endpoint, URI uri, Body body) {
        return of(platform, endpoint, HttpMethod.PUT, uri, body);
    }

    public static Call delete(String platform, String endpoint, URI uri) {
        return of(platform, endpoint, HttpMethod.DELETE, uri, new Body.None());
    }

    private static Call of(String platform, String endpoint, HttpMethod method, URI uri, Body body) {
        return new Call(
                platform,
                endpoint,
                method,
                uri,
                Map.of(),
                Optional.empty(),
                Optional.empty(),
                body,
                CodeReader.none(),
                false);
    }

    /** With this header, in the place of one of the same name. */
    public Call withHeader(String name, String value) {
        var more = new LinkedHashMap<>(headers);
        more.keySet().removeIf(name::equalsIgnoreCase);
        more.put(name, value);
        return new Call(platform, endpoint, method, uri, more, bearer, basic, body, codeReader, onlyPublic);
    }

    /** With this token, sent as {@code Authorization: Bearer}. */
    public Call withBearer(Secret token) {
        return new Call(
                platform,
                endpoint,
                method,
                uri,
                headers,
                Optional.of(token),
                Optional.empty(),
                body,
                codeReader,
                onlyPublic);
    }

    /** With this name and secret, sent as {@code Authorization: Basic}. */
    public Call withBasic(String user, Secret password) {
        var auth = new BasicAuth(user, password);
        return new Call(
                platform,
                endpoint,
                method,
                uri,
                headers,
                Optional.empty(),
                Optional.of(auth),
                body,
                codeReader,
                onlyPublic);
    }

    public Call withBody(Body other) {
        return new Call(platform, endpoint, method, uri, headers, bearer, basic, other, codeReader, onlyPublic);
    }

    public Call withCodeReader(CodeReader reader) {
        return new Call(platform, endpoint, method, uri, headers, bearer, basic, body, reader, onlyPublic);
    }

    /**
     * To an address of the public Internet or not at all. The name is looked up once, and the connection goes to the address that
     * was checked: a name server that gives another answer the next time gains nothing.
     */
    public Call toPublicHostOnly() {
        return new Call(platform, endpoint, method, uri, headers, bearer, basic, body, codeReader, true);
    }

    /** Host and port, the port that goes with the scheme where none is named. */
    String authority() {
        return host() + ":" + port();
    }

    String host() {
        var host = uri.getHost();
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    int port() {
        if (uri.getPort() > 0) {
            return uri.getPort();
        }
        return isSecure() ? 443 : 80;
    }

    boolean isSecure() {
        return "https".equals(uri.getScheme());
    }

    String path() {
        return uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
    }

    String pathAndQuery() {
        return uri.getRawQuery() == null ? path() : path() + "?" + uri.getRawQuery();
    }

    /** The value of the Authorization header, if there is to be one. */
    Optional<String> authorization() {
        return bearer.map(token -> "Bearer " + token.reveal()).or(() -> basic.map(Call::basicOf));
    }

    private static String basicOf(BasicAuth auth) {
        var pair = auth.user() + ":" + auth.password().reveal();
        return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(UTF_8));
    }

    /** Without query, header values and body. */
    @Override
    public String toString() {
        return "Call[" + platform + " " + endpoint + ": " + method + " " + uri.getScheme() + "://" + authority()
                + path() + ", headers=" + headers.keySet() + "]";
    }
}
