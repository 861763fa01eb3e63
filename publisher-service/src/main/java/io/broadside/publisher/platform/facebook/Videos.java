package io.broadside.publisher.platform.facebook;

import io.broadside.publisher.platform.Cause;
import io.broadside.publisher.platform.Doubts;
import io.broadside.publisher.platform.Found;
import io.broadside.publisher.platform.Outcome;
import io.broadside.publisher.platform.Outcome.Rejected;
import io.broadside.publisher.platform.Outcome.Underway;
import io.broadside.publisher.platform.facebook.Stories.Listed;
import io.broadside.runtime.http.Reply;
import io.broadside.schemas.ErrorCode;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Videos, reels and video stories once they are uploaded: published with a call that names their id, which was durable
 * before. So a lost answer is no riddle: the video itself says whether it is published, and while Facebook works on it.
 *
 * <p>https://developers.facebook.com/docs/video-api/guides/reels-publishing,
 * https://developers.facebook.com/docs/page-stories-api,
 * https://developers.facebook.com/docs/graph-api/reference/page/videos
 */
final class Videos {

    static final String VIDEO_ID = "videoId";
    static final String SESSION = "session";

    /** How often the upload was begun anew. */
    static final String RESTARTS = "restarts";

    private static final int MOST_RESTARTS = 2;

    private static final String STORY_ID = "storyId";

    private static final Duration SHORTEST_PAUSE = Duration.ofSeconds(5);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

    private final Page page;
    private final PostKind kind;

    Videos(Page page) {
        this.page = page;
        this.kind = PostKind.of(page.content());
    }

    /** The edge of the Page that takes this kind. */
    static String edge(PostKind kind) {
        return switch (kind) {
            case REEL -> "video_reels";
            case VIDEO_STORY -> "video_stories";
            case VIDEO, TEXT, PHOTOS, PHOTO_STORY -> "videos";
        };
    }

    Outcome finish() {
        var edge = edge(kind);
        var reply = page.post("page." + edge + ".finish", page.below("/" + edge), fields());
        if (!Page.isDone(reply)) {
            var refusal = page.failed(reply, FacebookStep.FINISH);
            return refusal instanceof Rejected rejected ? unlessItSaysOtherwise(rejected) : refusal;
        }
        var values = new LinkedHashMap<>(Map.of(VIDEO_ID, page.value(VIDEO_ID)));
        Page.idIn(reply, "post_id").ifPresent(id -> values.put(STORY_ID, id));
        Optional.of(page.value(RESTARTS)).filter(it -> !it.isEmpty()).ifPresent(it -> values.put(RESTARTS, it));
        return new Underway(
                page.at(FacebookStep.PROCESSING, values).build(),
                Optional.of(page.now().plus(SHORTEST_PAUSE)));
    }

    /** Before a refusal is believed, the video itself is asked: it may be out, or its upload be gone. */
    private Outcome unlessItSaysOtherwise(Rejected refusal) {
        var status = VideoStatus.in(ask());
        if (status.isEmpty()) {
            return unlessInDoubt(refusal);
        }
        return switch (status.get().stage()) {
            case PUBLISHED, PUBLISHING ->
                new Underway(
                        page.at(FacebookStep.PROCESSING, page.values()).build(),
                        Optional.of(page.now().plus(SHORTEST_PAUSE)));
            case EXPIRED -> restart(page).orElse(refusal);
            case PROCESSING, READY -> unlessInDoubt(refusal);
            case FAILED, NOT_PUBLISHED -> refusal;
        };
    }

    /** Where an earlier call may have published it, and nothing is known of that, a later refusal is not the last word. */
    private Outcome unlessInDoubt(Rejected refusal) {
        return Doubts.any(page.command())
                ? FacebookStep.FINISH.of(page.content()).unclear(refusal.cause())
                : refusal;
    }

    /** What came of it, where Facebook has said so already. */
    Outcome verdict() {
        var reply = ask();
        var status = VideoStatus.in(reply);
        if (status.isEmpty()) {
            return page.failed(reply, FacebookStep.PROCESSING);
        }
        return switch (status.get().stage()) {
            // It was asked to be published, and Facebook is done with it.
            case PUBLISHED, READY -> {
                var post = post(status.get());
                yield page.out(post.id(), post.permalink());
            }
            case FAILED -> new Rejected(unusable("Facebook could not process the video; use another file."));
            // What has expired was never published and never will be.
            case EXPIRED ->
                restart(page)
                        .orElseGet(() -> new Rejected(unusable(
                                "Facebook lost the upload of the video, more than once; send the post again later.")));
            case PUBLISHING, PROCESSING, NOT_PUBLISHED ->
                new Underway(page.at(FacebookStep.PROCESSING, page.values()).build(), Optional.of(nextLook()));
        };
    }

    /** Whether the video is out, after it was asked to be. */
    Found find(FacebookStep step) {
        var reply = ask();
        var status = VideoStatus.in(reply);
        if (status.isEmpty()) {
            return page.blind(reply);
        }
        return switch (status.get().stage()) {
            case PUBLISHED -> landed(status.get());
            case READY ->
                step == FacebookStep.FINISH
                        ? Doubts.notSeen(
                                "Facebook has the video and does not say whether it is published; look at the Page.")
                        : landed(status.get());
            // Never to be seen: the next step says so, and why.
            case FAILED, EXPIRED ->
                new Found.Further(
                        page.at(FacebookStep.PROCESSING, page.values()).build());
            // What Facebook works on may have been asked to come out: only once it is done can it be missing.
            case PUBLISHING, PROCESSING -> underway();
            case NOT_PUBLISHED ->
                step == FacebookStep.FINISH
                        ? page.missing(
                                "Facebook has the video and does not know that it is to be published; look at the Page.")
                        : underway();
        };
    }

    private Found landed(VideoStatus status) {
        var post = post(status);
        return page.landed(post.id(), post.permalink());
    }

    /** The upload from its beginning, unless that was tried often enough. */
    static Optional<Outcome> restart(Page page) {
        var text = page.value(RESTARTS);
        var restarts = text.matches("[0-9]{1,3}") ? Integer.parseInt(text) + 1 : 1;
        return restarts > MOST_RESTARTS
                ? Optional.empty()
                : Optional.of(page.next(FacebookStep.UPLOAD, Map.of(RESTARTS, Integer.toString(restarts))));
    }

    private Found underway() {
        var limit = Doubts.since(page.command()).plus(page.config().processingLimit());
        return page.now().isBefore(limit)
                ? new Found.Underway(Optional.of(nextLook()))
                : Doubts.notSeen("Facebook has been working on the video for very long; look at the Page.");
    }

    /** Looked for often at first, and less and less. */
    private Instant nextLook() {
        var elapsed = Duration.between(Doubts.since(page.command()), page.now());
        var pause = elapsed.dividedBy(4);
        return page.now()
                .plus(
                        pause.compareTo(SHORTEST_PAUSE) < 0
                                ? SHORTEST_PAUSE
                                : pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause);
    }

    private Reply ask() {
        return page.get("video.read", "/" + Page.segment(page.value(VIDEO_ID)) + "?fields=" + VideoStatus.FIELDS);
    }

    private record Post(String id, Optional<URI> permalink) {}

    /** A video is known by its own id; a story has one beside it, which the list of stories tells as well. */
    private Post post(VideoStatus status) {
        var videoId = page.value(VIDEO_ID);
        if (kind != PostKind.VIDEO_STORY) {
            return new Post(videoId, status.permalink());
        }
        var known = Optional.of(page.value(STORY_ID)).filter(id -> !id.isEmpty());
        return new Stories(page).find(videoId) instanceof Listed.Story story
                ? new Post(known.orElse(story.id()), story.permalink())
                : new Post(known.orElse(videoId), status.permalink());
    }

    private Map<String, String> fields() {
        var fields = new LinkedHashMap<String, String>();
        fields.put("upload_phase", "finish");
        if (kind == PostKind.VIDEO) {
            fields.put("upload_session_id", page.value(SESSION));
            fields.put("published", "true");
        } else {
            fields.put("video_id", page.value(VIDEO_ID));
        }
        if (kind == PostKind.REEL) {
            fields.put("video_state", "PUBLISHED");
        }
        if (!kind.isStory()) {
            page.content().getText().ifPresent(text -> fields.put("description", text));
            page.content().getMedia().getFirst().getTitle().ifPresent(title -> fields.put("title", title));
        }
        return fields;
    }

    private static Cause unusable(String detail) {
        return new Cause(ErrorCode.MEDIA_UNAVAILABLE, detail, Optional.empty(), Optional.empty());
    }
}
