package io.broadside.simulator.bluesky;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.broadside.simulator.bluesky.BlueskyChange.FileUploaded;
import io.broadside.simulator.bluesky.BlueskyChange.Post;
import io.broadside.simulator.bluesky.BlueskyState.Repo;
import io.broadside.simulator.http.Json;
import io.broadside.simulator.http.Refusal;
import io.broadside.simulator.http.Reply;
import io.broadside.simulator.http.Request;
import java.text.BreakIterator;
import java.time.Clock;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;

/** Records of posts, and the files they show: https://docs.bsky.app/docs/category/http-reference. */
final class BlueskyRecords {
    static final String POSTS = "app.bsky.feed.post";

    private static final int MOST_GRAPHEMES = 300;
    private static final int MOST_BYTES = 3000;
    private static final int MOST_LANGUAGES = 3;
    private static final int MOST_IMAGES = 4;
    private static final int PAGE = 50;

    private final Clock clock;
    private final BlueskyState state;
    private final Supplier<BlueskySettings> settings;

    BlueskyRecords(Clock clock, BlueskyState state, Supplier<BlueskySettings> settings) {
        this.clock = clock;
        this.state = state;
        this.settings = settings;
    }

    /** Puts a record under a key that the caller chose. */
    Reply put(Repo caller, Request request) {
        var body = body(request);
        var key = body.path("rkey").asText();
        var record = checked(caller, body, key);
        synchronized (caller) {
            var before = caller.post(key);
            var cid = Cids.of(record);
            if (before.filter(post -> post.cid().equals(cid)).isPresent()) {
                // The same is there already: a success, without a commit.
                return Reply.json(200, answer(before.get()));
            }
            var swap = body.path("swapRecord");
            var isAsExpected = swap.isMissingNode()
                    || before.map(Post::cid)
                            .equals(Optional.of(swap)
                                    .filter(JsonNode::isTextual)
                                    .map(JsonNode::asText));
            if (!isAsExpected) {
                return BlueskyError.of(
                        400,
                        "InvalidSwap",
                        "Record was at " + before.map(Post::cid).orElse("null"));
            }
            return written(caller, key, record, cid, request);
        }
    }

    /** Creates one; where something is already, the real server falls over. */
    Reply create(Repo caller, Request request) {
        var body = body(request);
        var key = body.path("rkey").asText(Cids.key(clock.instant()));
        var record = checked(caller, body, key);
        synchronized (caller) {
            return caller.post(key).isPresent()
                    ? BlueskyError.serverError(500)
                    : written(caller, key, record, Cids.of(record), request);
        }
    }

    /** Told twice, it is told the same. */
    Reply delete(Repo caller, Request request) {
        var key = body(request).path("rkey").asText();
        synchronized (caller) {
            if (caller.post(key).isPresent()) {
                state.commit(new BlueskyChange.PostDeleted(caller.account().id(), key));
            }
        }
        return Reply.json(200, Json.object());
    }

    /** Anybody may read. */
    Reply get(Request request) {
        var query = request.query();
        var found =
                state.named(query.getOrDefault("repo", "")).flatMap(repo -> repo.post(query.getOrDefault("rkey", "")));
        return found.map(post -> Reply.json(
                        200,
                        Json.object()
                                .put("uri", post.uri())
                                .put("cid", post.cid())
                                .set("value", post.record())))
                .orElseGet(() -> BlueskyError.of(400, "RecordNotFound", "Could not locate record"));
    }

    Reply list(Request request) {
        var query = request.query();
        var repo = state.named(query.getOrDefault("repo", ""));
        if (repo.isEmpty()) {
            return BlueskyError.invalid("Could not find repo");
        }
        var before = query.getOrDefault("cursor", "");
        var body = Json.object();
        var records = body.putArray("records");
        for (var post : repo.get().newestFirst()) {
            if (before.isEmpty() || post.key().compareTo(before) < 0) {
                if (records.size() == PAGE) {
                    break;
                }
                records.addObject()
                        .put("uri", post.uri())
                        .put("cid", post.cid())
                        .set("value", post.record());
                body.put("cursor", post.key());
            }
        }
        return Reply.json(200, body);
    }

    Reply upload(Repo caller, Request request) {
        var medium = request.medium();
        if (medium.length() > settings.get().blueskyLargestBlob()) {
            return BlueskyError.of(413, "PayloadTooLarge", "request entity too large");
        }
        var fingerprint = medium.fingerprint().text();
        var file = new FileUploaded(
                caller.account().id(),
                Cids.ofText("bafkrei", fingerprint),
                request.contentType(),
                medium.length(),
                fingerprint);
        state.commit(file);
        var body = Json.object();
        var blob = body.putObject("blob").put("$type", "blob");
        blob.putObject("ref").put("$link", file.cid());
        blob.put("mimeType", file.mimeType()).put("size", file.size());
        return Reply.json(200, body);
    }

    private Reply written(Repo caller, String key, JsonNode record, String cid, Request request) {
        var post = new Post(caller.account().id(), key, cid, record, clock.instant());
        var fingerprints =
                files(caller, record).stream().map(FileUploaded::fingerprint).toList();
        state.commit(new BlueskyChange.PostPut(post, fingerprints, request.arrivedAt()));
        var answer = answer(post);
        answer.putObject("commit").put("cid", Cids.ofText("bafyrei", cid + key)).put("rev", Cids.key(clock.instant()));
        return Reply.json(200, answer);
    }

    private static ObjectNode answer(Post post) {
        return Json.object().put("uri", post.uri()).put("cid", post.cid()).put("validationStatus", "valid");
    }

    private static JsonNode body(Request request) {
        return request.json()
                .filter(JsonNode::isObject)
                .orElseThrow(() -> new Refusal(BlueskyError.invalid("Request body must be JSON")));
    }

    private static JsonNode checked(Repo caller, JsonNode body, String key) {
        var repo = body.path("repo").asText();
        if (!repo.equals(caller.account().id())
                && !repo.equalsIgnoreCase(caller.account().name())) {
            throw new Refusal(BlueskyError.of(401, "AuthenticationRequired", "Authentication Required"));
        }
        if (!body.path("collection").asText().equals(POSTS)) {
            throw new Refusal(BlueskyError.invalid("collection: this double has posts only"));
        }
        var record = body.path("record");
        var fault = fault(record, key);
        if (fault.isPresent()) {
            throw new Refusal(BlueskyError.invalid("Invalid " + POSTS + " record: " + fault.get()));
        }
        files(caller, record);
        return record;
    }

    private static Optional<String> fault(JsonNode record, String key) {
        if (!key.matches("[234567abcdefghij][234567abcdefghijklmnopqrstuvwxyz]{12}")) {
            return Optional.of("Invalid TID string");
        }
        if (!record.path("text").isTextual()) {
            return Optional.of("Record must have the property \"text\"");
        }
        if (record.path("text").asText().getBytes(UTF_8).length > MOST_BYTES) {
            return Optional.of("Record/text must not be longer than " + MOST_BYTES + " characters");
        }
        if (graphemes(record.path("text").asText()) > MOST_GRAPHEMES) {
            return Optional.of("Record/text must not be longer than " + MOST_GRAPHEMES + " graphemes");
        }
        if (!isTime(record.path("createdAt").asText())) {
            return Optional.of("Record/createdAt must be an valid atproto datetime (both RFC-3339 and ISO-8601)");
        }
        if (record.path("langs").size() > MOST_LANGUAGES) {
            return Optional.of("Record/langs must not have more than " + MOST_LANGUAGES + " elements");
        }
        var images = record.path("embed").path("images");
        if (images.size() > MOST_IMAGES) {
            return Optional.of("Record/embed/images must not have more than " + MOST_IMAGES + " elements");
        }
        for (int i = 0; i < images.size(); i++) {
            if (!images.path(i).path("alt").isTextual()) {
                return Optional.of("Record/embed/images/" + i + " must have the property \"alt\"");
            }
        }
        return Optional.empty();
    }

    private static boolean isTime(String text) {
        try {
            return text.contains("T") && Instant.parse(text).isAfter(Instant.EPOCH);
        } catch (DateTimeParseException _) {
            return false;
        }
    }

    private static int graphemes(String text) {
        var breaks = BreakIterator.getCharacterInstance(Locale.ROOT);
        breaks.setText(text);
        int count = 0;
        while (breaks.next() != BreakIterator.DONE) {
            count++;
        }
        return count;
    }

    private static List<FileUploaded> files(Repo caller, JsonNode record) {
        var blobs = new ArrayList<JsonNode>();
        var embed = record.path("embed");
        embed.path("images").forEach(image -> blobs.add(image.path("image")));
        Optional.of(embed.path("video")).filter(JsonNode::isObject).ifPresent(blobs::add);
        Optional.of(embed.path("external").path("thumb"))
                .filter(JsonNode::isObject)
                .ifPresent(blobs::add);
        return blobs.stream()
                .map(blob -> blob.path("ref").path("$link").asText())
                .map(cid -> caller.file(cid)
                        .orElseThrow(
                                () -> new Refusal(BlueskyError.of(400, "BlobNotFound", "Could not find blob: " + cid))))
                .toList();
    }
}
