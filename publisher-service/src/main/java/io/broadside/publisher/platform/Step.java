package io.broadside.publisher.platform;

import io.broadside.runtime.http.Reply.NoAnswer;

/**
 * One call of a publication, and what is at stake with it.
 *
 * @param name the platform's own name for it, as in checkpoints and doubts
 * @param publishes whether people may see the post once the call had its effect
 */
public record Step(String name, boolean publishes) {

    /** A call that only prepares: made again, it leaves nothing behind that anybody sees. */
    public static Step preparing(String name) {
        return new Step(name, false);
    }

    /** A call that must never be made twice. */
    public static Step publishing(String name) {
        return new Step(name, true);
    }

    /** The outcome where the platform may have done what was asked, and did not say so. */
    public Outcome unclear(Cause cause) {
        return publishes ? new Outcome.Unconfirmed(name, cause) : new Outcome.Unavailable(cause);
    }

    /** The outcome of a call that was not answered. */
    public Outcome unanswered(NoAnswer reply) {
        var cause = Cause.of(reply.cause());
        return reply.maybeSent() ? unclear(cause) : new Outcome.Unavailable(cause);
    }
}
