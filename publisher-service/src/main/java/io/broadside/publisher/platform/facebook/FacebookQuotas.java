package io.broadside.publisher.platform.facebook;

import io.broadside.events.Checkpoint;
import io.broadside.events.PublishCommand;
import io.broadside.publisher.platform.Quotas;
import io.broadside.publisher.platform.graph.UsageLevels;
import io.broadside.runtime.http.Reply.Answer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Facebook counts all calls together, for the app and for the Page, and tells percentages; reels that come by the API it
 * counts beside that, and tells nothing.
 *
 * <p>https://developers.facebook.com/docs/video-api/guides/reels-publishing
 */
public final class FacebookQuotas implements Quotas {

    private static final String PUBLISH_REEL = "page.video_reels.finish";
    private static final String REELS = "reels";
    private static final int REELS_A_DAY = 30;

    @Override
    public String platform() {
        return FacebookPlatform.ID;
    }

    @Override
    public String title() {
        return "Facebook";
    }

    @Override
    public String groupOf(String endpoint) {
        return endpoint.equals(PUBLISH_REEL) ? REELS : EVERYTHING;
    }

    @Override
    public String nameOf(String group) {
        return group.equals(REELS) ? "reels" : Quotas.super.nameOf(group);
    }

    @Override
    public List<Need> next(PublishCommand command) {
        var step = command.getCheckpoint().map(Checkpoint::getStep).orElse("");
        var publishes = step.isEmpty() || step.equals(FacebookStep.FINISH.label());
        return publishes && PostKind.of(command.getContent()) == PostKind.REEL
                ? List.of(new Need(EVERYTHING, 1), new Need(REELS, 1))
                : List.of(new Need(EVERYTHING, 1));
    }

    @Override
    public List<Documented> documented() {
        var day = new Window.Rolling(Duration.ofDays(1));
        return List.of(new Documented(Holder.ACCOUNT, REELS, "24 hours", REELS_A_DAY, day));
    }

    @Override
    public List<Reading> readings(String endpoint, String accountId, Answer answer, Instant now) {
        return UsageLevels.in(answer, accountId, now);
    }
}
