package io.broadside.simulator.http;

/**
 * Ends the handling of a call with an answer, from whatever depth. An exception, because every rule of a network may
 * refuse, and the code of the rules reads as the rules do; without a stack trace, because it is not a bug.
 */
public final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1;

    @SuppressWarnings("serial") // never leaves the process
    private final Reply reply;

    public Refusal(Reply reply) {
        super("refused with status " + reply.status(), null, false, false);
        this.reply = reply;
    }

    public Reply reply() {
        return reply;
    }
}
