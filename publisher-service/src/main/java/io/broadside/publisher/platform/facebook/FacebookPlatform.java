package io.broadside.publisher.platform.facebook;

import io.broadside.events.Content;
import io.broadside.events.Fault;
import io.broadside.events.MediaKind;
import io.broadside.events.PublishCommand;
import io.broadside.publisher.platform.Doubts;
import io.broadside.publisher.platform.Found;
import io.broadside.publisher.platform.Outcome;
import io.broadside.publisher.platform.Platform;
import io.broadside.publisher.platform.PlatformEntry;
import io.broadside.publisher.platform.graph.GraphErrors;
import io.broadside.publisher.platform.media.MediaConfig;
import io.broadside.publisher.platform.media.MediaFetch;
import io.broadside.runtime.config.Secret;
import io.broadside.runtime.http.CallContext;
import io.broadside.runtime.http.PlatformHttp;
import java.time.Clock;
import java.util.List;
import java.util.Set;

/**
 * Facebook Pages: text, a link, photos, videos, reels, stories, and a first comment below what is not a story.
 *
 * <p>The Graph API has no idempotency key, and Facebook answers 500 for posts that are out. So everything is there unseen, and
 * its id durable, before a call shows it; and what is in doubt is asked by that id.
 *
 * <ul>
 *   <li>A post in the feed is made with {@code published=false}, then shown with {@code POST /{post-id} is_published=true} (as
 *       long as {@link FacebookConfig#inSteps} says so). The post itself says whether it is out, and showing it once more
 *       changes nothing. Blind spot: a draft with a link or photos that Facebook shows at once; it is searched in the feed,
 *       where a hit proves and a miss does not. So is a draft whose answer was lost and that Facebook calls a duplicate when it is
 *       made again; it is shown if it is there.
 *   <li>A video, reel or video story is uploaded, then finished; its status says whether it is published. Blind spot: none
 *       while Facebook answers; a video that it works on for too long ends UNCONFIRMED.
 *   <li>A photo story is a photo first; the Page's stories name it. Blind spot: a story that is listed later than
 *       {@link FacebookConfig#absentAfter}; Facebook refuses to show the same photo twice.
 *   <li>A first comment is looked for below its post by its text; whatever comes of it, the post stays published.
 * </ul>
 *
 * <p>What the first rests on: {@code is_published} is a parameter of updating a Page post in Meta's own SDK
 * (facebook-python-business-sdk, {@code PagePost.api_update}) and a field of the post
 * (https://developers.facebook.com/docs/graph-api/reference/pagepost); Meta announced in July 2012 that an unpublished post
 * is published by setting it to true through its id, and that the way back does not exist; clients of 2026 offer the same
 * ("publish now"). Meta's current guide says {@code published=false} is for publishing later, without saying how.
 */
public final class FacebookPlatform implements Platform {

    static final String ID = "facebook";

    /** This platform's line of the list. */
    public static final PlatformEntry<FacebookConfig> ENTRY = new PlatformEntry<>(
            FacebookConfig.SETTINGS,
            FacebookConfig::from,
            _ -> new FacebookQuotas(),
            (config, tools) ->
                    new FacebookPlatform(config, tools.mediaConfig(), tools.http(), tools.media(), tools.clock()));

    private final FacebookConfig config;
    private final boolean allowsPrivateMedia;
    private final PlatformHttp http;
    private final MediaFetch media;
    private final Clock clock;
    private final GraphErrors errors;

    public FacebookPlatform(
            FacebookConfig config, MediaConfig mediaConfig, PlatformHttp http, MediaFetch media, Clock clock) {
        this.config = config;
        this.allowsPrivateMedia = mediaConfig.allowsPrivate();
        this.http = http;
        this.media = media;
        this.clock = clock;
        this.errors = new GraphErrors(FacebookErrorTable.TABLE, clock);
    }

    @Override
    public String id() {
        return ID;
    }

    @Override
    public List<Fault> faults(Content content) {
        // Photos are fetched by Facebook itself.
        return media.faults(new FacebookRules(content, allowsPrivateMedia).faults(), content, Set.of(MediaKind.VIDEO));
    }

    @Override
    public Outcome publish(PublishCommand command, Secret accessToken, CallContext context) {
        var slice = media.slice();
        var page = page(command, accessToken, context);
        var step = FacebookStep.of(command, config.inSteps());
        if (step.isEmpty()) {
            return Doubts.begunByAnotherVersion(command);
        }
        return switch (step.get()) {
            case PHOTOS -> new FeedPosts(page).takePhotos(slice);
            case DRAFT -> new FeedPosts(page).draft();
            case SHOW -> new FeedPosts(page).show();
            case FEED -> new FeedPosts(page).feed();
            case PHOTO -> new FeedPosts(page).photo();
            case STORY -> new Stories(page).publishPhoto();
            case UPLOAD -> new VideoUpload(page, media).run(slice);
            case FINISH -> new Videos(page).finish();
            case PROCESSING -> new Videos(page).verdict();
            case COMMENT -> new FirstComment(page).write();
        };
    }

    @Override
    public Found find(PublishCommand command, Secret accessToken, CallContext context) {
        var page = page(command, accessToken, context);
        var step = FacebookStep.of(command, config.inSteps());
        if (step.isEmpty()) {
            return Doubts.cannotTell(Doubts.begunByAnotherVersion(command));
        }
        return switch (step.get()) {
            case PHOTOS, UPLOAD -> new Found.Absent();
            case DRAFT ->
                step.get().of(command.getContent()).publishes() || Doubts.isCalledDuplicate(command)
                        ? new FeedPosts(page).search(step.get())
                        : new Found.Absent();
            case SHOW -> new FeedPosts(page).ask();
            case FEED, PHOTO -> new FeedPosts(page).search(step.get());
            case STORY -> new Stories(page).findPhoto();
            case FINISH, PROCESSING -> new Videos(page).find(step.get());
            case COMMENT -> new FirstComment(page).find();
        };
    }

    private Page page(PublishCommand command, Secret token, CallContext context) {
        return new Page(config, http, clock, errors, command, token, context);
    }
}
