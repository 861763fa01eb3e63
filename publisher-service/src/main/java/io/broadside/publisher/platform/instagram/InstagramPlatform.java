package io.broadside.publisher.platform.instagram;

import io.broadside.events.Content;
import io.broadside.events.Fault;
import io.broadside.events.PublishCommand;
import io.broadside.publisher.platform.Doubts;
import io.broadside.publisher.platform.Found;
import io.broadside.publisher.platform.Outcome;
import io.broadside.publisher.platform.Platform;
import io.broadside.publisher.platform.PlatformEntry;
import io.broadside.publisher.platform.graph.GraphErrors;
import io.broadside.publisher.platform.media.MediaConfig;
import io.broadside.runtime.config.Secret;
import io.broadside.runtime.http.CallContext;
import io.broadside.runtime.http.PlatformHttp;
import java.time.Clock;
import java.util.List;

/**
 * Instagram: images, carousels, reels, stories, and a first comment; for accounts that logged in with Instagram and for those
 * that logged in with Facebook.
 *
 * <p>Instagram fetches the media itself and makes a <em>container</em> of them, which nobody sees. Its id is durable before
 * anything else happens. When Instagram is done with it, and the account's quota has room, the container is published. A
 * container that was not published within a day is made anew, and so is one that failed for a reason that may pass.
 *
 * <p>There is no idempotency key; the container takes its place. When the answer to the call that publishes is lost, or is a
 * refusal, the container says whether it is out:
 *
 * <ul>
 *   <li>PUBLISHED: it is out, for certain. No way leads from the container to the post, so its id and address are looked for
 *       in the account's list of media by caption, type and time. If the list does not have it, or has several that fit, the
 *       result is PUBLISHED all the same, with the container's id and a note.
 *   <li>FINISHED or IN_PROGRESS: it is not out. A call on its way could still publish it, so it must stay like this for
 *       {@link InstagramConfig#absentAfter}; then the <em>same</em> container is published. Should the first call take effect
 *       after that, Instagram is expected to refuse the second; that is not documented.
 *   <li>EXPIRED: it is not out and no longer can be.
 *   <li>ERROR, or a container that is not to be seen: the list decides. A post in it proves, one that is missing proves
 *       nothing; with ERROR that lasts it counts as absent.
 * </ul>
 *
 * <p>Stories are looked for without a caption, as they have none: by type and time alone. A post by hand with the same caption
 * at the same time can be taken for ours; whether ours is out does not depend on that, except with ERROR.
 *
 * <p>https://developers.facebook.com/docs/instagram-platform/content-publishing
 */
public final class InstagramPlatform implements Platform {

    static final String ID = "instagram";

    /** This platform's line of the list. */
    public static final PlatformEntry<InstagramConfig> ENTRY = new PlatformEntry<>(
            InstagramConfig.SETTINGS,
            InstagramConfig::from,
            _ -> new InstagramQuotas(),
            (config, tools) -> new InstagramPlatform(config, tools.mediaConfig(), tools.http(), tools.clock()));

    private final InstagramConfig config;
    private final boolean allowsPrivateMedia;
    private final PlatformHttp http;
    private final Clock clock;
    private final GraphErrors errors;

    public InstagramPlatform(InstagramConfig config, MediaConfig media, PlatformHttp http, Clock clock) {
        this.config = config;
        this.allowsPrivateMedia = media.allowsPrivate();
        this.http = http;
        this.clock = clock;
        this.errors = new GraphErrors(InstagramErrorTable.TABLE, clock);
    }

    @Override
    public String id() {
        return ID;
    }

    @Override
    public List<Fault> faults(Content content) {
        return InstagramRules.faults(content, allowsPrivateMedia);
    }

    @Override
    public Outcome publish(PublishCommand command, Secret accessToken, CallContext context) {
        return InstagramStep.of(command)
                .map(step ->
                        new Publication(command, config, calls(command, accessToken, context), errors, clock).run(step))
                .orElseGet(() -> Doubts.begunByAnotherVersion(command));
    }

    @Override
    public Found find(PublishCommand command, Secret accessToken, CallContext context) {
        return InstagramStep.of(command)
                .map(step -> new Reconciliation(command, config, calls(command, accessToken, context), errors, clock)
                        .find(step))
                .orElseGet(() -> Doubts.cannotTell(Doubts.begunByAnotherVersion(command)));
    }

    private InstagramCalls calls(PublishCommand command, Secret token, CallContext context) {
        return new InstagramCalls(config, http, command, token, context);
    }
}
