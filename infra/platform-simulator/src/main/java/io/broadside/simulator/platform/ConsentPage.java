package io.broadside.simulator.platform;

import io.broadside.simulator.http.Reply;
import io.broadside.simulator.http.Request;
import io.vertx.core.buffer.Buffer;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Where a person consents, or does not. A browser is shown a page with everybody it could be; {@code sim_user} says who it is, and
 * {@code sim_deny} that they decline. Callers that are no browsers consent at once, as the first one.
 */
public final class ConsentPage {
    private static final String USER = "sim_user";
    private static final String DENY = "sim_deny";

    private ConsentPage() {}

    /** Somebody who may sign in. */
    public record Person(String id, String name) {}

    /**
     * The page, or the way back of somebody who declined; empty if they consent.
     *
     * @param redirect where the browser goes back to
     * @param declined the network's own word for declining
     */
    public static Optional<Reply> of(
            Request request, String network, List<Person> people, String redirect, String declined) {
        var query = request.query();
        if (query.containsKey(DENY)) {
            var location = redirect + (redirect.contains("?") ? "&" : "?") + "error=" + declined + "&state="
                    + encoded(query.getOrDefault("state", ""));
            return Optional.of(new Reply(302, Map.of("Location", location), Buffer.buffer()));
        }
        var isBrowser = request.header("Accept")
                .filter(types -> types.contains("text/html"))
                .isPresent();
        return isBrowser && !query.containsKey(USER) ? Optional.of(page(query, network, people)) : Optional.empty();
    }

    private static Reply page(Map<String, String> query, String network, List<Person> people) {
        var own = query.entrySet().stream()
                .map(parameter -> encoded(parameter.getKey()) + "=" + encoded(parameter.getValue()))
                .collect(Collectors.joining("&"));
        var choices = people.stream()
                .map(person -> "<li><a href=\"?%s&amp;%s=%s\">Continue as %s</a></li>"
                        .formatted(escaped(own), USER, encoded(person.id()), escaped(person.name())))
                .collect(Collectors.joining("\n"));
        var html =
                """
                <!DOCTYPE html>
                <html lang="en"><head><meta charset="utf-8"><title>%1$s, simulated</title></head>
                <body><h1>%1$s, simulated</h1>
                <p>An app asks for: %2$s</p>
                <ul>
                %3$s
                </ul>
                <p><a href="?%4$s&amp;%5$s=1">Decline</a></p>
                </body></html>
                """.formatted(escaped(network), escaped(query.getOrDefault("scope", "")), choices, escaped(own), DENY);
        return Reply.bytes("text/html; charset=utf-8", html.getBytes(StandardCharsets.UTF_8));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("*", "%2A");
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
