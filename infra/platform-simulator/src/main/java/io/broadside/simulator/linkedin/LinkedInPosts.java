package io.broadside.simulator.linkedin;

import io.broadside.simulator.http.Refusal;
import io.broadside.simulator.http.Reply;
import io.broadside.simulator.http.Request;
import io.broadside.simulator.linkedin.LinkedInApi.Caller;
import io.broadside.simulator.linkedin.LinkedInChange.Post;
import io.broadside.simulator.settings.CurrentSettings;
import io.vertx.core.buffer.Buffer;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/**
 * Creating, changing and deleting posts.
 *
 * <p>https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/posts-api
 */
final class LinkedInPosts {
    private final Clock clock;
    private final LinkedInState state;
    private final CurrentSettings common;
    private final Supplier<LinkedInSettings> settings;
    private final LinkedInAssets assets;
    private final LongAdder duplicatesRefused;
    private final LongAdder textsCut;

    LinkedInPosts(
            Clock clock,
            LinkedInState state,
            CurrentSettings common,
            Supplier<LinkedInSettings> settings,
            LinkedInAssets assets,
            LongAdder duplicatesRefused,
            LongAdder textsCut) {
        this.clock = clock;
        this.state = state;
        this.common = common;
        this.settings = settings;
        this.assets = assets;
        this.duplicatesRefused = duplicatesRefused;
        this.textsCut = textsCut;
    }

    Reply create(Caller caller, Request request) {
        var wanted = NewPost.of(request);
        caller.mayWriteAs(wanted.author(), "partnerApiPostsExternal.CREATE");
        wanted.assets().forEach(asset -> assets.requireUsable(asset, wanted.author()));
        var text = LittleText.of(wanted.commentary());
        var kind = wanted.isVideo() || wanted.assets().size() > 1 ? "ugcPost" : "share";
        var reply = publish(kind, wanted, text.shown(), request.arrivedAt());
        if (reply.isSuccess() && text.isCut()) {
            textsCut.increment();
        }
        return reply;
    }

    /** @param shown what readers see of the commentary */
    Reply publish(String kind, NewPost wanted, String shown, Instant calledAt) {
        var author = state.author(wanted.author());
        synchronized (author) {
            var now = clock.instant();
            var urn = new Urn(kind, state.newId(now)).toString();
            var post = new Post(
                    urn,
                    wanted.author(),
                    wanted.commentary(),
                    shown,
                    wanted.visibility(),
                    wanted.content(),
                    wanted.link(),
                    wanted.assets().stream().map(NewPost.Asset::urn).toList(),
                    now);
            var same = author.latest(post.sameness()).filter(it -> stillCounts(it, now));
            if (common.get().refuseDuplicates() && same.isPresent()) {
                duplicatesRefused.increment();
                return LinkedInError.duplicate(same.get().urn());
            }
            state.commit(new LinkedInChange.Posted(post, calledAt));
            return new Reply(201, Map.of("x-restli-id", urn), Buffer.buffer());
        }
    }

    /** A deleted post counts for long, although its URN leads nowhere any more. */
    private boolean stillCounts(Post post, Instant now) {
        var current = settings.get();
        return state.deletedAt(post.urn())
                .map(at -> now.isBefore(at.plusSeconds(current.linkedinGhostSeconds())))
                .orElseGet(() -> now.isBefore(post.createdAt().plusSeconds(current.linkedinDuplicateSeconds())));
    }

    Reply update(Caller caller, String urn, Request request) {
        if (!request.header("X-RestLi-Method")
                .filter("PARTIAL_UPDATE"::equalsIgnoreCase)
                .isPresent()) {
            return LinkedInError.plain(400, "X-RestLi-Method: PARTIAL_UPDATE is needed");
        }
        var post = own(caller, urn, "partnerApiPostsExternal.PARTIAL_UPDATE");
        var set = request.json().map(json -> json.path("patch").path("$set"));
        if (set.filter(it -> it.isObject() && !it.isEmpty()).isEmpty()) {
            throw LinkedInError.missing("patch.$set");
        }
        set.get().fieldNames().forEachRemaining(name -> {
            if (!List.of("commentary", "contentCallToActionLabel", "contentLandingPage", "adContext", "lifecycleState")
                    .contains(name)) {
                throw LinkedInError.invalid("patch.$set." + name, name + " cannot be changed");
            }
        });
        var commentary = set.get().path("commentary").asText(post.commentary());
        NewPost.requireLength("patch.$set.commentary", commentary, NewPost.LONGEST_COMMENTARY);
        state.commit(new LinkedInChange.PostEdited(urn, commentary, clock.instant()));
        return noContent();
    }

    /** Deleting what is not there is no mistake. */
    Reply delete(Caller caller, String urn) {
        if (Urn.of(urn).filter(it -> Urn.POSTS.contains(it.kind())).isEmpty()) {
            throw LinkedInError.field("INVALID_URN_TYPE", "id", urn + " is no post");
        }
        if (state.post(urn).isPresent()) {
            own(caller, urn, "partnerApiPostsExternal.DELETE");
            state.commit(new LinkedInChange.PostDeleted(urn, clock.instant()));
        }
        return noContent();
    }

    private Post own(Caller caller, String urn, String what) {
        var post = state.post(urn).orElseThrow(() -> new Refusal(LinkedInError.notFound(urn)));
        caller.mayWriteAs(post.author(), what);
        return post;
    }

    private static Reply noContent() {
        return new Reply(204, Map.of(), Buffer.buffer());
    }

    /** A post of the old API: its text is plain. */
    Reply publishPlain(NewPost wanted, Instant calledAt) {
        return publish("share", wanted, wanted.commentary(), calledAt);
    }

    /** The URN a created post has. */
    static Optional<String> urnOf(Reply reply) {
        return Optional.ofNullable(reply.headers().get("x-restli-id"));
    }
}
