package io.broadside.schemas;

/** Consumer groups that others ask how far they are: who reads commands, and who reads what is to wait. Never change them. */
public final class Groups {

    /** Reads the commands of all platforms. What of them is done beyond its committed offset, its commit says. */
    public static final String PUBLISH = "broadside-publish";

    /** Reads what is to wait; also the application that holds it, and the prefix of its changelogs. */
    public static final String RETRY = "broadside-retry";

    private Groups() {}
}
