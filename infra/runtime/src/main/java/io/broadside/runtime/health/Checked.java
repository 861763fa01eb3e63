package io.broadside.runtime.health;

/** A part of a service that can say whether it would work now. */
@FunctionalInterface
public interface Checked {

    /** May block for a moment; a check that takes longer than a second counts as failing. */
    Check check();
}
