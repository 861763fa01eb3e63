package io.broadside.publisher.platform.instagram;

import static io.broadside.publisher.platform.instagram.Containers.unanswered;
import static io.broadside.publisher.platform.instagram.InstagramStep.CHILD;
import static io.broadside.publisher.platform.instagram.InstagramStep.CHILDREN;
import static io.broadside.publisher.platform.instagram.InstagramStep.COMMENT;
import static io.broadside.publisher.platform.instagram.InstagramStep.CONTAINER;
import static io.broadside.publisher.platform.instagram.InstagramStep.LIVE;
import static io.broadside.publisher.platform.instagram.InstagramStep.PROCESSING;
import static io.broadside.publisher.platform.instagram.InstagramStep.PUBLISH;

import io.broadside.events.AttemptEnd;
import io.broadside.events.Checkpoint;
import io.broadside.events.Content;
import io.broadside.events.PublishCommand;
import io.broadside.publisher.platform.AnswerJson;
import io.broadside.publisher.platform.Cause;
import io.broadside.publisher.platform.Outcome;
import io.broadside.publisher.platform.Outcome.Continue;
import io.broadside.publisher.platform.Outcome.Published;
import io.broadside.publisher.platform.Outcome.Rejected;
import io.broadside.publisher.platform.graph.GraphErrors;
import io.broadside.publisher.platform.instagram.Containers.Asked;
import io.broadside.runtime.http.Reply;
import io.broadside.runtime.http.Reply.Answer;
import io.broadside.schemas.ErrorCode;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/** The publication of one command, for one visit: each method is a step. */
final class Publication {

    /** The calls that Instagram counts beside all others. */
    static final String MAKE_CALL = "ig.media.create";

    static final String PUBLISH_CALL = "ig.media.publish";

    /** After this a container is asked once more before it is published: it may have expired, or be out. */
    private static final Duration FRESH_FOR = Duration.ofMinutes(1);

    /** How long children are asked about in one visit. */
    private static final Duration VISIT = Duration.ofSeconds(15);

    /** Lists of media are late now and then. */
    private static final int MOST_LOOKS_FOR_POST = 4;

    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(10);

    private final PublishCommand command;
    private final Content content;
    private final InstagramConfig config;
    private final InstagramCalls calls;
    private final GraphErrors errors;
    private final Clock clock;
    private final NextStep next;
    private final Containers containers;
    private final Setbacks setbacks;
    private final Progress progress;

    Publication(PublishCommand command, InstagramConfig config, InstagramCalls calls, GraphErrors errors, Clock clock) {
        this.command = command;
        this.content = command.getContent();
        this.config = config;
        this.calls = calls;
        this.errors = errors;
        this.clock = clock;
        this.next = new NextStep(clock);
        this.containers = new Containers(command, calls, errors, clock);
        this.setbacks = new Setbacks(command, config, errors, next, clock);
        this.progress = Progress.of(command);
    }

    Outcome run(InstagramStep step) {
        return switch (step) {
            case CHILD -> makeChild();
            case CHILDREN -> awaitChildren();
            case CONTAINER -> makeContainer();
            case PROCESSING -> hindrance().orElseGet(() -> next.to(PUBLISH, progress));
            case PUBLISH -> publish();
            case LIVE -> findPost();
            case COMMENT -> comment();
        };
    }

    private Outcome makeChild() {
        var children = children();
        var index = children.indexOf("");
        if (index < 0) {
            return next.to(CHILDREN, progress);
        }
        var fields = ContainerFields.child(content.getMedia().get(index));
        return made(CHILD, fields, id -> {
            var further = progress.withChild(children, index, id);
            return further.children(children.size()).contains("")
                    ? next.to(CHILD, further)
                    : next.to(CHILDREN, further.waitingSince(clock.instant()), config.pollAfter());
        });
    }

    /** One after another: as long as one is not done, the others need not be asked. */
    private Outcome awaitChildren() {
        var children = children();
        if (children.contains("")) {
            return next.to(CHILD, progress);
        }
        var begun = clock.instant();
        for (var index = progress.ready(); index < children.size(); index++) {
            var further = progress.withReady(index);
            if (clock.instant().isAfter(begun.plus(VISIT))) {
                return next.to(CHILDREN, further);
            }
            var trouble = troubleWithChild(children.get(index), index, further);
            if (trouble.isPresent()) {
                return trouble.get();
            }
        }
        return next.to(CONTAINER, progress.withReady(children.size()));
    }

    /** A child that calls itself published is as good as one that is done: it does not speak for the carousel. */
    private Optional<Outcome> troubleWithChild(String id, int place, Progress further) {
        return switch (containers.ask(id, CHILDREN)) {
            case Asked.Told(var status) ->
                switch (status.code()) {
                    case FINISHED, PUBLISHED -> Optional.empty();
                    case IN_PROGRESS, UNKNOWN -> Optional.of(setbacks.notReady(CHILDREN, further));
                    case ERROR -> Optional.of(setbacks.failed(status, place, further));
                    case EXPIRED -> Optional.of(setbacks.expired());
                };
            case Asked.NotThere(var remedy, var cause) ->
                Optional.of(setbacks.remedied(remedy, cause, CHILDREN, place, further));
            case Asked.Failed(var outcome) -> Optional.of(outcome);
        };
    }

    private Outcome makeContainer() {
        var children = PostKind.of(content) == PostKind.CAROUSEL ? children() : List.<String>of();
        if (children.contains("")) {
            return next.to(CHILD, progress);
        }
        return made(
                CONTAINER,
                ContainerFields.post(content, children),
                id -> next.to(
                        PROCESSING, progress.withContainer(id).waitingSince(clock.instant()), config.pollAfter()));
    }

    private Outcome made(InstagramStep step, Map<String, String> fields, Function<String, Outcome> then) {
        var reply = calls.postToAccount(MAKE_CALL, "/media", fields);
        if (!(reply instanceof Answer answer)) {
            return unanswered(reply, step);
        }
        return Ids.in(answer).map(then).orElseGet(() -> setbacks.notMade(answer, step));
    }

    /** What keeps the container from being published now, if anything does. */
    private Optional<Outcome> hindrance() {
        if (!Ids.isId(progress.container())) {
            return Optional.of(next.to(CONTAINER, progress));
        }
        return switch (containers.ask(progress.container(), PROCESSING)) {
            case Asked.Told(var status) ->
                switch (status.code()) {
                    case FINISHED -> containers.limit();
                    case PUBLISHED -> Optional.of(live());
                    case IN_PROGRESS, UNKNOWN -> Optional.of(setbacks.notReady(PROCESSING, progress));
                    case ERROR -> Optional.of(setbacks.failed(status, Setbacks.WHOLE, progress));
                    case EXPIRED -> Optional.of(setbacks.expired());
                };
            case Asked.NotThere(var remedy, var cause) ->
                Optional.of(setbacks.remedied(remedy, cause, PROCESSING, Setbacks.WHOLE, progress));
            case Asked.Failed(var outcome) -> Optional.of(outcome);
        };
    }

    private Outcome publish() {
        var hindrance = isFresh() ? Optional.<Outcome>empty() : hindrance();
        if (hindrance.isPresent()) {
            return hindrance.get();
        }
        var reply = calls.postToAccount(PUBLISH_CALL, "/media_publish", Map.of("creation_id", progress.container()));
        if (!(reply instanceof Answer answer)) {
            return unanswered(reply, PUBLISH);
        }
        return Ids.in(answer)
                .map(id -> out(new Post(id, permalinkOf(id))))
                .orElseGet(() -> unlessOut(setbacks.notPublished(answer), answer));
    }

    /**
     * Instagram was seen to refuse what is out all the same. Before a refusal is believed, and before another container is made
     * in the place of this one, it has the last word; where it says nothing, the post is in doubt.
     */
    private Outcome unlessOut(Outcome outcome, Answer refusal) {
        if (!(outcome instanceof Rejected) && !isMadeAgain(outcome)) {
            return outcome;
        }
        return switch (containers.ask(progress.container(), PUBLISH)) {
            case Asked.Told(var status) ->
                switch (status.code()) {
                    case PUBLISHED -> live();
                    case ERROR, EXPIRED -> outcome;
                    case FINISHED -> outcome instanceof Rejected ? outcome : setbacks.doubted(refusal);
                    // It was not ready by the word of both: nothing is on its way out.
                    case IN_PROGRESS -> Setbacks.isNotReady(refusal) ? outcome : setbacks.doubted(refusal);
                    case UNKNOWN -> setbacks.doubted(refusal);
                };
            case Asked.NotThere _ -> outcome;
            case Asked.Failed _ -> setbacks.doubted(refusal);
        };
    }

    private static boolean isMadeAgain(Outcome outcome) {
        return outcome instanceof Continue(var checkpoint, var _)
                && Stream.of(CHILD, CONTAINER).map(InstagramStep::label).anyMatch(checkpoint.getStep()::equals);
    }

    /** Not much can have happened since the checkpoint, and no call from it was in doubt. */
    private boolean isFresh() {
        return Ids.isId(progress.container())
                && command.getCheckpoint()
                        .map(Checkpoint::getAt)
                        .filter(at -> clock.instant().isBefore(at.plus(FRESH_FOR)))
                        .filter(at -> command.getHistory().stream()
                                .noneMatch(it -> it.getEnd() == AttemptEnd.ABSENT
                                        && !it.getStartedAt().isBefore(at)))
                        .isPresent();
    }

    private Outcome live() {
        return new Continue(next.live(progress.waitingSince(clock.instant())), Optional.empty());
    }

    /** Where people see it. It is out whether or not this is answered. */
    private Optional<URI> permalinkOf(String id) {
        return calls.get("ig.object", "/" + id + "?fields=permalink") instanceof Answer answer && answer.isSuccess()
                ? AnswerJson.objectIn(answer).flatMap(body -> AnswerJson.webAddress(body, "permalink"))
                : Optional.empty();
    }

    private Outcome out(Post post) {
        return next.comment(content, progress, post)
                .<Outcome>map(checkpoint -> new Continue(checkpoint, Optional.empty()))
                .orElseGet(() -> new Published(post.id(), post.permalink()));
    }

    private Outcome findPost() {
        return switch (new PostSearch(command, calls).run()) {
            case PostSearch.Result.Found(var post) -> out(post);
            case PostSearch.Result.NoList(Reply reply) ->
                reply instanceof Answer answer ? errors.outcome(answer, LIVE.step(), command) : unanswered(reply, LIVE);
            case PostSearch.Result.NotFound _
            when progress.polls() + 1 < MOST_LOOKS_FOR_POST -> next.liveAgain(progress.polledAgain(), BETWEEN_LOOKS);
            case PostSearch.Result.NotFound _ -> {
                var detail = "Instagram says that it is out, and does not list it; the id in this result is that of the"
                        + " container it came from.";
                yield new Rejected(new Cause(ErrorCode.NOT_CONFIRMABLE, detail, Optional.empty(), Optional.empty()));
            }
        };
    }

    private Outcome comment() {
        var post = command.getCheckpoint().flatMap(Post::in);
        if (post.isEmpty()) {
            return new Rejected(Cause.of(ErrorCode.NOT_FOUND));
        }
        var fields = Map.of("message", content.getFirstComment().orElse(""));
        var reply = calls.post("ig.comment", "/" + post.get().id() + "/comments", fields);
        if (!(reply instanceof Answer answer)) {
            return unanswered(reply, COMMENT);
        }
        if (Ids.in(answer).isPresent()) {
            return new Published(post.get().id(), post.get().permalink());
        }
        return answer.isSuccess()
                ? setbacks.contradictory(answer, COMMENT)
                : errors.outcome(answer, COMMENT.step(), command);
    }

    private List<String> children() {
        return progress.children(content.getMedia().size());
    }
}
