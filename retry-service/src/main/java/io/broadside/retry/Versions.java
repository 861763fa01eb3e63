package io.broadside.retry;

/** The first byte of entries of the store, so that a later release can tell what it finds. */
final class Versions {

    private Versions() {}

    /**
     * Stops the thread at an entry that was written by another build, before it is taken for something else.
     *
     * @param what the entry is of, as an operator would call it
     */
    static void check(byte found, int known, String what) {
        if (found != known) {
            throw new IllegalStateException("The store holds an entry of " + what + " of version " + found
                    + "; this retry-service reads version " + known
                    + ". Start the one that wrote it, or see \"Stores of earlier builds\" in docs/operations.md.");
        }
    }
}
