package io.broadside.simulator.tiktok;

import io.broadside.simulator.http.Medium;
import io.broadside.simulator.http.Reply;
import io.broadside.simulator.http.Request;
import io.broadside.simulator.tiktok.TikTokChange.Share;
import io.broadside.simulator.tiktok.TikTokState.Progress;
import io.vertx.core.buffer.Buffer;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The bytes of a video, in chunks: https://developers.tiktok.com/doc/content-posting-api-media-transfer-guide.
 *
 * <p>In order, all but the last of the size that was announced. A chunk that is not the next one is answered with 416, and how
 * far the upload is.
 */
final class TikTokUploads {
    private static final Duration ADDRESS_LIVES = Duration.ofHours(1);
    private static final Set<String> TYPES = Set.of("video/mp4", "video/quicktime", "video/webm");
    private static final Pattern RANGE = Pattern.compile("bytes ([0-9]{1,12})-([0-9]{1,12})/([0-9]{1,12})");

    private final Clock clock;
    private final TikTokState state;
    private final TikTokEndings endings;

    TikTokUploads(Clock clock, TikTokState state, TikTokEndings endings) {
        this.clock = clock;
        this.state = state;
        this.endings = endings;
    }

    /** The post that an address is for. */
    Optional<Progress> share(Request request) {
        return Optional.ofNullable(request.query().get("upload_token")).flatMap(state::byUploadToken);
    }

    Reply take(Request request) {
        var found = share(request);
        if (found.isEmpty()) {
            return empty(404);
        }
        var progress = found.get();
        synchronized (progress) {
            return take(request, progress);
        }
    }

    private Reply take(Request request, Progress progress) {
        var share = progress.share();
        if (!clock.instant().isBefore(share.begunAt().plus(ADDRESS_LIVES)) || isCancelled(progress)) {
            return empty(403);
        }
        var range = RANGE.matcher(request.header("Content-Range").orElse(""));
        if (!TYPES.contains(request.contentType()) || !range.matches()) {
            return empty(400);
        }
        var chunk = request.medium();
        long first = Long.parseLong(range.group(1));
        long last = Long.parseLong(range.group(2));
        long total = Long.parseLong(range.group(3));
        var received = progress.received().length();
        if (first != received || total != share.videoSize() || last >= total) {
            return progressOf(416, share, received);
        }
        if (chunk.length() != last - first + 1 || chunk.length() != expected(progress)) {
            return empty(400);
        }
        state.commit(new TikTokChange.ChunkTaken(share.publishId(), chunk.fingerprint()));
        return after(progress, chunk, first == 0);
    }

    private Reply after(Progress progress, Medium chunk, boolean isFirst) {
        var share = progress.share();
        if (isFirst && !TikTokEndings.isVideo(chunk)) {
            // TikTok takes whatever comes, and looks at it afterwards.
            state.commit(new TikTokChange.FormatRefused(share.publishId()));
        }
        var received = progress.received().length();
        if (received < share.videoSize()) {
            return progressOf(206, share, received);
        }
        if (progress.isNoVideo()) {
            endings.fail(progress, "file_format_check_failed");
        } else {
            endings.complete(progress, List.of(progress.received().text()));
        }
        return progressOf(201, share, received);
    }

    /** The last chunk takes what is left over. */
    private static long expected(Progress progress) {
        var share = progress.share();
        return progress.chunks() < share.chunks() - 1
                ? share.chunkSize()
                : share.videoSize() - progress.received().length();
    }

    private static boolean isCancelled(Progress progress) {
        return progress.end()
                .filter(end -> end.failReason().equals("publish_cancelled"))
                .isPresent();
    }

    private static Reply progressOf(int status, Share share, long received) {
        return empty(status).with("Content-Range", "bytes 0-" + Math.max(0, received - 1) + "/" + share.videoSize());
    }

    private static Reply empty(int status) {
        return new Reply(status, Map.of(), Buffer.buffer());
    }
}
