package io.broadside.simulator.tiktok;

import io.broadside.simulator.http.ImageType;
import io.broadside.simulator.http.Json;
import io.broadside.simulator.http.Medium;
import io.broadside.simulator.http.Outbound;
import io.broadside.simulator.http.Reply;
import io.broadside.simulator.http.Request;
import io.broadside.simulator.platform.Foundation;
import io.broadside.simulator.tiktok.NewPost.Source;
import io.broadside.simulator.tiktok.TikTokChange.Flow;
import io.broadside.simulator.tiktok.TikTokChange.Share;
import io.broadside.simulator.tiktok.TikTokState.Creator;
import io.broadside.simulator.tiktok.TikTokState.Progress;
import io.vertx.core.Future;
import java.net.URI;
import java.time.Clock;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/**
 * Beginning a post, and taking it back.
 *
 * <p>What is pulled from an address needs nothing more than its beginning: it is fetched after the answer, and goes out by
 * itself.
 *
 * <p>https://developers.tiktok.com/doc/content-posting-api-reference-direct-post,
 * https://developers.tiktok.com/doc/content-posting-api-reference-upload-video,
 * https://developers.tiktok.com/doc/content-posting-api-reference-photo-post
 */
final class TikTokPosts {
    private static final String CRAWLER = "TikTokBot";
    private static final long LARGEST_VIDEO = 4_000_000_000L;
    private static final long LARGEST_PHOTO = 20_000_000L;

    /** PNG is not among them. */
    private static final Set<ImageType> PHOTOS = EnumSet.of(ImageType.JPEG, ImageType.WEBP);

    private final Clock clock;
    private final Outbound outbound;
    private final TikTokState state;
    private final Supplier<TikTokSettings> settings;
    private final TikTokLimits limits;
    private final TikTokEndings endings;
    private final TikTokReading reading;
    private final LongAdder withoutCreatorInfo = new LongAdder();

    TikTokPosts(
            Foundation foundation,
            TikTokState state,
            Supplier<TikTokSettings> settings,
            TikTokLimits limits,
            TikTokEndings endings,
            TikTokReading reading) {
        this.clock = foundation.clock();
        this.outbound = foundation.outbound();
        this.state = state;
        this.settings = settings;
        this.limits = limits;
        this.endings = endings;
        this.reading = reading;
    }

    /** Direct posts that were begun although nobody had asked what the creator may choose. */
    long withoutCreatorInfo() {
        return withoutCreatorInfo.sum();
    }

    Reply video(Creator creator, Request request, boolean isDraft) {
        var post = NewPost.video(TikTokReading.json(request), isDraft);
        return switch (post.source()) {
            case Source.Upload _ -> begin(creator, post, isDraft ? Flow.INBOX_UPLOAD : Flow.UPLOAD, request);
            case Source.Pull _ -> begin(creator, post, isDraft ? Flow.INBOX_PULL : Flow.PULL, request);
        };
    }

    Reply photos(Creator creator, Request request) {
        var post = NewPost.photos(TikTokReading.json(request));
        return begin(creator, post, post.isDraft() ? Flow.INBOX_PHOTOS : Flow.PHOTOS, request);
    }

    /** Only as long as not everything is here. */
    Reply cancel(Creator creator, Request request) {
        var progress = reading.own(creator, TikTokReading.json(request));
        synchronized (progress) {
            if (progress.end().isPresent()) {
                return TikTokError.PUBLISH_NOT_CANCELLABLE.reply("The post cannot be cancelled any more.");
            }
            state.commit(new TikTokChange.ShareCancelled(progress.share().publishId(), clock.instant()));
        }
        return TikTokError.ok(Json.object());
    }

    private Reply begin(Creator creator, NewPost post, Flow flow, Request request) {
        mayPost(creator, post, flow);
        Progress progress;
        synchronized (creator) {
            (flow.isDraft() ? limits.draft(creator) : limits.direct(creator)).ifPresent(error -> {
                throw error.refusal("The limit of a day is reached.");
            });
            var share = share(creator, post, flow, request);
            state.commit(new TikTokChange.ShareBegun(share));
            progress = state.share(share.publishId()).orElseThrow();
        }
        if (!flow.isDraft() && !reading.takeCreatorInfo(creator)) {
            withoutCreatorInfo.increment();
        }
        var data = Json.object().put("publish_id", progress.share().publishId());
        if (flow.isUpload()) {
            data.put(
                    "upload_url",
                    request.address(
                            "/upload/?upload_id=" + progress.share().publishId().replaceAll(".*\\.", "")
                                    + "&upload_token=" + progress.share().uploadToken()));
        } else {
            pull(progress);
        }
        return TikTokError.ok(data);
    }

    private void mayPost(Creator creator, NewPost post, Flow flow) {
        if (!flow.isDraft() && !creator.privacyLevels().contains(post.privacyLevel())) {
            throw TikTokError.PRIVACY_LEVEL_OPTION_MISMATCH.refusal("privacy_level is not one of this creator's.");
        }
        var isForNobodyElse =
                post.privacyLevel().equals("SELF_ONLY") && creator.account().isPrivate();
        if (!flow.isDraft() && !settings.get().tiktokIsAudited() && !isForNobodyElse) {
            throw TikTokError.UNAUDITED_CLIENT_CAN_ONLY_POST_TO_PRIVATE_ACCOUNTS.refusal(
                    "The application was not audited.");
        }
        if (post.source() instanceof Source.Pull(var urls) && !urls.stream().allMatch(settings.get()::isVerified)) {
            throw TikTokError.URL_OWNERSHIP_UNVERIFIED.refusal("The address is not below a verified one.");
        }
    }

    private Share share(Creator creator, NewPost post, Flow flow, Request request) {
        var now = clock.instant();
        var id = flow.prefix() + "~v2-1." + state.newId();
        return switch (post.source()) {
            case Source.Upload(var size, var chunkSize, var chunks) ->
                new Share(
                        id,
                        creator.account().id(),
                        flow,
                        post.text(),
                        post.privacyLevel(),
                        List.of(),
                        size,
                        chunkSize,
                        chunks,
                        UUID.randomUUID().toString(),
                        now,
                        request.arrivedAt());
            case Source.Pull(var urls) ->
                new Share(
                        id,
                        creator.account().id(),
                        flow,
                        post.text(),
                        post.privacyLevel(),
                        urls,
                        0,
                        0,
                        0,
                        "",
                        now,
                        request.arrivedAt());
        };
    }

    private void pull(Progress progress) {
        var isPhotos = progress.share().flow().isPhotos();
        var fetched = progress.share().urls().stream()
                .map(url -> outbound.fetchDirectly(URI.create(url), CRAWLER, isPhotos ? LARGEST_PHOTO : LARGEST_VIDEO))
                .toList();
        Future.all(fetched)
                .onSuccess(all -> pulled(progress, all.<Medium>list(), isPhotos))
                .onFailure(_ -> end(progress, isPhotos ? "photo_pull_failed" : "video_pull_failed"));
    }

    /** One bad picture is enough for all of them to fail. */
    private void pulled(Progress progress, List<Medium> media, boolean isPhotos) {
        var areFit = media.stream()
                .allMatch(medium -> isPhotos
                        ? medium.imageType().filter(PHOTOS::contains).isPresent()
                        : TikTokEndings.isVideo(medium));
        if (!areFit) {
            end(progress, "file_format_check_failed");
            return;
        }
        synchronized (progress) {
            if (progress.end().isEmpty()) {
                endings.complete(
                        progress,
                        media.stream()
                                .map(medium -> medium.fingerprint().text())
                                .toList());
            }
        }
    }

    private void end(Progress progress, String reason) {
        synchronized (progress) {
            if (progress.end().isEmpty()) {
                endings.fail(progress, reason);
            }
        }
    }
}
