package io.broadside.publisher.platform.linkedin;

import com.fasterxml.jackson.databind.JsonNode;
import io.broadside.events.PublishCommand;
import io.broadside.publisher.platform.AnswerJson;
import io.broadside.publisher.platform.Doubts;
import io.broadside.publisher.platform.Found;
import io.broadside.publisher.platform.Step;
import io.broadside.publisher.platform.linkedin.LinkedInConfig.PostsApi;
import io.broadside.runtime.http.Reply.Answer;
import io.broadside.runtime.http.Reply.NoAnswer;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * Looks for a command's post among those of its author, newest first.
 *
 * <p>For an organisation that needs r_organization_social. For a member it needs r_member_social, which LinkedIn gives to hardly
 * any app: there the answer is a refusal, and all that is left is to rely on LinkedIn's refusal of duplicates, if
 * {@link LinkedInConfig#replayWithin} says so.
 *
 * <p>https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/posts-api#find-posts-by-authors
 */
final class OwnPosts {

    static final Step LOOK = Step.preparing("look");

    private static final int PAGE_SIZE = 50;

    /** One look may meet a list that is behind; so may two, if they are close together. */
    private static final int LOOKS_BEFORE_ABSENT = 2;

    /** A call that nobody saw the end of must have ended before the same is sent again. */
    private static final Duration CALL_IS_OVER = Duration.ofSeconds(30);

    private final LinkedInConfig config;
    private final LinkedInCalls calls;
    private final LinkedInErrors errors;
    private final Clock clock;

    OwnPosts(LinkedInConfig config, LinkedInCalls calls, LinkedInErrors errors, Clock clock) {
        this.config = config;
        this.calls = calls;
        this.errors = errors;
        this.clock = clock;
    }

    /** Landed with the post's id, or Absent, or CannotTell. */
    Found find(Visit visit) {
        var path = "/rest/posts?q=author&author=" + Urns.encoded(visit.author().urn()) + "&count=" + PAGE_SIZE
                + "&sortBy=LAST_MODIFIED";
        return switch (calls.find("posts.find", path, visit.token(), visit.context())) {
            case NoAnswer missing -> Doubts.cannotTell(LOOK.unanswered(missing));
            case Answer answer -> {
                var elements = AnswerJson.objectIn(answer)
                        .map(body -> body.path("elements"))
                        .filter(JsonNode::isArray);
                yield answer.isSuccess() && elements.isPresent()
                        ? in(elements.get(), visit)
                        : notReadable(answer, visit);
            }
        };
    }

    private Found in(JsonNode elements, Visit visit) {
        var since = Doubts.since(visit.command());
        var hit = StreamSupport.stream(elements.spliterator(), false)
                .filter(post -> isSame(post, visit, since))
                .flatMap(post -> AnswerJson.text(post, "id").flatMap(Urns::post).stream())
                .findFirst();
        if (hit.isPresent() && !isProofEnough(visit)) {
            return Doubts.notSeen("The author has a post that may be this one; look at the account.");
        }
        if (hit.isPresent()) {
            return new Found.Landed(hit.get(), Optional.of(Urns.permalink(hit.get())));
        }
        return reachesBackTo(since, elements)
                        && hasBeenLookedAtForLong(visit.command(), LOOKS_BEFORE_ABSENT, config, clock)
                ? new Found.Absent()
                : Doubts.notSeen("The author's posts do not have it so far; look at the account.");
    }

    private Found notReadable(Answer answer, Visit visit) {
        var meaning = LinkedInErrors.meaning(answer);
        var isForbidden = answer.status() >= 400
                && answer.status() < 500
                && (meaning == Meaning.NOT_ALLOWED || meaning == Meaning.BAD_CONTENT);
        return isForbidden && mayBeSentAgain(visit)
                ? new Found.Absent()
                : Doubts.cannotTell(errors.outcome(answer, LOOK, visit.command()));
    }

    /** Here "absent" means: harmless to send again, because LinkedIn refuses it if it is there. Only where that was asked for. */
    private boolean mayBeSentAgain(Visit visit) {
        var now = clock.instant();
        var lastCall = visit.command().getDoubt().map(doubt -> doubt.getSince()).orElse(now);
        return !visit.author().isOrganization()
                && !now.isBefore(lastCall.plus(CALL_IS_OVER))
                && now.isBefore(Doubts.since(visit.command()).plus(config.replayWithin()));
    }

    /** Whether what is left of a command has been looked for often and long enough to say that it is not there. */
    static boolean hasBeenLookedAtForLong(PublishCommand command, int looks, LinkedInConfig config, Clock clock) {
        return Doubts.looks(command) >= looks
                && Doubts.lookedSince(command)
                        .filter(first -> !clock.instant().isBefore(first.plus(config.absentAfter())))
                        .isPresent();
    }

    /** Whether a post of that time would have to be in the list: it is whole, or goes further back. */
    private static boolean reachesBackTo(Instant since, JsonNode elements) {
        return elements.size() < PAGE_SIZE
                || StreamSupport.stream(elements.spliterator(), false)
                        .map(post -> millis(post, "lastModifiedAt"))
                        .anyMatch(at -> at.isPresent() && at.getAsLong() < since.toEpochMilli());
    }

    private boolean isSame(JsonNode post, Visit visit, Instant since) {
        return post.path("author").asText().equals(visit.author().urn())
                && post.path("lifecycleState").asText("PUBLISHED").equals("PUBLISHED")
                && !post.has("reshareContext")
                && isSince(post, since)
                && showsTheSame(post, visit);
    }

    private static boolean isSince(JsonNode post, Instant since) {
        return Stream.of("publishedAt", "createdAt")
                .map(field -> millis(post, field))
                .anyMatch(at -> at.isPresent() && at.getAsLong() >= since.toEpochMilli());
    }

    private static OptionalLong millis(JsonNode post, String field) {
        var value = post.path(field);
        return value.isIntegralNumber() ? OptionalLong.of(value.asLong()) : OptionalLong.empty();
    }

    /** Files have names of ours, which are proof by themselves; all else goes by text and link. */
    private boolean showsTheSame(JsonNode post, Visit visit) {
        var media = Set.copyOf(visit.progress().media());
        var shown = mediaOf(post.path("content"));
        if (!visit.content().getMedia().isEmpty()) {
            return config.postsApi() == PostsApi.REST
                    ? shown.equals(media)
                    : isSameText(post, visit) && shown.size() == media.size();
        }
        var link = visit.content().getLink().map(it -> it.getUrl());
        if (link.isEmpty()) {
            return isSameText(post, visit) && shown.isEmpty();
        }
        var source = post.path("content").path("article").path("source").asText();
        return isSameText(post, visit)
                && isSameLink(link.get(), source, visit.content().getText().orElse(""));
    }

    /** The older API names files its own way, and without a text any two posts of as many files look the same. */
    private boolean isProofEnough(Visit visit) {
        return config.postsApi() == PostsApi.REST
                || visit.content().getMedia().isEmpty()
                || visit.content().getText().filter(text -> !text.isBlank()).isPresent();
    }

    private static boolean isSameText(JsonNode post, Visit visit) {
        return LittleText.comparable(post.path("commentary").asText())
                .equals(LittleText.comparable(visit.content().getText().orElse("")));
    }

    /** LinkedIn may write an address its own way; beside the same text, the same host will do. */
    private static boolean isSameLink(String ours, String theirs, String text) {
        var our = AnswerJson.webAddress(ours.strip());
        var their = AnswerJson.webAddress(theirs);
        return our.isPresent()
                && their.isPresent()
                && (text.isBlank()
                        ? bare(our.get()).equals(bare(their.get()))
                        : host(our.get()).equals(host(their.get())));
    }

    private static Set<String> mediaOf(JsonNode content) {
        var urns = new HashSet<String>();
        AnswerJson.text(content.path("media"), "id").ifPresent(urns::add);
        for (var image : content.path("multiImage").path("images")) {
            AnswerJson.text(image, "id").ifPresent(urns::add);
        }
        return urns;
    }

    private static String host(URI uri) {
        var host = uri.getHost().toLowerCase(Locale.ROOT);
        return host.startsWith("www.") ? host.substring(4) : host;
    }

    private static String bare(URI uri) {
        var path = uri.getRawPath().replaceFirst("/$", "");
        return host(uri) + path + (uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery());
    }
}
