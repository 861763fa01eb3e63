package io.broadside.publisher.platform.bluesky;

import com.fasterxml.jackson.databind.JsonNode;
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
import io.broadside.publisher.platform.thread.Part;
import io.broadside.runtime.http.DpopCalls;
import io.broadside.runtime.http.Reply;
import io.broadside.runtime.http.Reply.Answer;
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

    /**
     * Largest picture of a card, in bytes, whatever is taken as an image.
     * https://github.com/bluesky-social/atproto/blob/main/lexicons/app/bsky/embed/external.json
     */
    private static final int LARGEST_OF_CARD = 1_000_000;

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
        var files = Cards.files(visit.command().getContent(), part);
        while (progress.blobs().size() < files.size()) {
            if (!progress.equals(start) && slice.isOver()) {
                return new Continue(progress.at(BlueskyStep.UPLOAD, visit.command(), visit.now()), Optional.empty());
            }
            switch (upload(part, files.get(progress.blobs().size()))) {
                case Uploaded.Failed(var outcome) -> {
                    return outcome;
                }
                case Uploaded.Done(var blob) -> progress = progress.uploaded(blob);
            }
        }
        return new Continue(progress.at(BlueskyStep.CREATE, visit.command(), visit.now()), Optional.empty());
    }

    private sealed interface Uploaded {
        record Done(JsonNode blob) implements Uploaded {}

        record Failed(Outcome outcome) implements Uploaded {}
    }

    private Uploaded upload(Part part, Media medium) {
        var reply = send(medium, limits(part, medium));
        // The server wanted something else in the proof and took nothing; the file has to come from its start again.
        if (reply instanceof Sent.Got(var first) && DpopCalls.isChallenge(first)) {
            reply = send(medium, limits(part, medium));
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

    private Sent send(Media medium, MediaLimits limits) {
        return switch (media.open(medium, limits, 0)) {
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

    private MediaLimits limits(Part part, Media medium) {
        if (medium.getKind() == MediaKind.VIDEO) {
            return new MediaLimits(Set.of(MediaKind.VIDEO), VIDEO_TYPES, config.largestVideo());
        }
        var isOfCard = part.media().isEmpty();
        return new MediaLimits(
                Set.of(MediaKind.IMAGE),
                IMAGE_TYPES,
                isOfCard ? Math.min(config.largestImage(), LARGEST_OF_CARD) : config.largestImage());
    }
}
