package io.broadside.publisher.platform.media;

import io.broadside.publisher.platform.Cause;
import io.broadside.schemas.ErrorCode;
import java.time.Duration;
import java.util.Optional;

/** Why a media file cannot be had, in sentences for a person. None of them repeats an address, which may be a secret. */
final class MediaCauses {

    static final Cause BUSY = of("Too many media files are being read just now; the post waits for its turn.");
    static final Cause ENDING = of("The media file was not fetched: the process is ending.");
    static final Cause CHANGED =
            of("The media file changed while it was being sent; keep it as it is until the post is out.");

    private MediaCauses() {}

    static Cause of(String detail) {
        return new Cause(ErrorCode.MEDIA_UNAVAILABLE, detail, Optional.empty(), Optional.empty());
    }

    static Cause tooSlow(String host, Duration limit) {
        return of("The host of the media file, " + host + ", did not send it within " + limit.toMillis() + " ms.");
    }

    static Cause brokeOff(String host) {
        return of("The host of the media file, " + host + ", cannot be reached, or broke off.");
    }

    static Cause tooLarge(long limit) {
        return of("The media file is larger than " + limit + " bytes; use a smaller one.");
    }
}
