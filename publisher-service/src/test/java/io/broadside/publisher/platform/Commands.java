package io.broadside.publisher.platform;

import io.broadside.events.Checkpoint;
import io.broadside.events.Content;
import io.broadside.events.Doubt;
import io.broadside.events.Link;
import io.broadside.events.Media;
import io.broadside.events.MediaKind;
import io.broadside.events.PublishCommand;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;

/** Contents and commands for tests. */
public final class Commands {

    /** Since when an earlier call of a command may have had its effect: 45 seconds ago. */
    public static final Instant A_FORMER_DOUBT = Bench.NOW.minusSeconds(45);

    private Commands() {}

    public static Content.Builder aText(String text) {
        return Content.newBuilder().setText(text);
    }

    public static Link aLink(String url) {
        return Link.newBuilder().setUrl(url).build();
    }

    public static Media anImage(String url) {
        return Media.newBuilder().setUrl(url).setKind(MediaKind.IMAGE).build();
    }

    public static Media aVideo(String url) {
        return Media.newBuilder().setUrl(url).setKind(MediaKind.VIDEO).build();
    }

    public static Media aDescribedImage(String url, String altText) {
        return Media.newBuilder(anImage(url)).setAltText(altText).build();
    }

    /** Accepted a minute ago. */
    public static PublishCommand.Builder aCommand(String platform, String accountId, Content.Builder content) {
        return PublishCommand.newBuilder()
                .setCommandId("command-1")
                .setRequestId("request-1")
                .setTargetIndex(0)
                .setConnectionId("connection-1")
                .setPlatform(platform)
                .setProfileId("profile-1")
                .setAccountId(accountId)
                .setContent(content.build())
                .setAcceptedAt(Bench.NOW.minusSeconds(60));
    }

    public static Checkpoint aCheckpoint(String step, Map<String, String> values, Instant at) {
        return Checkpoint.newBuilder().setStep(step).setValues(values).setAt(at).build();
    }

    /** Of a call that began half a minute ago. */
    public static Doubt aDoubt(String step, int looks) {
        return Doubt.newBuilder()
                .setSince(Bench.NOW.minusSeconds(30))
                .setStep(step)
                .setCause("TIMED_OUT")
                .setLooks(looks)
                .build();
    }

    /** Looked for so often without seeing it, for the first time this long ago. */
    public static Doubt aDoubt(String step, int looks, Duration ago) {
        return looks == 0
                ? aDoubt(step, 0)
                : Doubt.newBuilder(aDoubt(step, looks))
                        .setUnseen(looks)
                        .setUnseenSince(Bench.NOW.minus(ago))
                        .build();
    }
}
