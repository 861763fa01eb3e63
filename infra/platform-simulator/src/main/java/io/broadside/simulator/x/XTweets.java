package io.broadside.simulator.x;

import com.twitter.twittertext.Extractor;
import io.broadside.simulator.http.Json;
import io.broadside.simulator.http.Refusal;
import io.broadside.simulator.http.Reply;
import io.broadside.simulator.http.Request;
import io.broadside.simulator.settings.CurrentSettings;
import io.broadside.simulator.x.XChange.Tweet;
import io.broadside.simulator.x.XState.Content;
import io.broadside.simulator.x.XState.User;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;

/** Creating and deleting posts: https://docs.x.com/x-api/posts/manage-tweets/introduction. */
final class XTweets {
    /** The real window is not documented. */
    private static final Duration DUPLICATE_WINDOW = Duration.ofDays(1);

    private final Clock clock;
    private final XState state;
    private final CurrentSettings settings;
    private final XViews views;
    private final LongAdder duplicatesRefused;

    XTweets(Clock clock, XState state, CurrentSettings settings, XViews views, LongAdder duplicatesRefused) {
        this.clock = clock;
        this.state = state;
        this.settings = settings;
        this.views = views;
        this.duplicatesRefused = duplicatesRefused;
    }

    Reply create(User user, Request request) {
        if (!request.contentType().equals("application/json")) {
            return XProblem.of(
                    415,
                    "Unsupported Media Type",
                    "Content-Type must be application/json, was " + request.contentType());
        }
        var wanted = NewTweet.of(request.json());
        var now = clock.instant();
        var media = wanted.mediaIds().stream().map(id -> usable(user, id, now)).toList();
        if (media.size() > 1 && media.stream().anyMatch(one -> one.categoryOrImage() != MediaCategory.TWEET_IMAGE)) {
            throw new Refusal(XProblem.invalid(
                    "media.media_ids", "A post has up to four images, or one video, or one animated GIF."));
        }
        var fingerprints = media.stream().map(XChange.Media::fingerprint).toList();
        wanted.replyTo().ifPresent(id -> mayAnswer(user, id, "reply to"));
        wanted.quoted().ifPresent(id -> mayAnswer(user, id, "quote"));
        synchronized (user) {
            return publish(user, wanted, fingerprints, request.arrivedAt(), now);
        }
    }

    private Reply publish(User user, NewTweet wanted, List<String> fingerprints, Instant calledAt, Instant now) {
        var content = new Content(wanted.text(), wanted.replyTo(), wanted.quoted(), fingerprints);
        if (settings.get().refuseDuplicates()
                && user.lastPosted(content)
                        .filter(last -> now.isBefore(last.plus(DUPLICATE_WINDOW)))
                        .isPresent()) {
            duplicatesRefused.increment();
            return XProblem.duplicate();
        }
        var tweet = new Tweet(
                state.newId(now),
                user.account().id(),
                wanted.text(),
                wanted.replyTo(),
                wanted.quoted(),
                wanted.mediaIds(),
                now);
        state.commit(new XChange.Tweeted(tweet, fingerprints, calledAt));
        return Reply.json(201, Json.object().set("data", views.view(tweet, Set.of())));
    }

    Reply delete(User user, String id) {
        var tweet = state.tweet(id);
        if (tweet.isEmpty()) {
            return XProblem.notFound("tweet", "id", id);
        }
        if (!tweet.get().userId().equals(user.account().id())) {
            return XProblem.forbidden("You are not authorized to delete this Tweet.");
        }
        state.commit(new XChange.TweetDeleted(id));
        var body = Json.object();
        body.putObject("data").put("deleted", true);
        return Reply.json(200, body);
    }

    private XChange.Media usable(User user, String mediaId, Instant now) {
        return state.media(mediaId)
                .filter(media -> media.userId().equals(user.account().id()))
                .filter(media -> media.isUsable(now))
                .orElseThrow(() -> new Refusal(XProblem.invalid(
                        "media.media_ids",
                        "Your media IDs are invalid: [" + mediaId + "]",
                        "Your media IDs are invalid.")));
    }

    /** Self-serve applications answer their own posts, and posts that mention them. */
    private void mayAnswer(User user, String id, String verb) {
        var target = state.tweet(id)
                .orElseThrow(() -> new Refusal(XProblem.forbidden(
                        "You attempted to " + verb + " a Tweet that is deleted or not visible to you.")));
        var isMentioned = new Extractor()
                .extractMentionedScreennames(target.text()).stream()
                        .anyMatch(name -> name.equalsIgnoreCase(user.account().name()));
        if (!isMentioned && !target.userId().equals(user.account().id())) {
            throw new Refusal(XProblem.notAuthorizedForResource(
                    "You can only reply to or quote posts where you are mentioned or are the author."));
        }
    }
}
