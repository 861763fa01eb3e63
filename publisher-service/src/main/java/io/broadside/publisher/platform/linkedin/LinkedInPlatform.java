package io.broadside.publisher.platform.linkedin;

import io.broadside.events.Checkpoint;
import io.broadside.events.Content;
import io.broadside.events.Fault;
import io.broadside.events.MediaKind;
import io.broadside.events.PublishCommand;
import io.broadside.events.Visibility;
import io.broadside.publisher.platform.AnswerJson;
import io.broadside.publisher.platform.Cause;
import io.broadside.publisher.platform.ContentCheck;
import io.broadside.publisher.platform.Doubts;
import io.broadside.publisher.platform.Found;
import io.broadside.publisher.platform.Outcome;
import io.broadside.publisher.platform.Outcome.Published;
import io.broadside.publisher.platform.Outcome.Rejected;
import io.broadside.publisher.platform.Platform;
import io.broadside.publisher.platform.PlatformEntry;
import io.broadside.publisher.platform.Step;
import io.broadside.publisher.platform.linkedin.LinkedInConfig.PostsApi;
import io.broadside.publisher.platform.media.MediaFetch;
import io.broadside.runtime.config.Secret;
import io.broadside.runtime.http.CallContext;
import io.broadside.runtime.http.PlatformHttp;
import io.broadside.runtime.http.Reply;
import io.broadside.runtime.http.Reply.Answer;
import io.broadside.runtime.http.Reply.NoAnswer;
import io.broadside.schemas.ErrorCode;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * LinkedIn, for members and organisations: text, a link, images, a video, a document, and a first comment.
 *
 * <p>Files go first, which publishes nothing; then LinkedIn processes them; then one call creates the post; then, if one was
 * asked for, the first comment goes below it. Each step starts from a durable checkpoint.
 *
 * <p>LinkedIn has no idempotency key. Whether a post is there whose answer was lost is found out like this:
 *
 * <ol>
 *   <li>The author's posts are read. An organisation's can be, with r_organization_social: a hit is proof, and a post that is
 *       missing in several looks over {@link LinkedInConfig#absentAfter} counts as not posted. A list that is later than that
 *       makes it be sent again, and then LinkedIn's own refusal of duplicates stands between that and a second post.
 *   <li>A refusal of a duplicate names the post that is there. It is taken for ours if an earlier call of this very command
 *       was in doubt, and for somebody else's, or an older one's, if not. Blind spot: somebody who posted the same text by
 *       hand in those minutes is taken for us; and after a deletion LinkedIn refuses for a day or two, naming what is gone.
 *   <li>A member's posts can be read by hardly any app. Such a post ends UNCONFIRMED, unless
 *       {@link LinkedInConfig#replayWithin} allows to send it again at once, byte for byte, and to rely on 2 alone.
 * </ol>
 *
 * <p>A post that LinkedIn accepted can still vanish when it is checked afterwards; that is not noticed here.
 *
 * <p>https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/posts-api
 */
public final class LinkedInPlatform implements Platform {

    static final String ID = "linkedin";

    /** This platform's line of the list. */
    public static final PlatformEntry<LinkedInConfig> ENTRY = new PlatformEntry<>(
            LinkedInConfig.SETTINGS,
            LinkedInConfig::from,
            LinkedInQuotas::new,
            (config, tools) -> new LinkedInPlatform(config, tools.http(), tools.media(), tools.clock()));

    /** The calls that create a post, of the one API and of the other. */
    static final String CREATE_VERSIONED = "posts.create";

    static final String CREATE_UNVERSIONED = "ugcPosts.create";

    private static final Step CREATE = Step.publishing(LinkedInStep.CREATE.label());

    private static final String FOLLOWERS_ONLY =
            "An organisation on LinkedIn has followers and no connections; use the visibility PUBLIC.";

    /** LinkedIn forgets duplicates after about ten minutes; what is sent again must not be later. */
    private static final Duration LATEST_REPLAY = Duration.ofMinutes(9);

    private final LinkedInConfig config;
    private final Clock clock;
    private final VersionWatch version;
    private final LinkedInCalls calls;
    private final LinkedInErrors errors;
    private final MediaFetch media;
    private final Uploads uploads;
    private final Processing processing;
    private final OwnPosts posts;
    private final Comments comments;

    public LinkedInPlatform(LinkedInConfig config, PlatformHttp http, MediaFetch media, Clock clock) {
        this.config = config;
        this.clock = clock;
        this.version = new VersionWatch(config, clock);
        this.calls = new LinkedInCalls(config, http);
        this.errors = new LinkedInErrors(clock);
        this.media = media;
        this.uploads = new Uploads(config, calls, media, errors, clock);
        this.processing = new Processing(config, calls, errors, clock);
        this.posts = new OwnPosts(config, calls, errors, clock);
        this.comments = new Comments(config, calls, errors, clock);
        version.watch();
    }

    @Override
    public String id() {
        return ID;
    }

    @Override
    public List<Fault> faults(Content content) {
        return media.faults(LinkedInRules.faults(config, content), content, EnumSet.allOf(MediaKind.class));
    }

    @Override
    public List<Fault> faults(Content content, String accountId, String accountKind) {
        var isOrganization =
                Author.of(accountId, accountKind).filter(Author::isOrganization).isPresent();
        var faults = new ArrayList<>(faults(content));
        if (isOrganization && content.getVisibility() == Visibility.CONNECTIONS) {
            var check = new ContentCheck(ID, "LinkedIn", content);
            check.unsupported("content.visibility", Visibility.CONNECTIONS.name(), FOLLOWERS_ONLY);
            faults.addAll(check.faults());
        }
        // Both checks look at what media are said to measure.
        return faults.stream().distinct().toList();
    }

    @Override
    public Outcome publish(PublishCommand command, Secret accessToken, CallContext context) {
        version.watch();
        var step = LinkedInStep.of(command);
        var author = Author.of(command);
        if (step.isEmpty()) {
            return Doubts.begunByAnotherVersion(command);
        }
        if (author.isEmpty()) {
            return rejected(
                    ErrorCode.PERMISSION_MISSING,
                    "Whether the account is a member or an organisation is not known; connect it again.");
        }
        if (author.get().isOrganization() && command.getContent().getVisibility() == Visibility.CONNECTIONS) {
            return rejected(ErrorCode.CONTENT_REFUSED, FOLLOWERS_ONLY);
        }
        var visit = new Visit(command, author.get(), accessToken, context);
        return switch (step.get()) {
            case MEDIA -> uploads.next(visit);
            case PROCESS -> processing.await(visit);
            case CREATE -> create(visit);
            case COMMENT -> comments.write(visit);
        };
    }

    @Override
    public Found find(PublishCommand command, Secret accessToken, CallContext context) {
        var step = LinkedInStep.of(command);
        var author = Author.of(command);
        if (step.isEmpty()) {
            return Doubts.cannotTell(Doubts.begunByAnotherVersion(command));
        }
        if (author.isEmpty()) {
            // Without an author nothing was ever sent.
            return new Found.Absent();
        }
        var visit = new Visit(command, author.get(), accessToken, context);
        return switch (step.get()) {
            case MEDIA, PROCESS -> new Found.Absent();
            case CREATE -> further(posts.find(visit), visit);
            case COMMENT -> comments.find(visit);
        };
    }

    private Outcome create(Visit visit) {
        var command = visit.command();
        if (isReplayedTooLate(visit)) {
            return CREATE.unclear(new Cause(
                    ErrorCode.NOT_CONFIRMABLE,
                    "It is too late to send the post again safely; please look whether it is out.",
                    Optional.empty(),
                    Optional.empty()));
        }
        return switch (send(visit)) {
            case NoAnswer missing -> CREATE.unanswered(missing);
            case Answer answer -> {
                var post = answer.isSuccess() ? postIn(answer) : postThatIsThere(answer, command);
                yield post.map(urn -> out(urn, visit)).orElseGet(() -> refused(answer, visit));
            }
        };
    }

    private Reply send(Visit visit) {
        var post = new NewPost(visit.content(), visit.author(), visit.progress().media());
        return config.postsApi() == PostsApi.REST
                ? calls.post(CREATE_VERSIONED, "/rest/posts", post.versioned(), visit.token(), visit.context())
                : calls.post(CREATE_UNVERSIONED, "/v2/ugcPosts", post.unversioned(), visit.token(), visit.context());
    }

    private Outcome refused(Answer answer, Visit visit) {
        return LinkedInErrors.meaning(answer) == Meaning.TOO_EARLY
                ? processing.awaitFurther(LinkedInStep.CREATE, visit)
                : errors.outcome(answer, CREATE, visit.command());
    }

    /** The id is in a header; the older API has it in the body as well. */
    private static Optional<String> postIn(Answer answer) {
        var inHeader = Stream.of("x-restli-id", "x-linkedin-id").flatMap(name -> answer.header(name).stream());
        var inBody = AnswerJson.objectIn(answer).flatMap(body -> AnswerJson.text(body, "id")).stream();
        return Stream.concat(inHeader, inBody)
                .flatMap(text -> Urns.post(text).stream())
                .findFirst();
    }

    /** The post that a refused duplicate names, if that can be the one whose answer was lost. */
    private static Optional<String> postThatIsThere(Answer answer, PublishCommand command) {
        return Doubts.any(command) && LinkedInErrors.meaning(answer) == Meaning.DUPLICATE
                ? LinkedInError.in(answer).flatMap(error -> Urns.postIn(error.message()))
                : Optional.empty();
    }

    private Outcome out(String post, Visit visit) {
        return visit.content().getFirstComment().isPresent()
                ? new Outcome.Continue(commenting(post, visit), Optional.empty())
                : new Published(post, Optional.of(Urns.permalink(post)));
    }

    private Found further(Found found, Visit visit) {
        return found instanceof Found.Landed landed
                        && visit.content().getFirstComment().isPresent()
                ? new Found.Further(commenting(landed.remoteId(), visit))
                : found;
    }

    private Checkpoint commenting(String post, Visit visit) {
        return visit.progress()
                .checkpoint(LinkedInStep.COMMENT, clock.instant())
                .setRemoteId(post)
                .setUrl(Urns.permalink(post).toString())
                .build();
    }

    private boolean isReplayedTooLate(Visit visit) {
        return config.replayWithin().isPositive()
                && !visit.author().isOrganization()
                && Doubts.any(visit.command())
                && clock.instant().isAfter(Doubts.since(visit.command()).plus(LATEST_REPLAY));
    }

    private static Outcome rejected(ErrorCode code, String sentence) {
        return new Rejected(new Cause(code, sentence, Optional.empty(), Optional.empty()));
    }
}
