package io.broadside.simulator.failure;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.Locale;

/**
 * What can be made to go wrong. "Effect" is the post, a draft becoming visible, the comment, the upload or the rotation of
 * tokens.
 */
public enum FailureKind {
    /** Refused in the network's way for too many calls, without a time to come back. */
    RATE_LIMITED,
    /**
     * The same with a time. X has it in its own header and in {@code Retry-After}; Facebook in minutes in its usage header,
     * or, with HTTP status 429, in seconds in {@code Retry-After} alone.
     */
    RATE_LIMITED_WITH_RETRY_AFTER,
    /** A server error; nothing happened. */
    SERVER_ERROR_BEFORE_EFFECT,
    /** A server error, although it happened. */
    SERVER_ERROR_AFTER_EFFECT,
    /** Refused with the network's own {@code code}; nothing happened. */
    REFUSED_BEFORE_EFFECT,
    /** The same, although it happened: Instagram's "action blocked" of a post that is live. */
    REFUSED_AFTER_EFFECT,
    /** The status of a success with an error in the body; nothing happened. */
    ERROR_IN_SUCCESS_BEFORE_EFFECT,
    /** The same, although it happened. */
    ERROR_IN_SUCCESS_AFTER_EFFECT,
    /** The status of a success with an empty object, without the id of what was made. */
    EMPTY_SUCCESS_AFTER_EFFECT,
    /** The connection is closed without an answer; nothing happened. */
    CUT_BEFORE_EFFECT,
    /** The connection is closed without an answer, although it happened. */
    CUT_AFTER_EFFECT,
    /** Waits, then works as usual. */
    SLOW,
    /** Never answers; nothing happened. */
    HANG,
    /** Never answers, although it happened. */
    HANG_AFTER_EFFECT,
    /** The access token is refused as expired. On X it is expired from then on, and a refresh brings a good one. */
    TOKEN_EXPIRED,
    /** All tokens of the account are dead from then on, the refresh token too. */
    TOKEN_REVOKED,
    /** An HTML page of a gateway instead of JSON; nothing happened. */
    OUTAGE_PAGE,
    /** The token is good, the permission is missing. */
    PERMISSION_MISSING;

    /** In kebab case, as it is written in JSON. */
    @JsonValue
    public String id() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    @JsonCreator
    public static FailureKind of(String id) {
        for (var kind : values()) {
            if (kind.id().equals(id)) {
                return kind;
            }
        }
        throw new IllegalArgumentException(
                "kind: one of " + Arrays.stream(values()).map(FailureKind::id).toList() + " needed, was " + id);
    }
}
