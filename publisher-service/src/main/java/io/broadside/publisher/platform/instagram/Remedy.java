package io.broadside.publisher.platform.instagram;

import io.broadside.publisher.platform.Cause;
import io.broadside.schemas.ErrorCode;
import java.util.Optional;

/**
 * What helps a container that came to nothing: none of these errors says that the post would be refused again.
 *
 * @param most how many containers are made before it is given up, the first included
 * @param code why it is given up then
 * @param sentence the same for a person
 */
record Remedy(Kind kind, int most, ErrorCode code, String sentence) {

    enum Kind {
        /** A new container: the failure was a passing one, or nobody can tell. */
        MAKE_AGAIN,
        /** A new container, and for a carousel new children: their day is over. */
        EXPIRED,
        /** The same container may be seen a little later; if not, a new one. */
        ASK_AGAIN,
        /** The same container, later. */
        WAIT
    }

    Cause cause(Optional<String> platformCode, Optional<Integer> httpStatus) {
        return new Cause(code, sentence, platformCode, httpStatus);
    }
}
