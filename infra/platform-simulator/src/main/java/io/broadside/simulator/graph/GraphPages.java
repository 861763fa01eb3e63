package io.broadside.simulator.graph;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.broadside.simulator.http.Json;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Lists in pieces, times and fields, as all edges of the Graph API have them. */
public final class GraphPages {
    public static final Set<String> PARAMETERS = Set.of("since", "until", "limit", "after", "before");
    private static final int MOST = 100;
    private static final int USUAL = 25;
    private static final DateTimeFormatter WRITTEN =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss'+0000'").withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter READ = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ssxx");

    private GraphPages() {}

    public static String time(Instant instant) {
        return WRITTEN.format(instant);
    }

    /** Epoch seconds, or a time in ISO form. The real one takes whatever PHP's strtotime takes. */
    public static Optional<Instant> instant(GraphRequest request, String name) {
        return request.parameter(name).map(text -> {
            try {
                if (text.matches("[0-9]{1,12}")) {
                    return Instant.ofEpochSecond(Long.parseLong(text));
                }
                return text.matches(".*[+-][0-9]{4}")
                        ? OffsetDateTime.parse(text, READ).toInstant()
                        : OffsetDateTime.parse(text).toInstant();
            } catch (DateTimeParseException _) {
                throw GraphError.invalidParameter("Param " + name + " must be a unix timestamp or a time");
            }
        });
    }

    public static int limit(GraphRequest request) {
        var limit = request.parameter("limit").orElse(Integer.toString(USUAL));
        if (!limit.matches("[0-9]{1,5}")) {
            throw GraphError.invalidParameter("Param limit must be an integer");
        }
        int number = Integer.parseInt(limit);
        if (number < 1 || number > MOST) {
            throw GraphError.invalidParameter("Param limit must be between 1 and 100");
        }
        return number;
    }

    public static void refuseUnknown(Set<String> fields, Set<String> known, String type) {
        fields.stream().filter(field -> !known.contains(field)).findFirst().ifPresent(field -> {
            throw GraphError.invalidParameter(
                    "Tried accessing nonexisting field (" + field + ") on node type (" + type + ")");
        });
    }

    public static String cursor(int index) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(("feed:" + index).getBytes(StandardCharsets.US_ASCII));
    }

    /** The place a cursor was given out for. */
    public static int index(String cursor) {
        try {
            var text = new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.US_ASCII);
            if (text.matches("feed:[0-9]{1,9}")) {
                return Integer.parseInt(text.substring("feed:".length()));
            }
        } catch (IllegalArgumentException _) {
            // refused below, as any other cursor that was not given out here
        }
        throw GraphError.invalidParameter("Invalid cursors values");
    }

    /** The items from the place of the cursor on. */
    public static ObjectNode list(GraphRequest request, List<ObjectNode> all) {
        int start = Math.min(
                all.size(), request.parameter("after").map(GraphPages::index).orElse(0));
        int end = Math.min(all.size(), start + limit(request));
        var body = Json.object();
        var data = body.putArray("data");
        all.subList(start, end).forEach(data::add);
        if (end > start) {
            var paging = body.putObject("paging");
            paging.putObject("cursors").put("before", cursor(start)).put("after", cursor(end));
            if (end < all.size()) {
                paging.put("next", next(request, cursor(end)));
            }
        }
        return body;
    }

    /** Has the token in it when it came as a parameter, as the real link does. */
    public static String next(GraphRequest request, String after) {
        var next = new StringBuilder(
                request.request().address("/" + request.version() + "/" + String.join("/", request.path())));
        next.append("?after=").append(after);
        request.parameters().forEach((name, value) -> {
            if (!name.equals("after")) {
                next.append('&').append(name).append('=').append(URLEncoder.encode(value, StandardCharsets.UTF_8));
            }
        });
        return next.toString();
    }
}
