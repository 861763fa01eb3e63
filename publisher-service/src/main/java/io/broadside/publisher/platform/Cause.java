package io.broadside.publisher.platform;

import io.broadside.schemas.ErrorCode;
import java.time.Instant;
import java.util.Optional;

/**
 * Why an attempt did not succeed.
 *
 * @param code Broadside's code
 * @param detail one sentence for a person, saying what to do; no secrets, nothing localised by the platform
 * @param platformCode the platform's own code, for instance 190/463
 * @param httpStatus status of its answer, if there was one
 * @param retryAt when the platform says that another try is welcome, if it says
 */
public record Cause(
        ErrorCode code,
        String detail,
        Optional<String> platformCode,
        Optional<Integer> httpStatus,
        Optional<Instant> retryAt) {

    /** A cause with which the platform named no time. */
    public Cause(ErrorCode code, String detail, Optional<String> platformCode, Optional<Integer> httpStatus) {
        this(code, detail, platformCode, httpStatus, Optional.empty());
    }

    /** A cause for which the code says all there is to say. */
    public static Cause of(ErrorCode code) {
        return new Cause(code, code.sentence(), Optional.empty(), Optional.empty());
    }

    /** The same, with the time from which on another try is welcome. */
    public Cause retryAt(Optional<Instant> time) {
        return new Cause(code, detail, platformCode, httpStatus, time);
    }
}
