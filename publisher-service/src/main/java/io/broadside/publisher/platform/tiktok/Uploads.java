package io.broadside.publisher.platform.tiktok;

import io.broadside.publisher.platform.Cause;
import io.broadside.publisher.platform.Outcome;
import io.broadside.publisher.platform.Outcome.Rejected;
import io.broadside.publisher.platform.Outcome.Unavailable;
import io.broadside.publisher.platform.Step;
import io.broadside.publisher.platform.TokenSeal;
import io.broadside.publisher.platform.WebAddress;
import io.broadside.publisher.platform.media.MediaFetch;
import io.broadside.publisher.platform.media.MediaOpening;
import io.broadside.publisher.platform.media.MediaStream;
import io.broadside.publisher.platform.media.MediaStream.MediaPiece;
import io.broadside.runtime.http.Body;
import io.broadside.runtime.http.Reply;
import io.broadside.runtime.http.Reply.Answer;
import io.broadside.runtime.http.Reply.NoAnswer;
import io.broadside.schemas.ErrorCode;
import io.vertx.core.buffer.Buffer;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * The bytes of a video, to the address that its beginning yielded. All pieces but the last go first, for as long as a call
 * may take; where they stopped is durable. The last one is a step of its own, because it publishes.
 *
 * <p>https://developers.tiktok.com/doc/content-posting-api-media-transfer-guide
 */
final class Uploads {

    /** TikTok's address lives for an hour. */
    private static final Duration ADDRESS_LIVES = Duration.ofMinutes(58);

    /** After a piece that failed behind others that went through. */
    private static final Duration PAUSE = Duration.ofSeconds(5);

    /** Bytes of a piece in memory at once. */
    private static final int HELD = 512 * 1024;

    /** How much TikTok has, as it says with status 416. */
    private static final Pattern HAS = Pattern.compile("bytes 0-([0-9]{1,15})/[0-9*]{1,15}");

    private final TikTokCalls calls;
    private final TikTokErrors errors;
    private final MediaFetch media;
    private final Progress progress;

    Uploads(TikTokCalls calls, TikTokErrors errors, MediaFetch media, Progress progress) {
        this.calls = calls;
        this.errors = errors;
        this.media = media;
        this.progress = progress;
    }

    /** Everything but the last piece. */
    Outcome upload(Visit visit) {
        var chunks = chunks(visit);
        return chunks.isEmpty()
                ? progress.restart(visit)
                : withFile(visit, chunks.get(), visit.number(Visit.OFFSET), upload -> upload.pieces());
    }

    /** The last piece. */
    Outcome finish(Visit visit) {
        if (visit.wasEverInDoubt()) {
            // It may have been sent before. Sent twice it would not publish twice, but it is better known than
            // believed.
            var known = progress.beforeFinish(visit);
            if (known.isPresent()) {
                return known.get();
            }
        }
        var chunks = chunks(visit);
        return chunks.isEmpty()
                ? progress.restart(visit)
                : withFile(visit, chunks.get(), chunks.get().lastStart(), upload -> upload.lastPiece());
    }

    private Outcome withFile(Visit visit, Chunks chunks, long from, Function<Upload, Outcome> send) {
        var address = address(visit);
        if (address.isEmpty()) {
            return progress.restart(visit);
        }
        var medium = visit.content().getMedia().getFirst();
        return switch (media.reopen(medium, Beginning.VIDEOS, from, visit.value(Visit.VERSION))) {
            case MediaOpening.Refused(var cause) -> new Rejected(cause);
            case MediaOpening.Unreachable(var cause) -> new Unavailable(cause);
            case MediaOpening.Opened(var stream) -> {
                try (stream) {
                    yield stream.size() == chunks.size()
                            ? send.apply(new Upload(visit, chunks, address.get(), stream, from))
                            : new Rejected(changed());
                }
            }
        };
    }

    /** One visit's part of an upload. */
    private final class Upload {

        private final Visit visit;
        private final Chunks chunks;
        private final URI address;
        private final MediaStream file;
        private final long from;

        Upload(Visit visit, Chunks chunks, URI address, MediaStream file, long from) {
            this.visit = visit;
            this.chunks = chunks;
            this.address = address;
            this.file = file;
            this.from = from;
        }

        Outcome pieces() {
            var slice = media.slice();
            var offset = from;
            while (offset < chunks.lastStart()) {
                if (offset > from && slice.isOver()) {
                    return at(offset, Optional.empty());
                }
                var ended = piece(offset);
                if (ended.isPresent()) {
                    var isPassing = ended.get() instanceof Unavailable || ended.get() instanceof Outcome.RateLimited;
                    // What went through before is not sent again.
                    return isPassing && offset > from ? at(offset, ended.get()) : ended.get();
                }
                offset += chunks.chunkSize();
            }
            return visit.next(TikTokStep.FINISH, visit.valuesWith(offset(offset)), Optional.empty());
        }

        /** What ends the upload for now; empty if the piece is through. */
        private Optional<Outcome> piece(long offset) {
            var step = TikTokStep.UPLOAD.step();
            var reply = put(offset, chunks.chunkSize());
            if (file.broken().isPresent()) {
                return Optional.of(new Unavailable(file.broken().get()));
            }
            return switch (reply) {
                case NoAnswer missing -> Optional.of(step.unanswered(missing));
                case Answer answer ->
                    answer.isSuccess() ? Optional.empty() : Optional.of(refused(answer, offset, step));
            };
        }

        private Outcome refused(Answer answer, long offset, Step step) {
            if (answer.status() == 416) {
                // A piece whose answer was lost is there already.
                var has = answer.header("Content-Range")
                        .map(HAS::matcher)
                        .filter(matcher -> matcher.matches())
                        .map(matcher -> chunks.startOf(Long.parseLong(matcher.group(1)) + 1));
                return has.isPresent() && has.get() > offset
                        ? at(has.get(), Optional.empty())
                        : progress.restart(visit);
            }
            return isRefusal(answer) ? progress.restart(visit) : errors.outcome(answer, step, visit.command());
        }

        Outcome lastPiece() {
            var step = TikTokStep.FINISH.step();
            var reply = put(chunks.lastStart(), chunks.lastLength());
            if (file.broken().isPresent()) {
                // What is not whole, TikTok does not publish.
                return new Unavailable(file.broken().get());
            }
            return switch (reply) {
                case NoAnswer missing -> step.unanswered(missing);
                case Answer answer ->
                    // Refused, it may be because it is there already: the post's status knows.
                    answer.isSuccess() || isRefusal(answer)
                            ? visit.underway(visit.valuesWith(offset(chunks.size())), Progress.firstLook(visit.now()))
                            : errors.outcome(answer, step, visit.command());
            };
        }

        /** Sends as much of the file as this, holding little of it at a time. */
        private Reply put(long offset, long length) {
            var sent = new AtomicLong();
            var piece = new Body.Streamed(visit.value(Visit.CONTENT_TYPE), length, () -> {
                var left = length - sent.get();
                return left == 0 ? Optional.empty() : next((int) Math.min(HELD, left), sent);
            });
            return calls.put(address, piece, chunks.contentRange(offset, length), visit.context());
        }

        private Optional<Buffer> next(int wanted, AtomicLong sent) {
            return switch (file.read(wanted)) {
                case MediaPiece.Bytes piece -> {
                    sent.addAndGet(piece.bytes().length());
                    yield Optional.of(piece.bytes()).filter(bytes -> bytes.length() > 0);
                }
                case MediaPiece.Broken _ -> Optional.empty();
            };
        }

        private Outcome at(long offset, Outcome ended) {
            var named = ended instanceof Outcome.RateLimited limited ? limited.notBefore() : Optional.<Instant>empty();
            return at(offset, named.or(() -> Optional.of(visit.now().plus(PAUSE))));
        }

        private Outcome at(long offset, Optional<Instant> notBefore) {
            var step = offset >= chunks.lastStart() ? TikTokStep.FINISH : TikTokStep.UPLOAD;
            return visit.next(step, visit.valuesWith(offset(offset)), notBefore);
        }

        private static Map<String, String> offset(long offset) {
            return Map.of(Visit.OFFSET, Long.toString(offset));
        }
    }

    /** TikTok's own no: the address has expired, or is unknown, or does not go with the piece. */
    private static boolean isRefusal(Answer answer) {
        return switch (answer.status()) {
            case 408, 425, 429 -> false;
            default -> answer.status() >= 400 && answer.status() < 500;
        };
    }

    /** Empty once it is of no use any more: an hour is over, or the token it was sealed with was renewed. */
    private Optional<URI> address(Visit visit) {
        return visit.begunAt()
                .filter(begun -> visit.now().isBefore(begun.plus(ADDRESS_LIVES)))
                .flatMap(_ -> TokenSeal.open(visit.token(), visit.command().getCommandId(), visit.value(Visit.UPLOAD)))
                .flatMap(WebAddress::of);
    }

    private static Optional<Chunks> chunks(Visit visit) {
        var size = visit.number(Visit.SIZE);
        var chunkSize = visit.number(Visit.CHUNK_SIZE);
        return size > 0 && chunkSize > 0 && chunkSize <= size
                ? Optional.of(new Chunks(size, chunkSize))
                : Optional.empty();
    }

    private static Cause changed() {
        return new Cause(
                ErrorCode.MEDIA_UNAVAILABLE,
                "The video file changed while it was being uploaded; send the post again when the file stays as it is.",
                Optional.empty(),
                Optional.empty());
    }
}
