package io.broadside.runtime.dispatch;

/**
 * What {@link EffectHandler#reconcile} came to.
 *
 * @param verdict what is known now of the call in doubt
 * @param outputs what is to be written
 */
public record Reconciled(Verdict verdict, Outputs outputs) {

    /** What is known of a call that a process made, or was to make, before it was gone. */
    public enum Verdict {
        /** It had its effect. */
        LANDED,
        /** It had none, and can have none any more. */
        ABSENT,
        /** Neither can be said, for now or at all. */
        CANNOT_TELL
    }
}
