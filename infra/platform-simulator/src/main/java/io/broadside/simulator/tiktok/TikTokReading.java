package io.broadside.simulator.tiktok;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.broadside.simulator.http.Json;
import io.broadside.simulator.http.Reply;
import io.broadside.simulator.http.Request;
import io.broadside.simulator.platform.Foundation;
import io.broadside.simulator.settings.CurrentSettings;
import io.broadside.simulator.tiktok.TikTokChange.End;
import io.broadside.simulator.tiktok.TikTokState.Creator;
import io.broadside.simulator.tiktok.TikTokState.Progress;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * What one can ask TikTok.
 *
 * <p>https://developers.tiktok.com/doc/content-posting-api-reference-query-creator-info,
 * https://developers.tiktok.com/doc/content-posting-api-reference-get-video-status,
 * https://developers.tiktok.com/doc/tiktok-api-v2-video-list
 */
final class TikTokReading {
    private static final int LONGEST_VIDEO_SECONDS = 600;
    private static final int MOST_VIDEOS = 20;
    private static final int SHOWN_OF_CAPTION = 150;

    private final Clock clock;
    private final CurrentSettings common;
    private final TikTokState state;
    private final Supplier<TikTokSettings> settings;
    private final TikTokLimits limits;
    private final Set<String> asked = ConcurrentHashMap.newKeySet();

    TikTokReading(Foundation foundation, TikTokState state, Supplier<TikTokSettings> settings, TikTokLimits limits) {
        this.clock = foundation.clock();
        this.common = foundation.settings();
        this.state = state;
        this.settings = settings;
        this.limits = limits;
    }

    /** A creator who may not post is told so with status 200. */
    Reply creatorInfo(Creator creator) {
        var against = limits.direct(creator);
        if (against.isPresent()) {
            return against.get().reply(200, "The limit of a day is reached.");
        }
        asked.add(creator.account().id());
        var data = Json.object()
                .put("creator_username", creator.account().name())
                .put("creator_nickname", creator.account().name().toUpperCase(Locale.ROOT))
                .put(
                        "creator_avatar_url",
                        "https://p16.example.com/" + creator.account().name() + ".jpeg");
        var levels = data.putArray("privacy_level_options");
        creator.privacyLevels().forEach(levels::add);
        return TikTokError.ok(data.put("comment_disabled", false)
                .put("duet_disabled", creator.account().isPrivate())
                .put("stitch_disabled", creator.account().isPrivate())
                .put("max_video_post_duration_sec", LONGEST_VIDEO_SECONDS));
    }

    /** Whether it was asked what the creator may choose; each post needs to ask anew. */
    boolean takeCreatorInfo(Creator creator) {
        return asked.remove(creator.account().id());
    }

    Reply status(Creator creator, Request request) {
        var progress = own(creator, json(request));
        var data = Json.object();
        var end = progress.end().filter(it -> !clock.instant().isBefore(it.at()));
        data.put("status", status(progress, end));
        end.map(End::failReason)
                .filter(reason -> !reason.isEmpty())
                .ifPresent(reason -> data.put("fail_reason", reason));
        end.filter(this::isPublic).flatMap(End::postId).ifPresent(id -> putPostId(data, id));
        if (progress.share().flow().isUpload()) {
            data.put("uploaded_bytes", progress.received().length());
        } else {
            data.put("downloaded_bytes", 0);
        }
        return TikTokError.ok(data);
    }

    private static String status(Progress progress, Optional<End> end) {
        if (end.isEmpty()) {
            return progress.share().flow().isUpload() ? "PROCESSING_UPLOAD" : "PROCESSING_DOWNLOAD";
        }
        if (!end.get().failReason().isEmpty()) {
            return "FAILED";
        }
        return progress.share().flow().isDraft() ? "SEND_TO_USER_INBOX" : "PUBLISH_COMPLETE";
    }

    /** The misspelt name is TikTok's, and so is the number where other calls have a text. */
    private void putPostId(ObjectNode data, String id) {
        if (settings.get().tiktokPostIdIsScalar()) {
            data.put("publicaly_available_post_id", Long.parseLong(id));
        } else {
            data.putArray("publicaly_available_post_id").add(Long.parseLong(id));
        }
    }

    /** Public videos only, the newest first. */
    Reply videos(Creator creator, Request request) {
        var json = json(request);
        var fields = fields(request);
        long most = json.path("max_count").asLong(10);
        if (most < 1 || most > MOST_VIDEOS) {
            throw TikTokError.INVALID_PARAMS.refusal("max_count must be 1 to 20");
        }
        var before = Instant.ofEpochMilli(json.path("cursor").asLong(Long.MAX_VALUE / 1_000_000));
        var visibleUntil = clock.instant().minus(Duration.ofSeconds(common.get().readLagSeconds()));
        var found = creator.shares().stream()
                .filter(progress -> !progress.share().flow().isPhotos())
                .filter(progress -> progress.end().filter(this::isPublic).isPresent())
                .filter(progress -> !end(progress).at().isAfter(visibleUntil)
                        && end(progress).at().isBefore(before))
                .sorted(Comparator.comparing(
                                (Progress progress) -> end(progress).at())
                        .reversed())
                .limit(most + 1)
                .toList();
        var data = Json.object();
        var videos = data.putArray("videos");
        var page = found.stream().limit(most).toList();
        page.forEach(progress -> videos.add(video(creator, progress, fields)));
        return TikTokError.ok(
                data.put("cursor", page.isEmpty() ? 0 : end(page.getLast()).at().toEpochMilli())
                        .put("has_more", found.size() > page.size()));
    }

    private static ObjectNode video(Creator creator, Progress progress, List<String> fields) {
        var id = end(progress).postId().orElseThrow();
        var caption = progress.share().text();
        var shown = caption.substring(0, Math.min(SHOWN_OF_CAPTION, caption.length()));
        var all = Json.object()
                .put("id", id)
                .put("title", shown)
                .put("video_description", shown)
                .put("create_time", end(progress).at().getEpochSecond())
                .put("share_url", "https://www.tiktok.com/@" + creator.account().name() + "/video/" + id);
        return all.retain(fields);
    }

    Reply user(Creator creator, Request request) {
        var all = Json.object()
                .put("open_id", creator.account().id())
                .put("union_id", "union-" + creator.account().id())
                .put(
                        "avatar_url",
                        "https://p16.example.com/" + creator.account().name() + ".jpeg")
                .put("display_name", creator.account().name())
                .put("username", creator.account().name());
        var data = Json.object();
        data.set("user", all.retain(fields(request)));
        return TikTokError.ok(data);
    }

    /** A post of this creator, by the publish id in a body. */
    Progress own(Creator creator, JsonNode json) {
        var progress = state.share(json.path("publish_id").asText())
                .orElseThrow(() -> TikTokError.INVALID_PUBLISH_ID.refusal("The publish_id does not exist."));
        if (!progress.share().openId().equals(creator.account().id())) {
            throw TikTokError.TOKEN_NOT_AUTHORIZED_FOR_SPECIFIED_PUBLISH_ID.refusal("The post is another creator's.");
        }
        return progress;
    }

    /** Without the charset TikTok finds nothing in a body. */
    static JsonNode json(Request request) {
        var type = request.header("Content-Type")
                .orElse("")
                .toLowerCase(Locale.ROOT)
                .replace(" ", "");
        if (!type.equals("application/json;charset=utf-8")) {
            throw TikTokError.INVALID_PARAMS.refusal("request post info is empty");
        }
        return request.json()
                .filter(JsonNode::isObject)
                .orElseThrow(() -> TikTokError.INVALID_PARAMS.refusal("The body is not JSON."));
    }

    private boolean isPublic(End end) {
        return end.publicAt().filter(at -> !clock.instant().isBefore(at)).isPresent();
    }

    private static End end(Progress progress) {
        return progress.end().orElseThrow();
    }

    private static List<String> fields(Request request) {
        var fields = request.query().get("fields");
        if (fields == null || fields.isBlank()) {
            throw TikTokError.INVALID_PARAMS.refusal("fields is needed");
        }
        return Stream.of(fields.split(",", -1)).map(String::strip).toList();
    }
}
