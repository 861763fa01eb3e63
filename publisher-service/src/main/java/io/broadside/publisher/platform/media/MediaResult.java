package io.broadside.publisher.platform.media;

import io.broadside.publisher.platform.Cause;
import io.vertx.core.buffer.Buffer;

/** What came of fetching a media file. */
public sealed interface MediaResult {

    /**
     * It is here.
     *
     * @param bytes not to be changed any more
     * @param contentType what the bytes are, whatever their server called them
     */
    record Fetched(Buffer bytes, String contentType) implements MediaResult {
        @Override
        public String toString() {
            return "Fetched[" + bytes.length() + " bytes, " + contentType + "]";
        }
    }

    /** It cannot be used, and trying again would not help: a sender must act. */
    record Refused(Cause cause) implements MediaResult {}

    /** It could not be fetched just now. */
    record Unreachable(Cause cause) implements MediaResult {}
}
