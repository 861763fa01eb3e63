package io.broadside.simulator.linkedin;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.broadside.simulator.http.Json;
import io.broadside.simulator.http.RateWindows;
import io.broadside.simulator.http.Refusal;
import io.broadside.simulator.http.Reply;
import io.broadside.simulator.http.Request;
import io.broadside.simulator.linkedin.LinkedInApi.Caller;
import io.broadside.simulator.linkedin.LinkedInChange.Comment;
import io.broadside.simulator.linkedin.LinkedInChange.Post;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Comments. Their text is plain: an escape is shown as it is.
 *
 * <p>https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/comments-api
 */
final class LinkedInComments {
    private static final int LONGEST = 1_250;

    private final Clock clock;
    private final LinkedInState state;
    private final Supplier<LinkedInSettings> settings;
    private final RateWindows minutes = new RateWindows(Duration.ofMinutes(1));

    LinkedInComments(Clock clock, LinkedInState state, Supplier<LinkedInSettings> settings) {
        this.clock = clock;
        this.state = state;
        this.settings = settings;
    }

    Reply create(Caller caller, String postUrn, Request request) {
        var body = NewPost.object(request);
        var actor = required(body, "actor");
        NewPost.requireAuthor(actor);
        caller.mayWriteAs(actor, "partnerApiSocialActions.CREATE");
        var post = post(postUrn);
        if (!required(body, "object").equals(postUrn)) {
            throw LinkedInError.invalid("object", postUrn + " needed, as in the path");
        }
        var text = body.path("message").path("text").asText();
        if (text.isBlank()) {
            throw LinkedInError.missing("message.text");
        }
        NewPost.requireLength("message.text", text, LONGEST);
        var parent = Optional.of(body.path("parentComment").asText()).filter(it -> !it.isEmpty());
        if (parent.isPresent()
                && state.comments(post.urn()).stream().noneMatch(it -> it.urn().equals(parent.get()))) {
            return LinkedInError.notFound(parent.get());
        }
        var now = clock.instant();
        if (!minutes.take(caller.member().id(), "comments", settings.get().linkedinCommentsPerMinute(), now)
                .allowed()) {
            return LinkedInError.plain(429, "Comment create throttled");
        }
        var comment = new Comment(state.newId(now), post.urn(), actor, text, parent, now);
        state.commit(new LinkedInChange.Commented(comment, request.arrivedAt()));
        return Reply.json(201, view(comment)).with("x-restli-id", comment.id());
    }

    Reply read(Caller caller, String postUrn) {
        var post = post(postUrn);
        caller.mayReadOf(post.author(), "partnerApiSocialActions.GET");
        var body = Json.object();
        body.putObject("paging").put("start", 0).put("count", 10).putArray("links");
        var elements = body.putArray("elements");
        state.comments(post.urn()).forEach(comment -> elements.add(view(comment)));
        return Reply.json(200, body);
    }

    private Post post(String urn) {
        if (Urn.of(urn).filter(it -> Urn.POSTS.contains(it.kind())).isEmpty()) {
            throw LinkedInError.field("INVALID_URN_TYPE", "object", urn + " is no post");
        }
        return state.post(urn).orElseThrow(() -> new Refusal(LinkedInError.notFound(urn)));
    }

    private static ObjectNode view(Comment comment) {
        var view = Json.object()
                .put("id", comment.id())
                .put("commentUrn", comment.urn())
                .put("actor", comment.actor())
                .put("object", comment.postUrn());
        comment.parent().ifPresent(parent -> view.put("parentComment", parent));
        view.putObject("message").put("text", comment.text()).putArray("attributes");
        view.putObject("created")
                .put("actor", comment.actor())
                .put("time", comment.createdAt().toEpochMilli());
        return view;
    }

    private static String required(ObjectNode body, String field) {
        var value = body.path(field);
        if (!value.isTextual() || value.asText().isEmpty()) {
            throw LinkedInError.missing(field);
        }
        return value.asText();
    }
}
