package io.broadside.publisher.platform.tiktok;

import io.broadside.events.PublishCommand;
import io.broadside.publisher.platform.Quotas;
import java.time.Duration;
import java.util.List;

/**
 * TikTok counts the calls of each endpoint by itself, for each account, in any minute. It says nothing of that until it refuses
 * one, so calls are counted here. How many posts a day an account and an app may have it tells only by refusing.
 *
 * <p>https://developers.tiktok.com/doc/content-posting-api-reference-direct-post,
 * https://developers.tiktok.com/doc/content-posting-api-reference-get-video-status
 */
public final class TikTokQuotas implements Quotas {

    private static final List<Documented> DOCUMENTED = List.of(
            inAMinute(Beginning.CREATOR_INFO, 20),
            inAMinute(Beginning.INIT_VIDEO, 6),
            inAMinute(Beginning.INIT_PHOTOS, 6),
            inAMinute(Progress.ASK, 30),
            inAMinute(VideoList.ENDPOINT, 600));

    private final TikTokConfig config;

    public TikTokQuotas(TikTokConfig config) {
        this.config = config;
    }

    @Override
    public String platform() {
        return TikTokPlatform.ID;
    }

    @Override
    public String title() {
        return "TikTok";
    }

    @Override
    public String groupOf(String endpoint) {
        return endpoint;
    }

    @Override
    public String nameOf(String group) {
        return switch (group) {
            case Beginning.INIT_VIDEO -> "videos";
            case Beginning.INIT_PHOTOS -> "posts of photos";
            default -> Quotas.super.nameOf(group);
        };
    }

    @Override
    public List<Need> next(PublishCommand command) {
        var isVideo = TikTokFaults.isVideo(command.getContent());
        var creator = new Need(Beginning.CREATOR_INFO, 1);
        var init = new Need(isVideo ? Beginning.INIT_VIDEO : Beginning.INIT_PHOTOS, 1);
        if (command.getCheckpoint().isEmpty()) {
            return List.of(creator, init);
        }
        return switch (TikTokStep.of(command).orElse(TikTokStep.STATUS)) {
            // Only a video that we upload is begun by the same step.
            case BEGIN ->
                isVideo && !TikTokFaults.pullsVideo(command.getContent(), config)
                        ? List.of(creator, init)
                        : List.of(creator);
            case PULL, PHOTOS -> List.of(init);
            case STATUS -> List.of(new Need(Progress.ASK, 1));
            case UPLOAD, FINISH, CANCEL -> List.of();
        };
    }

    @Override
    public List<Documented> documented() {
        return DOCUMENTED;
    }

    private static Documented inAMinute(String endpoint, int calls) {
        return new Documented(Holder.ACCOUNT, endpoint, "one minute", calls, new Window.Rolling(Duration.ofMinutes(1)));
    }
}
