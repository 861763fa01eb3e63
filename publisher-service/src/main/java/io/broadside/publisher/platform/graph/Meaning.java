package io.broadside.publisher.platform.graph;

import io.broadside.schemas.ErrorCode;

/** What an error of the Graph API says, as far as it matters for what happens next. */
public enum Meaning {
    TOKEN_EXPIRED(ErrorCode.TOKEN_EXPIRED),
    TOKEN_REVOKED(ErrorCode.TOKEN_REVOKED),
    /** The account lacks a right, or the platform wants something of its owner. */
    NOT_ALLOWED(ErrorCode.PERMISSION_MISSING),
    APP_NOT_ALLOWED(ErrorCode.APP_REFUSED),
    APP_LIMIT(ErrorCode.RATE_LIMITED),
    ACCOUNT_LIMIT(ErrorCode.RATE_LIMITED),
    /** Posting too fast, or a temporary block: hours to days. */
    BLOCKED(ErrorCode.RATE_LIMITED),
    DUPLICATE(ErrorCode.DUPLICATE_REFUSED),
    BAD_CONTENT(ErrorCode.CONTENT_REFUSED),
    BAD_MEDIA(ErrorCode.MEDIA_UNAVAILABLE),
    /** The platform could not get a file from where it is; that may pass. */
    NOT_FETCHED(ErrorCode.MEDIA_UNAVAILABLE),
    NOT_THERE(ErrorCode.NOT_FOUND),
    /** The platform's own trouble: what was asked may have happened all the same. */
    FAULT(ErrorCode.SERVER_ERROR),
    UNKNOWN(ErrorCode.UNKNOWN_REFUSAL);

    private final ErrorCode code;

    Meaning(ErrorCode code) {
        this.code = code;
    }

    public ErrorCode code() {
        return code;
    }
}
