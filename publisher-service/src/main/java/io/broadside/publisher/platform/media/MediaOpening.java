package io.broadside.publisher.platform.media;

import io.broadside.publisher.platform.Cause;

/** What came of opening a media file. */
public sealed interface MediaOpening {

    /** It is there, and of a type and size that may be sent. Whoever gets it closes it. */
    record Opened(MediaStream stream) implements MediaOpening {}

    /** It cannot be used, and trying again would not help: a sender must act. */
    record Refused(Cause cause) implements MediaOpening {}

    /** It could not be had just now. */
    record Unreachable(Cause cause) implements MediaOpening {}
}
