package io.broadside.runtime.dispatch;

/** What {@link EffectHandler#decide} came to. */
public sealed interface Decision {

    /** No call is needed: write this, and the record is done. */
    record Settle(Outputs outputs) implements Decision {}

    /** A call is needed: write this together with the intent, then {@link EffectHandler#run}. */
    record Attempt(Outputs announcement) implements Decision {}
}
