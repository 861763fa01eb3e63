package io.broadside.publisher.platform.thread;

import io.broadside.events.Content;
import io.broadside.events.Media;
import io.broadside.publisher.platform.Cause;
import io.broadside.publisher.platform.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * One post of those a content becomes: the post itself, the parts of its thread, and a first comment, which on these platforms is an
 * answer to oneself. They are posted one after another, each in answer to an earlier one.
 *
 * @param index its place among them, from 0
 * @param field where it stands in the content
 * @param text as it is sent
 * @param answers which of them it answers; -1 for the first
 * @param name what people call it: part 2 of 3
 */
public record Part(int index, String field, String text, List<Media> media, int answers, String name) {

    private static final int NOTHING = -1;

    public Part {
        media = List.copyOf(media);
    }

    /**
     * All posts of a content, in their order.
     *
     * @param first the text of the first as it is sent
     * @param asSent what becomes of the texts of all others
     */
    public static List<Part> of(Content content, String first, UnaryOperator<String> asSent) {
        var parts = new ArrayList<Part>();
        parts.add(new Part(0, "content", first, content.getMedia(), NOTHING, "the post itself"));
        var thread = content.getThread();
        for (var i = 0; i < thread.size(); i++) {
            var part = thread.get(i);
            parts.add(new Part(
                    parts.size(),
                    "content.thread[" + i + "]",
                    asSent.apply(part.getText()),
                    part.getMedia(),
                    parts.size() - 1,
                    "part " + (i + 2) + " of " + (thread.size() + 1)));
        }
        content.getFirstComment()
                .filter(text -> !text.isBlank())
                .ifPresent(text -> parts.add(new Part(
                        parts.size(), "content.firstComment", asSent.apply(text), List.of(), 0, "the first comment")));
        return List.copyOf(parts);
    }

    public boolean isFirst() {
        return answers == NOTHING;
    }

    /** The same outcome; one that ends a thread says at which part. */
    public Outcome naming(Outcome outcome) {
        return isFirst() ? outcome : named(outcome);
    }

    private Outcome named(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Rejected(var cause) -> new Outcome.Rejected(named(cause));
            case Outcome.TokenExpired(var cause) -> new Outcome.TokenExpired(named(cause));
            case Outcome.TokenRevoked(var cause) -> new Outcome.TokenRevoked(named(cause));
            case Outcome.Unavailable(var cause) -> new Outcome.Unavailable(named(cause));
            case Outcome.RateLimited(var scope, var notBefore, var cause) ->
                new Outcome.RateLimited(scope, notBefore, named(cause));
            case Outcome.Unconfirmed(var step, var cause) -> new Outcome.Unconfirmed(step, named(cause));
            case Outcome.Published _, Outcome.Continue _, Outcome.Underway _ -> outcome;
        };
    }

    private Cause named(Cause cause) {
        return new Cause(
                cause.code(),
                "This is about " + name + ": " + cause.detail(),
                cause.platformCode(),
                cause.httpStatus(),
                cause.retryAt());
    }
}
