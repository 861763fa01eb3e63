package io.broadside.publisher.platform.bluesky;

import com.fasterxml.jackson.databind.JsonNode;
import io.broadside.events.Link;
import io.broadside.events.Media;
import io.broadside.events.MediaKind;
import io.broadside.publisher.platform.AnswerJson;
import io.broadside.publisher.platform.Outcome;
import io.broadside.publisher.platform.Outcome.Continue;
import io.broadside.publisher.platform.media.MediaFetch;
import io.broadside.publisher.platform.media.MediaLimits;
import io.broadside.publisher.platform.media.MediaOpening;
import io.broadside.publisher.platform.media.MediaStream;
import io.broadside.publisher.platform.media.Slice;
import io.broadside.runtime.http.DpopCalls;
import io.broadside.runtime.http.Reply;
import io.broadside.runtime.http.Reply.Answer;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Files of one post to the account's server, before the post that shows them. Nothing here publishes: whatever fails may be done
 * again, and a file that was sent twice is there once. A file streams from where it lies to the server in one call.
 *
 * <p>https://docs.bsky.app/docs/api/com-atproto-repo-upload-blob
 */
final class Uploads {

    static final String UPLOAD = "com.atproto.repo.uploadBlob";

    static final Set<String> IMAGE_TYPES = Set.of("image/jpeg", "image/png", "image/webp");
    static final Set<String> VIDEO_TYPES = Set.of("video/mp4");

    private static final int PIECE = 64 * 1024;

    private final Visit visit;
    private final BlueskyConfig config;
    private final MediaFetch media;

    Uploads(Visit visit, BlueskyConfig config, MediaFetch media) {
        this.visit = visit;
        this.config = config;
        this.media = media;
    }

    /** The files that a part lacks, as far as the slice goes; then the step that creates the post. */
    Outcome run(Part part, Progress start, Slice slice) {
        var progress = start;
        var files = files(part);
        while (progress.blobs().size() < files.size()) {
            if (!progress.equals(start) && slice.isOver()) {
                return new Continue(progress.at(BlueskyStep.UPLOAD, visit.command(), visit.now()), Optional.empty());
            }
            switch (upload(files.get(progress.blobs().size()))) {
                case Uploaded.Failed(var outcome) -> {
                    return outcome;
                }
                case Uploaded.Done(var blob) -> progress = progress.uploaded(blob);
            }
        }
        return new Continue(progress.at(BlueskyStep.CREATE, visit.command(), visit.now()), Optional.empty());
    }

    private static List<Media> files(Part part) {
        return part.card()
                .flatMap(Link::getThumbnailUrl)
                .map(url -> List.of(
                        Media.newBuilder().setUrl(url).setKind(MediaKind.IMAGE).build()))
                .orElse(part.media());
    }

    private sealed interface Uploaded {
        record Done(JsonNode blob) implements Uploaded {}

        record Failed(Outcome outcome) implements Uploaded {}
    }

    private Uploaded upload(Media medium) {
        var reply = send(medium);
        // The server wanted something else in the proof and took nothing; the file has to come from its start again.
        if (reply instanceof Sent.Got(var first) && DpopCalls.isChallenge(first)) {
            reply = send(medium);
        }
        return switch (reply) {
            case Sent.Not(var outcome) -> new Uploaded.Failed(outcome);
            case Sent.Got(var got) ->
                blobIn(got)
                        .<Uploaded>map(Uploaded.Done::new)
                        .orElseGet(() -> new Uploaded.Failed(visit.failed(got, BlueskyStep.UPLOAD)));
        };
    }

    /** What came of sending one file. */
    private sealed interface Sent {
        record Got(Reply reply) implements Sent {}

        record Not(Outcome outcome) implements Sent {}
    }

    private Sent send(Media medium) {
        return switch (media.open(medium, limits(medium), 0)) {
            case MediaOpening.Refused(var cause) -> new Sent.Not(new Outcome.Rejected(cause));
            case MediaOpening.Unreachable(var cause) -> new Sent.Not(new Outcome.Unavailable(cause));
            case MediaOpening.Opened(var stream) -> {
                try (stream) {
                    yield send(stream);
                }
            }
        };
    }

    private Sent send(MediaStream stream) {
        var reply = visit.post(UPLOAD, stream.rest(stream.contentType(), PIECE));
        return stream.broken()
                .<Sent>map(cause -> new Sent.Not(new Outcome.Unavailable(cause)))
                .orElseGet(() -> new Sent.Got(reply));
    }

    /** As records name it, with nothing else that an answer may hold. */
    private static Optional<JsonNode> blobIn(Reply reply) {
        if (!(reply instanceof Answer answer) || !answer.isSuccess()) {
            return Optional.empty();
        }
        var blob = AnswerJson.objectIn(answer).map(body -> body.path("blob"));
        return blob.flatMap(it -> AnswerJson.text(it.path("ref"), "$link"))
                .flatMap(link -> blob.map(it -> {
                    var named = AnswerJson.newObject().put("$type", "blob");
                    named.putObject("ref").put("$link", link);
                    named.put("mimeType", it.path("mimeType").asText());
                    named.put("size", it.path("size").asLong());
                    return named;
                }));
    }

    private MediaLimits limits(Media medium) {
        return medium.getKind() == MediaKind.VIDEO
                ? new MediaLimits(Set.of(MediaKind.VIDEO), VIDEO_TYPES, config.largestVideo())
                : new MediaLimits(Set.of(MediaKind.IMAGE), IMAGE_TYPES, config.largestImage());
    }
}
