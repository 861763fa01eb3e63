package io.broadside.publisher.budget;

/**
 * What is asked of a budget.
 *
 * @param calls how many calls are about to be made; 0 for one that is not counted and only keeps clear of blocks
 * @param isUrgent whether the reserve is for it
 * @param throttleAt percentage of a limit that is for everybody; the rest is the reserve
 * @param share the part of what is the app's that is for this instance, from 0 to 1
 */
record Asking(int calls, boolean isUrgent, int throttleAt, double share) {

    /** How much of a limit is for whoever asks, the instances together. */
    long mayUse(long limit) {
        return isUrgent ? limit : Math.max(1, limit * throttleAt / 100);
    }

    /** The same, for this instance alone. */
    long mayUseHere(long limit) {
        return Math.max(1, (long) Math.floor(mayUse(limit) * share));
    }
}
